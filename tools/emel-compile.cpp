#include "compiler/driver/Load.h"
#include "compiler/driver/Why.h"
#include "dialects/RegisterDialects.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/IR/AsmState.h"
#include "tools/support/command_line.h"
#include "tools/support/exit.h"
#include "tools/support/output_file.h"
#include "tools/support/progress.h"

namespace emel {
namespace {

struct Options {
  std::string model, emit = "mlir", output = "-", load = "mmap";
  std::optional<std::string> why;
  uint64_t context = 0;
  bool checkTensors = false;
};

void declare(tools::CommandLine& line, Options& options) {
  line.Operand("MODEL", "a GGUF model; of a split one the first shard", &options.model);
  line.Section("what to write");
  line.Choice("--emit", {"mlir"}, "mlir: the model as a module of the emel dialect", &options.emit);
  line.Value("-o", "OUT", "where to write; - is standard output", &options.output);
  line.Value("--why", "TENSOR", "writes where a tensor lies and which ops read it instead",
             &options.why);
  line.Section("how to compile");
  line.Number("--context", "N", "the longest sequence to compile for; 0 takes the model's own", 0,
              INT32_MAX, &options.context);
  line.Section("how to read");
  line.Choice("--load", {"mmap", "read"}, "how the file reaches memory", &options.load);
  line.Flag("--check-tensors", "reads every weight: values finite, block scales valid",
            &options.checkTensors);
  line.Example("emel-compile model.gguf --emit=mlir -o model.mlir", "import a model");
  line.Example("emel-compile model.gguf | emel-opt --emel-simplify", "and simplify it");
  line.Example("emel-compile model.gguf --why blk.0.attn_q.weight", "where a tensor is used");
}

std::string print(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  mlir::OpPrintingFlags flags;
  flags.enableDebugInfo();
  module.print(out, flags);
  return text;
}

absl::Status compile(const Options& options) {
  mlir::MLIRContext context(knownDialects(), mlir::MLIRContext::Threading::DISABLED);
  tools::Progress progress("reading " + options.model);
  LoadOptions load;
  load.open.strategy = *io::ParseStrategy(options.load);
  load.open.check_tensors = options.checkTensors;
  load.open.progress = [&](gguf::Phase, uint64_t done, uint64_t total) {
    progress.Update(done, total);
    return true;
  };
  load.import.context = static_cast<int64_t>(options.context);
  absl::StatusOr<ImportResult> result = loadGguf(context, options.model, load);
  if (!result.ok()) return result.status();
  for (const std::string& tensor : result->unusedTensors)
    llvm::errs() << "emel-compile: warning: tensor '" << tensor << "' is not used ("
                 << options.model << ")\n";
  std::string text;
  if (options.why) {
    absl::StatusOr<std::string> why = explainTensor(*result, *options.why);
    if (!why.ok()) return why.status();
    text = std::move(*why);
  } else {
    text = print(*result->module);
  }
  auto out = tools::OutputFile::Create(options.output);
  if (!out.ok()) return out.status();
  if (absl::Status status = out->Write(text); !status.ok()) return status;
  return out->Commit();
}

}  // namespace
}  // namespace emel

int main(int argc, char** argv) {
  emel::Options options;
  emel::tools::CommandLine line("emel-compile", "compiles a GGUF model ahead of time");
  emel::declare(line, options);
  if (auto code = line.Parse(argc, argv)) return *code;
  if (options.why && line.given("--emit"))
    return line.UsageError("--why writes its own text: it does not go with --emit");
  return emel::tools::RunTool(line.tool(), [&] { return emel::compile(options); });
}
