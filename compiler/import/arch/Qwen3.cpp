#include "compiler/import/ModelBuilder.h"

using namespace mlir;

namespace emel {

/// Qwen 3: no biases; each head of queries and keys is normalised before it is rotated.
void importQwen3(ModelBuilder &b) {
  Decoder decoder = b.readDecoder();
  if (!b.ok()) return;
  Rope rope = b.readRope(RopeMode::Neox, decoder);
  if (!b.ok()) return;

  Value x = b.embedTokens(decoder.width);
  for (int64_t layer = 0; layer < decoder.layers && b.ok(); ++layer) {
    b.enterLayer(layer);
    Heads heads = decoder.heads(layer);
    auto qkv = b.project(b.rmsNorm(x, "attn_norm"), heads);
    qkv.query = b.rotate(b.rmsNorm(qkv.query, "attn_q_norm"), rope, "attn_q_rope");
    qkv.key = b.rotate(b.rmsNorm(qkv.key, "attn_k_norm"), rope, "attn_k_rope");
    x = b.add(x, b.attend(qkv, heads, decoder.width), "attn_residual");
    Value y = b.gatedFeedForward(b.rmsNorm(x, "ffn_norm"), decoder.ffn[layer], UnaryKind::Silu);
    x = b.add(x, y, "ffn_residual");
  }
  b.enterLayer(-1);
  b.finish(b.head(b.rmsNorm(b.selectRows(x), "output_norm")));
}

}  // namespace emel
