#include "dialects/emel/Layouts.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Format.h"
#include "passes/LayoutChoice.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {

#define GEN_PASS_DEF_SELECTLAYOUTS
#include "passes/Passes.h.inc"

namespace {

struct SelectLayoutsPass : impl::SelectLayoutsBase<SelectLayoutsPass> {
  using SelectLayoutsBase::SelectLayoutsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    Record record(module, getArgument());
    FailureOr<LayoutWorkload> workload = readWorkload();
    if (failed(workload)) return signalPassFailure();
    FailureOr<LayoutReport> report = chooseLayouts(module, *workload);
    if (failed(report)) return signalPassFailure();
    say(*report);
    llvm::StringMap<LayoutAttr> layouts;
    for (const LayoutChoice &weight : report->weights)
      if (weight.choice().layout) layouts[weight.name] = weight.choice().layout;
    llvm::StringSet<> packed;
    module.walk([&](GetWeightOp get) {
      auto type = cast<RankedTensorType>(get.getType());
      LayoutAttr layout = layouts.lookup(get.getWeight());
      bool isDone = type.getEncoding() || llvm::any_of(get->getUsers(), llvm::IsaPred<PackOp>);
      if (!layout || isDone) return;
      OpBuilder builder(get->getContext());
      builder.setInsertionPointAfter(get);
      auto pack = builder.create<PackOp>(get.getLoc(), withLayout(type, layout), get);
      get.getResult().replaceAllUsesExcept(pack, pack);
      if (packed.insert(get.getWeight()).second) {
        record.count("weights");
        record.count("bytes", *getStorageBytes(withLayout(type, layout)));
      }
    });
  }

 private:
  /// Why each weight is stored as it is.
  void say(const LayoutReport &report) {
    SymbolTable symbols(getOperation());
    for (const LayoutChoice &choice : report.weights) {
      auto weight = symbols.lookup<WeightOp>(choice.name);
      const LayoutCandidate &chosen = choice.choice();
      auto describe = [&] {
        std::string text;
        llvm::raw_string_ostream out(text);
        out << "stored as " << nameOf(chosen.layout);
        if (!choice.reason.empty()) out << ": " << choice.reason;
        for (const LayoutCandidate &other : choice.candidates)
          if (&other != &chosen)
            out << llvm::format("; %s would take %.1f us of the workload, this %.1f us",
                                nameOf(other.layout).str().c_str(), other.total * 1e6,
                                chosen.total * 1e6);
        return text;
      };
      chosen.layout ? passed(getArgument(), weight, describe)
                    : missed(getArgument(), weight, describe);
    }
  }

  /// The options, where they make sense.
  FailureOr<LayoutWorkload> readWorkload() {
    LayoutWorkload workload{{}, decodeTokens, promptTokens, batch, {}};
    FailureOr<const plan::Device *> device = plan::deviceOf(getOperation());
    if (failed(device)) return failure();
    for (const std::string &name : targets) {
      const plan::Speeds *found = (*device)->findMachine(name);
      if (!found)
        return getOperation().emitError("expected a target of ")
               << (*device)->machineNames() << ", found '" << name << "'";
      workload.machines.push_back(found);
    }
    for (const std::string &forced : layouts) {
      auto [name, layout] = StringRef(forced).rsplit(':');
      workload.forced[name] = layout.str();
    }
    if (workload.decodeTokens < 0 || workload.promptTokens < 0 || workload.batch < 1)
      return getOperation().emitError(
                 "expected token counts of at least 0 and a batch of at least 1, found ")
             << workload.decodeTokens << ", " << workload.promptTokens << " and " << workload.batch;
    return workload;
  }
};

}  // namespace
}  // namespace emel
