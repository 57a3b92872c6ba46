// Ops that work on each element by itself.

#ifndef EMEL_DIALECTS_EMEL_ELEMENTWISE_TD
#define EMEL_DIALECTS_EMEL_ELEMENTWISE_TD

include "dialects/emel/EmelBase.td"

class Emel_BinaryOp<string opMnemonic, string what, string formula, list<Trait> traits = []>
    : Emel_InferredOp<opMnemonic, traits # [Emel_ElementwiseTiles]> {
  let summary = what;
  let description = [{
    `result[i] = }] # formula # [{`, with the right operand broadcast to the left one.

    * (C1) both operands have the same element type;
    * (C2) the right operand has no more dimensions than the left one;
    * (C3) counted from the innermost, each dimension of the right operand is 1 or equal to the left's.

    ```mlir
    %y = emel.}] # opMnemonic # [{ %a, %b : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$lhs, Emel_FloatTensor:$rhs);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

def Emel_AddOp : Emel_BinaryOp<"add", "Adds two tensors", "lhs[i] + rhs[i]"> {
  let hasCanonicalizeMethod = 1;
}
def Emel_SubOp : Emel_BinaryOp<"sub", "Subtracts one tensor from another", "lhs[i] - rhs[i]">;
def Emel_MulOp : Emel_BinaryOp<"mul", "Multiplies two tensors, element by element", "lhs[i] * rhs[i]"> {
  let hasCanonicalizeMethod = 1;
}
def Emel_DivOp : Emel_BinaryOp<"div", "Divides one tensor by another", "lhs[i] / rhs[i]">;

def Emel_UnaryKind : Emel_Enum<"UnaryKind", "a function of one number", [
    I32EnumAttrCase<"Abs", 0, "abs">, I32EnumAttrCase<"Sgn", 1, "sgn">,
    I32EnumAttrCase<"Neg", 2, "neg">, I32EnumAttrCase<"Step", 3, "step">,
    I32EnumAttrCase<"Tanh", 4, "tanh">, I32EnumAttrCase<"Elu", 5, "elu">,
    I32EnumAttrCase<"Relu", 6, "relu">, I32EnumAttrCase<"Sigmoid", 7, "sigmoid">,
    I32EnumAttrCase<"Gelu", 8, "gelu">, I32EnumAttrCase<"GeluQuick", 9, "gelu_quick">,
    I32EnumAttrCase<"GeluErf", 10, "gelu_erf">, I32EnumAttrCase<"Silu", 11, "silu">,
    I32EnumAttrCase<"HardSwish", 12, "hard_swish">, I32EnumAttrCase<"HardSigmoid", 13, "hard_sigmoid">,
    I32EnumAttrCase<"Exp", 14, "exp">, I32EnumAttrCase<"Expm1", 15, "expm1">,
    I32EnumAttrCase<"Softplus", 16, "softplus">, I32EnumAttrCase<"Floor", 17, "floor">,
    I32EnumAttrCase<"Ceil", 18, "ceil">, I32EnumAttrCase<"Round", 19, "round">,
    I32EnumAttrCase<"Trunc", 20, "trunc">, I32EnumAttrCase<"Sqr", 21, "sqr">,
    I32EnumAttrCase<"Sqrt", 22, "sqrt">, I32EnumAttrCase<"Log", 23, "log">,
    I32EnumAttrCase<"Sin", 24, "sin">, I32EnumAttrCase<"Cos", 25, "cos">,
  ]>;
def Emel_UnaryKindAttr : Emel_EnumAttr<Emel_UnaryKind, "unary_kind">;

def Emel_UnaryOp : Emel_SameTypeOp<"unary", [Emel_ElementwiseTiles]> {
  let summary = "Applies a function to each element";
  let description = [{
    | kind | result | kind | result |
    | --- | --- | --- | --- |
    | `abs` | \|x\| | `sgn` | -1, 0 or 1 |
    | `neg` | -x | `step` | x > 0 ? 1 : 0 |
    | `tanh` | tanh x | `elu` | x > 0 ? x : e^x - 1 |
    | `relu` | max(x, 0) | `sigmoid` | 1 / (1 + e^-x) |
    | `gelu` | x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) | `gelu_quick` | x sigmoid(1.702 x) |
    | `gelu_erf` | x/2 (1 + erf(x / sqrt 2)) | `silu` | x sigmoid(x) |
    | `hard_swish` | x clamp((x + 3) / 6, 0, 1) | `hard_sigmoid` | clamp((x + 3) / 6, 0, 1) |
    | `exp` | e^x | `expm1` | e^x - 1 |
    | `softplus` | log(1 + e^x) | `floor`, `ceil`, `trunc` | as in C |
    | `round` | to nearest, halves away from zero | `sqr` | x^2 |
    | `sqrt`, `log`, `sin`, `cos` | as in C | | |

    ```mlir
    %y = emel.unary silu %x : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Emel_UnaryKindAttr:$kind, Emel_FloatTensor:$input);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "`` $kind $input attr-dict `:` type($result)";
  let hasFolder = 1;
}

def Emel_GluKind : Emel_Enum<"GluKind", "the activation of a gated linear unit", [
    I32EnumAttrCase<"Reglu", 0, "reglu">, I32EnumAttrCase<"Geglu", 1, "geglu">,
    I32EnumAttrCase<"Swiglu", 2, "swiglu">, I32EnumAttrCase<"GegluErf", 3, "geglu_erf">,
    I32EnumAttrCase<"GegluQuick", 4, "geglu_quick">,
  ]>;
def Emel_GluKindAttr : Emel_EnumAttr<Emel_GluKind, "glu_kind">;

def Emel_GluOp : Emel_SameTypeOp<"glu", [Emel_ElementwiseTiles]> {
  let summary = "Gates one tensor by the activation of another";
  let description = [{
    `result[i] = act(gate[i]) * up[i]` with act = relu (`reglu`), gelu (`geglu`), silu (`swiglu`),
    gelu_erf (`geglu_erf`) or gelu_quick (`geglu_quick`). ggml's fused form, where both are halves of
    one tensor, is two `emel.slice`s of it. The activation is rounded to the element type before the
    product, as it would be by `emel.unary`. The gate with limits is `emel.swiglu_oai`.

    ```mlir
    %y = emel.glu swiglu %gate, %up : tensor<?x172xf32>
    ```
  }];
  let arguments = (ins Emel_GluKindAttr:$kind, Emel_FloatTensor:$gate, Emel_FloatTensor:$up);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "`` $kind $gate `,` $up attr-dict `:` type($result)";
}

def Emel_ScaleOp : Emel_SameTypeOp<"scale", [Emel_ElementwiseTiles]> {
  let summary = "Multiplies by a number and adds another";
  let description = [{
    `result[i] = input[i] * factor`, plus `bias` where that is not 0.

    ```mlir
    %y = emel.scale %x by 1.250000e-01 plus 0.000000e+00 : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input, F32Attr:$factor, F32Attr:$bias);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$input `by` $factor `plus` $bias attr-dict `:` type($result)";
  let builders = [OpBuilder<(ins "::mlir::Value":$input, "float":$factor), [{
    build($_builder, $_state, input.getType(), input, $_builder.getF32FloatAttr(factor),
          $_builder.getF32FloatAttr(0));
  }]>];
  let hasFolder = 1;
}

def Emel_ClampOp : Emel_SameTypeOp<"clamp", [Emel_ElementwiseTiles]> {
  let summary = "Moves each element into a range";
  let description = [{
    `result[i] = min(max(input[i], low), high)`; a NaN stays one.

    * (C1) neither bound is a NaN, and `low` is at most `high`.

    ```mlir
    %y = emel.clamp %x from -1.000000e+00 to 1.000000e+00 : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input, F32Attr:$low, F32Attr:$high);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$input `from` $low `to` $high attr-dict `:` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Emel_LeakyReluOp : Emel_SameTypeOp<"leaky_relu", [Emel_ElementwiseTiles]> {
  let summary = "Multiplies the elements below zero by a slope";
  let description = [{
    `result[i] = x > 0 ? x : slope * x` with `x = input[i]`.

    * (C1) the slope is finite.

    ```mlir
    %y = emel.leaky_relu %x slope 1.000000e-01 : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input, F32Attr:$slope);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$input `slope` $slope attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Emel_XieluOp : Emel_SameTypeOp<"xielu", [Emel_ElementwiseTiles]> {
  let summary = "Applies the expanded integral of the exponential linear unit";
  let description = [{
    `result[i] = x > 0 ? alpha_p x^2 + beta x : alpha_n (e^min(x, eps) - 1 - x) + beta x` with `x = input[i]`.
    The parameters are those of the formula: where a model stores them before a softplus, apply it first.

    * (C1) the four parameters are finite.

    ```mlir
    %y = emel.xielu %x {alpha_n = 1.000000e+00 : f32, alpha_p = 8.000000e-01 : f32,
                        beta = 5.000000e-01 : f32, eps = -9.99999997E-7 : f32} : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input, F32Attr:$alpha_n, F32Attr:$alpha_p, F32Attr:$beta,
                       F32Attr:$eps);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Emel_SwigluOaiOp : Emel_SameTypeOp<"swiglu_oai", [Emel_ElementwiseTiles]> {
  let summary = "Gates one tensor by another, both of them limited";
  let description = [{
    `result[i] = x sigmoid(alpha x) (y + 1)` with `x = min(gate[i], limit)` and
    `y = min(max(up[i], -limit), limit)`.

    * (C1) alpha is finite, the limit is finite and not negative.

    ```mlir
    %y = emel.swiglu_oai %gate, %up alpha 1.702000e+00 limit 7.000000e+00 : tensor<?x172xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$gate, Emel_FloatTensor:$up, F32Attr:$alpha, F32Attr:$limit);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$gate `,` $up `alpha` $alpha `limit` $limit attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Emel_AddIdOp : Emel_InferredOp<"add_id", [DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Adds to each row the bias of the expert chosen for it";
  let description = [{
    `result[i, e, :] = input[i, e, :] + bias[ids[i, e], :]`. An id that names no row is an error when run.

    * (C1) the input has 3 dimensions, bias and ids have 2;
    * (C2) input and bias have the same element type and rows of the same size;
    * (C3) input and ids agree on the tokens and the experts of each.

    ```mlir
    %y = emel.add_id %x, %bias, %ids
        : (tensor<?x2x64xf32>, tensor<8x64xf32>, tensor<?x2xi32>) -> tensor<?x2x64xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input, Emel_FloatTensor:$bias, Emel_IntTensor:$ids);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$input `,` $bias `,` $ids attr-dict `:` functional-type(operands, results)";
}

def Emel_CastOp : Emel_Op<"cast", [Pure, Emel_ElementwiseTiles]> {
  let summary = "Converts elements to another type";
  let description = [{
    To a float: the nearest one, ties to even; a block format is decoded. From a float to an integer: the
    fraction is dropped, what is too large becomes the nearest integer of the type, a NaN becomes 0. From
    an integer to a narrower one: the low bits stay.

    * (C1) input and result have the same shape and no layout;
    * (C2) a block format becomes a float.

    ```mlir
    %y = emel.cast %x : tensor<?x64xf32> to tensor<?x64xf16>
    ```
  }];
  let arguments = (ins Emel_AnyTensor:$input);
  let results = (outs Emel_ValueTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `to` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

#endif  // EMEL_DIALECTS_EMEL_ELEMENTWISE_TD
