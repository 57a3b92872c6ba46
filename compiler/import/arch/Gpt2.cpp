#include "compiler/import/ModelBuilder.h"

using namespace mlir;

namespace emel {

/// GPT-2: learned positions, layer norms, fused projections with biases everywhere, a plain feed-forward.
void importGpt2(ModelBuilder &b) {
  Decoder decoder = b.readDecoder();
  if (!b.ok()) return;

  Value x = b.add(b.embedTokens(decoder.width), b.embedPositions(decoder.width), "embd");
  for (int64_t layer = 0; layer < decoder.layers && b.ok(); ++layer) {
    b.enterLayer(layer);
    Heads heads = decoder.heads(layer);
    auto qkv = b.projectFused(b.layerNorm(x, "attn_norm"), heads, Bias::Required);
    x = b.add(x, b.attend(qkv, heads, decoder.width, {}, Bias::Required), "attn_residual");
    Value y = b.linear(b.layerNorm(x, "ffn_norm"), "ffn_up", decoder.ffn[layer], Bias::Required);
    y = b.activate(UnaryKind::Gelu, y, "ffn_act");
    y = b.linear(y, "ffn_down", decoder.width, Bias::Required);
    x = b.add(x, y, "ffn_residual");
  }
  b.enterLayer(-1);
  b.finish(b.head(b.layerNorm(b.selectRows(x), "output_norm")));
}

}  // namespace emel
