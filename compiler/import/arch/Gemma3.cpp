#include "compiler/import/arch/Gemma.h"

using namespace mlir;

namespace emel {

/// Gemma 3 (text): no cap on attention, normalised query and key heads; of six layers five see a
/// window and rotate by a base of their own, unscaled.
void importGemma3(ModelBuilder &b) {
  Decoder decoder = b.readDecoder();
  Rope global = b.readRope(RopeMode::Neox, decoder);
  Rope local{.mode = RopeMode::Neox, .dims = global.dims};
  local.base = b.metadata.positive("rope.freq_base_swa", 10000.0);
  int64_t window = b.metadata.integer("attention.sliding_window");
  Attention attention{.headNorms = true, .scale = gemmaScale(decoder, /*layersOfLargest=*/62)};
  buildGemma(b, decoder, b.metadata.real("final_logit_softcapping", 0.0), [&](int64_t layer) {
    bool isLocal = layer % 6 != 5;
    attention.rope = isLocal ? &local : &global;
    attention.window = isLocal ? window : 0;
    return attention;
  });
}

}  // namespace emel
