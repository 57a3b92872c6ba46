#include "compiler/import/ModelBuilder.h"

using namespace mlir;

namespace emel {

/// Phi 3: Llama's shape with fused projections, gate and up fused in ffn_up, rotated halves with
/// two sets of factors, and a window in every layer.
void importPhi3(ModelBuilder &b) {
  Decoder decoder = b.readDecoder();
  Rope rope = b.readRope(RopeMode::Neox, decoder);
  Attention attention{.rope = &rope};
  attention.window = b.metadata.integer("attention.sliding_window", 0, 0);
  Value x = b.embedTokens(decoder.width);
  b.forEachLayer(decoder, [&](int64_t) {
    attention.fused = b.hasTensor("attn_qkv.weight");  // some files hold the parts
    x = b.add(x, b.attend(b.rmsNorm(x, "attn_norm"), decoder, attention), "attn_residual");
    Value y = b.fusedFeedForward(b.rmsNorm(x, "ffn_norm"), decoder, UnaryKind::Silu);
    x = b.add(x, y, "ffn_residual");
  });
  b.finish(b.head(b.rmsNorm(b.selectRows(x), "output_norm")));
}

}  // namespace emel
