#include "compiler/import/ModelBuilder.h"

using namespace mlir;

namespace emel {

/// Llama 1 to 3 and Mistral: grouped-query attention with rotated neighbours, a gated feed-forward;
/// with `expert_count` Mixtral's mixture of them.
void importLlama(ModelBuilder &b) {
  Decoder decoder = b.readDecoder();
  if (!b.ok()) return;
  Rope rope = b.readRope(RopeMode::Normal, decoder);
  int64_t experts = b.metadata.integer("expert_count", 0, 0);
  int64_t used = experts ? b.metadata.integer("expert_used_count") : 0;
  if (used > experts)
    b.metadata.fail("expert_used_count", "expected at most expert_count " + Twine(experts) +
                                             ", found " + Twine(used));
  if (!b.ok()) return;

  Value x = b.embedTokens(decoder.width);
  for (int64_t layer = 0; layer < decoder.layers && b.ok(); ++layer) {
    b.enterLayer(layer);
    Heads heads = decoder.heads(layer);
    auto qkv = b.project(b.rmsNorm(x, "attn_norm"), heads);
    qkv.query = b.rotate(qkv.query, rope, "attn_q_rope");
    qkv.key = b.rotate(qkv.key, rope, "attn_k_rope");
    x = b.add(x, b.attend(qkv, heads, decoder.width), "attn_residual");

    Value y = b.rmsNorm(x, "ffn_norm");
    y = experts ? b.mixtureOfExperts(y, decoder.ffn[layer], experts, used, UnaryKind::Silu)
                : b.gatedFeedForward(y, decoder.ffn[layer], UnaryKind::Silu);
    x = b.add(x, y, "ffn_residual");
  }
  b.enterLayer(-1);
  b.finish(b.head(b.rmsNorm(b.selectRows(x), "output_norm")));
}

}  // namespace emel
