// Ops that move elements without computing on them.

#ifndef EMEL_DIALECTS_EMEL_MOVEMENT_TD
#define EMEL_DIALECTS_EMEL_MOVEMENT_TD

include "dialects/emel/EmelBase.td"

def Emel_GetRowsOp : Emel_InferredOp<"get_rows", [
    DeclareOpInterfaceMethods<Emel_TileOpInterface>,
    DeclareOpInterfaceMethods<Emel_WeightOpInterface>]> {
  let summary = "Gathers rows by index";
  let description = [{
    `result[…, i, :] = table[…, ids[…, i], :]`; the rows are decoded to f32 (an f64 table
    stays f64).

    * (C1) the table has at least 2 dimensions, ids one less;
    * (C2) the leading dimensions of table and ids are equal;
    * (C3) the rows of a block format are a multiple of its block.

    An id that names no row is an error when run.

    ```mlir
    %x = emel.get_rows %embd, %tokens : (tensor<512x64x!emel.q8_0>, tensor<?xi32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Emel_WeightTensor:$table, Emel_IntTensor:$ids);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$table `,` $ids attr-dict `:` functional-type(operands, results)";
}

def Emel_ReshapeOp : Emel_Op<"reshape", [Pure, DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Gives the same elements, in the same order, another shape";
  let description = [{
    * (C1) the element types are equal, and there is no layout;
    * (C2) both types have the same number of unknown dimensions, at most one, and the same product of
      the known ones, which is not 0 beside an unknown one.

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

def Emel_PermuteOp : Emel_InferredOp<"permute", [DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Reorders dimensions";
  let description = [{
    Dimension i of the result is dimension `order[i]` of the input.

    * (C1) `order` is a permutation of the input's dimensions, and there is no layout.

    ```mlir
    %y = emel.permute %x [1, 0] : (tensor<?x64xf32>) -> tensor<64x?xf32>
    ```
  }];
  let arguments = (ins Emel_ValueTensor:$input, DenseI64ArrayAttr:$order);
  let results = (outs Emel_ValueTensor:$result);
  let assemblyFormat = "$input $order attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Emel_SliceOp : Emel_InferredOp<"slice", [DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Takes a range of one dimension";
  let description = [{
    * (C1) `dim` is a dimension of the input of known size, and there is no layout;
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

def Emel_ConcatOp : Emel_InferredOp<"concat", [DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Joins tensors along one dimension";
  let description = [{
    * (C1) there is an input, and `dim` is a dimension of it;
    * (C2) the inputs have the same element type and rank;
    * (C3) none has a layout, and their rows are whole blocks;
    * (C4) their dimensions but `dim` are equal;
    * (C5) the result has fewer than 2^63 indices along `dim`.

    ```mlir
    %y = emel.concat %a, %b dim 1 : (tensor<?x64xf32>, tensor<?x32xf32>) -> tensor<?x96xf32>
    ```
  }];
  let arguments = (ins Variadic<Emel_AnyTensor>:$inputs, I64Attr:$dim);
  let results = (outs Emel_AnyTensor:$result);
  let assemblyFormat = "$inputs `dim` $dim attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Emel_RepeatOp : Emel_InferredOp<"repeat", [DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Repeats a tensor along its dimensions";
  let description = [{
    `result[i, …] = input[i mod size, …]`, where dimension d of the result is `counts[d]` times that of the
    input.

    * (C1) there is one positive count for each dimension, no layout, and no dimension grows beyond 2^63.

    ```mlir
    %y = emel.repeat %x [2, 1] : (tensor<4x64xf32>) -> tensor<8x64xf32>
    ```
  }];
  let arguments = (ins Emel_ValueTensor:$input, DenseI64ArrayAttr:$counts);
  let results = (outs Emel_ValueTensor:$result);
  let assemblyFormat = "$input $counts attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Emel_PadKind : Emel_Enum<"PadKind", "what surrounds a padded tensor", [
    I32EnumAttrCase<"Zeros", 0, "zeros">, I32EnumAttrCase<"Circular", 1, "circular">,
    I32EnumAttrCase<"Reflect", 2, "reflect">,
  ]>;
def Emel_PadKindAttr : Emel_EnumAttr<Emel_PadKind, "pad_kind">;

def Emel_PadOp : Emel_InferredOp<"pad", [DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Surrounds a tensor with more elements";
  let description = [{
    `low[d]` elements go before dimension d and `high[d]` after it: zeros, or the tensor's own elements as if
    it went round (`circular`: … c a b c a …) or were mirrored at its ends (`reflect`: … c b a b c b a …).

    * (C1) low and high have one amount for each dimension, none negative, there is no layout, and no
      dimension grows beyond 2^63;
    * (C2) a dimension padded by `circular` is not empty, one padded by `reflect` is larger than either amount.

    ```mlir
    %y = emel.pad zeros %x low [0, 1] high [0, 2] : (tensor<?x5xf32>) -> tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Emel_PadKindAttr:$kind, Emel_ValueTensor:$input, DenseI64ArrayAttr:$low,
                       DenseI64ArrayAttr:$high);
  let results = (outs Emel_ValueTensor:$result);
  let assemblyFormat = [{
    $kind $input `low` $low `high` $high attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
}

def Emel_RollOp : Emel_SameTypeOp<"roll", [DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Shifts elements cyclically";
  let description = [{
    `result[i, …] = input[(i - shifts[0]) mod size, …]`, in every dimension.

    * (C1) there is one shift for each dimension, and no layout.

    ```mlir
    %y = emel.roll %x by [1, 0] : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Emel_ValueTensor:$input, DenseI64ArrayAttr:$shifts);
  let results = (outs Emel_ValueTensor:$result);
  let assemblyFormat = "$input `by` $shifts attr-dict `:` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

class Emel_LayoutOp<string opMnemonic> : Emel_Op<opMnemonic, [Pure]> {
  let arguments = (ins Emel_AnyTensor:$input);
  let results = (outs Emel_AnyTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `to` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Emel_PackOp : Emel_LayoutOp<"pack"> {
  let summary = "Moves a tensor from GGUF's arrangement to a layout";
  let description = [{
    Only the arrangement of the bytes changes; every element keeps its value.

    * (C1) input and result have the same shape and element type;
    * (C2) the input has no layout, the result has one.

    ```mlir
    %p = emel.pack %w : tensor<64x256x!emel.q4_k> to tensor<64x256x!emel.q4_k, #emel.layout<r16>>
    ```
  }];
}

def Emel_UnpackOp : Emel_LayoutOp<"unpack"> {
  let summary = "Moves a tensor from a layout to GGUF's arrangement";
  let description = [{
    The inverse of `emel.pack`.

    * (C1) input and result have the same shape and element type;
    * (C2) the input has a layout, the result has none.

    ```mlir
    %w = emel.unpack %p : tensor<64x256x!emel.q4_k, #emel.layout<r16>> to tensor<64x256x!emel.q4_k>
    ```
  }];
}

#endif  // EMEL_DIALECTS_EMEL_MOVEMENT_TD
