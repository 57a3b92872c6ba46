// Between two barriers, only one worker touches what is written: (P3).

#include <set>

#include "dialects/plan/PlanVerifier.h"

using namespace mlir;
using namespace emel;
using namespace emel::plan;

namespace {

/// A launch reads its operand `index`, or writes its result `index`.
struct Access {
  unsigned launch = 0;
  bool isWrite = false;
  unsigned index = 0;
  Value value;
  /// The arena of a tensor; null for a state, which is told by its argument.
  Operation *arena = nullptr;
  unsigned state = 0;
  /// All of the value: bytes of the arena, or heads.
  Range whole;

  bool overlaps(const Access &other) const {
    return arena == other.arena && state == other.state && whole.overlaps(other.whole);
  }
};

class Races {
 public:
  explicit Races(const PlanInfo &info) : info_(info) {}

  LogicalResult verify();

 private:
  void addAccess(unsigned launch, bool isWrite, unsigned index, Value value);
  void addAccesses(unsigned launch);
  LogicalResult verifyAgainst(const Access &first, const Access &second);
  LogicalResult report(const Access &first, const Access &second, const TilePart &partA,
                       const TilePart &partB);

  const PlannedLaunch &launchOf(const Access &access) const {
    return info_.launches()[access.launch];
  }
  const Touch &touchOf(const Access &access) const {
    Footprint &footprint = *launchOf(access).footprint;
    return access.isWrite ? footprint.written(access.index) : footprint.read(access.index);
  }

  const PlanInfo &info_;
  /// The accesses of the epoch so far.
  std::vector<Access> accesses_;
  /// Pairs known to be safe: footprints, which access of each, and the distance of the values.
  std::set<std::tuple<Footprint *, bool, unsigned, Footprint *, bool, unsigned, int64_t>> safe_;
};

void Races::addAccess(unsigned launch, bool isWrite, unsigned index, Value value) {
  Access access{launch, isWrite, index, value};
  if (auto state = dyn_cast<KvType>(value.getType())) {
    access.state = info_.stateOf(value);
    access.whole = {0, state.getHeads()};
  } else {
    const PlacedValue *place = info_.placeOf(value);
    // Nobody writes arguments, and nobody else sees a worker's own arena.
    if (!place || ArenaOp(place->arena).getKind() == ArenaKind::Worker) return;
    access.arena = place->arena;
    access.whole = place->bytes;
  }
  accesses_.push_back(access);
}

void Races::addAccesses(unsigned launch) {
  LaunchOp op = info_.launches()[launch].op;
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) addAccess(launch, false, i, operand);
  for (auto [i, result] : llvm::enumerate(op->getResults())) addAccess(launch, true, i, result);
}

std::string nameOf(TileId tile, const Schedule &schedule, Extents at) {
  return ("tile " + Twine(schedule.tiles.number(tile, at)) + " of " +
          Twine(schedule.tiles.count(at)))
      .str();
}

/// Says where a tile runs.
std::string runsOn(TileId tile, const Schedule &schedule, Extents at, int64_t worker) {
  StringRef verb = schedule.kind == LaunchKind::Owner     ? " runs on worker "
                   : schedule.kind == LaunchKind::Dynamic ? " may run on worker "
                                                          : " runs on every worker, so on ";
  return (nameOf(tile, schedule, at) + verb + Twine(worker)).str();
}

LogicalResult Races::report(const Access &first, const Access &second, const TilePart &partA,
                            const TilePart &partB) {
  const Schedule &a = launchOf(first).footprint->schedule(),
                 &b = launchOf(second).footprint->schedule();
  Extents at = *findApart(a, partA.tile, b, partB.tile, info_.bounds());
  Witness witness = findWitness(a, partA.tile, b, partB.tile, at);
  LaunchOp one = launchOf(first).op, other = launchOf(second).op;

  Range bytesA = storageOf(touchOf(first).type, partA.box);
  Range bytesB = storageOf(touchOf(second).type, partB.box);
  int64_t begin = std::max(bytesA.begin + first.whole.begin, bytesB.begin + second.whole.begin);
  int64_t end = std::min(bytesA.end + first.whole.begin, bytesB.end + second.whole.begin);
  InFlightDiagnostic diag = other.emitOpError("(P3) ");
  diag << (second.isWrite ? "writes " : "reads ") << (first.arena ? "bytes [" : "heads [") << begin
       << ", " << end << ") of ";
  if (first.arena)
    diag << "@" << cast<ArenaOp>(first.arena).getSymName();
  else
    diag << "the state of argument " << first.state;
  diag << " while " << nameOf(one)
       << (first.isWrite ? " may still write them" : " may still read them")
       << "; no barrier lies between";
  diag.attachNote(one.getLoc()) << "with n = " << at.tokens << ", m = " << at.rows << " and "
                                << witness.workers << " workers, "
                                << runsOn(partA.tile, a, at, witness.workerA) << " here and "
                                << runsOn(partB.tile, b, at, witness.workerB) << " there";
  for (unsigned i = first.launch + 1; i < second.launch; ++i) {
    LaunchOp between = info_.launches()[i].op;
    diag.attachNote(between.getLoc()) << "on the way is " << nameOf(between);
  }
  return diag;
}

LogicalResult Races::verifyAgainst(const Access &first, const Access &second) {
  if (first.launch == second.launch || !(first.isWrite || second.isWrite) ||
      !first.overlaps(second))
    return success();
  // Bytes written before and read as another value were written as that value in between, and both
  // of those pairs are looked at.
  if (first.arena && first.value != second.value && !second.isWrite) return success();
  int64_t delta = second.whole.begin - first.whole.begin;
  Footprint *a = launchOf(first).footprint, *b = launchOf(second).footprint;
  if (!safe_.insert({a, first.isWrite, first.index, b, second.isWrite, second.index, delta}).second)
    return success();
  auto race = findRace(a->schedule(), touchOf(first), b->schedule(), touchOf(second), delta,
                       info_.bounds());
  return race ? report(first, second, race->first, race->second) : success();
}

LogicalResult Races::verify() {
  for (auto [index, launch] : llvm::enumerate(info_.launches())) {
    if (index > 0 && info_.launches()[index - 1].epoch != launch.epoch) accesses_.clear();
    size_t before = accesses_.size();
    addAccesses(index);
    for (size_t second = before; second < accesses_.size(); ++second)
      for (size_t first = 0; first < before; ++first)
        if (failed(verifyAgainst(accesses_[first], accesses_[second]))) return failure();
  }
  return success();
}

}  // namespace

LogicalResult plan::verifyRaces(const PlanInfo &info) { return Races(info).verify(); }
