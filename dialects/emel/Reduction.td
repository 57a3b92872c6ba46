// Ops that reduce, rank or accumulate along dimensions.

#ifndef EMEL_DIALECTS_EMEL_REDUCTION_TD
#define EMEL_DIALECTS_EMEL_REDUCTION_TD

include "dialects/emel/EmelBase.td"

def Emel_ReduceKind : Emel_Enum<"ReduceKind", "how elements are combined", [
    I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Mean", 1, "mean">,
    I32EnumAttrCase<"Max", 2, "max">, I32EnumAttrCase<"Min", 3, "min">,
  ]>;
def Emel_ReduceKindAttr : Emel_EnumAttr<Emel_ReduceKind, "reduce_kind">;

def Emel_ReduceOp : Emel_InferredOp<"reduce", [DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Combines the elements along dimensions";
  let description = [{
    The reduced dimensions stay, with size 1. Over nothing the sum is 0, the mean a NaN, the maximum -inf and
    the minimum inf; a NaN makes each of them a NaN.

    * (C1) `dims` are different dimensions of the input, ascending, at least one.

    ```mlir
    %y = emel.reduce sum %x [1] : (tensor<?x64xf32>) -> tensor<?x1xf32>
    ```
  }];
  let arguments = (ins Emel_ReduceKindAttr:$kind, Emel_FloatTensor:$input, DenseI64ArrayAttr:$dims);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "`` $kind $input $dims attr-dict `:` functional-type(operands, results)";
}

def Emel_TopKOp : Emel_InferredOp<"top_k", [Emel_RowTiles]> {
  let summary = "Finds the largest elements of each row";
  let description = [{
    The indices of the k largest elements of each row, largest first; of equal ones the lower index. A NaN
    ranks below all numbers.

    * (C1) k is positive and, where the row's size is known, at most that.

    ```mlir
    %ids = emel.top_k %x k 2 : (tensor<?x8xf32>) -> tensor<?x2xi32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input, I64Attr:$k);
  let results = (outs Emel_IntTensor:$result);
  let assemblyFormat = "$input `k` $k attr-dict `:` functional-type(operands, results)";
}

def Emel_ArgmaxOp : Emel_InferredOp<"argmax", [Emel_RowTiles]> {
  let summary = "Finds the largest element of each row";
  let description = [{
    The index of the largest element of each row; of equal ones the lowest. A NaN ranks below all numbers.

    * (C1) the input has at least 1 dimension, and its rows are not empty.

    ```mlir
    %ids = emel.argmax %x : (tensor<?x8xf32>) -> tensor<?xi32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input);
  let results = (outs Emel_IntTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def Emel_TopKPartsOp : Emel_InferredOp<"top_k_parts", [DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Finds the largest elements of each part of each row";
  let description = [{
    Part p of a row is its columns from `p * width` on, up to `width` of them. Of each part the k largest elements, in the
    order of `emel.top_k`, as candidates: i64 whose low half is the column and whose high half the bits of the element
    as f32. A part of fewer than k columns ends in candidates of -1, which rank below all others.

    * (C1) the input has 2 dimensions, the last one known, and from 1 to 2^31 - 1 columns;
    * (C2) k and width are from 1 to the number of columns.

    ```mlir
    %c = emel.top_k_parts %x k 2 width 16 : (tensor<?x40xf32>) -> tensor<?x3x2xi64>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input, I64Attr:$k, I64Attr:$width);
  let results = (outs Emel_IntTensor:$result);
  let assemblyFormat = "$input `k` $k `width` $width attr-dict `:` functional-type(operands, results)";
}

def Emel_MergeTopKOp : Emel_InferredOp<"merge_top_k", [DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Finds the best candidates of all parts of each row";
  let description = [{
    The k best candidates of each row, best first, k as many as each part has: what `emel.top_k_parts` with one part that
    is the whole row gives.

    * (C1) the input has 3 dimensions of i64, the last two known and positive.

    ```mlir
    %best = emel.merge_top_k %c : (tensor<?x3x2xi64>) -> tensor<?x2xi64>
    ```
  }];
  let arguments = (ins Emel_IntTensor:$input);
  let results = (outs Emel_IntTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def Emel_SortOrder : Emel_Enum<"SortOrder", "what comes first", [
    I32EnumAttrCase<"Asc", 0, "asc">, I32EnumAttrCase<"Desc", 1, "desc">,
  ]>;
def Emel_SortOrderAttr : Emel_EnumAttr<Emel_SortOrder, "sort_order">;

def Emel_ArgsortOp : Emel_InferredOp<"argsort", [Emel_RowTiles]> {
  let summary = "Ranks the elements of each row";
  let description = [{
    The indices of each row's elements, smallest (`asc`) or largest (`desc`) first; equal ones keep their
    order. NaNs come last in either order.

    * (C1) the input has at least 1 dimension.

    ```mlir
    %ids = emel.argsort desc %x : (tensor<?x8xf32>) -> tensor<?x8xi32>
    ```
  }];
  let arguments = (ins Emel_SortOrderAttr:$order, Emel_FloatTensor:$input);
  let results = (outs Emel_IntTensor:$result);
  let assemblyFormat = "`` $order $input attr-dict `:` functional-type(operands, results)";
}

def Emel_CumsumOp : Emel_SameTypeOp<"cumsum", [Emel_RowTiles]> {
  let summary = "Sums each row up to each of its elements";
  let description = [{
    `result[…, i] = sum of input[…, j] over j <= i`.

    * (C1) the input has at least 1 dimension.

    ```mlir
    %y = emel.cumsum %x : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Emel_CountEqualOp : Emel_InferredOp<"count_equal"> {
  let summary = "Counts the places where two tensors are equal";
  let description = [{
    * (C1) both operands have the same type.

    ```mlir
    %n = emel.count_equal %a, %b : (tensor<?x8xi32>, tensor<?x8xi32>) -> tensor<i64>
    ```
  }];
  let arguments = (ins Emel_IntTensor:$lhs, Emel_IntTensor:$rhs);
  let results = (outs Emel_IntTensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

#endif  // EMEL_DIALECTS_EMEL_REDUCTION_TD
