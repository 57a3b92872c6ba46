#include "dialects/plan/PlanInfo.h"

#include "dialects/emel/Provenance.h"

using namespace mlir;
using namespace emel;
using namespace emel::plan;

std::string plan::nameOf(LaunchOp launch) {
  Origin origin = getOrigin(launch.getLoc());
  StringRef kernel = launch.getKernel();
  if (origin.ops.empty()) return ("@" + kernel).str();
  return ("'" + origin.ops.front().getValue() + "' (@" + kernel + ")").str();
}

plan::ReturnOp PlanInfo::end() const {
  EntryOp entry = entry_;
  return cast<plan::ReturnOp>(entry.getBody().front().getTerminator());
}

const PlacedValue *PlanInfo::placeOf(Value value) const {
  auto found = places_.find(value);
  return found == places_.end() ? nullptr : &found->second;
}

/// A tensor of which only the outermost dimension is unknown, or a state.
static LogicalResult checkType(Operation *op, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  bool isKnown = isa<KvType>(type);
  if (tensor)
    isKnown = tensor.getRank() == 0 ||
              !llvm::is_contained(tensor.getShape().drop_front(), ShapedType::kDynamic);
  if (isKnown) return success();
  return op->emitOpError("(P1) expected states and tensors whose outermost dimension alone is ")
         << "unknown, found " << type;
}

FailureOr<Footprint *> PlanInfo::findFootprint(LaunchOp launch, KernelOp kernel,
                                               const TypeMap &types) {
  FailureOr<Footprint *> footprint = footprints_.get(launch, kernel, types);
  if (failed(footprint)) return failure();
  for (auto [i, result] : llvm::enumerate(launch.getResults()))
    if (Type found = (*footprint)->access().resultType(i); found != typeIn(types, result))
      return launch.emitOpError("(P1) expected ")
             << typeIn(types, result) << " as result " << i << ", found that "
             << launch.getKernelAttr() << " computes " << found;
  return footprint;
}

LogicalResult PlanInfo::addPlace(OpResult result, Type type) {
  auto launch = cast<LaunchOp>(result.getOwner());
  unsigned index = result.getResultNumber();
  PlaceAttr place = launch.getPlace(index);
  auto arena = symbols_.lookupNearestSymbolFrom<ArenaOp>(launch, place.getArena());
  std::optional<int64_t> needed = getStorageBytes(cast<RankedTensorType>(type));
  if (!needed) return launch.emitOpError("(P1) cannot place result ") << index << ", a " << type;
  auto error = [&]() {
    return launch.emitOpError("(P1) has result ")
           << index << " at " << place.getOffset() << " bytes " << place.getBytes() << " of "
           << place.getArena() << ": ";
  };
  if (place.getBytes() < *needed)
    return error() << "expected at least " << *needed << " bytes for a " << type;
  if (place.getOffset() < 0 || place.getOffset() % static_cast<int64_t>(arena.getAlign()) != 0)
    return error() << "expected an offset that is a multiple of " << arena.getAlign();
  int64_t size = arena.getBytes();
  if (place.getBytes() > size || place.getOffset() > size - place.getBytes())
    return error() << "expected an end within the arena's " << size << " bytes";

  PlacedValue value{result, arena, {place.getOffset(), place.getOffset() + *needed}};
  value.first = value.last = launches_.size();
  places_[result] = value;
  return success();
}

/// The argument of the kernel whose state a returned one continues; none where there is none.
static std::optional<unsigned> findStateArgument(KernelOp kernel, unsigned result) {
  Value value = kernel.getBody().front().getTerminator()->getOperand(result);
  while (auto opResult = dyn_cast<OpResult>(value)) {
    auto op = dyn_cast<StateOpInterface>(opResult.getOwner());
    OpOperand *source = nullptr;
    if (op)
      for (OpOperand &operand : op->getOpOperands())
        if (operand.get().getType() == value.getType() && op.consumesState(operand))
          source = &operand;
    if (!source) return std::nullopt;
    value = source->get();
  }
  return cast<BlockArgument>(value).getArgNumber();
}

LogicalResult PlanInfo::addState(OpResult result, KernelOp kernel) {
  auto launch = cast<LaunchOp>(result.getOwner());
  auto argument = findStateArgument(kernel, result.getResultNumber());
  if (!argument || *argument >= launch.getNumOperands())
    return launch.emitOpError("(P1) returns a state, result ")
           << result.getResultNumber() << ", that continues none of its operands";
  states_[result] = states_.lookup(launch.getOperand(*argument));
  return success();
}

LogicalResult PlanInfo::addLaunch(LaunchOp launch, unsigned epoch) {
  if (failed(launch.verifySymbolUses(symbols_))) return failure();
  auto kernel = symbols_.lookupNearestSymbolFrom<KernelOp>(launch, launch.getKernelAttr());
  for (Type type : llvm::concat<const Type>(kernel.getArgumentTypes(), kernel.getResultTypes()))
    if (failed(checkType(launch, type))) return failure();
  for (OpResult result : launch.getResults()) {
    bool isState = isa<KvType>(result.getType());
    if (failed(isState ? addState(result, kernel) : addPlace(result, typeIn(types_, result))))
      return failure();
  }
  // Where n and m have equal bounds, a result that mixes them up shows at other sizes only.
  if (otherTypes_ && failed(findFootprint(launch, kernel, *otherTypes_))) return failure();
  FailureOr<Footprint *> footprint = findFootprint(launch, kernel, types_);
  if (failed(footprint)) return failure();
  launches_.push_back({launch, epoch, *footprint});
  return success();
}

FailureOr<std::unique_ptr<PlanInfo>> PlanInfo::create(EntryOp entry) {
  auto info = std::make_unique<PlanInfo>();
  info->entry_ = entry;
  info->bounds_ = Extents::of(entry);
  auto [tokens, rows] = info->bounds_;
  info->types_ = typesAt(entry, info->bounds_);
  if (tokens == rows && rows > 1) info->otherTypes_ = typesAt(entry, {tokens, rows - 1});
  for (BlockArgument argument : entry.getArguments()) {
    if (failed(checkType(entry, argument.getType()))) return failure();
    if (isa<KvType>(argument.getType())) info->states_[argument] = argument.getArgNumber();
  }
  unsigned epoch = 0;
  for (Operation &op : entry.getBody().front()) {
    if (isa<BarrierOp>(op)) ++epoch;
    for (Value operand : op.getOperands())
      if (auto place = info->places_.find(operand); place != info->places_.end())
        place->second.last = info->launches_.size();
    if (auto launch = dyn_cast<LaunchOp>(op); launch && failed(info->addLaunch(launch, epoch)))
      return failure();
  }
  return info;
}
