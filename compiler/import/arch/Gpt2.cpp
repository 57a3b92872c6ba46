#include "compiler/import/ModelBuilder.h"

using namespace mlir;

namespace emel {

/// GPT-2: learned positions, layer norms, fused projections with biases everywhere, a plain
/// feed-forward.
void importGpt2(ModelBuilder &b) {
  Decoder decoder = b.readDecoder();
  Attention attention{.bias = Bias::Required, .outputBias = Bias::Required, .fused = true};
  Value x = b.add(b.embedTokens(decoder.width), b.embedPositions(decoder.width), "embd");
  b.forEachLayer(decoder, [&](int64_t) {
    x = b.add(x, b.attend(b.layerNorm(x, "attn_norm"), decoder, attention), "attn_residual");
    Value y = b.plainFeedForward(b.layerNorm(x, "ffn_norm"), decoder, UnaryKind::Gelu);
    x = b.add(x, y, "ffn_residual");
  });
  b.finish(b.head(b.layerNorm(b.selectRows(x), "output_norm")));
}

}  // namespace emel
