#include <cmath>

#include "compiler/import/ModelBuilder.h"

using namespace mlir;

namespace emel {

/// Gemma 3 (text): Gemma 2 without the attention cap, with normalised query and key heads; of six layers
/// five see a window and rotate by a base of their own, unscaled.
void importGemma3(ModelBuilder &b) {
  Decoder decoder = b.readDecoder();
  if (!b.ok()) return;
  Rope global = b.readRope(RopeMode::Neox, decoder);
  Rope local{.mode = RopeMode::Neox, .dims = global.dims};
  local.base = b.metadata.real("rope.freq_base_swa", 10000.0);
  if (local.base == 0) b.metadata.fail("rope.freq_base_swa", "expected a positive number, found 0");
  int64_t window = b.metadata.integer("attention.sliding_window");
  double finalCap = b.metadata.real("final_logit_softcapping", 0.0);
  AttentionRule rule;
  // The 27B model, and only it, scales by the width a head would have without key_length.
  constexpr int64_t kLayersOf27B = 62;
  if (decoder.layers == kLayersOf27B)
    rule.scale = 1 / std::sqrt(static_cast<double>(decoder.width) / decoder.queryHeads[0]);
  if (!b.ok()) return;

  Value x = b.scale(b.embedTokens(decoder.width), std::sqrt(double(decoder.width)), "embd_scale");
  for (int64_t layer = 0; layer < decoder.layers && b.ok(); ++layer) {
    b.enterLayer(layer);
    Heads heads = decoder.heads(layer);
    bool isLocal = layer % 6 != 5;
    const Rope &rope = isLocal ? local : global;
    rule.window = isLocal ? window : 0;
    auto qkv = b.project(b.rmsNorm(x, "attn_norm"), heads);
    qkv.query = b.rotate(b.rmsNorm(qkv.query, "attn_q_norm"), rope, "attn_q_rope");
    qkv.key = b.rotate(b.rmsNorm(qkv.key, "attn_k_norm"), rope, "attn_k_rope");
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
