// Values are whole until their last use: (P2) and, for what is returned, (P5).

#include <set>

#include "dialects/plan/PlanVerifier.h"

using namespace mlir;
using namespace emel;
using namespace emel::plan;

namespace {

class Lives {
 public:
  explicit Lives(const PlanInfo &info) : info_(info) {}

  LogicalResult verify();

 private:
  LogicalResult verifyStates();
  LogicalResult verifyStateTiles(const PlannedLaunch &launch);
  LogicalResult verifyResults(const PlannedLaunch &launch, unsigned index);
  LogicalResult verifyWrite(const PlannedLaunch &launch, unsigned index, const PlacedValue &written,
                            const PlacedValue &old);
  LogicalResult verifyInPlace(const PlannedLaunch &launch, const PlacedValue &written,
                              const PlacedValue &old, unsigned operand);

  /// Begins an error that a launch overwrites a value.
  InFlightDiagnostic error(const PlannedLaunch &launch, const PlacedValue &written,
                           const PlacedValue &old);
  /// Says which tiles of a launch meet.
  std::string describe(const PlannedLaunch &launch, const TilePart &writer, const TilePart &reader);

  const PlanInfo &info_;
  /// Values that later launches use.
  SmallVector<const PlacedValue *> live_;
  /// What is known to be legal in place: footprint, result, operand, distance.
  std::set<std::tuple<Footprint *, unsigned, unsigned, int64_t>> legal_;
};

bool differ(TileId a, TileId b) { return !(a == b); }

std::string Lives::describe(const PlannedLaunch &launch, const TilePart &writer,
                            const TilePart &reader) {
  const TileSpace &tiles = launch.footprint->schedule().tiles;
  Extents bounds = info_.bounds();
  return ("tile " + Twine(tiles.number(writer.tile, bounds)) + " of " + Twine(tiles.count(bounds)) +
          " writes what tile " + Twine(tiles.number(reader.tile, bounds)) + " reads")
      .str();
}

InFlightDiagnostic Lives::error(const PlannedLaunch &launch, const PlacedValue &written,
                                const PlacedValue &old) {
  bool isReturned = old.last == info_.launches().size();
  LaunchOp op = launch.op;
  ArenaOp arena = old.arena;
  InFlightDiagnostic error = op.emitOpError(isReturned ? "(P5)" : "(P2)");
  error << " writes bytes [" << std::max(written.bytes.begin, old.bytes.begin) << ", "
        << std::min(written.bytes.end, old.bytes.end) << ") of @" << arena.getSymName()
        << ", which hold a result of " << nameOf(cast<LaunchOp>(old.value.getOwner()));
  return error;
}

LogicalResult Lives::verifyInPlace(const PlannedLaunch &launch, const PlacedValue &written,
                                   const PlacedValue &old, unsigned operand) {
  unsigned result = written.value.getResultNumber();
  int64_t delta = written.bytes.begin - old.bytes.begin;
  if (!legal_.insert({launch.footprint, result, operand, delta}).second) return success();
  const Touch &reads = launch.footprint->read(operand);
  const Touch &writes = launch.footprint->written(result);

  // Tiles run in any order, and at once.
  auto meeting = findMeeting(reads, writes, delta, differ);
  if (!meeting && !(delta == 0 && launch.footprint->access().isElementwise(result, operand)))
    meeting = findMeeting(reads, writes, delta, std::equal_to<TileId>());
  if (!meeting) return success();
  auto [reader, writer] = *meeting;
  InFlightDiagnostic diag = error(launch, written, old);
  diag << " that it reads: ";
  if (reader.tile == writer.tile)
    diag << "an element of result " << result << " needs other elements of operand " << operand;
  else
    diag << describe(launch, writer, reader);
  diag.attachNote(old.value.getLoc()) << "the value is computed here";
  return diag;
}

LogicalResult Lives::verifyWrite(const PlannedLaunch &launch, unsigned index,
                                 const PlacedValue &written, const PlacedValue &old) {
  if (old.last == index) {
    LaunchOp op = launch.op;
    for (OpOperand &operand : op->getOpOperands())
      if (operand.get() == old.value &&
          failed(verifyInPlace(launch, written, old, operand.getOperandNumber())))
        return failure();
    return success();
  }
  InFlightDiagnostic diag = error(launch, written, old);
  diag << ", before its last use";
  diag.attachNote(old.value.getLoc()) << "the value is computed here";
  bool isReturned = old.last == info_.launches().size();
  for (const PlannedLaunch &later : info_.launches().drop_front(index)) {
    LaunchOp user = later.op;
    if (llvm::is_contained(user->getOperands(), old.value))
      diag.attachNote(user.getLoc()) << "it is read here";
  }
  if (isReturned) diag.attachNote(info_.end().getLoc()) << "it is returned here";
  return diag;
}

LogicalResult Lives::verifyResults(const PlannedLaunch &launch, unsigned index) {
  LaunchOp op = launch.op;
  SmallVector<const PlacedValue *> own;
  for (OpResult result : op->getResults()) {
    const PlacedValue *written = info_.placeOf(result);
    if (!written) continue;
    for (const PlacedValue *other : own)
      if (written->overlaps(*other))
        return op.emitOpError("(P2) has results ")
               << other->value.getResultNumber() << " and " << result.getResultNumber()
               << " in the same bytes";
    for (const PlacedValue *old : live_)
      if (written->overlaps(*old) && failed(verifyWrite(launch, index, *written, *old)))
        return failure();
    own.push_back(written);
  }
  llvm::append_range(live_, own);
  llvm::erase_if(live_, [&](const PlacedValue *value) { return value->last <= index; });
  return success();
}

/// Within a launch, a state's heads are read by the tile that writes them, or by others only.
LogicalResult Lives::verifyStateTiles(const PlannedLaunch &launch) {
  LaunchOp op = launch.op;
  for (OpOperand &operand : op->getOpOperands())
    for (OpResult result : op->getResults()) {
      if (!isa<KvType>(operand.get().getType()) || !isa<KvType>(result.getType()) ||
          info_.stateOf(operand.get()) != info_.stateOf(result))
        continue;
      unsigned from = operand.getOperandNumber(), to = result.getResultNumber();
      if (!legal_.insert({launch.footprint, to, from, 0}).second) continue;
      if (auto meeting =
              findMeeting(launch.footprint->read(from), launch.footprint->written(to), 0, differ))
        return op.emitOpError("(P2) writes heads of the state of argument ")
               << info_.stateOf(result)
               << " that it reads: " << describe(launch, meeting->second, meeting->first);
    }
  return success();
}

/// A state has one successor at most, and no use after it.
LogicalResult Lives::verifyStates() {
  DenseMap<unsigned, Value> newest;
  EntryOp entry = info_.entry();
  for (BlockArgument argument : entry.getArguments())
    if (isa<KvType>(argument.getType())) newest[argument.getArgNumber()] = argument;
  for (Operation &op : entry.getBody().front()) {
    for (Value operand : op.getOperands()) {
      if (!isa<KvType>(operand.getType())) continue;
      Value now = newest.lookup(info_.stateOf(operand));
      if (operand == now) continue;
      bool isEnd = isa<plan::ReturnOp>(op);
      InFlightDiagnostic error = op.emitOpError(isEnd ? "(P5)" : "(P2)");
      error << " uses a state after it was replaced";
      error.attachNote(now.getLoc()) << "it is replaced here";
      return error;
    }
    DenseSet<unsigned> replaced;
    for (OpResult result : op.getResults()) {
      if (!isa<KvType>(result.getType())) continue;
      if (!replaced.insert(info_.stateOf(result)).second)
        return op.emitOpError("(P2) replaces a state twice");
      newest[info_.stateOf(result)] = result;
    }
  }
  return success();
}

LogicalResult Lives::verify() {
  if (failed(verifyStates())) return failure();
  for (auto [index, launch] : llvm::enumerate(info_.launches()))
    if (failed(verifyStateTiles(launch)) || failed(verifyResults(launch, index))) return failure();
  return success();
}

}  // namespace

LogicalResult plan::verifyLives(const PlanInfo &info) { return Lives(info).verify(); }
