// Shrinks IR that makes a command fail to a small case that still does.

#include "compiler/driver/Load.h"
#include "dialects/RegisterDialects.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "tools/support/command_line.h"
#include "tools/support/exit.h"
#include "tools/support/output_file.h"
#include "tools/support/progress.h"

using namespace mlir;

namespace emel {
namespace {

struct Options {
  std::string module, test, command, output = "-";
  std::optional<std::string> says;
};

void declare(tools::CommandLine& line, Options& options) {
  line.Operand("MODULE", "a module of IR at any stage, text or bytecode", &options.module);
  line.Value("--command", "COMMAND",
             "a command line, {} standing for the module, that fails: what still fails with the "
             "same exit code shows the problem",
             &options.command);
  line.Value("--says", "TEXT", "what it also has to say then, on standard error", &options.says);
  line.Value("--test", "SCRIPT",
             "a program that gets the path of a module and exits with 0 where that still shows the "
             "problem, in place of --command",
             &options.test);
  line.Value("-o", "OUT", "where to write; - is standard output", &options.output);
  line.Example(
      "emel-reduce plan.mlir --command 'emel-compile {} -o /tmp/m.emel' --says 'has no code' -o "
      "small.mlir",
      "what cannot be compiled");
  line.Example("emel-reduce big.mlir --test=./still-wrong.sh -o small.mlir",
               "with, say, `! emel-opt --emel-simplify \"$1\"` in the script");
  line.Note(
      "It tries to remove one op, one result or one argument at a time, until nothing more can go. "
      "Modules that do not verify are never tried.");
}

//===----------------------------------------------------------------------===//
// Edits: each makes a module smaller in one place, in one of several ways, or says that it cannot.
//===----------------------------------------------------------------------===//

/// Removes what nothing uses: an op without results in use, a symbol that nothing names.
LogicalResult erase(Operation* op, unsigned choice) {
  if (choice > 0 || !op->getParentOp()) return failure();
  if (isa<SymbolOpInterface>(op) && !SymbolTable::symbolKnownUseEmpty(op, op->getParentOp()))
    return failure();
  if (!op->use_empty() || op->hasTrait<OpTrait::IsTerminator>()) return failure();
  op->erase();
  return success();
}

/// Puts an operand in place of a result of the same type.
LogicalResult skip(Operation* op, unsigned choice) {
  if (op->getNumResults() != 1) return failure();
  for (Value operand : op->getOperands()) {
    if (operand.getType() != op->getResult(0).getType() || choice-- > 0) continue;
    op->getResult(0).replaceAllUsesWith(operand);
    op->erase();
    return success();
  }
  return failure();
}

/// Makes results arguments of the function or entry.
LogicalResult cut(Operation* op, unsigned choice) {
  auto function = dyn_cast_or_null<FunctionOpInterface>(op->getParentOp());
  if (choice > 0 || !function || op->getNumResults() == 0) return failure();
  for (OpResult result : op->getResults()) {
    function.insertArgument(function.getNumArguments(), result.getType(), {}, op->getLoc());
    result.replaceAllUsesWith(function.getArguments().back());
  }
  op->erase();
  return success();
}

/// Returns one value less.
LogicalResult dropReturned(Operation* op, unsigned choice) {
  auto function = dyn_cast_or_null<FunctionOpInterface>(op->getParentOp());
  if (!function || !op->hasTrait<OpTrait::ReturnLike>() || choice >= op->getNumOperands() ||
      choice >= function.getNumResults())
    return failure();
  op->eraseOperand(choice);
  function.eraseResult(choice);
  return success();
}

/// Takes one argument less.
LogicalResult dropArgument(Operation* op, unsigned choice) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (!function || function.isExternal()) return failure();
  for (BlockArgument argument : function.getArguments()) {
    if (!argument.use_empty() || choice-- > 0) continue;
    function.eraseArgument(argument.getArgNumber());
    return success();
  }
  return failure();
}

/// Frees a module from the contract of a model, so that its step may change.
LogicalResult forgetModel(Operation* op, unsigned choice) {
  return success(choice == 0 && isa<ModuleOp>(op) && op->removeAttr(EmelDialect::kModelAttr));
}

using Edit = LogicalResult (*)(Operation*, unsigned choice);
constexpr Edit kEdits[] = {erase, skip, cut, dropReturned, dropArgument, forgetModel};

//===----------------------------------------------------------------------===//
// What is interesting
//===----------------------------------------------------------------------===//

/// A temporary file that goes when this does.
struct TemporaryFile {
  llvm::SmallString<128> path;
  std::optional<llvm::FileRemover> remover;

  /// Its descriptor.
  absl::StatusOr<int> create(llvm::StringRef suffix) {
    int descriptor;
    if (std::error_code error =
            llvm::sys::fs::createTemporaryFile("emel-reduce", suffix, descriptor, path))
      return absl::InternalError("cannot make a temporary file: " + error.message());
    remover.emplace(path);
    return descriptor;
  }
};

/// What a program does with a module.
struct Outcome {
  int code;
  std::string said;
};

class Judge {
 public:
  explicit Judge(const Options& options) : options_(options) {}

  /// Runs it on the module as it is: what it does then is what is looked for.
  absl::Status learn(ModuleOp module) {
    absl::StatusOr<Outcome> outcome = run(module);
    if (!outcome.ok()) return outcome.status();
    code_ = outcome->code;
    if (!options_.test.empty() && code_ != 0)
      return absl::InvalidArgumentError("the script '" + options_.test +
                                        "' exits with another code than 0 on the module itself");
    if (options_.test.empty() && code_ == 0)
      return absl::InvalidArgumentError(
          "expected a command that fails on the module itself, found "
          "that it succeeds: " +
          options_.command);
    if (!says(*outcome))
      return absl::InvalidArgumentError("expected the command to say '" + *options_.says +
                                        "' of the module itself, found:\n" + outcome->said);
    return absl::OkStatus();
  }

  absl::StatusOr<bool> isInteresting(ModuleOp module) {
    absl::StatusOr<Outcome> outcome = run(module);
    if (!outcome.ok()) return outcome.status();
    return outcome->code == code_ && says(*outcome);
  }

 private:
  bool says(const Outcome& outcome) const {
    return !options_.says || llvm::StringRef(outcome.said).contains(*options_.says);
  }

  absl::StatusOr<Outcome> run(ModuleOp module) {
    TemporaryFile file, messages;
    absl::StatusOr<int> descriptor = file.create("mlir");
    if (!descriptor.ok()) return descriptor.status();
    llvm::raw_fd_ostream out(*descriptor, /*shouldClose=*/true);
    module.print(out, OpPrintingFlags().enableDebugInfo());
    out.close();
    descriptor = messages.create("txt");
    if (!descriptor.ok()) return descriptor.status();
    llvm::raw_fd_ostream(*descriptor, /*shouldClose=*/true).close();
    std::string program = options_.test, error, path = file.path.str().str();
    std::vector<std::string> arguments{program, path};
    if (program.empty()) {
      program = "/bin/sh";
      std::string command = options_.command;
      for (size_t at = 0; (at = command.find("{}", at)) != command.npos; at += path.size())
        command.replace(at, 2, path);
      arguments = {"sh", "-c", command};
    }
    llvm::SmallVector<llvm::StringRef> views(arguments.begin(), arguments.end());
    llvm::StringRef nowhere = "/dev/null";
    int code = llvm::sys::ExecuteAndWait(program, views, std::nullopt,
                                         {nowhere, nowhere, messages.path.str()}, 0, 0, &error);
    if (code == -1)
      return absl::InvalidArgumentError("cannot run the script '" + program + "': " + error);
    auto said = llvm::MemoryBuffer::getFile(messages.path);
    return Outcome{code, said ? (*said)->getBuffer().str() : ""};
  }

  const Options& options_;
  int code_ = 0;
};

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

class Reducer {
 public:
  explicit Reducer(Judge& judge) : judge_(judge) {}

  /// Tries every edit on every op, last op first, and keeps what stays interesting.
  absl::StatusOr<bool> pass(OwningOpRef<ModuleOp>& module, tools::Progress& progress) {
    bool changed = false;
    int64_t count = 0;
    module->walk([&](Operation*) { ++count; });
    for (int64_t index = count; index-- > 0;) {
      progress.Update(count - index, count);
      absl::StatusOr<bool> kept = shrink(module, index);
      if (!kept.ok()) return kept.status();
      changed |= *kept;
    }
    return changed;
  }

 private:
  /// Tries the edits on one op, in each of their ways, until one is kept.
  absl::StatusOr<bool> shrink(OwningOpRef<ModuleOp>& module, int64_t index) {
    for (Edit edit : kEdits)
      for (unsigned choice = 0;; ++choice) {
        OwningOpRef<ModuleOp> candidate = edited(*module, index, edit, choice);
        if (!candidate) break;
        if (failed(verify(*candidate))) continue;
        absl::StatusOr<bool> interesting = judge_.isInteresting(*candidate);
        if (!interesting.ok()) return interesting.status();
        if (!*interesting) continue;
        module = std::move(candidate);
        return true;
      }
    return false;
  }

  /// A copy of the module with an edit of one op; null where there is none.
  static OwningOpRef<ModuleOp> edited(ModuleOp module, int64_t index, Edit edit, unsigned choice) {
    OwningOpRef<ModuleOp> candidate = module.clone();
    Operation* target = nullptr;
    candidate->walk([&](Operation* op) {
      if (index-- == 0) target = op;
    });
    if (!target || failed(edit(target, choice))) return {};
    return candidate;
  }

  Judge& judge_;
};

absl::Status reduce(const Options& options) {
  MLIRContext context(knownDialects(), MLIRContext::Threading::DISABLED);
  auto module = loadMlir(context, options.module);
  if (!module.ok()) return module.status();
  // Candidates that do not verify say why: nobody asks.
  ScopedDiagnosticHandler silence(&context, [](Diagnostic&) { return success(); });
  Judge judge(options);
  if (absl::Status status = judge.learn(**module); !status.ok()) return status;
  Reducer reducer(judge);
  tools::Progress progress("reducing");
  absl::StatusOr<bool> state = true;
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
  if (options.test.empty() == options.command.empty())
    return line.UsageError("expected --command or --test, one of them");
  if (!options.command.empty() && options.command.find("{}") == options.command.npos)
    return line.UsageError("--command: expected {} where the module goes, found '" +
                           options.command + "'");
  if (options.says && options.command.empty()) return line.UsageError("--says goes with --command");
  return emel::tools::RunTool(line.tool(), [&] { return emel::reduce(options); });
}
