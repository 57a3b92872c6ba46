// Ops whose elements follow from their place: constants, diagonals and triangles.

#ifndef EMEL_DIALECTS_EMEL_FILL_TD
#define EMEL_DIALECTS_EMEL_FILL_TD

include "dialects/emel/EmelBase.td"

def Emel_FillOp : Emel_SameTypeOp<"fill", [Emel_ElementwiseTiles]> {
  let summary = "Makes a tensor of the input's shape that holds one number everywhere";
  let description = [{
    `result[i] = value`; of the input only the shape matters.

    ```mlir
    %y = emel.fill %x with 1.000000e+00 : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input, F32Attr:$value);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$input `with` $value attr-dict `:` type($result)";
}

def Emel_ArangeOp : Emel_Op<"arange", [Pure]> {
  let summary = "Makes a sequence of equally spaced numbers";
  let description = [{
    `result[i] = start + i * step`.

    * (C1) the result has one dimension, of known size;
    * (C2) start and step are finite.

    ```mlir
    %y = emel.arange from 0.000000e+00 step 5.000000e-01 : tensor<8xf32>
    ```
  }];
  let arguments = (ins F32Attr:$start, F32Attr:$step);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "`from` $start `step` $step attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Emel_DiagOp : Emel_InferredOp<"diag", [DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Puts each row on the diagonal of a matrix";
  let description = [{
    `result[…, i, j] = i == j ? input[…, i] : 0`.

    * (C1) the input has at least 1 dimension.

    ```mlir
    %y = emel.diag %x : (tensor<?x8xf32>) -> tensor<?x8x8xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def Emel_DiagMaskKind : Emel_Enum<"DiagMaskKind", "what hides an element", [
    I32EnumAttrCase<"Inf", 0, "inf">, I32EnumAttrCase<"Zero", 1, "zero">,
  ]>;
def Emel_DiagMaskKindAttr : Emel_EnumAttr<Emel_DiagMaskKind, "diag_mask_kind">;

def Emel_DiagMaskOp : Emel_SameTypeOp<"diag_mask", [Emel_ElementwiseTiles]> {
  let summary = "Hides what lies after a diagonal";
  let description = [{
    `result[…, i, j] = j > i + past ? hidden : input[…, i, j]`, where hidden is -inf (`inf`) or 0 (`zero`).

    * (C1) the input has at least 2 dimensions;
    * (C2) `past` is not negative.

    ```mlir
    %y = emel.diag_mask inf %x past 3 : tensor<8x?x?xf32>
    ```
  }];
  let arguments = (ins Emel_DiagMaskKindAttr:$kind, Emel_FloatTensor:$input, I64Attr:$past);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "`` $kind $input `past` $past attr-dict `:` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Emel_TriKind : Emel_Enum<"TriKind", "a triangle of a matrix", [
    I32EnumAttrCase<"UpperDiag", 0, "upper_diag">, I32EnumAttrCase<"Upper", 1, "upper">,
    I32EnumAttrCase<"LowerDiag", 2, "lower_diag">, I32EnumAttrCase<"Lower", 3, "lower">,
  ]>;
def Emel_TriKindAttr : Emel_EnumAttr<Emel_TriKind, "tri_kind">;

def Emel_TriOp : Emel_SameTypeOp<"tri", [Emel_ElementwiseTiles]> {
  let summary = "Keeps a triangle of each matrix";
  let description = [{
    Elements outside the triangle become 0. Element `[…, i, j]` is inside where j >= i (`upper_diag`),
    j > i (`upper`), j <= i (`lower_diag`) or j < i (`lower`).

    * (C1) the input has at least 2 dimensions.

    ```mlir
    %y = emel.tri lower_diag %x : tensor<?x8x8xf32>
    ```
  }];
  let arguments = (ins Emel_TriKindAttr:$kind, Emel_FloatTensor:$input);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "`` $kind $input attr-dict `:` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

#endif  // EMEL_DIALECTS_EMEL_FILL_TD
