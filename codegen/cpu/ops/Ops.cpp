#include "codegen/cpu/ops/Ops.h"

using namespace mlir;

namespace emel::cpu {

const Emitter *findEmitter(StringRef opName) {
  static const EmitterTable table = [] {
    EmitterTable table;
    addAttentionEmitters(table);
    addContractionEmitters(table);
    addElementwiseEmitters(table);
    addCastEmitters(table);
    addCellWriteEmitters(table);
    addExpertEmitters(table);
    addFillEmitters(table);
    addMovementEmitters(table);
    addFlashAttentionEmitters(table);
    addOuterProductEmitters(table);
    addRankingEmitters(table);
    addReductionEmitters(table);
    addRopeEmitters(table);
    addRowEmitters(table);
    addTopKEmitters(table);
    addUpdateEmitters(table);
    return table;
  }();
  return table.find(opName);
}

}  // namespace emel::cpu
