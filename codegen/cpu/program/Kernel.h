#ifndef EMEL_CODEGEN_CPU_PROGRAM_KERNEL_H_
#define EMEL_CODEGEN_CPU_PROGRAM_KERNEL_H_

#include "codegen/cpu/Target.h"
#include "dialects/plan/Access.h"
#include "mlir/IR/BuiltinOps.h"

/// One function for each way in which a kernel is launched.
namespace emel::cpu {

struct PageTable;

/// The number of tiles of each result of a launch, where there are n tokens and m rows.
llvm::SmallVector<mlir::Value> countTiles(Emit &emit, plan::LaunchOp launch, mlir::Value n,
                                          mlir::Value m);

/// n and m of a step.
std::pair<mlir::Value, mlir::Value> loadSizes(Emit &emit, plan::EntryOp entry, mlir::Value step);

/// Adds `void name(step, frame, operands…, weights…, results…, tile)`, which computes one tile. All
/// but the tile are addresses; results that are states have none. Returns the bytes of the frame.
/// `pages` are those of the operands that are states.
mlir::FailureOr<int64_t> emitKernel(plan::LaunchOp launch, const Target &target,
                                    llvm::ArrayRef<PageTable> pages, mlir::ModuleOp module,
                                    llvm::StringRef name);

/// What every function has: the CPU that it is for, and that it calls nothing.
mlir::ArrayAttr functionAttributes(mlir::Builder &builder, const Target &target);

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_PROGRAM_KERNEL_H_
