#include "dialects/interpreter/PlanMachine.h"

using namespace mlir;

namespace emel::interpreter {

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

enum Order : uint64_t { kFirst = 0, kLast = 1, kTurns = 2 };

Schedule::Schedule(int64_t workers, uint64_t seed) : seed_(seed), random_(seed) {
  if (seed > kTurns && seed % 2 == 0) slow_ = static_cast<int64_t>(random_() % workers);
}

int64_t Schedule::choose(ArrayRef<int64_t> ready) {
  if (seed_ == kFirst) return ready.front();
  if (seed_ == kLast) return ready.back();
  if (seed_ == kTurns) {
    const int64_t *next = llvm::upper_bound(ready, last_);
    return last_ = next == ready.end() ? ready.front() : *next;
  }
  int64_t chosen = ready[random_() % ready.size()];
  if (chosen != slow_ || ready.size() == 1) return chosen;
  return ready.front() == slow_ ? ready.back() : ready.front();
}

//===----------------------------------------------------------------------===//
// Workers
//===----------------------------------------------------------------------===//

PlanMachine::PlanMachine(const StepPlan &plan, const StepValues *values, int64_t workers)
    : plan_(plan), values_(values), workers_(workers), tickets_(plan.launches().size()) {
  for (const Storage &storage : plan.storages()) {
    std::vector<Cells> &copies = cells_.emplace_back();
    for (int64_t w = 0; w < (storage.isPerWorker ? workers : 1); ++w) copies.emplace_back(storage);
  }
  for (auto [i, value] : llvm::enumerate(plan.values()))
    if (value.launch < 0 && value.storage >= 0)
      cells_[value.storage].front().hold(i, {0, plan.storages()[value.storage].size});
}

LogicalResult PlanMachine::run(Schedule schedule) {
  SmallVector<int64_t> ready;
  for (;;) {
    ready.clear();
    for (auto [w, worker] : llvm::enumerate(workers_))
      if (!worker.isWaiting && worker.item < plan_.items().size()) ready.push_back(w);
    if (!ready.empty()) {
      if (failed(advance(schedule.choose(ready)))) return failure();
    } else if (workers_.front().isWaiting) {
      for (Worker &worker : workers_) worker.isWaiting = false;
    } else {
      return checkReturned();
    }
  }
}

LogicalResult PlanMachine::advance(int64_t index) {
  Worker &worker = workers_[index];
  while (worker.item < plan_.items().size()) {
    int launch = plan_.items()[worker.item];
    if (launch == StepPlan::kBarrier) {
      ++worker.item;
      worker.isWaiting = true;
      return success();
    }
    if (std::optional<int64_t> tile = takeTile(worker, index, launch))
      return runTile(index, launch, *tile);
    ++worker.item;
    worker.isInLaunch = false;
  }
  return success();
}

std::optional<int64_t> PlanMachine::takeTile(Worker &worker, int64_t index, int launch) {
  plan::LaunchOp op = plan_.launches()[launch].op;
  auto tiles = static_cast<int64_t>(plan_.launches()[launch].tiles->size());
  if (op.getKind() == plan::LaunchKind::Dynamic)
    return tickets_[launch] < tiles ? std::optional(tickets_[launch]++) : std::nullopt;
  if (!worker.isInLaunch) {
    bool isEach = op.getKind() == plan::LaunchKind::Each;
    // The first tile t with floor(t * W / T) of at least w.
    auto firstOf = [&](int64_t w) -> int64_t {
      return llvm::divideCeil(w * tiles, countWorkers());
    };
    worker.isInLaunch = true;
    worker.tile = isEach ? 0 : firstOf(index);
    worker.end = isEach ? tiles : firstOf(index + 1);
  }
  return worker.tile < worker.end ? std::optional(worker.tile++) : std::nullopt;
}

LogicalResult PlanMachine::runTile(int64_t worker, int launch, int64_t tile) {
  const StepLaunch &own = plan_.launches()[launch];
  plan::LaunchOp op = own.op;
  bool anyWorker = op.getKind() == plan::LaunchKind::Dynamic && countWorkers() > 1;
  int64_t agent = anyWorker ? countWorkers() + static_cast<int64_t>(accesses_.size()) : worker;
  accesses_.push_back({own.epoch, worker, agent, launch, tile});
  const StepTile &parts = (*own.tiles)[tile];
  for (const Touch &part : parts.read)
    if (failed(touch(own, part, /*writes=*/false))) return failure();
  return touch(own, parts.written, /*writes=*/true);
}

LogicalResult PlanMachine::touch(const StepLaunch &launch, const Touch &part, bool writes) {
  unsigned index = (writes ? launch.results : launch.operands)[part.index];
  const StepValue &value = plan_.values()[index];
  if (value.storage < 0) return success();
  Cells &cells = cellsOf(value, accesses_.back().worker);
  ArrayRef<uint8_t> bytes = values_ ? values_->bytesOf(value.value) : ArrayRef<uint8_t>();
  for (Range run : part.runs) {
    const uint8_t *own = bytes.empty() ? nullptr : bytes.data() + run.begin;
    Range range{value.base + run.begin, value.base + run.end};
    std::optional<Violation> violation =
        writes ? cells.write(index, range, own, accesses_.size(), accesses_)
               : cells.read(index, range, own, accesses_.size(), accesses_);
    if (violation) return report(index, writes, *violation);
  }
  return success();
}

Cells &PlanMachine::cellsOf(const StepValue &value, int64_t worker) {
  std::vector<Cells> &copies = cells_[value.storage];
  return copies.size() > 1 ? copies[worker] : copies.front();
}

ArrayRef<uint8_t> PlanMachine::bytesOf(const StepValue &value) {
  int64_t bytes = *getStorageBytes(cast<RankedTensorType>(value.type));
  return cellsOf(value, 0).bytes({value.base, value.base + bytes});
}

LogicalResult PlanMachine::checkReturned() {
  plan::EntryOp entry = plan_.entry();
  accesses_.push_back({.epoch = ~0u, .launch = -1});
  for (auto [i, index] : llvm::enumerate(plan_.returned())) {
    const StepValue &value = plan_.values()[index];
    if (value.storage < 0) continue;
    const Storage &storage = plan_.storages()[value.storage];
    Range range{0, storage.size};
    if (auto type = dyn_cast<RankedTensorType>(value.type))
      range = {value.base, value.base + *getStorageBytes(type)};
    ArrayRef<uint8_t> bytes = values_ ? values_->bytesOf(value.value) : ArrayRef<uint8_t>();
    Cells &cells = cellsOf(value, 0);
    if (auto violation = cells.read(index, range, bytes.empty() ? nullptr : bytes.data(),
                                    accesses_.size(), accesses_))
      return explain(entry.emitOpError("returns ") << plan_.nameOf(index) << ", but ", index,
                     *violation);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

std::string PlanMachine::describe(const Access &access) const {
  std::string text = "tile " + std::to_string(access.tile) + " of " +
                     plan_.nameOfLaunch(access.launch) + " on worker " +
                     std::to_string(access.worker);
  return text;
}

/// The tile that writes a unit of a value in this epoch, on another worker: it may not have run
/// yet.
std::optional<Access> PlanMachine::lateWriter(const StepValue &value, int64_t at) const {
  if (value.launch < 0) return std::nullopt;
  const StepLaunch &launch = plan_.launches()[value.launch];
  const Access &own = accesses_.back();
  plan::LaunchOp op = launch.op;
  if (launch.epoch != own.epoch || op.getKind() == plan::LaunchKind::Each) return std::nullopt;
  auto tiles = static_cast<int64_t>(launch.tiles->size());
  unsigned result = cast<OpResult>(value.value).getResultNumber();
  for (auto [t, tile] : llvm::enumerate(*launch.tiles)) {
    if (tile.written.index != result) continue;
    for (Range run : tile.written.runs) {
      if (at < value.base + run.begin || at >= value.base + run.end) continue;
      int64_t worker = static_cast<int64_t>(t) * countWorkers() / tiles;
      if (worker == own.worker) return std::nullopt;
      return Access{own.epoch, worker, worker, value.launch, static_cast<int64_t>(t)};
    }
  }
  return std::nullopt;
}

LogicalResult PlanMachine::report(unsigned index, bool writes, Violation violation) {
  const Access &own = accesses_.back();
  const StepValue &value = plan_.values()[index];
  if (violation.kind != Violation::Race)
    if (auto late = lateWriter(value, violation.at))
      violation = {Violation::Race, violation.at, *late, true};
  plan::LaunchOp op = plan_.launches()[own.launch].op;
  return explain(op.emitOpError() << describe(own) << " of " << countWorkers()
                                  << (writes ? " writes " : " reads ") << plan_.nameOf(index)
                                  << ", but ",
                 index, violation);
}

LogicalResult PlanMachine::explain(InFlightDiagnostic diag, unsigned index,
                                   const Violation &violation) {
  const Storage &storage = plan_.storages()[plan_.values()[index].storage];
  std::string place =
      (storage.isState ? "head " : "byte ") + std::to_string(violation.at) + " of " + storage.name;
  switch (violation.kind) {
    case Violation::Race: {
      diag << describe(violation.other) << (violation.otherWrites ? " writes " : " reads ") << place
           << " too: no barrier lies between them";
      plan::LaunchOp other = plan_.launches()[violation.other.launch].op;
      diag.attachNote(other.getLoc()) << "the other launch";
      break;
    }
    case Violation::Unwritten: diag << "nothing has written " << place; break;
    case Violation::Overwritten: {
      diag << plan_.nameOf(violation.holds) << " lies at " << place;
      int launch = plan_.values()[violation.holds].launch;
      if (launch >= 0) {
        plan::LaunchOp other = plan_.launches()[launch].op;
        diag.attachNote(other.getLoc()) << "this launch writes there";
      }
      break;
    }
    case Violation::Differs: diag << "other bytes lie from " << place << " on"; break;
  }
  return diag;
}

}  // namespace emel::interpreter
