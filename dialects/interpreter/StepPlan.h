#ifndef EMEL_DIALECTS_INTERPRETER_STEP_PLAN_H_
#define EMEL_DIALECTS_INTERPRETER_STEP_PLAN_H_

#include <map>
#include <memory>
#include <tuple>

#include "dialects/plan/Access.h"

/// A plan entry at one size of the step, laid out for workers to run.
namespace emel::interpreter {

/// What a tile reads of an operand, or writes of a result: bytes from the value's first one on, or
/// heads of a state.
struct Touch {
  unsigned index;
  std::vector<Range> runs;
};

struct StepTile {
  Touch written;
  std::vector<Touch> read;
};
using StepTiles = std::vector<StepTile>;

/// What launches of the same kernel on the same types in the same tiles share, whatever the size
/// and the entry.
struct TileCache {
  std::map<std::vector<const void *>, std::shared_ptr<const StepTiles>> tiles;
  /// Whether a result may lie some bytes before an operand: by tiles, result, operand and bytes.
  std::map<std::tuple<const void *, unsigned, unsigned, int64_t>, bool> inPlace;
};

/// An arena as far as the step uses it, in bytes, or a state, in heads.
struct Storage {
  std::string name;
  int64_t size = 0;
  bool isPerWorker = false, isCaller = false, isState = false;
};

struct StepValue {
  mlir::Value value;
  mlir::Type type;
  /// Where it lies: units from `base` on; arguments other than states lie nowhere.
  int storage = -1;
  int64_t base = 0;
  /// The launch that computes it; -1 for an argument.
  int launch = -1;
};

struct StepLaunch {
  plan::LaunchOp op;
  unsigned epoch = 0;
  llvm::SmallVector<unsigned> operands, results;
  std::shared_ptr<const StepTiles> tiles;
};

class StepPlan {
 public:
  /// Checks what can be told without running: places inside their arenas and large enough, results
  /// over operands index by index, dynamic launches followed by a barrier. Errors are reported at
  /// the launch.
  static mlir::FailureOr<std::unique_ptr<StepPlan>> create(plan::EntryOp entry,
                                                           plan::Extents extents, TileCache &cache);

  plan::EntryOp entry() const { return entry_; }
  llvm::ArrayRef<Storage> storages() const { return storages_; }
  llvm::ArrayRef<StepValue> values() const { return values_; }
  llvm::ArrayRef<StepLaunch> launches() const { return launches_; }
  /// What workers run in order: an index of a launch, or `kBarrier`.
  llvm::ArrayRef<int> items() const { return items_; }
  static constexpr int kBarrier = -1;
  /// The values that the entry returns.
  llvm::ArrayRef<unsigned> returned() const { return returned_; }

  /// "result 0 of launch 3 (@norm)"; "argument 4".
  std::string nameOf(unsigned value) const;
  std::string nameOfLaunch(int launch) const;

 private:
  void addArguments();
  mlir::LogicalResult addLaunch(plan::LaunchOp launch, TileCache &cache);
  mlir::LogicalResult addResult(mlir::OpResult result, StepLaunch &launch);
  mlir::LogicalResult addPlace(mlir::OpResult result, StepValue &value);
  mlir::LogicalResult addReturn();
  unsigned add(StepValue value);

  plan::EntryOp entry_;
  TypeMap types_;
  mlir::SymbolTableCollection symbols_;
  llvm::DenseMap<mlir::Value, unsigned> indices_;
  llvm::StringMap<int> arenas_;
  std::vector<Storage> storages_;
  std::vector<StepValue> values_;
  std::vector<StepLaunch> launches_;
  std::vector<int> items_;
  llvm::SmallVector<unsigned> returned_;
};

/// The operand of a launch that one of its results, a state, takes the place of; fails with an
/// error.
mlir::FailureOr<unsigned> findState(plan::LaunchOp launch, unsigned result);

/// Checks that where a result of a launch lies over an operand that its tiles read, no index needs
/// bytes that another index overwrites.
mlir::LogicalResult checkInPlace(const StepPlan &plan, const StepLaunch &launch,
                                 const plan::KernelAccess &access, TileCache &cache);

}  // namespace emel::interpreter

#endif  // EMEL_DIALECTS_INTERPRETER_STEP_PLAN_H_
