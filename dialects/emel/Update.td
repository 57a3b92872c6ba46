// Ops that change a part of a tensor.

#ifndef EMEL_DIALECTS_EMEL_UPDATE_TD
#define EMEL_DIALECTS_EMEL_UPDATE_TD

include "dialects/emel/EmelBase.td"

def Emel_SetRowsOp : Emel_InferredOp<"set_rows", [DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Replaces rows by index";
  let description = [{
    The table, with `result[…, ids[…, i], :] = rows[…, i, :]` converted to its element type. Of rows with
    equal ids the last one stays. An id that names no row is an error when run.

    * (C1) the table has at least 2 dimensions, rows as many, ids one less;
    * (C2) the leading dimensions of all three are equal, and so are the rows of table and rows;
    * (C3) there is one id for each row.

    ```mlir
    %y = emel.set_rows %table, %rows at %ids
        : (tensor<512x64xf16>, tensor<?x64xf32>, tensor<?xi64>) -> tensor<512x64xf16>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$table, Emel_FloatTensor:$rows, Emel_IntTensor:$ids);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = [{
    $table `,` $rows `at` $ids attr-dict `:` functional-type(operands, results)
  }];
}

class Emel_PartOp<string opMnemonic, string what, string formula>
    : Emel_InferredOp<opMnemonic, [DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = what;
  let description = [{
    The whole, with `}] # formula # [{`.

    * (C1) whole and part have the same element type, the same number of dimensions and no layout;
    * (C2) there is one offset for each dimension, none negative;
    * (C3) the part ends inside the whole.

    ```mlir
    %y = emel.}] # opMnemonic # [{ %x, %part at [0, 32] : (tensor<4x64xf32>, tensor<2x32xf32>) -> tensor<4x64xf32>
    ```
  }];
  let assemblyFormat = [{
    $whole `,` $part `at` $offsets attr-dict `:` functional-type(operands, results)
  }];
}

def Emel_SetOp : Emel_PartOp<"set", "Replaces a part of a tensor",
                             "result[offsets + i] = part[i]"> {
  let arguments = (ins Emel_ValueTensor:$whole, Emel_ValueTensor:$part, DenseI64ArrayAttr:$offsets);
  let results = (outs Emel_ValueTensor:$result);
  let hasFolder = 1;
}

def Emel_AccumulateOp : Emel_PartOp<"accumulate", "Adds to a part of a tensor",
                                    "result[offsets + i] = whole[offsets + i] + part[i]"> {
  let arguments = (ins Emel_FloatTensor:$whole, Emel_FloatTensor:$part, DenseI64ArrayAttr:$offsets);
  let results = (outs Emel_FloatTensor:$result);
}

#endif  // EMEL_DIALECTS_EMEL_UPDATE_TD
