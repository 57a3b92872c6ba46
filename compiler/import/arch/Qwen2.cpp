#include "compiler/import/ModelBuilder.h"

using namespace mlir;

namespace emel {

/// Qwen 2 and 2.5: Llama's shape with rotated halves and biases on queries, keys and values.
void importQwen2(ModelBuilder &b) {
  Decoder decoder = b.readDecoder();
  if (!b.ok()) return;
  Rope rope = b.readRope(RopeMode::Neox, decoder);
  if (!b.ok()) return;

  Value x = b.embedTokens(decoder.width);
  for (int64_t layer = 0; layer < decoder.layers && b.ok(); ++layer) {
    b.enterLayer(layer);
    Heads heads = decoder.heads(layer);
    auto qkv = b.project(b.rmsNorm(x, "attn_norm"), heads, Bias::Required);
    qkv.query = b.rotate(qkv.query, rope, "attn_q_rope");
    qkv.key = b.rotate(qkv.key, rope, "attn_k_rope");
    x = b.add(x, b.attend(qkv, heads, decoder.width), "attn_residual");
    Value y = b.gatedFeedForward(b.rmsNorm(x, "ffn_norm"), decoder.ffn[layer], UnaryKind::Silu);
    x = b.add(x, y, "ffn_residual");
  }
  b.enterLayer(-1);
  b.finish(b.head(b.rmsNorm(b.selectRows(x), "output_norm")));
}

}  // namespace emel
