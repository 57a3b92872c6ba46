#include "codegen/cpu/ops/Slopes.h"

#include "dialects/emel/Positions.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;

namespace emel::cpu {

Value emitSlope(Emit &emit, double maxBias, int64_t heads, Value head) {
  SmallVector<float> slopes;
  for (int64_t h = 0; h < heads; ++h) slopes.push_back(alibiSlope(maxBias, h, heads));
  auto bytes = llvm::ArrayRef(reinterpret_cast<const uint8_t *>(slopes.data()), 4 * slopes.size());
  Value table = emit.table(
      "slopes_" + llvm::utohexstr(llvm::xxh3_64bits(bytes)),
      DenseElementsAttr::get(RankedTensorType::get({heads}, emit.f32()), ArrayRef<float>(slopes)));
  return emit.load(emit.f32(), emit.at(table, emit.mul(head, kFloatBytes)));
}

}  // namespace emel::cpu
