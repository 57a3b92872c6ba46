// Results that lie where something else of their launch lies.

#include "dialects/interpreter/Encoding.h"
#include "dialects/interpreter/StepPlan.h"

using namespace mlir;

namespace emel::interpreter {

FailureOr<unsigned> findState(plan::LaunchOp launch, unsigned result) {
  Value state = launch.getKernelOp().getBody().front().getTerminator()->getOperand(result);
  while (auto own = dyn_cast<OpResult>(state)) {
    auto op = dyn_cast<StateOpInterface>(own.getOwner());
    SmallVector<Value> consumed;
    if (op)
      for (OpOperand &operand : op->getOpOperands())
        if (operand.get().getType() == own.getType() && op.consumesState(operand))
          consumed.push_back(operand.get());
    if (consumed.size() != 1) {
      launch.emitOpError("has a state as result ") << result << " that succeeds no operand";
      return failure();
    }
    state = consumed.front();
  }
  unsigned number = cast<BlockArgument>(state).getArgNumber();
  if (number < launch.getNumOperands()) return number;
  launch.emitOpError("has a weight as result ") << result;
  return failure();
}

namespace {

/// Visits the smallest parts of a tile that a kernel computes by themselves: elements, or rows of
/// formats that lie in whole rows.
class Units {
 public:
  Units(RankedTensorType type, Box part) : part_(std::move(part)) {
    bool isNumber = type.getElementType().isIntOrFloat();
    for (auto [dim, range] : llvm::enumerate(part_)) {
      bool isWhole = !isNumber && dim + 1 == part_.size();
      steps_.push_back(isWhole ? std::max<int64_t>(1, range.end - range.begin) : 1);
      if (range.isEmpty()) isDone_ = true;
      unit_.push_back({range.begin, range.begin + steps_.back()});
    }
  }

  bool isDone() const { return isDone_; }
  const Box &unit() const { return unit_; }
  void next() {
    for (size_t d = unit_.size(); d-- > 0;) {
      Range &range = unit_[d];
      range = {range.begin + steps_[d], range.end + steps_[d]};
      if (range.end <= part_[d].end) return;
      range = {part_[d].begin, part_[d].begin + steps_[d]};
    }
    isDone_ = true;
  }

 private:
  Box part_, unit_;
  SmallVector<int64_t> steps_;
  bool isDone_ = false;
};

/// A result and an operand of one launch that share bytes of one arena.
struct Overlay {
  unsigned result, operand;
  /// Bytes of the operand as bytes of the result: add this.
  int64_t shift;
};

}  // namespace

/// Whether each unit of a tile needs no byte of the operand that another unit overwrites.
static bool isIndexByIndex(const plan::KernelAccess &access, const Overlay &overlay,
                           const Box &part) {
  auto type = cast<RankedTensorType>(access.resultType(overlay.result));
  auto operandType = cast<RankedTensorType>(access.argumentType(overlay.operand));
  // Which unit writes a byte of the result; none is 0.
  std::vector<int32_t> writers(*getStorageBytes(type));
  int32_t unit = 0;
  for (Units units(type, part); !units.isDone(); units.next(), ++unit)
    for (Range run : runsOf(type, units.unit()))
      std::fill(writers.begin() + run.begin, writers.begin() + run.end, unit + 1);
  unit = 0;
  for (Units units(type, part); !units.isDone(); units.next()) {
    ++unit;
    std::optional<Box> needed = access.reads(overlay.result, units.unit())[overlay.operand];
    if (!needed) continue;
    for (Range run : runsOf(operandType, *needed)) {
      int64_t begin = std::max<int64_t>(0, run.begin + overlay.shift);
      int64_t end = std::min<int64_t>(writers.size(), run.end + overlay.shift);
      for (int64_t i = begin; i < end; ++i)
        if (writers[i] != 0 && writers[i] != unit) return false;
    }
  }
  return true;
}

/// The pairs that share bytes, whichever parts of them tiles touch.
static SmallVector<Overlay> findOverlays(const StepPlan &plan, const StepLaunch &launch) {
  SmallVector<Overlay> overlays;
  for (auto [r, result] : llvm::enumerate(launch.results))
    for (auto [o, operand] : llvm::enumerate(launch.operands)) {
      const StepValue &own = plan.values()[result], &other = plan.values()[operand];
      auto type = dyn_cast<RankedTensorType>(own.type);
      if (!type || own.storage != other.storage || other.storage < 0) continue;
      Range bytes{own.base, own.base + *getStorageBytes(type)};
      Range read{other.base, other.base + *getStorageBytes(cast<RankedTensorType>(other.type))};
      if (bytes.overlaps(read))
        overlays.push_back({unsigned(r), unsigned(o), other.base - own.base});
    }
  return overlays;
}

LogicalResult checkInPlace(const StepPlan &plan, const StepLaunch &launch,
                           const plan::KernelAccess &access, TileCache &cache) {
  plan::LaunchOp op = launch.op;
  for (const Overlay &overlay : findOverlays(plan, launch)) {
    auto [known, isNew] = cache.inPlace.try_emplace(
        {launch.tiles.get(), overlay.result, overlay.operand, overlay.shift}, true);
    plan::Tiles tiles(op.getTile(overlay.result), access.resultType(overlay.result));
    for (int64_t t = 0; isNew && known->second && t < tiles.count(); ++t)
      known->second = isIndexByIndex(access, overlay, tiles.part(t));
    if (!known->second)
      return op.emitOpError("writes result ")
             << overlay.result << " over operand " << overlay.operand
             << ", of which an index still needs what another index overwrites";
  }
  return success();
}

}  // namespace emel::interpreter
