#include "dialects/interpreter/StepPlan.h"

#include "dialects/interpreter/Encoding.h"

using namespace mlir;

namespace emel::interpreter {

/// More tiles than any plan has: a mistake in a tile's size is no reason to run out of memory.
static constexpr int64_t kMostTiles = 1 << 20;

static std::vector<Range> runsOfPart(Type type, const Box &part) {
  if (auto tensor = dyn_cast<RankedTensorType>(type)) return runsOf(tensor, part);
  return part.front().isEmpty() ? std::vector<Range>() : std::vector<Range>{part.front()};
}

static FailureOr<std::shared_ptr<const StepTiles>> divide(plan::LaunchOp launch,
                                                          const plan::KernelAccess &access) {
  auto tiles = std::make_shared<StepTiles>();
  for (unsigned r = 0; r < launch.getNumResults(); ++r) {
    plan::Tiles space(launch.getTile(r), access.resultType(r));
    if (space.count() > kMostTiles - static_cast<int64_t>(tiles->size())) {
      launch.emitOpError("has more than ") << kMostTiles << " tiles";
      return failure();
    }
    for (int64_t t = 0; t < space.count(); ++t) {
      Box part = space.part(t);
      StepTile tile{{r, runsOfPart(access.resultType(r), part)}, {}};
      auto reads = access.reads(r, part);
      for (unsigned i = 0; i < launch.getNumOperands(); ++i)
        if (reads[i]) tile.read.push_back({i, runsOfPart(access.argumentType(i), *reads[i])});
      tiles->push_back(std::move(tile));
    }
  }
  return std::shared_ptr<const StepTiles>(std::move(tiles));
}

FailureOr<std::unique_ptr<StepPlan>> StepPlan::create(plan::EntryOp entry, plan::Extents extents,
                                                      TileCache &cache) {
  auto plan = std::make_unique<StepPlan>();
  plan->entry_ = entry;
  plan->types_ = plan::typesAt(entry, extents);
  plan->addArguments();
  plan::LaunchOp dynamic;
  unsigned epoch = 0;
  for (Operation &op : entry.getBody().front().without_terminator()) {
    auto launch = dyn_cast<plan::LaunchOp>(op);
    if (!launch) {
      plan->items_.push_back(kBarrier);
      dynamic = {};
      ++epoch;
      continue;
    }
    if (dynamic) {
      InFlightDiagnostic diag =
          launch.emitOpError("begins while workers still take tiles of a dynamic launch");
      diag.attachNote(dynamic.getLoc()) << "no barrier follows this one";
      return failure();
    }
    if (launch.getKind() == plan::LaunchKind::Dynamic) dynamic = launch;
    if (failed(plan->addLaunch(launch, cache))) return failure();
    plan->launches_.back().epoch = epoch;
  }
  if (failed(plan->addReturn())) return failure();
  return plan;
}

unsigned StepPlan::add(StepValue value) {
  indices_[value.value] = values_.size();
  values_.push_back(std::move(value));
  return values_.size() - 1;
}

void StepPlan::addArguments() {
  for (BlockArgument argument : entry_.getArguments()) {
    StepValue value{argument, typeIn(types_, argument)};
    if (auto state = dyn_cast<KvType>(value.type)) {
      value.storage = storages_.size();
      storages_.push_back({"state " + std::to_string(argument.getArgNumber()), state.getHeads()});
      storages_.back().isState = true;
    }
    add(value);
  }
}

LogicalResult StepPlan::addLaunch(plan::LaunchOp op, TileCache &cache) {
  StepLaunch launch{op};
  plan::KernelOp kernel = op.getKernelOp();
  if (!kernel) return op.emitOpError("names no kernel");
  SmallVector<Type> types;
  for (Value operand : op.getInputs()) types.push_back(typeIn(types_, operand));
  llvm::append_range(types, kernel.getArgumentTypes().drop_front(types.size()));
  auto access = plan::KernelAccess::create(kernel, types);
  if (failed(access)) return failure();
  for (unsigned r = 0; r < op.getNumResults(); ++r)
    if (access->resultType(r) != typeIn(types_, op.getResult(r)))
      return op.emitOpError("expected a result of type ")
             << typeIn(types_, op.getResult(r)) << ", found " << access->resultType(r);

  std::vector<const void *> key = {kernel.getOperation(), op.getTilesAttr().getAsOpaquePointer()};
  for (Type type : types) key.push_back(type.getAsOpaquePointer());
  std::shared_ptr<const StepTiles> &tiles = cache.tiles[key];
  if (!tiles) {
    auto divided = divide(op, *access);
    if (failed(divided)) return failure();
    tiles = *divided;
  }
  launch.tiles = tiles;
  for (Value operand : op.getInputs()) launch.operands.push_back(indices_.lookup(operand));
  for (OpResult result : op->getResults())
    if (failed(addResult(result, launch))) return failure();
  items_.push_back(launches_.size());
  launches_.push_back(launch);
  return checkInPlace(*this, launch, *access, cache);
}

LogicalResult StepPlan::addResult(OpResult result, StepLaunch &launch) {
  StepValue value{result, typeIn(types_, result)};
  value.launch = static_cast<int>(launches_.size());
  if (isa<KvType>(value.type)) {
    FailureOr<unsigned> operand = findState(launch.op, result.getResultNumber());
    if (failed(operand)) return failure();
    value.storage = values_[launch.operands[*operand]].storage;
  } else if (failed(addPlace(result, value))) {
    return failure();
  }
  launch.results.push_back(add(value));
  return success();
}

LogicalResult StepPlan::addPlace(OpResult result, StepValue &value) {
  auto op = cast<plan::LaunchOp>(result.getOwner());
  unsigned number = result.getResultNumber();
  plan::PlaceAttr place = op.getPlace(number);
  auto arena = symbols_.lookupNearestSymbolFrom<plan::ArenaOp>(op, place.getArena());
  if (!arena) return op.emitOpError("names ") << place.getArena() << ", which is no arena";
  auto type = cast<RankedTensorType>(value.type);
  if (!canEncode(type))
    return op.emitOpError("result ") << number << " cannot lie in memory: " << type;
  std::optional<int64_t> bytes = getStorageBytes(type);
  if (!bytes || *bytes > place.getBytes())
    return op.emitOpError("result ")
           << number << " of " << type << " takes " << (bytes ? std::to_string(*bytes) : "too many")
           << " bytes, its place has " << place.getBytes();
  auto most = static_cast<int64_t>(arena.getBytes());
  if (place.getOffset() < 0 || place.getOffset() > most ||
      place.getBytes() > most - place.getOffset())
    return op.emitOpError("result ")
           << number << " lies at bytes " << place.getOffset() << " to " << place.getOffset()
           << " + " << place.getBytes() << " of " << place.getArena() << ", which has " << most;
  if (place.getOffset() % static_cast<int64_t>(arena.getAlign()) != 0)
    return op.emitOpError("result ")
           << number << " lies at byte " << place.getOffset() << " of " << place.getArena()
           << ", which aligns to " << arena.getAlign();
  auto [found, isNew] = arenas_.try_emplace(arena.getSymName(), storages_.size());
  if (isNew)
    storages_.push_back({("@" + arena.getSymName()).str(), 0,
                         arena.getKind() == plan::ArenaKind::Worker,
                         arena.getKind() == plan::ArenaKind::Caller});
  value.storage = found->second;
  value.base = place.getOffset();
  int64_t &size = storages_[value.storage].size;
  size = std::max(size, value.base + *bytes);
  return success();
}

LogicalResult StepPlan::addReturn() {
  auto end = cast<plan::ReturnOp>(entry_.getBody().front().getTerminator());
  for (Value value : end.getValues()) {
    returned_.push_back(indices_.lookup(value));
    const StepValue &own = values_[returned_.back()];
    bool isPlaced = own.storage >= 0 && !storages_[own.storage].isState;
    if (isPlaced && !storages_[own.storage].isCaller)
      return end.emitOpError("returns ")
             << nameOf(returned_.back()) << ", which lies in " << storages_[own.storage].name
             << " and not in memory of the caller";
  }
  return success();
}

std::string StepPlan::nameOfLaunch(int launch) const {
  return "launch " + std::to_string(launch) + " (@" +
         plan::LaunchOp(launches_[launch].op).getKernel().str() + ")";
}

std::string StepPlan::nameOf(unsigned value) const {
  const StepValue &own = values_[value];
  if (auto argument = dyn_cast<BlockArgument>(own.value))
    return "argument " + std::to_string(argument.getArgNumber());
  return "result " + std::to_string(cast<OpResult>(own.value).getResultNumber()) + " of " +
         nameOfLaunch(own.launch);
}

}  // namespace emel::interpreter
