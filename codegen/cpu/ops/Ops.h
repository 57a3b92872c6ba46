#ifndef EMEL_CODEGEN_CPU_OPS_OPS_H_
#define EMEL_CODEGEN_CPU_OPS_OPS_H_

#include "codegen/cpu/emit/Tile.h"
#include "dialects/emel/Emel.h"
#include "llvm/ADT/StringMap.h"

/// The code of each op, by families.
namespace emel::cpu {

/// Emitters by the names of their ops.
class EmitterTable {
 public:
  /// `table["emel.op"] = emitOp`, or `= {emitOp, {limits…}}`.
  struct Slot {
    EmitterTable &table;
    llvm::StringRef name;
    void operator=(const Emitter &emitter) { table.emitters_.try_emplace(name, emitter); }
  };
  Slot operator[](llvm::StringRef name) { return {*this, name}; }
  const Emitter *find(llvm::StringRef name) const {
    auto found = emitters_.find(name);
    return found == emitters_.end() ? nullptr : &found->second;
  }

 private:
  llvm::StringMap<Emitter> emitters_;
};

void addAttentionEmitters(EmitterTable &table);
void addContractionEmitters(EmitterTable &table);
void addElementwiseEmitters(EmitterTable &table);
void addCellWriteEmitters(EmitterTable &table);
void addCastEmitters(EmitterTable &table);
void addExpertEmitters(EmitterTable &table);
void addFillEmitters(EmitterTable &table);
void addMovementEmitters(EmitterTable &table);
void addFlashAttentionEmitters(EmitterTable &table);
void addOuterProductEmitters(EmitterTable &table);
void addRankingEmitters(EmitterTable &table);
void addReductionEmitters(EmitterTable &table);
void addRopeEmitters(EmitterTable &table);
void addRowEmitters(EmitterTable &table);
void addTopKEmitters(EmitterTable &table);
void addUpdateEmitters(EmitterTable &table);

/// The numbers of a sequence, which are known when it is compiled.
mlir::DenseElementsAttr arangeNumbers(ArangeOp op);

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_OPS_OPS_H_
