// Normalisations over the innermost dimension.

#ifndef EMEL_DIALECTS_EMEL_NORM_TD
#define EMEL_DIALECTS_EMEL_NORM_TD

include "dialects/emel/EmelBase.td"

def Emel_RmsNormOp : Emel_Op<"rms_norm", [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "Divides each row by its root mean square";
  let description = [{
    `result = input / sqrt(mean(input^2) + eps) [* weight]`, row by row.

    * (C1) the weight has one dimension, equal to the row's, and the row's element type;
    * (C2) eps is finite and not negative.

    ```mlir
    %y = emel.rms_norm %x weight %w eps 9.99999974E-6 : tensor<?x64xf32>, tensor<64xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input, Optional<Emel_FloatTensor>:$weight, F32Attr:$eps);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = [{
    $input (`weight` $weight^)? `eps` $eps attr-dict `:` type($input) (`,` type($weight)^)?
  }];
  let hasVerifier = 1;
}

def Emel_LayerNormOp : Emel_Op<"layer_norm", [Pure, AttrSizedOperandSegments,
                                              AllTypesMatch<["input", "result"]>]> {
  let summary = "Shifts each row to mean 0 and scales it to variance 1";
  let description = [{
    `result = (input - mean) / sqrt(mean((input - mean)^2) + eps) [* weight] [+ bias]`, row by row.

    * (C1) weight and bias have one dimension, equal to the row's, and the row's element type;
    * (C2) eps is finite and not negative;
    * (C3) a bias needs a weight.

    ```mlir
    %y = emel.layer_norm %x weight %w bias %b eps 9.99999974E-6
        : tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input, Optional<Emel_FloatTensor>:$weight,
                       Optional<Emel_FloatTensor>:$bias, F32Attr:$eps);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = [{
    $input (`weight` $weight^)? (`bias` $bias^)? `eps` $eps attr-dict
    `:` type($input) (`,` type($weight)^)? (`,` type($bias)^)?
  }];
  let hasVerifier = 1;
}

#endif  // EMEL_DIALECTS_EMEL_NORM_TD
