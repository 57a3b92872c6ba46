#include "compiler/import/ModelBuilder.h"

using namespace mlir;

namespace emel {

/// Phi 3: Llama's shape with fused projections, gate and up fused in ffn_up, rotated halves with two sets
/// of factors, and a window in every layer.
void importPhi3(ModelBuilder &b) {
  Decoder decoder = b.readDecoder();
  if (!b.ok()) return;
  Rope rope = b.readRope(RopeMode::Neox, decoder);
  AttentionRule rule;
  rule.window = b.metadata.integer("attention.sliding_window", 0, 0);
  if (!b.ok()) return;

  Value x = b.embedTokens(decoder.width);
  for (int64_t layer = 0; layer < decoder.layers && b.ok(); ++layer) {
    b.enterLayer(layer);
    Heads heads = decoder.heads(layer);
    int64_t hidden = decoder.ffn[layer];
    Value y = b.rmsNorm(x, "attn_norm");
    auto qkv = b.hasTensor("attn_qkv.weight") ? b.projectFused(y, heads) : b.project(y, heads);
    qkv.query = b.rotate(qkv.query, rope, "attn_q_rope");
    qkv.key = b.rotate(qkv.key, rope, "attn_k_rope");
    x = b.add(x, b.attend(qkv, heads, decoder.width, rule), "attn_residual");

    Value both = b.linear(b.rmsNorm(x, "ffn_norm"), "ffn_up", 2 * hidden);
    Value gate = b.slice(both, 1, 0, hidden, "ffn_gate"), up = b.slice(both, 1, hidden, hidden, "ffn_up");
    Value gated = b.mul(b.activate(UnaryKind::Silu, gate, "ffn_act"), up, "ffn_act");
    x = b.add(x, b.linear(gated, "ffn_down", decoder.width), "ffn_residual");
  }
  b.enterLayer(-1);
  b.finish(b.head(b.rmsNorm(b.selectRows(x), "output_norm")));
}

}  // namespace emel
