#include "compiler/import/ModelBuilder.h"

using namespace mlir;

namespace emel {

/// Llama 1 to 3 and Mistral: grouped-query attention with rotated neighbours, a gated feed-forward;
/// with `expert_count` Mixtral's mixture of them.
void importLlama(ModelBuilder &b) {
  Decoder decoder = b.readDecoder();
  Rope rope = b.readRope(RopeMode::Normal, decoder);
  Experts experts = b.readExperts();
  Value x = b.embedTokens(decoder.width);
  b.forEachLayer(decoder, [&](int64_t) {
    x = b.add(x, b.attend(b.rmsNorm(x, "attn_norm"), decoder, {.rope = &rope}), "attn_residual");
    Value y = b.rmsNorm(x, "ffn_norm");
    y = experts.count ? b.mixtureOfExperts(y, decoder, experts, UnaryKind::Silu)
                      : b.gatedFeedForward(y, decoder, UnaryKind::Silu);
    x = b.add(x, y, "ffn_residual");
  });
  b.finish(b.head(b.rmsNorm(b.selectRows(x), "output_norm")));
}

}  // namespace emel
