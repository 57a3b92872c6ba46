// Activations of 8 bits: the one place where numbers become coarser than their type.

#ifndef EMEL_DIALECTS_EMEL_QUANTIZATION_TD
#define EMEL_DIALECTS_EMEL_QUANTIZATION_TD

include "dialects/emel/EmelBase.td"
include "dialects/emel/Interfaces.td"

def Emel_QuantizeOp : Emel_InferredOp<"quantize", [
    DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Rounds activations to 8 bits, with a scale for each group";
  let description = [{
    For each group of 16 elements x of a row, with a = the largest |x|, each operation rounded to f32:

    `d = a / 127`, `q = round(x * (1 / d))`, halves to even; an element of the result is `d * q`.

    Where d is below the smallest normal number, d and q are 0. Where a is no finite number, d is a
    NaN and q is 0. The scheme also prescribes how `emel.matmul` sums products with the result.

    * (C1) the input has at least 1 dimension, and no layout;
    * (C2) the innermost dimension is a multiple of 16.

    ```mlir
    %q = emel.quantize %x <group = 16, rounding = half_even, sum = ascending>
        : (tensor<?x64xf32>) -> tensor<?x64x!emel.a8>
    ```
  }];
  let arguments = (ins Emel_TensorOf<[F32]>:$input, Emel_SchemeAttr:$scheme);
  let results = (outs Emel_ActivationTensor:$result);
  let assemblyFormat = "$input $scheme attr-dict `:` functional-type(operands, results)";
  let builders = [OpBuilder<(ins "::mlir::Value":$input), [{
    build($_builder, $_state, input, SchemeAttr::get($_builder.getContext()));
  }]>];
}

#endif  // EMEL_DIALECTS_EMEL_QUANTIZATION_TD
