#ifndef EMEL_COMPILER_DRIVER_PLAN_SUMMARY_H_
#define EMEL_COMPILER_DRIVER_PLAN_SUMMARY_H_

#include <string>
#include <vector>

#include "dialects/plan/StatePages.h"
#include "llvm/ADT/MapVector.h"

/// What people want to know of a plan: buffers, launches, work. CSV, report and picture are written
/// from it.
namespace emel {

/// Bytes of an arena over plan time. Values computed in place over another are one buffer.
struct PlannedBuffer {
  std::string name;  // of the kernel that writes it first
  plan::ArenaKind arena;
  int64_t lower, upper, size, offset;
};

/// What a step does.
struct Work {
  double bytesRead = 0;  // of weights, keys and values
  /// Flops by what kernels multiply: the types of weights, keys and values, or bf16; else f32.
  llvm::MapVector<mlir::Type, double> flopsOf;

  double flops() const;
};

struct PlannedEntry {
  std::string name;
  int64_t tokens = 0, rows = 0, launches = 0, barriers = 0;
  std::vector<PlannedBuffer> buffers;
  std::vector<std::vector<std::string>> epochs;  // the kernels launched in each
  int64_t noReuseBytes = 0;     // if no two values of the shared arena shared bytes
  Work work, workWithoutCells;  // of the largest step: at the full context, and at the very least

  /// Of the buffers in an arena: the highest end, and the most that live at once.
  int64_t usedBytes(plan::ArenaKind arena) const;
  int64_t liveBytes(plan::ArenaKind arena) const;
  int64_t liveBytesIn(plan::ArenaKind arena, int64_t epoch) const;
};

struct PlanSummary {
  std::string architecture;
  int64_t context = 0, alignment = 0;
  int64_t sample = 0;       // the best tokens of a row that steps give; 0: none
  int64_t weightBytes = 0;  // as they are stored
  int64_t stateBytes = 0;   // of all layers, for each position
  plan::StatePages states;
  std::vector<PlannedEntry> entries;
};

/// Fails, with an error, where the module holds no complete plan.
mlir::FailureOr<PlanSummary> summarizePlan(mlir::ModuleOp module);

}  // namespace emel

#endif  // EMEL_COMPILER_DRIVER_PLAN_SUMMARY_H_
