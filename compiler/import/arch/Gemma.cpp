#include "compiler/import/arch/Gemma.h"

#include <cmath>

using namespace mlir;

namespace emel {

double gemmaScale(const Decoder &decoder, int64_t layersOfLargest) {
  if (decoder.layers != layersOfLargest) return 0;
  return 1 / std::sqrt(static_cast<double>(decoder.width) / decoder.queryHeads[0]);
}

void buildGemma(ModelBuilder &b, const Decoder &decoder, double finalCap,
                llvm::function_ref<Attention(int64_t layer)> attention) {
  Value x = b.scale(b.embedTokens(decoder.width), std::sqrt(double(decoder.width)), "embd_scale");
  b.forEachLayer(decoder, [&](int64_t layer) {
    Value y = b.attend(b.rmsNorm(x, "attn_norm"), decoder, attention(layer));
    x = b.add(x, b.rmsNorm(y, "post_attention_norm"), "attn_residual");
    y = b.gatedFeedForward(b.rmsNorm(x, "ffn_norm"), decoder, UnaryKind::Gelu);
    x = b.add(x, b.rmsNorm(y, "post_ffw_norm"), "ffn_residual");
  });
  Value logits = b.head(b.rmsNorm(b.selectRows(x), "output_norm"));
  b.finish(b.softcap(logits, finalCap, "output_cap"));
}

}  // namespace emel
