// Shrinks IR that makes a test script fail to a small case that still does.

#include "compiler/driver/Diagnostics.h"
#include "compiler/driver/Load.h"
#include "dialects/RegisterDialects.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/IR/Verifier.h"
#include "tools/support/command_line.h"
#include "tools/support/exit.h"
#include "tools/support/output_file.h"
#include "tools/support/progress.h"

using namespace mlir;

namespace emel {
namespace {

struct Options {
  std::string module, test, output = "-";
};

void declare(tools::CommandLine& line, Options& options) {
  line.Operand("MODULE", "a module of emel IR, text or bytecode", &options.module);
  line.Value("--test", "SCRIPT",
             "a program that gets the path of a module and exits with 0 where that still shows the "
             "problem",
             &options.test);
  line.Value("-o", "OUT", "where to write; - is standard output", &options.output);
  line.Example("emel-reduce big.mlir --test=./still-wrong.sh -o small.mlir",
               "with, say, `! emel-opt --emel-simplify \"$1\"` in the script");
  line.Note(
      "It tries to remove one op at a time, until nothing more can go. Modules that do not "
      "verify are never shown to the script.");
}

//===----------------------------------------------------------------------===//
// Edits: each makes a module smaller in one place, or says that it cannot.
//===----------------------------------------------------------------------===//

/// Removes what nothing uses: an op without results in use, a symbol that nothing names.
LogicalResult erase(Operation* op) {
  if (!op->getParentOp()) return failure();
  if (isa<SymbolOpInterface>(op) && !SymbolTable::symbolKnownUseEmpty(op, op->getParentOp()))
    return failure();
  if (!op->use_empty() || op->hasTrait<OpTrait::IsTerminator>()) return failure();
  op->erase();
  return success();
}

/// Puts an operand in place of a result of the same type.
LogicalResult skip(Operation* op) {
  if (op->getNumResults() != 1) return failure();
  for (Value operand : op->getOperands()) {
    if (operand.getType() != op->getResult(0).getType()) continue;
    op->getResult(0).replaceAllUsesWith(operand);
    op->erase();
    return success();
  }
  return failure();
}

/// Makes a result an argument of the function.
LogicalResult cut(Operation* op) {
  auto function = dyn_cast_or_null<func::FuncOp>(op->getParentOp());
  if (!function || op->getNumResults() != 1) return failure();
  function.insertArgument(function.getNumArguments(), op->getResult(0).getType(), {}, op->getLoc());
  op->getResult(0).replaceAllUsesWith(function.getArguments().back());
  op->erase();
  return success();
}

/// Frees a module from the contract of a model, so that its step may change.
LogicalResult forgetModel(Operation* op) {
  return success(isa<ModuleOp>(op) && op->removeAttr(EmelDialect::kModelAttr));
}

constexpr LogicalResult (*kEdits[])(Operation*) = {erase, skip, cut, forgetModel};

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

class Reducer {
 public:
  explicit Reducer(std::string test) : test_(std::move(test)) {}

  /// Whether the script finds a module interesting.
  absl::StatusOr<bool> isInteresting(ModuleOp module) {
    llvm::SmallString<128> path;
    int descriptor;
    if (std::error_code error =
            llvm::sys::fs::createTemporaryFile("emel-reduce", "mlir", descriptor, path))
      return absl::InternalError("cannot make a temporary file: " + error.message());
    llvm::FileRemover remover(path);
    llvm::raw_fd_ostream out(descriptor, /*shouldClose=*/true);
    module.print(out, OpPrintingFlags().enableDebugInfo());
    out.close();
    std::string error;
    int code = llvm::sys::ExecuteAndWait(test_, {test_, path}, std::nullopt, {}, 0, 0, &error);
    if (code == -1)
      return absl::InvalidArgumentError("cannot run the script '" + test_ + "': " + error);
    return code == 0;
  }

  /// Tries every edit on every op, last op first, and keeps what stays interesting.
  absl::StatusOr<bool> pass(OwningOpRef<ModuleOp>& module, tools::Progress& progress) {
    bool changed = false;
    int64_t count = 0;
    module->walk([&](Operation*) { ++count; });
    for (int64_t index = count; index-- > 0;) {
      progress.Update(count - index, count);
      for (auto edit : kEdits) {
        absl::StatusOr<bool> kept = attempt(module, index, edit);
        if (!kept.ok()) return kept.status();
        if (!*kept) continue;
        changed = true;
        break;
      }
    }
    return changed;
  }

 private:
  absl::StatusOr<bool> attempt(OwningOpRef<ModuleOp>& module, int64_t index,
                               LogicalResult (*edit)(Operation*)) {
    OwningOpRef<ModuleOp> candidate = module->clone();
    Operation* target = nullptr;
    candidate->walk([&](Operation* op) {
      if (index-- == 0) target = op;
    });
    if (!target || failed(edit(target)) || failed(verify(*candidate))) return false;
    absl::StatusOr<bool> interesting = isInteresting(*candidate);
    if (interesting.ok() && *interesting) module = std::move(candidate);
    return interesting;
  }

  std::string test_;
};

absl::Status reduce(const Options& options) {
  MLIRContext context(knownDialects(), MLIRContext::Threading::DISABLED);
  auto module = loadMlir(context, options.module);
  if (!module.ok()) return module.status();
  DiagnosticCollector diagnostics(&context);  // candidates that do not verify say why: nobody asks
  Reducer reducer(options.test);
  absl::StatusOr<bool> state = reducer.isInteresting(**module);
  if (!state.ok()) return state.status();
  if (!*state)
    return absl::InvalidArgumentError("the script '" + options.test +
                                      "' exits with another code than 0 on the module itself");
  tools::Progress progress("reducing");
  do {
    state = reducer.pass(*module, progress);
    if (!state.ok()) return state.status();
  } while (*state);
  std::string text;
  llvm::raw_string_ostream out(text);
  (*module)->print(out);
  auto file = tools::OutputFile::Create(options.output);
  if (!file.ok()) return file.status();
  if (absl::Status status = file->Write(out.str()); !status.ok()) return status;
  return file->Commit();
}

}  // namespace
}  // namespace emel

int main(int argc, char** argv) {
  emel::Options options;
  emel::tools::CommandLine line("emel-reduce", "shrinks IR that shows a problem");
  emel::declare(line, options);
  if (auto code = line.Parse(argc, argv)) return *code;
  if (options.test.empty()) return line.UsageError("expected --test");
  return emel::tools::RunTool(line.tool(), [&] { return emel::reduce(options); });
}
