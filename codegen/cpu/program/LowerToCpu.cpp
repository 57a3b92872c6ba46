#include "codegen/cpu/program/Image.h"
#include "codegen/cpu/program/Passes.h"
#include "codegen/cpu/program/StepProgram.h"
#include "dialects/emel/Layouts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;

namespace emel::cpu {
#define GEN_PASS_DEF_LOWERTOCPU
#define GEN_PASS_REGISTRATION
#include "codegen/cpu/program/Passes.h.inc"

LogicalResult lowerEntries(ModuleOp module, const Target &target, const ModelPlaces &places,
                           const Checks &checks) {
  SmallVector<Operation *> before;
  for (Operation &op : *module.getBody()) before.push_back(&op);
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  for (plan::EntryOp entry : llvm::make_early_inc_range(module.getOps<plan::EntryOp>())) {
    auto own = builder.create<ModuleOp>(entry.getLoc(), entry.getSymName());
    if (failed(emitStepProgram(entry, target, places, own, checks))) return failure();
  }
  for (Operation *op : llvm::reverse(before)) op->erase();
  module->removeAttr(EmelDialect::kModelAttr);  // it promises entries
  return success();
}

namespace {

class LowerToCpu : public impl::LowerToCpuBase<LowerToCpu> {
 public:
  using LowerToCpuBase::LowerToCpuBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    const Target *target = findTarget(cpu);
    if (!target) {
      InFlightDiagnostic error = module.emitError("there is no cpu '") << cpu << "', expected ";
      llvm::interleave(
          knownTargets(), [&](const Target &own) { error << own.name; }, [&] { error << ", "; });
      return signalPassFailure();
    }
    auto entries = module.getOps<plan::EntryOp>();
    for (plan::EntryOp entry : entries)
      if (!entry.isPlaced()) {
        entry.emitOpError("has launches without places: expected a plan of all passes");
        return signalPassFailure();
      }
    if (entries.empty()) {
      module.emitError("expected a plan, found no plan.entry");
      return signalPassFailure();
    }
    ModelPlaces places;
    places.states = plan::layOutStates(module);
    places.addWeights(module);
    Checks checks{.poison = poison};
    OpPassManager tidy(ModuleOp::getOperationName());
    addTidyPasses(tidy);
    if (failed(lowerEntries(module, *target, places, checks)) || failed(runPipeline(tidy, module)))
      signalPassFailure();
  }
};

}  // namespace

void registerCpuPasses() {
  registerLowerToCpu();
  PassPipelineRegistration<>("emel-cpu-to-llvm", "Turns kernels into LLVM's dialect",
                             addLlvmPasses);
}

}  // namespace emel::cpu
