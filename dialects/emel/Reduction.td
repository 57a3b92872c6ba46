// Ops that reduce, rank or accumulate along dimensions.

#ifndef EMEL_DIALECTS_EMEL_REDUCTION_TD
#define EMEL_DIALECTS_EMEL_REDUCTION_TD

include "dialects/emel/EmelBase.td"

def Emel_ReduceKind : Emel_Enum<"ReduceKind", "how elements are combined", [
    I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Mean", 1, "mean">,
    I32EnumAttrCase<"Max", 2, "max">, I32EnumAttrCase<"Min", 3, "min">,
  ]>;
def Emel_ReduceKindAttr : Emel_EnumAttr<Emel_ReduceKind, "reduce_kind">;

def Emel_ReduceOp : Emel_InferredOp<"reduce"> {
  let summary = "Combines the elements along dimensions";
  let description = [{
    The reduced dimensions stay, with size 1.

    * (C1) `dims` are different dimensions of the input, ascending, at least one.

    ```mlir
    %y = emel.reduce sum %x [1] : (tensor<?x64xf32>) -> tensor<?x1xf32>
    ```
  }];
  let arguments = (ins Emel_ReduceKindAttr:$kind, Emel_FloatTensor:$input, DenseI64ArrayAttr:$dims);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$kind $input $dims attr-dict `:` functional-type(operands, results)";
}

def Emel_TopKOp : Emel_InferredOp<"top_k"> {
  let summary = "Finds the largest elements of each row";
  let description = [{
    The indices of the k largest elements of each row, largest first; of equal ones the lower index.

    * (C1) k is positive and, where the row's size is known, at most that.

    ```mlir
    %ids = emel.top_k %x k 2 : (tensor<?x8xf32>) -> tensor<?x2xi32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input, I64Attr:$k);
  let results = (outs Emel_IntTensor:$result);
  let assemblyFormat = "$input `k` $k attr-dict `:` functional-type(operands, results)";
}

#endif  // EMEL_DIALECTS_EMEL_REDUCTION_TD
