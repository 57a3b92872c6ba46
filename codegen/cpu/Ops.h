#ifndef EMEL_CODEGEN_CPU_OPS_H_
#define EMEL_CODEGEN_CPU_OPS_H_

#include "codegen/cpu/Tile.h"
#include "dialects/emel/Emel.h"
#include "llvm/ADT/StringMap.h"

/// The code of each op, by families.
namespace emel::cpu {

using EmitterTable = llvm::StringMap<OpEmitter>;

void addAttentionEmitters(EmitterTable &table);
void addContractionEmitters(EmitterTable &table);
void addElementwiseEmitters(EmitterTable &table);
void addExpertEmitters(EmitterTable &table);
void addFillEmitters(EmitterTable &table);
void addMovementEmitters(EmitterTable &table);
void addRopeEmitters(EmitterTable &table);
void addRowEmitters(EmitterTable &table);
void addTopKEmitters(EmitterTable &table);
void addUpdateEmitters(EmitterTable &table);

/// The numbers of a sequence, which are known when it is compiled.
mlir::DenseElementsAttr arangeNumbers(ArangeOp op);

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_OPS_H_
