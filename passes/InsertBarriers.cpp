#include "dialects/plan/EntryShapes.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_INSERTBARRIERS
#include "passes/Passes.h.inc"

namespace {

using plan::BarrierOp;
using plan::EntryOp;
using plan::EntryShapes;
using plan::LaunchKind;
using plan::LaunchOp;

/// The number of tiles of a launch at one size of the step.
int64_t countTiles(const EntryShapes &shapes, LaunchOp launch) {
  int64_t count = 0;
  for (unsigned i = 0; i < launch.getNumResults(); ++i)
    count += plan::Tiles(launch.getTile(i), shapes.accessOf(launch).resultType(i)).count();
  return count;
}

/// Where the tiles of a result begin in the tile space of its launch.
int64_t firstTile(const EntryShapes &shapes, OpResult result) {
  auto launch = cast<LaunchOp>(result.getOwner());
  int64_t first = 0;
  for (unsigned i = 0; i < result.getResultNumber(); ++i)
    first += plan::Tiles(launch.getTile(i), shapes.accessOf(launch).resultType(i)).count();
  return first;
}

bool contains(const Box &outer, const Box &inner) {
  return llvm::all_of(llvm::zip_equal(outer, inner),
                      [](auto pair) { return std::get<0>(pair).contains(std::get<1>(pair)); });
}

class InsertBarriers : public impl::InsertBarriersBase<InsertBarriers> {
  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    record_ = &record;
    for (EntryOp entry : getOperation().getOps<EntryOp>())
      if (failed(runOn(entry))) return signalPassFailure();
  }

  /// What must be known about owners at every size that a step can have: tiles are counted at the
  /// smallest, the largest and one between.
  LogicalResult runOn(EntryOp entry) {
    for (LaunchOp launch : entry.getBody().front().getOps<LaunchOp>())
      if (!launch.getTiles())
        return launch.emitOpError("has no tiles: expected --emel-partition to run before");
    sizes_.clear();
    plan::Extents most = plan::Extents::of(entry);
    for (int64_t tokens : {most.tokens, most.tokens / 2 + 1, int64_t{1}})
      for (int64_t rows : {most.rows, int64_t{1}}) {
        if (rows > tokens) continue;
        auto shapes = EntryShapes::create(entry, {tokens, rows});
        if (failed(shapes)) return failure();
        sizes_.push_back(std::move(*shapes));
      }
    insert(entry);
    return success();
  }

  void insert(EntryOp entry) {
    SmallVector<LaunchOp> launches(entry.getBody().front().getOps<LaunchOp>());
    SmallVector<LaunchOp> epoch;
    for (auto [i, launch] : llvm::enumerate(launches)) {
      bool wait = llvm::any_of(epoch, [&](LaunchOp other) { return mustWait(launch, other); });
      if (wait) {
        OpBuilder(launch).create<BarrierOp>(launch.getLoc());
        epoch.clear();
        record_->count("barriers");
      } else if (i > 0) {
        record_->count("avoided");
      }
      epoch.push_back(launch);
    }
  }

  /// Whether a launch cannot begin before every worker has ended the other one.
  bool mustWait(LaunchOp launch, LaunchOp other) {
    if (other.getKind() == LaunchKind::Dynamic) return true;
    for (OpOperand &operand : launch.getInputsMutable()) {
      auto value = dyn_cast<OpResult>(operand.get());
      if (value && value.getOwner() == other &&
          !readsOwn(launch, operand.getOperandNumber(), value))
        return true;
      if (isa<KvType>(operand.get().getType()) && launch.consumesState(operand) &&
          llvm::is_contained(other.getInputs(), operand.get()))
        return true;
    }
    return false;
  }

  /// Whether each worker reads of the other launch's result only what it wrote itself, whatever the
  /// number of workers.
  bool readsOwn(LaunchOp launch, unsigned operand, OpResult value) {
    auto producer = cast<LaunchOp>(value.getOwner());
    if (producer.getKind() == LaunchKind::Each) return true;
    if (producer.getKind() != LaunchKind::Owner || launch.getKind() != LaunchKind::Owner)
      return false;
    return llvm::all_of(sizes_, [&](const EntryShapes &shapes) {
      return tilesMatch(shapes, launch, operand, value);
    });
  }

  /// Whether tile t of the launch reads only what tile t of the producer wrote, of as many tiles.
  bool tilesMatch(const EntryShapes &shapes, LaunchOp launch, unsigned operand, OpResult value) {
    auto producer = cast<LaunchOp>(value.getOwner());
    if (countTiles(shapes, launch) != countTiles(shapes, producer)) return false;
    const plan::KernelAccess &access = shapes.accessOf(launch);
    plan::Tiles written(producer.getTile(value.getResultNumber()), shapes.typeOf(value));
    int64_t first = firstTile(shapes, value);
    for (OpResult result : launch.getOperation()->getResults()) {
      unsigned number = result.getResultNumber();
      plan::Tiles tiles(launch.getTile(number), access.resultType(number));
      for (int64_t t = 0; t < tiles.count(); ++t) {
        auto read = access.reads(number, tiles.part(t))[operand];
        if (!read) continue;
        int64_t own = firstTile(shapes, result) + t - first;
        if (own < 0 || own >= written.count() || !contains(written.part(own), *read)) return false;
      }
    }
    return true;
  }

  std::vector<EntryShapes> sizes_;

  Record *record_ = nullptr;
};

}  // namespace
}  // namespace emel
