#include "compiler/driver/Diagnostics.h"
#include "compiler/driver/Load.h"
#include "dialects/RegisterDialects.h"
#include "dialects/interpreter/Interpreter.h"
#include "dialects/interpreter/Print.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include "tools/support/best_tokens.h"
#include "tools/support/command_line.h"
#include "tools/support/exit.h"
#include "tools/support/output_file.h"
#include "tools/support/progress.h"

#include <absl/strings/str_cat.h>

#include <filesystem>

namespace emel {
namespace {

struct Options {
  std::string model, load = "mmap";
  std::optional<std::string> tokens, logits;
  uint64_t generate = 0, context = 0, workers = 3, seed = 0, schedules = 1;
  bool f64 = false, exactOrder = false, functions = false, orders = false;
};

void declare(tools::CommandLine& line, Options& options) {
  line.Operand("MODEL", "a GGUF model (of a split one the first shard) or a module of emel IR",
               &options.model);
  line.Section("what to run");
  line.Value("--tokens", "IDS", "the tokens to feed, as 1,5,7", &options.tokens);
  line.Value("--logits", "OUT", "writes a row of logits for each of the tokens, as raw float32",
             &options.logits);
  line.Number("--generate", "N", "continues with the N most likely tokens and prints their ids", 0,
              INT32_MAX, &options.generate);
  line.Flag("--functions",
            "calls every function that takes nothing and prints its results, as numeric tests do",
            &options.functions);
  line.Section("how to run");
  line.Flag("--f64", "computes in double precision", &options.f64);
  line.Flag("--exact-order",
            "computes in float32, in the order that code for CPUs has, to the same bits",
            &options.exactOrder);
  line.Number("--context", "N", "the longest sequence; 0 takes the model's own", 0, INT32_MAX,
              &options.context);
  line.Choice("--load", {"mmap", "read"}, "how weights reach memory", &options.load);
  line.Section("how plans run");
  line.Number("--workers", "W", "workers that share each step", 1, 1024, &options.workers);
  line.Number("--schedules", "K", "runs each step in K orders of its tiles", 1, INT32_MAX,
              &options.schedules);
  line.Number("--seed", "S",
              "the first order: 0 lets the first worker run ahead, 1 the last one, 2 all in turn; "
              "others are random",
              0, INT32_MAX, &options.seed);
  line.Example("emel-interpret model.gguf --tokens 1,5,7 --generate 8", "continue greedily");
  line.Example("emel-interpret model.gguf --tokens 1,5,7 --logits out.f32", "3 rows of logits");
  line.Example("emel-interpret plan.mlir --tokens 1,5,7 --generate 8 --workers 4 --schedules 10",
               "run a plan, in ten orders");
  line.Note(
      "The interpreter is the slow, plain oracle of the compiled code: it computes each op in "
      "double precision and rounds the result once, to float32 unless --f64 is given. With "
      "--exact-order "
      "an op that there is code for has code's bits, and a plan those of the artifact that is made "
      "of it (docs/numerics.md). A plan's "
      "steps run on poisoned memory, tile by tile: what two workers may touch at once, or what is "
      "not "
      "there when it is needed, is an error.");
}

absl::StatusOr<std::vector<int32_t>> parseTokens(const std::string& text) {
  std::vector<int32_t> tokens;
  for (llvm::StringRef part : llvm::split(text, ',')) {
    int32_t token;
    if (part.trim().getAsInteger(10, token) || token < 0)
      return absl::InvalidArgumentError("--tokens: expected ids separated by commas, found '" +
                                        part.str() + "'");
    tokens.push_back(token);
  }
  return tokens;
}

/// Numbers as raw little-endian float32, which is what every machine we run on stores.
absl::Status writeFloats(const std::string& path, const std::vector<double>& values) {
  std::vector<float> floats(values.begin(), values.end());
  auto out = tools::OutputFile::Create(path);
  if (!out.ok()) return out.status();
  auto bytes = absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(floats.data()),
                                   floats.size() * sizeof(float));
  if (absl::Status status = out->Write(bytes); !status.ok()) return status;
  return out->Commit();
}

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>> load(mlir::MLIRContext& context,
                                                       const Options& options) {
  if (!isGguf(options.model)) return loadMlir(context, options.model);
  LoadOptions loadOptions;
  loadOptions.open.strategy = *io::ParseStrategy(options.load);
  loadOptions.import.context = static_cast<int64_t>(options.context);
  absl::StatusOr<ImportResult> result = loadGguf(context, options.model, loadOptions);
  if (!result.ok()) return result.status();
  return std::move(result->module);
}

/// The most likely token after the last row: of its logits, or the best that the step found.
int32_t lastChoice(const interpreter::Tensor& logits, const interpreter::Session& session) {
  if (const interpreter::Tensor* best = session.best())
    return static_cast<int32_t>(best->ints()[best->size() - best->rowSize()]);
  return tools::BestToken(absl::MakeConstSpan(logits.row(logits.rowCount() - 1), logits.rowSize()));
}

interpreter::Options runOptions(const Options& options) {
  interpreter::Options run;
  if (options.f64) run.precision = interpreter::Precision::F64;
  if (options.exactOrder) run.precision = interpreter::Precision::ExactOrder;
  run.load = *io::ParseStrategy(options.load);
  run.workers = static_cast<int64_t>(options.workers);
  run.schedules = static_cast<int64_t>(options.schedules);
  run.seed = options.seed;
  run.shardFolders = {std::filesystem::path(options.model).parent_path().string()};
  return run;
}

/// Feeds the tokens, writes their logits, continues greedily; the ids as "3,1,4".
absl::StatusOr<std::string> runTokens(mlir::ModuleOp module, const Options& options,
                                      llvm::ArrayRef<int32_t> tokens) {
  DiagnosticCollector diagnostics(module.getContext());
  interpreter::Interpreter interpreter(module, runOptions(options));
  interpreter::Session session(interpreter);
  mlir::FailureOr<interpreter::Tensor> logits = session.step(tokens);
  if (failed(logits)) return diagnostics.status();
  const std::vector<double> fed = logits->reals();

  tools::Progress progress("generating");
  std::string ids;
  for (uint64_t i = 0; i < options.generate; ++i) {
    int32_t token = lastChoice(*logits, session);
    absl::StrAppend(&ids, i ? "," : "", token);
    progress.Update(i + 1, options.generate);
    if (i + 1 == options.generate) break;
    logits = session.step(token);
    if (failed(logits)) return diagnostics.status();
  }
  // Last, so that no failure above leaves an output behind.
  if (options.logits)
    if (absl::Status status = writeFloats(*options.logits, fed); !status.ok()) return status;
  return ids;
}

absl::StatusOr<std::string> runFunctions(mlir::ModuleOp module, const Options& options) {
  DiagnosticCollector diagnostics(module.getContext());
  std::string text;
  llvm::raw_string_ostream out(text);
  if (failed(interpreter::runFunctions(module, runOptions(options), out)))
    return diagnostics.status();
  if (text.empty())
    return absl::InvalidArgumentError(
        "--functions: expected a function that takes nothing but states, found none in '" +
        options.model + "'");
  return text;
}

absl::Status interpret(const Options& options, llvm::ArrayRef<int32_t> tokens) {
  if (options.logits) {
    absl::Status status = tools::CheckIsNoInput(*options.logits, {options.model});
    if (!status.ok()) return status;
  }
  mlir::MLIRContext context(knownDialects(), mlir::MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);  // an op may be the whole module
  auto module = load(context, options);
  if (!module.ok()) return module.status();
  if (options.orders && (*module)->getOps<plan::EntryOp>().empty())
    return absl::InvalidArgumentError(
        absl::StrCat("--workers, --schedules and --seed are for plans: '", options.model,
                     "' has no plan.entry"));
  auto text =
      options.functions ? runFunctions(**module, options) : runTokens(**module, options, tokens);
  if (!text.ok()) return text.status();
  if (options.generate) *text += '\n';
  return tools::WriteStdout(*text);
}

}  // namespace
}  // namespace emel

int main(int argc, char** argv) {
  emel::Options options;
  emel::tools::CommandLine line("emel-interpret", "computes with a model, op by op");
  emel::declare(line, options);
  if (auto code = line.Parse(argc, argv)) return *code;
  if (options.functions && (options.tokens || options.logits || options.generate))
    return line.UsageError(
        "--functions takes no tokens: it goes with neither --tokens, --logits nor --generate");
  if (options.f64 && options.exactOrder)
    return line.UsageError("--f64 and --exact-order exclude each other");
  if (!options.functions && !options.tokens)
    return line.UsageError("expected --tokens or --functions");
  if (!options.functions && !options.logits && !options.generate)
    return line.UsageError("expected --logits, --generate or both");
  if (line.given("--context") && !emel::isGguf(options.model))
    return line.UsageError("--context is for GGUF models: a module has its context already");
  options.orders = line.given("--workers") || line.given("--schedules") || line.given("--seed");
  std::vector<int32_t> tokens;
  if (options.tokens) {
    auto parsed = emel::parseTokens(*options.tokens);
    if (!parsed.ok()) return line.UsageError(std::string(parsed.status().message()));
    tokens = *std::move(parsed);
  }
  return emel::tools::RunTool(line.tool(), [&] { return emel::interpret(options, tokens); });
}
