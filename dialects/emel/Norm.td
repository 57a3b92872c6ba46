// Normalisations, most of them over the innermost dimension.

#ifndef EMEL_DIALECTS_EMEL_NORM_TD
#define EMEL_DIALECTS_EMEL_NORM_TD

include "dialects/emel/EmelBase.td"

def Emel_RmsNormOp : Emel_Op<"rms_norm", [Pure, AllTypesMatch<["input", "result"]>, Emel_RowTiles]> {
  let summary = "Divides each row by its root mean square";
  let description = [{
    `result = input / sqrt(mean(input^2) + eps) [* weight]`, row by row, rounded to the element type before
    the product with the weight too.

    * (C1) the input has a row; the weight has one dimension, equal to the row's, and the row's element
      type;
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
                                              AllTypesMatch<["input", "result"]>,
                                              Emel_RowTiles]> {
  let summary = "Shifts each row to mean 0 and scales it to variance 1";
  let description = [{
    `result = (input - mean) / sqrt(mean((input - mean)^2) + eps) [* weight] [+ bias]`, row by row, rounded
    to the element type before the product and before the sum too.

    * (C1) the input has a row; weight and bias have one dimension, equal to the row's, and the row's
      element type;
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

def Emel_L2NormOp : Emel_SameTypeOp<"l2_norm", [Emel_RowTiles]> {
  let summary = "Divides each row by its length";
  let description = [{
    `result = input / max(sqrt(sum(input^2)), eps)`, row by row.

    * (C1) the input has at least 1 dimension;
    * (C2) eps is finite and not negative.

    ```mlir
    %y = emel.l2_norm %x eps 9.99999974E-6 : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input, F32Attr:$eps);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$input `eps` $eps attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Emel_GroupNormOp : Emel_SameTypeOp<"group_norm", [DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Shifts each group of channels to mean 0 and scales it to variance 1";
  let description = [{
    The input is `[…, channels, height, width]`. Each of `groups` ranges of consecutive channels becomes
    `(input - mean) / sqrt(mean((input - mean)^2) + eps)`, with the mean over the range.

    * (C1) the input has at least 3 dimensions;
    * (C2) eps is finite and not negative;
    * (C3) `groups` is positive and divides the channels.

    ```mlir
    %y = emel.group_norm %x groups 4 eps 9.99999974E-6 : tensor<?x16x8x8xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input, I64Attr:$groups, F32Attr:$eps);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = "$input `groups` $groups `eps` $eps attr-dict `:` type($result)";
  let hasVerifier = 1;
}

#endif  // EMEL_DIALECTS_EMEL_NORM_TD
