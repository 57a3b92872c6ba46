#include "codegen/cpu/program/StepProgram.h"

#include "codegen/cpu/emit/Tile.h"
#include "codegen/cpu/program/Kernel.h"
#include "codegen/cpu/program/Poison.h"
#include "dialects/emel/Emel.h"
#include "dialects/emel/Layouts.h"
#include "dialects/plan/Access.h"
#include "dialects/plan/PlanInfo.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "runtime/include/emel/step.h"

using namespace mlir;
using namespace emel::plan;

namespace emel::cpu {

void ModelPlaces::addWeights(ModuleOp module) {
  uint64_t end = 0;
  for (WeightOp weight : module.getOps<WeightOp>()) {
    weights[weight.getSymName()] = end;
    end = llvm::alignTo(end + *getStorageBytes(weight.getStoredType()), 64);
  }
}

namespace {

/// Emits the body of one entry's function.
class StepEmitter {
 public:
  StepEmitter(EntryOp entry, const Target &target, const ModelPlaces &places, ModuleOp module,
              const Checks &checks)
      : entry_(entry),
        target_(target),
        places_(places),
        module_(module),
        checks_(checks),
        emit_(entry.getLoc(), module.getContext()) {}

  FailureOr<StepProgram> run() {
    auto info = PlanInfo::create(entry_);
    if (failed(info)) return failure();
    info_ = info->get();
    program_.symbol = ("emel_" + entry_.getSymName()).str();
    begin();
    if (checks_.poison) {
      emitPoison(emit_, target_, module_, poisonName());
      poisonDead();
      emitBarrier();
    }
    LogicalResult result = success();
    for (Operation &op : entry_.getBody().front().without_terminator()) {
      emit_.setLoc(op.getLoc());
      emit_.when(isWanted(wants_.lookup(&op)), [&] {
        auto launch = dyn_cast<LaunchOp>(op);
        launch ? void(result = emitLaunch(launch)) : emitEpoch();
      });
      if (failed(result)) return failure();
    }
    emit_.create<LLVM::ReturnOp>(ValueRange{});
    return program_;
  }

 private:
  /// What the caller gives memory for, which is what it wants.
  enum Wants : unsigned { kLogits = 1, kBest = 2, kAll = 3 };

  /// Finds out what each launch and barrier is for, from the last to the first. A barrier is for
  /// what is launched before the next one: two barriers with nothing between them are one.
  void findWants() {
    bool samples = best_ != nullptr;
    unsigned epoch = 0;
    for (Operation &op : llvm::reverse(entry_.getBody().front().without_terminator())) {
      unsigned wants = isa<BarrierOp>(op) ? std::exchange(epoch, 0) : 0;
      for (OpOperand &use : op.getUses()) {
        bool isReturned = isa<plan::ReturnOp>(use.getOwner());
        if (!samples || isa<KvType>(use.get().getType()))
          wants |= kAll;
        else if (isReturned)
          wants |= isBest(use.get()) ? kBest : kLogits;
        else
          wants |= wants_.lookup(use.getOwner());
      }
      if (isa<LaunchOp>(op)) epoch |= wants;
      wants_[&op] = samples ? wants : unsigned{kAll};
    }
  }

  /// Tokens are worth computing for their keys and values alone, so that what is wanted of them may
  /// be nothing.
  Value isWanted(unsigned wants) {
    if (wants == kAll) return emit_.i64(1);
    Value memory = wants == kBest ? best_ : logits_;
    return emit_.create<LLVM::ICmpOp>(LLVM::ICmpPredicate::ne, memory,
                                      emit_.create<LLVM::ZeroOp>(emit_.ptr()));
  }

  void emitEpoch() {
    ++epoch_;
    emitBarrier();
    if (!checks_.poison) return;
    poisonDead();
    emitBarrier();
  }

  void begin() {
    emit_.setInsertionPointToEnd(module_.getBody());
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(emit_.getContext()),
                                            {emit_.ptr(), emit_.i32(), emit_.i32()});
    auto function = emit_.create<LLVM::LLVMFuncOp>(program_.symbol, type);
    function.setPassthroughAttr(functionAttributes(emit_, target_));
    Block *body = function.addEntryBlock(emit_);
    emit_.setInsertionPointToStart(body);
    step_ = body->getArgument(0);
    worker_ = body->getArgument(1);
    index_ = emit_.toI64(worker_);
    workers_ = emit_.toI64(body->getArgument(2));
    std::tie(n_, m_) = loadSizes(emit_, entry_, step_);
    for (size_t offset : {offsetof(emel_step_t, tokens), offsetof(emel_step_t, positions),
                          offsetof(emel_step_t, slots), offsetof(emel_step_t, out_rows)})
      arguments_.push_back(field(offset));
    logits_ = field(offsetof(emel_step_t, logits));
    for (Operation &op : entry_.getBody().front())
      for (OpResult result : op.getResults())
        if (!best_ && isBest(result)) best_ = field(offsetof(emel_step_t, best));
    findWants();
    weights_ = field(offsetof(emel_step_t, weights));
    arena_ = field(offsetof(emel_step_t, arena));
    pages_ = field(offsetof(emel_step_t, pages));
    tickets_ = field(offsetof(emel_step_t, tickets));
    scratchStride_ =
        emit_.load(emit_.i64(), emit_.at(step_, offsetof(emel_step_t, scratch_stride)), 8);
    scratch_ = emit_.at(field(offsetof(emel_step_t, scratch)), emit_.mul(index_, scratchStride_));
    for (auto arena : entry_->getParentOfType<ModuleOp>().getOps<ArenaOp>())
      if (arena.getKind() == ArenaKind::Worker)
        plannedScratch_ = llvm::alignTo(arena.getBytes(), 64);
    program_.scratchBytes = plannedScratch_;
    frame_ = emit_.at(scratch_, plannedScratch_);
  }

  const StatePages::Layer &layerOf(Value state) {
    return places_.states.layers[info_->stateOf(state) - arguments_.size()];
  }

  Value field(size_t offset) { return emit_.load(emit_.ptr(), emit_.at(step_, offset), 8); }

  /// The address of an operand or a result.
  Value addressOf(Value value) {
    if (isa<KvType>(value.getType())) return emit_.at(pages_, layerOf(value).offset);
    if (auto argument = dyn_cast<BlockArgument>(value)) return arguments_[argument.getArgNumber()];
    auto result = cast<OpResult>(value);
    PlaceAttr place = cast<LaunchOp>(result.getOwner()).getPlace(result.getResultNumber());
    auto arena = SymbolTable::lookupNearestSymbolFrom<ArenaOp>(entry_, place.getArena());
    Value base = arena.getKind() == ArenaKind::Caller   ? isBest(value) ? best_ : logits_
                 : arena.getKind() == ArenaKind::Worker ? scratch_
                                                        : arena_;
    return emit_.at(base, place.getOffset());
  }

  /// The function of a launch; launches that differ in nothing that it depends on share one.
  FailureOr<std::string> kernelOf(LaunchOp launch) {
    std::string key;
    llvm::raw_string_ostream out(key);
    out << launch.getKernel();
    if (auto extents = launch.getExtents()) out << *extents;
    out << launch.getTilesAttr();
    SmallVector<PageTable> pages;
    for (Value input : launch.getInputs()) {
      out << (info_->bounds().tokens > 1 ? extentOf(input) : "");
      if (!isa<KvType>(input.getType())) continue;
      unsigned pageClass = layerOf(input).pageClass;
      pages.push_back({pageClass, static_cast<int64_t>(places_.states.classes.size()),
                       places_.states.classes[pageClass].pageBytes});
      out << pageClass;
    }
    auto [found, isNew] = kernels_.try_emplace(key);
    if (!isNew) return found->second;
    std::string name = (entry_.getSymName() + "." + launch.getKernel()).str();
    if (int count = names_[name]++) name = (name + "." + Twine(count)).str();
    found->second = name;
    FailureOr<int64_t> frame = emitKernel(launch, target_, pages, module_, name);
    if (failed(frame)) return failure();
    program_.scratchBytes = std::max(program_.scratchBytes, plannedScratch_ + *frame);
    return name;
  }

  /// Which unknown dimension a value has.
  static StringRef extentOf(Value value) {
    if (auto argument = dyn_cast<BlockArgument>(value))
      return argument.getArgNumber() == 3 ? "m" : "n";
    auto launch = cast<LaunchOp>(value.getDefiningOp());
    auto extents = launch.getExtents();
    return extents
               ? cast<StringAttr>((*extents)[cast<OpResult>(value).getResultNumber()]).getValue()
               : "";
  }

  LogicalResult emitLaunch(LaunchOp launch) {
    ++program_.launches;
    FailureOr<std::string> kernel = kernelOf(launch);
    if (failed(kernel)) return failure();
    SmallVector<Value> arguments{step_, frame_};
    for (Value input : launch.getInputs()) arguments.push_back(addressOf(input));
    if (auto weights = launch.getWeights())
      for (auto weight : weights->getAsRange<FlatSymbolRefAttr>())
        arguments.push_back(
            emit_.at(weights_, emit_.i64(places_.weights.lookup(weight.getValue()))));
    for (Value result : launch.getResults())
      if (!isa<KvType>(result.getType())) arguments.push_back(addressOf(result));
    Value total = emit_.i64(0);
    for (Value count : countTiles(emit_, launch, n_, m_)) total = emit_.add(total, count);
    auto call = [&](Value tile) {
      SmallVector<Value> all(arguments);
      all.push_back(tile);
      emit_.create<LLVM::CallOp>(TypeRange(), *kernel, all);
    };
    switch (launch.getKind()) {
      case LaunchKind::Each: emit_.loop(emit_.i64(0), total, 1, call); break;
      case LaunchKind::Owner: {
        // Tile t is of worker t W / T, rounded down.
        auto firstOf = [&](Value worker) -> Value {
          Value scaled = emit_.add(emit_.mul(worker, total), emit_.sub(workers_, emit_.i64(1)));
          return emit_.create<arith::DivUIOp>(scaled, workers_);
        };
        emit_.loop(firstOf(index_), firstOf(emit_.add(index_, 1)), 1, call);
        break;
      }
      case LaunchKind::Dynamic: emitTickets(total, call); break;
    }
    return success();
  }

  /// Calls `body` with the tiles that this worker draws.
  void emitTickets(Value total, function_ref<void(Value)> body) {
    Value counter = emit_.at(tickets_, program_.tickets++ * EMEL_TICKET_STRIDE);
    auto draw = [&] {
      return emit_.create<LLVM::AtomicRMWOp>(LLVM::AtomicBinOp::add, counter, emit_.i64(1),
                                             LLVM::AtomicOrdering::monotonic);
    };
    auto loop = emit_.create<scf::WhileOp>(TypeRange{emit_.i64()}, ValueRange{});
    OpBuilder::InsertionGuard guard(emit_);
    emit_.createBlock(&loop.getBefore());
    Value tile = draw();
    emit_.create<scf::ConditionOp>(emit_.less(tile, total), tile);
    Block *after = emit_.createBlock(&loop.getAfter(), {}, {emit_.i64()}, {emit_.getLoc()});
    body(after->getArgument(0));
    emit_.create<scf::YieldOp>();
  }

  void emitBarrier() {
    ++program_.barriers;
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(emit_.getContext()),
                                            {emit_.ptr(), emit_.i32()});
    Value barrier = field(offsetof(emel_step_t, barrier));
    emit_.create<LLVM::CallOp>(type, ValueRange{barrier, step_, worker_});
  }

  std::string poisonName() { return (entry_.getSymName() + ".poison").str(); }

  /// Between two barriers: nobody still reads what dies here, and nobody writes there yet.
  void poisonDead() {
    auto fill = [&](Value memory, Value begin, Value end, Value worker, Value workers) {
      emit_.create<LLVM::CallOp>(TypeRange(), poisonName(),
                                 ValueRange{memory, begin, end, worker, workers});
    };
    Value zero = emit_.i64(0), one = emit_.i64(1);
    for (auto arena : entry_->getParentOfType<ModuleOp>().getOps<ArenaOp>()) {
      if (arena.getKind() == ArenaKind::Caller) continue;
      bool isShared = arena.getKind() == ArenaKind::Shared;
      for (Range dead : deadBytes(entry_, arena, epoch_))
        fill(isShared ? arena_ : scratch_, emit_.i64(dead.begin), emit_.i64(dead.end),
             isShared ? index_ : zero, isShared ? workers_ : one);
    }
    // What a kernel leaves in its frame is for no other.
    fill(scratch_, emit_.i64(plannedScratch_), scratchStride_, zero, one);
  }

  EntryOp entry_;
  const Target &target_;
  const ModelPlaces &places_;
  ModuleOp module_;
  Checks checks_;
  Emit emit_;
  PlanInfo *info_ = nullptr;
  StepProgram program_;
  llvm::StringMap<std::string> kernels_;
  llvm::StringMap<int> names_;
  SmallVector<Value> arguments_;
  Value step_, worker_, index_, workers_, n_, m_;
  llvm::DenseMap<Operation *, unsigned> wants_;
  Value logits_, best_, weights_, arena_, scratch_, frame_, pages_, tickets_, scratchStride_;
  int64_t plannedScratch_ = 0, epoch_ = 0;
};

}  // namespace

FailureOr<StepProgram> emitStepProgram(EntryOp entry, const Target &target,
                                       const ModelPlaces &places, ModuleOp module,
                                       const Checks &checks) {
  return StepEmitter(entry, target, places, module, checks).run();
}

}  // namespace emel::cpu
