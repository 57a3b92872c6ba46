#include "compiler/driver/PlanSummary.h"

#include "dialects/emel/Layouts.h"
#include "dialects/plan/EntryShapes.h"
#include "llvm/Support/MathExtras.h"
#include "passes/Grouping.h"

using namespace mlir;

namespace emel {

using plan::ArenaKind;
using plan::EntryOp;
using plan::EntryShapes;
using plan::LaunchOp;

int64_t PlannedEntry::usedBytes(ArenaKind arena) const {
  int64_t used = 0;
  for (const PlannedBuffer &buffer : buffers)
    if (buffer.arena == arena) used = std::max(used, buffer.offset + buffer.size);
  return used;
}

int64_t PlannedEntry::liveBytesIn(ArenaKind arena, int64_t epoch) const {
  int64_t live = 0;
  for (const PlannedBuffer &buffer : buffers)
    if (buffer.arena == arena && buffer.lower <= epoch && epoch < buffer.upper) live += buffer.size;
  return live;
}

int64_t PlannedEntry::liveBytes(ArenaKind arena) const {
  int64_t most = 0;
  for (size_t epoch = 0; epoch < epochs.size(); ++epoch)
    most = std::max(most, liveBytesIn(arena, epoch));
  return most;
}

double Work::flops() const {
  double flops = 0;
  for (auto [type, part] : flopsOf) flops += part;
  return flops;
}

namespace {

class Summarizer {
 public:
  explicit Summarizer(ModuleOp module) : module_(module), symbols_(module) {}

  FailureOr<PlanSummary> run() {
    if (auto model = module_->getAttrOfType<DictionaryAttr>(EmelDialect::kModelAttr)) {
      summary_.architecture = model.getAs<StringAttr>("architecture").str();
      summary_.context = model.getAs<IntegerAttr>("context").getInt();
      if (auto sample = model.getAs<IntegerAttr>(EmelDialect::kSample))
        summary_.sample = sample.getInt();
    }
    for (auto arena : module_.getOps<plan::ArenaOp>())
      summary_.alignment = std::max<int64_t>(summary_.alignment, arena.getAlign());
    for (auto weight : module_.getOps<WeightOp>()) summary_.weightBytes += storedBytes(weight);
    for (EntryOp entry : module_.getOps<EntryOp>())
      if (failed(addEntry(entry))) return failure();
    if (summary_.entries.empty()) return module_.emitError("holds no plan");
    summary_.states = plan::layOutStates(module_);
    return std::move(summary_);
  }

 private:
  static int64_t storedBytes(WeightOp weight) {
    return getStorageBytes(cast<RankedTensorType>(weight.getStoredType()))
        .value_or(weight.getSize());
  }

  LogicalResult addEntry(EntryOp entry) {
    if (!entry.isPlaced()) return entry.emitError("has launches without places");
    PlannedEntry &out = summary_.entries.emplace_back();
    out.name = entry.getSymName().str();
    out.tokens = entry.getMaxTokens();
    out.rows = entry.getMaxRows();
    auto shapes = EntryShapes::create(entry, plan::Extents::of(entry));
    if (failed(shapes)) return failure();
    summary_.stateBytes = 0;
    for (Type type : entry.getArgumentTypes())
      if (auto state = dyn_cast<KvType>(type))
        summary_.stateBytes += state.getHeads() * state.getHeadBytes();
    buffers_.clear();
    out.epochs.emplace_back();
    for (Operation &op : entry.getBody().front()) {
      if (isa<plan::BarrierOp>(op)) {
        ++out.barriers;
        out.epochs.emplace_back();
      } else if (auto launch = dyn_cast<LaunchOp>(op)) {
        addLaunch(launch, *shapes, out);
      }
    }
    return success();
  }

  void addLaunch(LaunchOp launch, const EntryShapes &shapes, PlannedEntry &out) {
    ++out.launches;
    out.epochs.back().push_back(launch.getKernel().str());
    for (OpResult value : launch.getOperation()->getResults())
      if (launch.getPlace(value.getResultNumber())) addBuffer(launch, value, out);
    addWork(launch, shapes, summary_.context, out.work);
    addWork(launch, shapes, 0, out.workWithoutCells);
  }

  void addWork(LaunchOp launch, const EntryShapes &shapes, int64_t context, Work &work) {
    plan::KernelOp kernel = symbols_.lookup<plan::KernelOp>(launch.getKernel());
    const plan::KernelAccess &access = shapes.accessOf(launch);
    double &flops = work.flopsOf[multipliedType(kernel)];
    for (unsigned i = 0; i < launch->getNumResults(); ++i)
      flops += access.countFlops(i, plan::wholeOf(access.resultType(i)), context);
    work.bytesRead += readBytes(kernel, access, context);
  }

  /// What a kernel multiplies: of several types the one that CPUs multiply fastest.
  static Type multipliedType(plan::KernelOp kernel) {
    Builder build(kernel.getContext());
    if (activationForm(kernel) == ActivationForm::BF16) return build.getBF16Type();
    Type fastest = build.getF32Type();
    for (Type type : kernel.getArgumentTypes()) {
      auto state = dyn_cast<KvType>(type);
      Type element = state ? state.getElementType() : getElementTypeOrSelf(type);
      if (element.isInteger() || element.isIndex()) continue;
      if (!isa<FloatType>(element)) return element;
      if (element.getIntOrFloatBitWidth() < 32) fastest = element;
    }
    return fastest;
  }

  void addBuffer(LaunchOp launch, OpResult value, PlannedEntry &out) {
    plan::PlaceAttr place = launch.getPlace(value.getResultNumber());
    plan::LifeAttr life = launch.getLife(value.getResultNumber());
    auto arena = symbols_.lookup<plan::ArenaOp>(place.getArena().getValue());
    int64_t size = llvm::alignTo(place.getBytes(), arena.getAlign());
    if (arena.getKind() == ArenaKind::Shared) out.noReuseBytes += size;
    if (life.getOver() >= 0) {
      auto over = buffers_.find(launch.getInputs()[life.getOver()]);
      if (over != buffers_.end() && out.buffers[over->second].offset == place.getOffset() &&
          out.buffers[over->second].arena == arena.getKind()) {
        out.buffers[over->second].upper = life.getUpper();
        buffers_[value] = over->second;
        return;
      }
    }
    buffers_[value] = out.buffers.size();
    out.buffers.push_back({launch.getKernel().str(), arena.getKind(), life.getLower(),
                           life.getUpper(), size, place.getOffset()});
  }

  /// What a launch reads of its weights, where tokens choose as many experts as they can, and of
  /// states, all cells of the context.
  double readBytes(plan::KernelOp kernel, const plan::KernelAccess &access, int64_t context) {
    double bytes = 0;
    for (auto [i, argument] : llvm::enumerate(kernel.getArguments())) {
      if (auto state = dyn_cast<KvType>(argument.getType())) {
        bool isRead = llvm::any_of(argument.getUsers(), llvm::IsaPred<CostOpInterface>);
        if (isRead) bytes += static_cast<double>(state.getHeads() * state.getHeadBytes()) * context;
        continue;
      }
      auto type = cast<RankedTensorType>(access.argumentType(i));
      bytes += *getStorageBytes(type) * shareRead(access, argument, type);
    }
    return bytes;
  }

  /// The part of an argument that ops of the kernel read; of experts that are not grouped perhaps
  /// more than all.
  double shareRead(const plan::KernelAccess &access, BlockArgument argument,
                   RankedTensorType type) {
    double most = 0;
    for (OpOperand &use : argument.getUses()) {
      auto op = dyn_cast<WeightOpInterface>(use.getOwner());
      std::optional<WeightRead> read;
      if (op)
        read = op.readWeight(use.getOperandNumber(),
                             [&](Value value) { return access.shapeOf(value); });
      if (!read) return 1;
      double rows = static_cast<double>(type.getNumElements()) / type.getShape().back();
      double share = read->rows / std::max(1.0, rows);
      most = std::max(most, read->isGathered ? std::min(1.0, share) : share);
    }
    return most;
  }

  ModuleOp module_;
  SymbolTable symbols_;
  PlanSummary summary_;
  DenseMap<Value, size_t> buffers_;
};

}  // namespace

FailureOr<PlanSummary> summarizePlan(ModuleOp module) { return Summarizer(module).run(); }

}  // namespace emel
