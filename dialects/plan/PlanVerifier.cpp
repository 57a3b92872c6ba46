#include "dialects/plan/PlanVerifier.h"

using namespace mlir;
using namespace emel;
using namespace emel::plan;

/// (P4): tiles by ticket run anywhere, so all that follows waits for them.
static LogicalResult verifyDynamic(const PlanInfo &info) {
  for (PlannedLaunch launch : info.launches()) {
    Operation *next = launch.op->getNextNode();
    if (launch.op.getKind() != LaunchKind::Dynamic || isa<BarrierOp, plan::ReturnOp>(next))
      continue;
    InFlightDiagnostic error =
        launch.op.emitOpError(
            "(P4) is dynamic: expected a barrier or the end of the entry after it, found ")
        << nameOf(cast<LaunchOp>(next));
    error.attachNote(next->getLoc()) << "it is launched here";
    return error;
  }
  return success();
}

/// (P5): the caller finds tensors in its own memory, and each state where it was.
static LogicalResult verifyReturned(const PlanInfo &info) {
  plan::ReturnOp end = info.end();
  SmallVector<unsigned> given, returned;
  EntryOp entry = info.entry();
  for (BlockArgument argument : entry.getArguments())
    if (isa<KvType>(argument.getType())) given.push_back(argument.getArgNumber());
  for (auto [i, value] : llvm::enumerate(end.getValues())) {
    if (isa<KvType>(value.getType())) returned.push_back(info.stateOf(value));
    const PlacedValue *place = info.placeOf(value);
    ArenaOp arena = place ? place->arena : ArenaOp();
    if (!arena || arena.getKind() == ArenaKind::Caller) continue;
    InFlightDiagnostic error = end.emitOpError("(P5) expected result ")
                               << i << " in a caller arena, found it in @" << arena.getSymName()
                               << ", a " << stringifyEnum(arena.getKind()) << " arena";
    error.attachNote(value.getLoc()) << "it is computed here";
    return error;
  }
  if (given.size() == returned.size() && given != returned)
    return end.emitOpError("(P5) expected the states in the order of the arguments where they lie")
           << ", found those of arguments " << returned;
  return success();
}

LogicalResult plan::verifyPlan(EntryOp entry) {
  FailureOr<std::unique_ptr<PlanInfo>> info = PlanInfo::create(entry);
  return success(succeeded(info) && succeeded(verifyDynamic(**info)) &&
                 succeeded(verifyLives(**info)) && succeeded(verifyReturned(**info)) &&
                 succeeded(verifyRaces(**info)));
}
