#include <cmath>

#include "compiler/import/ModelBuilder.h"

using namespace mlir;

namespace emel {

/// Gemma 2: scaled embedding, norms before and after each half of a layer, capped attention and output
/// logits; even layers see a window, odd ones everything.
void importGemma2(ModelBuilder &b) {
  Decoder decoder = b.readDecoder();
  if (!b.ok()) return;
  Rope rope = b.readRope(RopeMode::Neox, decoder);
  int64_t window = b.metadata.integer("attention.sliding_window", 4096);
  AttentionRule rule;
  rule.softcap = b.metadata.real("attn_logit_softcapping", 50.0);
  double finalCap = b.metadata.real("final_logit_softcapping", 30.0);
  // The 27B model, and only it, scales by the width a head would have without key_length.
  constexpr int64_t kLayersOf27B = 46;
  if (decoder.layers == kLayersOf27B)
    rule.scale = 1 / std::sqrt(static_cast<double>(decoder.width) / decoder.queryHeads[0]);
  if (!b.ok()) return;

  Value x = b.scale(b.embedTokens(decoder.width), std::sqrt(double(decoder.width)), "embd_scale");
  for (int64_t layer = 0; layer < decoder.layers && b.ok(); ++layer) {
    b.enterLayer(layer);
    Heads heads = decoder.heads(layer);
    rule.window = layer % 2 == 0 ? window : 0;
    auto qkv = b.project(b.rmsNorm(x, "attn_norm"), heads);
    qkv.query = b.rotate(qkv.query, rope, "attn_q_rope");
    qkv.key = b.rotate(qkv.key, rope, "attn_k_rope");
    Value y = b.rmsNorm(b.attend(qkv, heads, decoder.width, rule), "post_attention_norm");
    x = b.add(x, y, "attn_residual");
    y = b.gatedFeedForward(b.rmsNorm(x, "ffn_norm"), decoder.ffn[layer], UnaryKind::Gelu);
    x = b.add(x, b.rmsNorm(y, "post_ffw_norm"), "ffn_residual");
  }
  b.enterLayer(-1);
  Value logits = b.head(b.rmsNorm(b.selectRows(x), "output_norm"));
  b.finish(b.softcap(logits, finalCap, "output_cap"));
}

}  // namespace emel
