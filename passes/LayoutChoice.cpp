#include "passes/LayoutChoice.h"

#include "dialects/emel/Provenance.h"
#include "dialects/emel/Shapes.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace emel {

namespace {

/// A part of the workload: so many steps of one entry, at sizes that are known.
struct Phase {
  func::FuncOp entry;
  int64_t tokens;
  double steps;
  TypeMap types;

  RankedTensorType typeOf(Value value) const {
    return dyn_cast<RankedTensorType>(typeIn(types, value));
  }
};

/// Where a layout is read: in `decode` and `prefill` of a candidate, by the phase's number.
enum PhaseKind { Decode, Prefill };

class Chooser {
 public:
  Chooser(ModuleOp module, LayoutWorkload workload)
      : module_(module), workload_(std::move(workload)) {}

  FailureOr<LayoutReport> run() {
    FailureOr<const plan::Device *> device = plan::deviceOf(module_);
    if (failed(device)) return failure();
    device_ = *device;
    if (workload_.machines.empty()) workload_.machines.push_back(&device_->machines.back());
    if (failed(addPhase(1, workload_.decodeTokens)) ||
        failed(addPhase(workload_.batch, workload_.promptTokens)))
      return failure();
    LayoutReport report{workload_, {}};
    collectReads();
    for (WeightOp weight : module_.getOps<WeightOp>())
      report.weights.push_back(chooseWeight(weight));
    for (auto &[name, layout] : workload_.forced)
      if (failed(force(report, name, layout))) return failure();
    return report;
  }

 private:
  LogicalResult addPhase(int64_t tokens, int64_t total);
  func::FuncOp findEntry(int64_t tokens);
  void collectReads();
  LayoutChoice chooseWeight(WeightOp weight);
  void addWeightUse(LayoutChoice &choice, OpOperand &use);
  void add(LayoutCandidate &candidate, PhaseKind kind, double seconds);
  static void choose(LayoutChoice &choice);
  LogicalResult force(LayoutReport &report, StringRef name, StringRef layout);
  /// The mean over the targets.
  double mean(function_ref<double(const plan::Speeds &)> cost) const {
    double sum = 0;
    for (const plan::Speeds *machine : workload_.machines) sum += cost(*machine);
    return sum / static_cast<double>(workload_.machines.size());
  }

  ModuleOp module_;
  const plan::Device *device_ = nullptr;
  LayoutWorkload workload_;
  SmallVector<Phase, 2> phases_;  // by PhaseKind; none in a module without entry
  /// Of each weight, what reads it; those of twins under the name of the first of them.
  llvm::MapVector<StringAttr, SmallVector<Value>> reads_;
};

int64_t boundOf(func::FuncOp function) {
  auto entry = function->getAttrOfType<DictionaryAttr>(EmelDialect::kEntryAttr);
  return entry ? entry.getAs<IntegerAttr>("tokens").getInt() : INT64_MAX;
}

/// The entry of the smallest bound that holds so many tokens, else the one of the largest; `@step`
/// where there are none.
func::FuncOp Chooser::findEntry(int64_t tokens) {
  func::FuncOp best;
  for (auto function : module_.getOps<func::FuncOp>()) {
    bool isEntry =
        function->hasAttr(EmelDialect::kEntryAttr) || function.getName() == EmelDialect::kStep;
    if (!isEntry || function.isExternal()) continue;
    int64_t bound = boundOf(function), other = best ? boundOf(best) : 0;
    if (!best || (other < tokens ? bound > other : bound >= tokens && bound < other))
      best = function;
  }
  return best;
}

LogicalResult Chooser::addPhase(int64_t tokens, int64_t total) {
  func::FuncOp entry = findEntry(tokens);
  if (!entry) return success();
  tokens = std::min(tokens, boundOf(entry));
  Phase phase{entry, tokens, static_cast<double>(total) / static_cast<double>(tokens), TypeMap()};
  for (BlockArgument argument : entry.getArguments()) {
    // Logits are asked for in one row a step; every other unknown dimension is the tokens.
    auto dims = entry.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), EmelDialect::kDimsAttr);
    bool isRows = dims && !dims.empty() && cast<StringAttr>(dims[0]).getValue() == "m";
    phase.types[argument] = withUnknown(argument.getType(), isRows ? 1 : tokens);
  }
  if (failed(inferTypes(entry.front(), phase.types, tokens))) return failure();
  phases_.push_back(std::move(phase));
  return success();
}

void Chooser::add(LayoutCandidate &candidate, PhaseKind kind, double seconds) {
  (kind == Decode ? candidate.decode : candidate.prefill) += seconds;
  candidate.total += seconds * phases_[kind].steps;
}

/// Takes the cheapest that will do; of equal ones the first, which is not packed.
void Chooser::choose(LayoutChoice &choice) {
  choice.chosen = choice.needsPanels && choice.candidates.size() > 1 ? 1 : 0;
  for (unsigned i = choice.chosen + 1; i < choice.candidates.size(); ++i)
    if (choice.candidates[i].total < choice.choice().total) choice.chosen = i;
  if (choice.candidates.front().total < choice.choice().total)
    choice.reason = "rounded activations need panels";
}

/// Gives a weight the layout that somebody wants, if it can have it.
LogicalResult Chooser::force(LayoutReport &report, StringRef name, StringRef layout) {
  auto choice = llvm::find_if(report.weights, [&](auto &weight) { return weight.name == name; });
  if (choice == report.weights.end())
    return module_.emitError(
               "expected a weight that ops read, for which a layout is given, found '")
           << name << "', which there is not or was merged, folded or dropped before";
  auto named = [&](const LayoutCandidate &one) { return nameOf(one.layout) == layout; };
  auto found = llvm::find_if(choice->candidates, named);
  auto weight = SymbolTable(module_).lookup<WeightOp>(name);
  if (found == choice->candidates.end()) {
    InFlightDiagnostic error = weight.emitError("weight '") << name << "': expected a layout of ";
    llvm::interleave(
        choice->candidates, [&](auto &one) { error << nameOf(one.layout); },
        [&] { error << " or "; });
    return error << ", found '" << layout << "'"
                 << (choice->reason.empty() ? "" : " (" + choice->reason + ")");
  }
  if (choice->needsPanels && !found->layout && choice->candidates.size() > 1)
    return weight.emitError("weight '") << name << "': expected panels, since rounded activations "
                                        << "are multiplied by it, found '" << layout << "'";
  choice->chosen = found - choice->candidates.begin();
  choice->reason = "somebody wants it so";
  return success();
}

/// A name for an op that reads: its own and the one it came from.
std::string describeOp(Operation *op) {
  Origin origin = getOrigin(op->getLoc());
  std::string name = op->getName().getStringRef().str();
  return origin.ops.empty() ? name : name + " " + origin.ops.front().str();
}

/// Twins are one weight if their data are the same, which packing finds out: they get one layout.
StringAttr firstTwin(WeightOp weight) {
  return weight.getTwin() ? weight.getTwinAttr().getAttr() : weight.getSymNameAttr();
}

void Chooser::collectReads() {
  SymbolTable symbols(module_);
  module_.walk([&](GetWeightOp get) {
    if (auto weight = symbols.lookup<WeightOp>(get.getWeight()))
      reads_[firstTwin(weight)].push_back(get);
  });
}

LayoutChoice Chooser::chooseWeight(WeightOp weight) {
  LayoutChoice choice;
  choice.name = weight.getSymName();
  choice.type = cast<RankedTensorType>(weight.getType());
  for (LayoutAttr layout : layoutCandidates(*device_, choice.type)) {
    RankedTensorType packed =
        layout ? RankedTensorType::get(choice.type.getShape(), choice.type.getElementType(), layout)
               : choice.type;
    double packing = costOfPacking(packed);
    choice.candidates.push_back(
        {layout, static_cast<uint64_t>(*getStorageBytes(packed)), 0, 0, packing, packing});
  }
  if (choice.candidates.size() == 1) choice.reason = "its type has no other layout";
  for (Value read : reads_[firstTwin(weight)])
    for (OpOperand &use : read.getUses()) {
      if (auto pack = dyn_cast<PackOp>(use.getOwner()))
        for (OpOperand &packed : pack.getResult().getUses()) addWeightUse(choice, packed);
      else
        addWeightUse(choice, use);
    }
  choose(choice);
  return choice;
}

void Chooser::addWeightUse(LayoutChoice &choice, OpOperand &use) {
  Operation *op = use.getOwner();
  if (std::string name = describeOp(op); !llvm::is_contained(choice.uses, name))
    choice.uses.push_back(std::move(name));
  auto reader = dyn_cast<WeightOpInterface>(op);
  auto readIn = [&](const Phase &phase) {
    return reader.readWeight(use.getOperandNumber(),
                             [&](Value value) { return phase.typeOf(value).getShape(); });
  };
  auto isOf = [&](const Phase &phase) { return phase.entry->isProperAncestor(op); };
  bool canRead = reader && llvm::all_of(phases_, [&](const Phase &phase) {
                   return !isOf(phase) || readIn(phase);
                 });
  if (!canRead && choice.candidates.size() > 1) {
    choice.reason = op->getName().getStringRef().str() + " needs the arrangement of the file";
    choice.candidates.resize(1);
  }
  if (!canRead) return;
  choice.needsPanels |=
      isa<ContractionOpInterface>(op) && !getElementTypeOrSelf(op->getOperand(0).getType()).isF32();
  for (auto [kind, phase] : llvm::enumerate(phases_)) {
    if (!isOf(phase)) continue;
    auto shapeOf = [&](Value value) { return phase.typeOf(value).getShape(); };
    auto counter = dyn_cast<CostOpInterface>(op);
    double flops = counter ? counter.countFlops(shapeOf, phase.tokens) : 0;
    for (LayoutCandidate &candidate : choice.candidates) {
      auto type = RankedTensorType::get(choice.type.getShape(), choice.type.getElementType(),
                                        candidate.layout);
      add(candidate, static_cast<PhaseKind>(kind), mean([&](const plan::Speeds &machine) {
            return costOfWeight(machine, type, *readIn(phase), flops);
          }));
    }
  }
}

}  // namespace

FailureOr<LayoutReport> chooseLayouts(ModuleOp module, const LayoutWorkload &workload) {
  return Chooser(module, workload).run();
}

}  // namespace emel
