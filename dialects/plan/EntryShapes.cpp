#include "dialects/plan/EntryShapes.h"

using namespace mlir;
using namespace emel;
using namespace emel::plan;

FailureOr<EntryShapes> EntryShapes::create(EntryOp entry, Extents extents) {
  EntryShapes shapes;
  shapes.types_ = typesAt(entry, extents);
  std::map<std::pair<Operation *, std::vector<const void *>>, KernelAccess *> known;
  SymbolTable symbols(SymbolTable::getNearestSymbolTable(entry));
  for (LaunchOp launch : entry.getBody().front().getOps<LaunchOp>()) {
    auto kernel = symbols.lookup<KernelOp>(launch.getKernel());
    if (!kernel) return launch.emitOpError("(C1) names no kernel");
    // Weights have the types that the kernel gives its last arguments.
    SmallVector<Type> arguments(kernel.getArgumentTypes());
    for (auto [i, operand] : llvm::enumerate(launch.getInputs()))
      arguments[i] = shapes.typeOf(operand);
    std::vector<const void *> key;
    for (Type type : arguments) key.push_back(type.getAsOpaquePointer());
    KernelAccess *&access = known[{kernel, key}];
    if (!access) {
      FailureOr<KernelAccess> made = KernelAccess::create(kernel, arguments);
      if (failed(made)) return failure();
      access =
          shapes.accesses_.emplace_back(std::make_shared<KernelAccess>(std::move(*made))).get();
    }
    shapes.byLaunch_[launch] = access;
  }
  return shapes;
}
