#ifndef EMEL_DIALECTS_INTERPRETER_PLAN_MACHINE_H_
#define EMEL_DIALECTS_INTERPRETER_PLAN_MACHINE_H_

#include <random>

#include "dialects/interpreter/PlanMemory.h"
#include "dialects/interpreter/StepValues.h"

/// Runs a step with virtual workers, tile by tile.
namespace emel::interpreter {

/// Decides which worker runs its next tile. Seed 0 prefers the first worker, 1 the last one, and 2
/// gives each a tile in turn; others draw lots, every second of them leaving one worker behind
/// until all others wait for it.
class Schedule {
 public:
  Schedule(int64_t workers, uint64_t seed);
  /// One of the workers that can run, which are ascending.
  int64_t choose(llvm::ArrayRef<int64_t> ready);

 private:
  uint64_t seed_;
  std::mt19937_64 random_;
  int64_t last_ = -1, slow_ = -1;
};

class PlanMachine {
 public:
  /// Without `values` the machine watches who touches what, and moves no bytes.
  PlanMachine(const StepPlan &plan, const StepValues *values, int64_t workers);

  /// Runs the step from beginning to end. Fails, with an error at the launch, at the first access
  /// that another order of tiles could spoil, or that is spoilt.
  mlir::LogicalResult run(Schedule schedule);

  /// The bytes of a tensor that the entry returns, after a run.
  llvm::ArrayRef<uint8_t> bytesOf(const StepValue &value);

 private:
  struct Worker {
    size_t item = 0;
    bool isInLaunch = false, isWaiting = false;
    int64_t tile = 0, end = 0;
  };

  int64_t countWorkers() const { return static_cast<int64_t>(workers_.size()); }
  /// Lets a worker run one tile, or go on to a barrier or the end.
  mlir::LogicalResult advance(int64_t index);
  /// The worker's next tile of a launch; none when it is through.
  std::optional<int64_t> takeTile(Worker &worker, int64_t index, int launch);
  mlir::LogicalResult runTile(int64_t worker, int launch, int64_t tile);
  mlir::LogicalResult touch(const StepLaunch &launch, const Touch &part, bool writes);
  mlir::LogicalResult checkReturned();
  Cells &cellsOf(const StepValue &value, int64_t worker);

  std::string describe(const Access &access) const;
  std::optional<Access> lateWriter(const StepValue &value, int64_t at) const;
  mlir::LogicalResult report(unsigned index, bool writes, Violation violation);
  mlir::LogicalResult explain(mlir::InFlightDiagnostic diag, unsigned index,
                              const Violation &violation);

  const StepPlan &plan_;
  const StepValues *values_;
  std::vector<Worker> workers_;
  /// By storage, then by worker where each has its own.
  std::vector<std::vector<Cells>> cells_;
  std::vector<Access> accesses_;
  std::vector<int64_t> tickets_;
};

}  // namespace emel::interpreter

#endif  // EMEL_DIALECTS_INTERPRETER_PLAN_MACHINE_H_
