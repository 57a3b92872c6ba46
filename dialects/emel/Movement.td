// Ops that move elements without computing on them.

#ifndef EMEL_DIALECTS_EMEL_MOVEMENT_TD
#define EMEL_DIALECTS_EMEL_MOVEMENT_TD

include "dialects/emel/EmelBase.td"

def Emel_GetRowsOp : Emel_InferredOp<"get_rows"> {
  let summary = "Gathers rows by index";
  let description = [{
    `result[…, i, :] = table[…, ids[…, i], :]`; the rows are decoded to f32 (an f64 table
    stays f64).

    * (C1) the table has at least 2 dimensions, ids one less;
    * (C2) the leading dimensions of table and ids are equal;
    * (C3) each id is at least 0 and below the number of rows, checked when run.

    ```mlir
    %x = emel.get_rows %embd, %tokens : (tensor<512x64x!emel.q8_0>, tensor<?xi32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Emel_WeightTensor:$table, Emel_IntTensor:$ids);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$table `,` $ids attr-dict `:` functional-type(operands, results)";
}

def Emel_ReshapeOp : Emel_Op<"reshape", [Pure]> {
  let summary = "Gives the same elements, in the same order, another shape";
  let description = [{
    * (C1) the element types are equal;
    * (C2) both types have the same number of unknown dimensions, at most one, and the same product of
      the known ones.

    ```mlir
    %y = emel.reshape %x : tensor<?x64xf32> to tensor<?x8x8xf32>
    ```
  }];
  let arguments = (ins Emel_ValueTensor:$input);
  let results = (outs Emel_ValueTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `to` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Emel_PermuteOp : Emel_InferredOp<"permute"> {
  let summary = "Reorders dimensions";
  let description = [{
    Dimension i of the result is dimension `order[i]` of the input.

    * (C1) `order` is a permutation of the input's dimensions.

    ```mlir
    %y = emel.permute %x [1, 0] : (tensor<?x64xf32>) -> tensor<64x?xf32>
    ```
  }];
  let arguments = (ins Emel_ValueTensor:$input, DenseI64ArrayAttr:$order);
  let results = (outs Emel_ValueTensor:$result);
  let assemblyFormat = "$input $order attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Emel_SliceOp : Emel_InferredOp<"slice"> {
  let summary = "Takes a range of one dimension";
  let description = [{
    * (C1) `dim` is a dimension of the input, and its size is known;
    * (C2) offset and size are not negative, their sum at most the dimension;
    * (C3) a slice of the innermost dimension of a block format starts and ends at blocks.

    ```mlir
    %y = emel.slice %x dim 1 from 64 size 64 : (tensor<?x128xf32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Emel_AnyTensor:$input, I64Attr:$dim, I64Attr:$offset, I64Attr:$size);
  let results = (outs Emel_AnyTensor:$result);
  let assemblyFormat = [{
    $input `dim` $dim `from` $offset `size` $size attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
}

#endif  // EMEL_DIALECTS_EMEL_MOVEMENT_TD
