#ifndef EMEL_TESTS_RANDOM_RUN_H_
#define EMEL_TESTS_RANDOM_RUN_H_

#include "codegen/cpu/program/Checks.h"
#include "dialects/interpreter/Interpreter.h"
#include "mlir/IR/BuiltinOps.h"
#include "tests/random/case.h"

#include <functional>

// From a plan to numbers: by the interpreter, and by code.
namespace emel::random {

// A row of logits for each token, in the order of steps.
using Rows = std::vector<std::vector<float>>;

// Changes an entry's kernels and step program before LLVM sees them, as a mistake would.
using ChangeCode = std::function<void(mlir::ModuleOp)>;

struct Compiler {
  testing::FormCompiler objects;
  absl::StatusOr<testing::CompiledKernel> compile(mlir::ModuleOp plan,
                                                  const testing::TestForm& form,
                                                  const cpu::Checks& checks,
                                                  const ChangeCode& change);
};

// By one worker, between pages that cannot be touched, or in an emulator.
absl::StatusOr<Rows> runCode(const testing::CompiledKernel& kernel, const testing::TestForm& form,
                             const Steps& steps);
// By the runtime's own session, with so many workers. The last row of each segment alone where
// `lastOnly`: the others are then empty.
absl::StatusOr<Rows> runSession(const testing::CompiledKernel& kernel, const Steps& steps,
                                uint32_t workers, bool lastOnly);

// Runs the entries of a module, functions or those of a plan: these with virtual workers, in orders
// of their tiles that follow from the seed.
absl::StatusOr<Rows> interpret(mlir::ModuleOp module, const Steps& steps, uint64_t seed,
                               interpreter::Precision precision);

// The name of the entry for a step of so many tokens.
template <typename Entry>
Entry entryFor(mlir::ModuleOp module, int64_t tokens) {
  Entry found;
  int64_t least = INT64_MAX;
  for (auto entry : module.getOps<Entry>()) {
    auto bounds = entry->template getAttrOfType<mlir::DictionaryAttr>(EmelDialect::kEntryAttr);
    if (!bounds) continue;
    int64_t most = bounds.template getAs<mlir::IntegerAttr>("tokens").getInt();
    if (most < tokens || most >= least) continue;
    least = most;
    found = entry;
  }
  return found;
}

}  // namespace emel::random

#endif  // EMEL_TESTS_RANDOM_RUN_H_
