#include "codegen/cpu/Ops.h"

using namespace mlir;

namespace emel::cpu {

OpEmitter findEmitter(Operation *op) {
  static const EmitterTable table = [] {
    EmitterTable table;
    addAttentionEmitters(table);
    addContractionEmitters(table);
    addElementwiseEmitters(table);
    addExpertEmitters(table);
    addFillEmitters(table);
    addMovementEmitters(table);
    addRopeEmitters(table);
    addRowEmitters(table);
    addTopKEmitters(table);
    addUpdateEmitters(table);
    return table;
  }();
  return table.lookup(op->getName().getStringRef());
}

}  // namespace emel::cpu
