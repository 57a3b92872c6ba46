#include "compiler/import/arch/Gemma.h"

using namespace mlir;

namespace emel {

/// Gemma 2: capped attention and output logits; even layers see a window, odd ones everything.
void importGemma2(ModelBuilder &b) {
  Decoder decoder = b.readDecoder();
  Rope rope = b.readRope(RopeMode::Neox, decoder);
  int64_t window = b.metadata.integer("attention.sliding_window", 4096);
  Attention attention{.rope = &rope, .scale = gemmaScale(decoder, /*layersOfLargest=*/46)};
  attention.softcap = b.metadata.real("attn_logit_softcapping", 50.0);
  buildGemma(b, decoder, b.metadata.real("final_logit_softcapping", 30.0), [&](int64_t layer) {
    attention.window = layer % 2 == 0 ? window : 0;
    return attention;
  });
}

}  // namespace emel
