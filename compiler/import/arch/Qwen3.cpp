#include "compiler/import/ModelBuilder.h"

using namespace mlir;

namespace emel {

/// Qwen 3: rotated halves, no biases; each head of queries and keys is normalised before it is
/// rotated.
void importQwen3(ModelBuilder &b) {
  Decoder decoder = b.readDecoder();
  Rope rope = b.readRope(RopeMode::Neox, decoder);
  Attention attention{.rope = &rope, .headNorms = true};
  Value x = b.embedTokens(decoder.width);
  b.forEachLayer(decoder, [&](int64_t) {
    x = b.add(x, b.attend(b.rmsNorm(x, "attn_norm"), decoder, attention), "attn_residual");
    Value y = b.gatedFeedForward(b.rmsNorm(x, "ffn_norm"), decoder, UnaryKind::Silu);
    x = b.add(x, y, "ffn_residual");
  });
  b.finish(b.head(b.rmsNorm(b.selectRows(x), "output_norm")));
}

}  // namespace emel
