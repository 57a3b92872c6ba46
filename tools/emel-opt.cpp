// Runs passes over IR and prints the result: the tool to debug passes with.

#include "codegen/Backends.h"
#include "codegen/cpu/program/Passes.h"
#include "dialects/RegisterDialects.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/ToolOutputFile.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Support/Timing.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Passes.h"
#include "passes/Pipelines.h"
#include "passes/Record.h"
#include "tools/compile/mlir_flags.h"
#include "tools/support/exit.h"

using namespace llvm;

static constexpr StringLiteral kOverview =
    "Runs passes over emel IR and prints the result\n\n"
    "  emel-compile model.gguf | emel-opt --emel-simplify\n"
    "  emel-opt model.mlir --canonicalize --mlir-print-ir-after-all\n"
    "  emel-opt model.mlir --print-op-stats -o /dev/null\n"
    "  emel-opt model.mlir --emel-pipeline --mlir-print-debuginfo -o planned.mlir\n\n"
    "Passes run in the order in which they are given; --emel-pipeline is all of ours, in theirs, "
    "and "
    "--emel-group-pipeline those before the plan. "
    "Origins are printed with --mlir-print-debuginfo only. Exit codes: 0 done, 1 bad input, 2 bad "
    "usage.\n";

static int complain(const Twine& message) {
  errs() << "emel-opt: error: " << message << "\n";
  return emel::tools::kBadInput;
}

/// Whether the passes that were asked for take the options that were given; says so where not.
static bool areOptionsGood(const mlir::MlirOptMainConfig& config) {
  mlir::MLIRContext context;
  mlir::ScopedDiagnosticHandler handler(&context, [](mlir::Diagnostic& diagnostic) {
    if (std::string text = diagnostic.str(); !text.empty())
      errs() << "emel-opt: error: " << StringRef(text).rtrim() << "\n";
    return mlir::success();
  });
  mlir::PassManager passes(&context, mlir::PassManager::getAnyOpAnchorName(),
                           mlir::PassManager::Nesting::Implicit);
  return succeeded(config.setupPassPipeline(passes));
}

namespace {

/// Runs last: what the passes counted goes to standard error.
struct CountPrinter : mlir::PassWrapper<CountPrinter, mlir::OperationPass<mlir::ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CountPrinter)
  void runOnOperation() override { emel::printRecords(getOperation(), errs()); }
};

/// Listens to remarks as long as there are passes.
class RemarkListener : public mlir::PassInstrumentation {
 public:
  RemarkListener(mlir::MLIRContext* context, std::string& yaml) : log_(context), yaml_(yaml) {}
  ~RemarkListener() override { yaml_ += log_.toYaml(); }

 private:
  emel::RemarkLog log_;
  std::string& yaml_;
};

struct Options {
  cl::opt<std::string> input{cl::Positional, cl::desc("<input file>"), cl::init("-")};
  cl::opt<std::string> output{"o", cl::desc("Where to write"), cl::value_desc("file"),
                              cl::init("-")};
  cl::opt<bool> statistics{"emel-statistics",
                           cl::desc("Print what each of our passes counted, to standard error")};
  cl::opt<std::string> remarks{
      "emel-remarks",
      cl::desc("Write why passes did what they did, and why not, as YAML (default: to standard "
               "error)"),
      cl::value_desc("file"), cl::ValueOptional};
};

}  // namespace

static void registerAll(mlir::DialectRegistry& registry) {
  mlir::registerTransformsPasses();
  emel::registerEmelPasses();
  emel::registerPipelines();
  emel::cpu::registerCpuPasses();
  emel::registerBackends();
  mlir::MlirOptMainConfig::registerCLOptions(registry);
  mlir::registerAsmPrinterCLOptions();
  mlir::registerMLIRContextCLOptions();
  mlir::registerPassManagerCLOptions();
  mlir::registerDefaultTimingManagerCLOptions();
}

static int write(StringRef path, StringRef text) {
  std::string error;
  std::unique_ptr<ToolOutputFile> file = mlir::openOutputFile(path, &error);
  if (!file) return complain(error);
  file->os() << text;
  file->os().flush();
  if (file->os().has_error()) {
    file->os().clear_error();
    return complain("cannot write '" + path + "'");
  }
  file->keep();
  return emel::tools::kDone;
}

static int run(const Options& options, mlir::DialectRegistry& registry,
               const mlir::MlirOptMainConfig& config) {
  std::string error, text, remarks;
  std::unique_ptr<MemoryBuffer> buffer = mlir::openInputFile(options.input, &error);
  if (!buffer) return complain(error);
  if (buffer->getBuffer().starts_with("GGUF"))
    return complain("expected emel IR, found the GGUF model '" + options.input +
                    "': emel-compile turns it into IR");
  mlir::MlirOptMainConfig all = config;
  all.setPassPipelineSetupFn([&](mlir::PassManager& passes) {
    if (options.remarks.getNumOccurrences())
      passes.addInstrumentation(std::make_unique<RemarkListener>(passes.getContext(), remarks));
    if (failed(config.setupPassPipeline(passes))) return mlir::failure();
    if (options.statistics) passes.addPass(std::make_unique<CountPrinter>());
    return mlir::success();
  });
  // The text is complete before the output is touched, so that a failure leaves the target alone.
  raw_string_ostream out(text);
  bool succeeded = mlir::succeeded(mlir::MlirOptMain(out, std::move(buffer), registry, all));
  if (options.remarks.getNumOccurrences() && options.remarks.empty()) errs() << remarks;
  if (!options.remarks.empty())
    if (int code = write(options.remarks, remarks)) return code;
  return succeeded ? write(options.output, text) : emel::tools::kBadInput;
}

int main(int argc, char** argv) {
  Options options;
  mlir::DialectRegistry registry = emel::knownDialects();
  registerAll(registry);
  if (!cl::ParseCommandLineOptions(argc, argv, kOverview, &errs())) return emel::tools::kBadUsage;
  mlir::MlirOptMainConfig config = mlir::MlirOptMainConfig::createFromCLOptions();
  if (!areOptionsGood(config)) return emel::tools::kBadUsage;
  if (auto problem = emel::tools::CheckMlirFlags()) {
    complain(*problem);
    return emel::tools::kBadUsage;
  }
  return run(options, registry, config);
}
