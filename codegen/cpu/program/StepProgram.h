#ifndef EMEL_CODEGEN_CPU_PROGRAM_STEP_PROGRAM_H_
#define EMEL_CODEGEN_CPU_PROGRAM_STEP_PROGRAM_H_

#include "codegen/cpu/Target.h"
#include "codegen/cpu/program/Checks.h"
#include "dialects/plan/StatePages.h"
#include "llvm/ADT/StringMap.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

/// From a plan to the program that every worker runs: runtime/include/emel/step.h is its contract.
namespace emel::cpu {

/// Where things lie that all entries of a model share.
struct ModelPlaces {
  /// The byte at which each weight begins, by symbol.
  llvm::StringMap<uint64_t> weights;
  plan::StatePages states;

  /// A place for each weight of a module, one behind the other. Who packs them may know better: the
  /// same bytes need to be there once.
  void addWeights(mlir::ModuleOp module);
};

/// What there is to know of an entry's program.
struct StepProgram {
  std::string symbol;
  int64_t tickets = 0, launches = 0, barriers = 0;
  /// The bytes of each worker's scratch memory: what the plan says, and a kernel's frame behind
  /// that.
  int64_t scratchBytes = 0;
};

/// Puts a module for each entry, with its program and kernels, in place of a plan and all that it
/// is about.
mlir::LogicalResult lowerEntries(mlir::ModuleOp plan, const Target &target,
                                 const ModelPlaces &places, const Checks &checks);

/// Adds an entry's program, and the kernels that it launches, to `module`, in the dialects that
/// lowerToLlvm takes. Errors are reported at the op that has no code.
mlir::FailureOr<StepProgram> emitStepProgram(plan::EntryOp entry, const Target &target,
                                             const ModelPlaces &places, mlir::ModuleOp module,
                                             const Checks &checks = {});

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_PROGRAM_STEP_PROGRAM_H_
