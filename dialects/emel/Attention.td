// Positions, softmax, attention and the state it reads.

#ifndef EMEL_DIALECTS_EMEL_ATTENTION_TD
#define EMEL_DIALECTS_EMEL_ATTENTION_TD

include "dialects/emel/EmelBase.td"

def Emel_RopeMode : Emel_Enum<"RopeMode", "which elements rotate together, by which position", [
    I32EnumAttrCase<"Normal", 0, "normal">, I32EnumAttrCase<"Neox", 1, "neox">,
    I32EnumAttrCase<"Mrope", 2, "mrope">, I32EnumAttrCase<"Vision", 3, "vision">,
    I32EnumAttrCase<"Imrope", 4, "imrope">,
  ]>;
def Emel_RopeModeAttr : Emel_EnumAttr<Emel_RopeMode, "rope_mode">;

def Emel_RopeOp : Emel_Op<"rope", [Pure, AllTypesMatch<["input", "result"]>,
                                  DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Rotates pairs of elements by an angle that grows with the position";
  let description = [{
    The input is `[tokens, heads, row]`. Pair j of the first `dims` elements of a row turns by

        theta_j = position * base^(-2 j / dims) / factor_j

    `normal` pairs elements 2j and 2j+1; the other modes pair j and j + dims/2 (`vision`: j and
    j + dims, over all the row). Elements beyond `dims` pass unchanged.

    **Positions.** `normal` and `neox` take one position for each token. The others take 4
    (time, height, width, extra) and `sections` s0..s3: `mrope` uses position c for the pairs of
    section c, the sections repeating; `vision` takes s0 pairs by the first position and the next s1
    by the second, each section's angles starting anew; `imrope` interleaves time, height and width
    (pair j of the repeating sum uses position j mod 3 while j < 3 s_c, the extra one otherwise).

    **Scaling.** theta is multiplied by `scale`. With `ext` > 0 (YaRN) pairs that turn often keep
    the unscaled angle: with

        turn(beta) = dims ln(orig / (beta 2 pi)) / (2 ln base)
        low, high = max(0, floor(turn(beta_fast))), min(dims - 1, ceil(turn(beta_slow)))
        mix_j     = ext * (1 - clamp((j - low) / max(0.001, high - low), 0, 1))
        theta_j   = scaled (1 - mix_j) + unscaled mix_j

    and the magnitude `attn` is multiplied by 1 + 0.1 ln(1 / scale). Sines and cosines are
    multiplied by the magnitude.

    * (C1) the input has 3 dimensions;
    * (C2) `dims` is even, positive and at most the row (`vision`: exactly half the row);
    * (C3) positions are `[tokens]`, or `[4, tokens]` for `mrope`, `vision` and `imrope`;
    * (C4) factors are `[dims / 2]` (`vision`: `[dims]`), of f32;
    * (C5) base, scale, attn and the betas are finite and positive;
    * (C6) ext is finite and not negative;
    * (C7) `sections` are given exactly for the modes with 4 positions: 4 of them, from 0 to `dims`, their sum
      positive;
    * (C8) with ext > 0, `orig` is positive.

    ```mlir
    %y = emel.rope neox %q at %pos {base = 1.000000e+04 : f32, dims = 8 : i64}
        : tensor<?x8x8xf32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins Emel_RopeModeAttr:$mode, Emel_FloatTensor:$input, Emel_IntTensor:$positions,
      Optional<Emel_FloatTensor>:$factors, I64Attr:$dims, F32Attr:$base,
      DefaultValuedAttr<F32Attr, "1.0f">:$scale, DefaultValuedAttr<F32Attr, "1.0f">:$attn,
      DefaultValuedAttr<F32Attr, "0.0f">:$ext, DefaultValuedAttr<F32Attr, "32.0f">:$beta_fast,
      DefaultValuedAttr<F32Attr, "1.0f">:$beta_slow, DefaultValuedAttr<I64Attr, "0">:$orig,
      OptionalAttr<DenseI64ArrayAttr>:$sections);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = [{
    `` $mode $input `at` $positions (`factors` $factors^)? attr-dict
    `:` type($input) `,` type($positions) (`,` type($factors)^)?
  }];
  let hasVerifier = 1;
}

def Emel_SoftmaxOp : Emel_Op<"softmax", [Pure, AttrSizedOperandSegments,
                                         AllTypesMatch<["input", "result"]>,
                                         DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Turns each row into probabilities";
  let description = [{
    `result = e^(z - max z) / sum e^(z - max z)` with `z = input * scale + slope_h * mask`, row by row. The
    slope of head h (the third dimension from the end) is 1 where `max_bias` is 0, else ALiBi's: with
    H heads and P the largest power of two not above H, `2^(-max_bias (h + 1) / P)` for h < P and
    `2^(-max_bias (h - P + 1/2) / P)` beyond. A sink is one more logit of its head: it enters maximum and sum and
    has no result. A row of -inf everywhere (without a sink) gives zeros.

    * (C1) the input has a row; the mask has 2 dimensions, those of the input's last two;
    * (C2) sinks are `[heads]`; they and `max_bias` > 0 need an input of at least 3 dimensions;
    * (C3) scale is finite, `max_bias` is finite and not negative.

    ```mlir
    %p = emel.softmax %kq mask %mask {scale = 1.250000e-01 : f32}
        : (tensor<8x?x?xf32>, tensor<?x?xf32>) -> tensor<8x?x?xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$input, Optional<Emel_FloatTensor>:$mask,
      Optional<Emel_FloatTensor>:$sinks, DefaultValuedAttr<F32Attr, "1.0f">:$scale,
      DefaultValuedAttr<F32Attr, "0.0f">:$max_bias);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = [{
    $input (`mask` $mask^)? (`sinks` $sinks^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Emel_FlashAttentionOp : Emel_InferredOp<"flash_attention", [
    AttrSizedOperandSegments, DeclareOpInterfaceMethods<Emel_TileOpInterface>,
    DeclareOpInterfaceMethods<Emel_CostOpInterface>]> {
  let summary = "Attends over keys and values that are tensors";
  let description = [{
    `result[i, h] = sum over c of p[h, i, c] * value[c, h / g]`, where `g = heads / kv_heads` and p is the
    softmax over c of `z = cap(scale * <query[i, h], key[c, h / g]>) + slope_h * mask[i, c]`. `cap(x)` is
    `softcap * tanh(x / softcap)` where `softcap` > 0, else x. Slopes and sinks are those of `emel.softmax`.
    A row whose mask is -inf everywhere (and that has no sink) gives zeros.

    * (C1) query is `[n, heads, k]`, key `[c, kv_heads, k]`, value `[c, kv_heads, v]`;
    * (C2) kv_heads divides heads;
    * (C3) the mask is `[n, c]`, sinks are `[heads]`;
    * (C4) scale is finite; softcap and max_bias are finite and not negative.

    ```mlir
    %y = emel.flash_attention %q, %k, %v mask %m {scale = 1.250000e-01 : f32}
        : (tensor<?x8x64xf32>, tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x?xf32>)
        -> tensor<?x8x64xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$query, Emel_FloatTensor:$key, Emel_FloatTensor:$value,
      Optional<Emel_FloatTensor>:$mask, Optional<Emel_FloatTensor>:$sinks, F32Attr:$scale,
      DefaultValuedAttr<F32Attr, "0.0f">:$softcap, DefaultValuedAttr<F32Attr, "0.0f">:$max_bias);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` $mask^)? (`sinks` $sinks^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Emel_KvWriteOp : Emel_Op<"kv_write", [Pure, AllTypesMatch<["state", "result"]>,
                                          DeclareOpInterfaceMethods<Emel_StateOpInterface>,
                                          DeclareOpInterfaceMethods<Emel_TileOpInterface>]> {
  let summary = "Stores keys and values at their slots and positions";
  let description = [{
    Row i of key and value becomes the cell `(slots[i], positions[i])` of the result; what that cell
    held is replaced. All other cells stay.

    * (C1) keys are `[n, heads, key]`, values `[n, heads, value]` as the state's type says;
    * (C2) positions and slots are `[n]`.

    ```mlir
    %kv1 = emel.kv_write %kv0, %k, %v at %pos in %slots
        : (!emel.kv<2x64x64xf32>, tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?xi32>, tensor<?xi32>)
        -> !emel.kv<2x64x64xf32>
    ```
  }];
  let arguments = (ins Emel_KvType:$state, Emel_FloatTensor:$key, Emel_FloatTensor:$value,
                       Emel_IntTensor:$positions, Emel_IntTensor:$slots);
  let results = (outs Emel_KvType:$result);
  let assemblyFormat = [{
    $state `,` $key `,` $value `at` $positions `in` $slots attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Emel_KvReadOp : Emel_Op<"kv_read", [Pure]> {
  let summary = "Reads all cells and says which of them each token may see";
  let description = [{
    Key and value list the cells of the slots in `slots`, by ascending slot and position. `mask[i, c]` is
    0 where token i sees cell c and -inf elsewhere: the cell is in the token's slot, not at a later
    position (unless `bidirectional`), and, with a `window` w > 0, at a position greater than the token's
    minus w. With `distance` the mask holds minus the distance of the positions in place of 0, as ALiBi wants it.

    * (C1) key is `[c, heads, key]`, value `[c, heads, value]` as the state's type says, mask `[n, c]`;
    * (C2) positions and slots are `[n]`;
    * (C3) the window is not negative.

    ```mlir
    %k, %v, %mask = emel.kv_read %kv at %pos in %slots {window = 16 : i64}
        : (!emel.kv<2x64x64xf32>, tensor<?xi32>, tensor<?xi32>)
        -> (tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x?xf32>)
    ```
  }];
  let arguments = (ins Emel_KvType:$state, Emel_IntTensor:$positions, Emel_IntTensor:$slots,
      DefaultValuedAttr<I64Attr, "0">:$window, UnitAttr:$bidirectional, UnitAttr:$distance);
  let results = (outs Emel_FloatTensor:$key, Emel_FloatTensor:$value, Emel_FloatTensor:$mask);
  let assemblyFormat = [{
    $state `at` $positions `in` $slots attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Emel_AttentionOp : Emel_InferredOp<"attention", [
    DeclareOpInterfaceMethods<Emel_TileOpInterface>,
    DeclareOpInterfaceMethods<Emel_CostOpInterface>]> {
  let summary = "Attends over the cells of a state";
  let description = [{
    The same as `emel.kv_read` of the state followed by `emel.flash_attention`; cells that a token does not
    see are never touched.

    * (C1) query is `[n, heads, key]`, key as the state's type says;
    * (C2) the state's heads divide the query's;
    * (C3) positions and slots are `[n]`, sinks are `[heads]`;
    * (C4) scale is finite; softcap and max_bias are finite and not negative; the window is not negative.

    ```mlir
    %y = emel.attention %q, %kv at %pos in %slots {scale = 1.250000e-01 : f32}
        : (tensor<?x8x64xf32>, !emel.kv<2x64x64xf32>, tensor<?xi32>, tensor<?xi32>)
        -> tensor<?x8x64xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$query, Emel_KvType:$state, Emel_IntTensor:$positions,
      Emel_IntTensor:$slots, Optional<Emel_FloatTensor>:$sinks, F32Attr:$scale,
      DefaultValuedAttr<F32Attr, "0.0f">:$softcap, DefaultValuedAttr<F32Attr, "0.0f">:$max_bias,
      DefaultValuedAttr<I64Attr, "0">:$window, UnitAttr:$bidirectional);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = [{
    $query `,` $state `at` $positions `in` $slots (`sinks` $sinks^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

#endif  // EMEL_DIALECTS_EMEL_ATTENTION_TD
