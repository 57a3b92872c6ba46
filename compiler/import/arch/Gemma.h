#ifndef EMEL_COMPILER_IMPORT_ARCH_GEMMA_H_
#define EMEL_COMPILER_IMPORT_ARCH_GEMMA_H_

#include "compiler/import/ModelBuilder.h"

namespace emel {

/// What Gemma 2 and 3 share: a scaled embedding, norms before and after each half of a layer, a
/// gated feed-forward with GELU, and a cap on the logits unless `finalCap` is 0. `attention` says
/// how a layer attends.
void buildGemma(ModelBuilder &b, const Decoder &decoder, double finalCap,
                llvm::function_ref<Attention(int64_t layer)> attention);

/// 0 for the usual scale. Only the largest model, told by its number of layers, scales its logits
/// by the width that a head would have without key_length.
double gemmaScale(const Decoder &decoder, int64_t layersOfLargest);

}  // namespace emel

#endif  // EMEL_COMPILER_IMPORT_ARCH_GEMMA_H_
