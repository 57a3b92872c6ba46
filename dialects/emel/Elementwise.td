// Ops that work on each element by itself.

#ifndef EMEL_DIALECTS_EMEL_ELEMENTWISE_TD
#define EMEL_DIALECTS_EMEL_ELEMENTWISE_TD

include "dialects/emel/EmelBase.td"

class Emel_BinaryOp<string opMnemonic, string what, string formula, list<Trait> traits = []>
    : Emel_InferredOp<opMnemonic, traits> {
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

def Emel_AddOp : Emel_BinaryOp<"add", "Adds", "lhs[i] + rhs[i]"> {
  let hasCanonicalizeMethod = 1;
}
def Emel_SubOp : Emel_BinaryOp<"sub", "Subtracts", "lhs[i] - rhs[i]">;
def Emel_MulOp : Emel_BinaryOp<"mul", "Multiplies", "lhs[i] * rhs[i]"> {
  let hasCanonicalizeMethod = 1;
}
def Emel_DivOp : Emel_BinaryOp<"div", "Divides", "lhs[i] / rhs[i]">;

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

def Emel_UnaryOp : Emel_SameTypeOp<"unary"> {
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
  let assemblyFormat = "$kind $input attr-dict `:` type($result)";
  let hasFolder = 1;
}

def Emel_GluKind : Emel_Enum<"GluKind", "the activation of a gated linear unit", [
    I32EnumAttrCase<"Reglu", 0, "reglu">, I32EnumAttrCase<"Geglu", 1, "geglu">,
    I32EnumAttrCase<"Swiglu", 2, "swiglu">, I32EnumAttrCase<"GegluErf", 3, "geglu_erf">,
    I32EnumAttrCase<"GegluQuick", 4, "geglu_quick">,
  ]>;
def Emel_GluKindAttr : Emel_EnumAttr<Emel_GluKind, "glu_kind">;

def Emel_GluOp : Emel_SameTypeOp<"glu"> {
  let summary = "Gates one tensor by the activation of another";
  let description = [{
    `result[i] = act(gate[i]) * up[i]` with act = relu (`reglu`), gelu (`geglu`), silu (`swiglu`),
    gelu_erf (`geglu_erf`) or gelu_quick (`geglu_quick`). ggml's fused form, where both are halves of
    one tensor, is two `emel.slice`s of it.

    ```mlir
    %y = emel.glu swiglu %gate, %up : tensor<?x172xf32>
    ```
  }];
  let arguments = (ins Emel_GluKindAttr:$kind, Emel_FloatTensor:$gate, Emel_FloatTensor:$up);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$kind $gate `,` $up attr-dict `:` type($result)";
}

def Emel_ScaleOp : Emel_SameTypeOp<"scale"> {
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

#endif  // EMEL_DIALECTS_EMEL_ELEMENTWISE_TD
