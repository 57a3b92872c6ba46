#ifndef EMEL_CODEGEN_CPU_PROGRAM_POISON_H_
#define EMEL_CODEGEN_CPU_PROGRAM_POISON_H_

#include "codegen/cpu/Target.h"
#include "dialects/emel/Tile.h"
#include "dialects/plan/Plan.h"

/// Memory that holds nothing, and what is written there for a reader to stumble over.
namespace emel::cpu {

/// The bytes of an arena that hold nothing where epoch `epoch` begins: by the plan's lives, neither
/// a value that was computed before nor, since they take over the bytes of one, a value in its
/// place.
llvm::SmallVector<Range> deadBytes(plan::EntryOp entry, plan::ArenaOp arena, int64_t epoch);

/// Adds `void name(memory, begin, end, worker, workers)`, which fills a worker's share of the bytes
/// from `begin` to `end` with ones: NaN in every type of floating point.
void emitPoison(Emit &emit, const Target &target, mlir::ModuleOp module, llvm::StringRef name);

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_PROGRAM_POISON_H_
