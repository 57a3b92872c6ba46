#include "dialects/emel/Provenance.h"
#include "dialects/plan/Access.h"
#include "llvm/ADT/MapVector.h"
#include "passes/Passes.h"
#include "passes/Record.h"
#include "runtime/plan/strategy.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_PLANBUFFERS
#include "passes/Passes.h.inc"

namespace {

using plan::ArenaKind;
using plan::EntryOp;
using plan::LaunchKind;
using plan::LaunchOp;
using plan::leavesEntry;
using plan::LifeAttr;

struct ArenaName {
  ArenaKind kind;
  StringLiteral name;
};

/// The arenas of a plan. A caller has one piece of memory for logits and one for the best tokens.
constexpr ArenaName kArenas[] = {{ArenaKind::Shared, "arena"},
                                 {ArenaKind::Worker, "scratch"},
                                 {ArenaKind::Caller, "logits"},
                                 {ArenaKind::Caller, plan::kBestArena}};

StringRef arenaOf(OpResult value) {
  if (leavesEntry(value)) return plan::isBest(value) ? plan::kBestArena : "logits";
  bool isWorkers = cast<LaunchOp>(value.getOwner()).getKind() == LaunchKind::Each;
  return isWorkers ? "scratch" : "arena";
}

/// A launch in words of the source model, where it has some: layers share kernels.
std::string describe(LaunchOp launch) {
  Origin origin = getOrigin(launch.getLoc());
  return origin.ops.empty() ? launch.getKernel().str() : origin.ops.back().str();
}

/// The values of one entry that lie in one arena.
struct Arena {
  plan::Problem problem;
  llvm::MapVector<Value, int32_t> buffers;
};

class PlanBuffers : public impl::PlanBuffersBase<PlanBuffers> {
 public:
  using PlanBuffersBase::PlanBuffersBase;

  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    record_ = &record;
    if (maxArena < 0 || alignment < 1) {
      getOperation().emitError(
          "expected 'max-arena' of at least 0 and 'alignment' of at least 1, found ")
          << static_cast<int64_t>(maxArena) << " and " << static_cast<int64_t>(alignment);
      return signalPassFailure();
    }
    // All of them before any is changed: an entry that does not fit leaves the module as it was,
    // and those behind it are named as well.
    int64_t bytes[std::size(kArenas)] = {};
    bool isPlanned = true;
    DenseMap<Value, plan::PlaceAttr> places;
    for (EntryOp entry : getOperation().getOps<EntryOp>())
      for (auto [i, arena] : llvm::enumerate(kArenas)) {
        FailureOr<int64_t> total = planArena(entry, arena, places);
        isPlanned &= succeeded(total);
        bytes[i] = std::max(bytes[i], total.value_or(0));
      }
    if (!isPlanned) return signalPassFailure();
    for (EntryOp entry : getOperation().getOps<EntryOp>()) setPlaces(entry, places);
    declareArenas(bytes);
  }

 private:
  Arena collect(EntryOp entry, StringRef name) {
    Arena arena;
    arena.problem.alignment = alignment;
    for (LaunchOp launch : entry.getBody().front().getOps<LaunchOp>())
      for (OpResult value : launch.getOperation()->getResults()) {
        LifeAttr life = launch.getLife(value.getResultNumber());
        if (!life || arenaOf(value) != name) continue;
        auto index = static_cast<int32_t>(arena.problem.buffers.size());
        arena.problem.buffers.push_back({life.getLower(), life.getUpper(), life.getBytes()});
        arena.problem.names.push_back(describe(launch));
        arena.buffers[value] = index;
        if (life.getOver() < 0) continue;
        auto over = arena.buffers.find(launch.getInputs()[life.getOver()]);
        if (over != arena.buffers.end()) arena.problem.in_place.push_back({over->second, index});
      }
    return arena;
  }

  /// Adds the places of the values that lie in one arena and returns the bytes that the entry needs
  /// of it.
  FailureOr<int64_t> planArena(EntryOp entry, const ArenaName &own,
                               DenseMap<Value, plan::PlaceAttr> &places) {
    for (LaunchOp launch : entry.getBody().front().getOps<LaunchOp>())
      if (!launch.getLives())
        return launch.emitOpError("expected lives, which --emel-lifetimes writes, found none");
    Arena arena = collect(entry, own.name);
    if (arena.buffers.empty()) return 0;
    absl::StatusOr<plan::Solution> solution = plan::Solve(arena.problem, {});
    if (own.kind == ArenaKind::Shared && maxArena > 0 && solution.ok() &&
        solution->plan.total > maxArena) {
      arena.problem.capacity = maxArena;  // says what is live at the peak, or looks harder
      solution = plan::Solve(arena.problem, {});
    }
    if (!solution.ok()) {
      entry.emitError("cannot plan @") << own.name << " of @" << entry.getSymName() << ": "
                                       << std::string(solution.status().message());
      return failure();
    }
    auto symbol = FlatSymbolRefAttr::get(&getContext(), own.name);
    for (auto [value, index] : arena.buffers)
      places[value] =
          plan::PlaceAttr::get(&getContext(), symbol, solution->plan.places[index].offset,
                               arena.problem.buffers[index].size);
    if (own.kind == ArenaKind::Shared) {
      record_->count("arena bytes", solution->plan.total);
      record_->count("bytes saved", plan::NoReuse(arena.problem) - solution->plan.total);
    }
    return solution->plan.total;
  }

  void setPlaces(EntryOp entry, const DenseMap<Value, plan::PlaceAttr> &places) {
    // The verifier of the whole looks at complete plans only, so that launches may get their places
    // one by one.
    for (LaunchOp launch : entry.getBody().front().getOps<LaunchOp>()) {
      SmallVector<Attribute> own;
      for (Value value : launch.getResults()) {
        plan::PlaceAttr place = places.lookup(value);
        own.push_back(place ? Attribute(place) : UnitAttr::get(&getContext()));
      }
      launch.setPlacesAttr(ArrayAttr::get(&getContext(), own));
    }
  }

  void declareArenas(ArrayRef<int64_t> bytes) {
    OpBuilder builder = OpBuilder::atBlockBegin(getOperation().getBody());
    for (auto [own, size] : llvm::zip(kArenas, bytes)) {
      if (auto old = getOperation().lookupSymbol<plan::ArenaOp>(own.name)) old->erase();
      if (size > 0)
        builder.create<plan::ArenaOp>(getOperation().getLoc(), own.kind, own.name, size, alignment);
    }
  }

  Record *record_ = nullptr;
};

}  // namespace
}  // namespace emel
