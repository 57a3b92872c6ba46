#include "compiler/artifact/DecodedWeights.h"
#include "compiler/driver/Load.h"
#include "compiler/driver/PlanOutput.h"
#include "compiler/driver/Why.h"
#include "dialects/RegisterDialects.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include "mlir/IR/AsmState.h"
#include "tools/compile/artifact_output.h"
#include "tools/support/command_line.h"
#include "tools/support/exit.h"
#include "tools/support/output_file.h"
#include "tools/support/progress.h"
#include "tools/support/text.h"

#include <chrono>
#include <filesystem>

namespace emel {
namespace {

struct Options {
  std::string model, emit, output = "-", load = "read", cpu = "native", weights = "inside";
  std::optional<std::string> why;
  uint64_t context = 0, maxArena = 0, batch = 512, small = 8, workers = 64, threads = 0;
  std::string target, kv = "f16", numerics = "fast", sanitize = "none";
  bool checkTensors = false, quiet = false, debugPoison = false;
  std::vector<const cpu::Target*> targets;  // of `cpu`; none where this one is native and unknown
};

void declareOutput(tools::CommandLine& line, Options& options) {
  line.Operand("MODEL", "a GGUF model; of a split one the first shard", &options.model);
  line.Section("what to write");
  line.Choice("--emit",
              {"artifact", "exe", "mlir", "layouts", "plan", "report", "plan-csv", "plan-svg",
               "llvm", "asm"},
              "artifact: what emel-run runs (the default for an OUT that does not end in .mlir); "
              "exe: the same as one program, with no other file unless weights are external; mlir: "
              "the model as imported "
              "(the default else); layouts: how each weight is stored and what else was possible; "
              "plan: after all passes; report: memory, launches, work and layouts as JSON; "
              "plan-csv, plan-svg: the arena over plan time; llvm, asm: the code",
              &options.emit);
  line.Value("-o", "OUT", "where to write; - is standard output", &options.output);
  line.Choice("--weights", {"inside", "external"},
              "external: weights go to a file of their own beside OUT, named by their SHA-256; "
              "where that is there already, only code is written",
              &options.weights);
  line.Value("--why", "TENSOR", "writes where a tensor lies and which ops read it instead",
             &options.why);
  line.Flag("-q", "prints no progress and no summary, only warnings and errors", &options.quiet);
}

void declareCode(tools::CommandLine& line, Options& options) {
  line.Value("--cpu", "NAME[,NAME...]",
             "the CPUs to make code for: native, sapphirerapids, x86-64-v4, x86-64-v3, aarch64",
             &options.cpu);
  line.Choice("--numerics", {"fast", "invariant"},
              "fast: prompts may be computed in another way than single tokens where that is "
              "faster; invariant: each token gets the same bits either way",
              &options.numerics);
  line.Choice("--target", {"x86-64-v3", "x86-64-v4", "sapphirerapids", "generic"},
              "whose speeds decide layouts and the predicted rates (default: of the CPUs of "
              "--cpu the slowest)",
              &options.target);
  line.Flag("--debug-poison",
            "code that fills memory with NaN wherever the plan says that it holds nothing: the "
            "logits stay the same bits, unless plan or code are wrong",
            &options.debugPoison);
  line.Choice("--sanitize", {"none", "address", "thread"},
              "code whose accesses to memory AddressSanitizer or ThreadSanitizer checks, for an "
              "emel-run that is built with it (cmake --preset asan, tsan)",
              &options.sanitize);
}

void declareCompiling(tools::CommandLine& line, Options& options) {
  line.Section("how to compile");
  line.Number("--context", "N", "the longest sequence to compile for; 0 takes the model's own", 0,
              INT32_MAX, &options.context);
  line.Number("--batch", "N", "the most tokens of a step", 1, 1 << 20, &options.batch);
  line.Number("--small", "N", "the most tokens of the entry for a few of them", 1, 1 << 20,
              &options.small);
  line.Choice("--kv", {"f16", "q8_0", "f32"}, "what keys and values are kept as between steps",
              &options.kv);
  line.Number("--max-arena", "BYTES", "fails where the arena needs more; 0: no limit", 0, INT64_MAX,
              &options.maxArena);
  line.Number("--workers", "N",
              "the most workers an artifact runs with; each that does run needs scratch memory, "
              "which the report counts for all",
              1, 4096, &options.workers);
  line.Number("--threads", "N",
              "threads to compile with; 0 takes one for each CPU; the bytes do not depend on it", 0,
              1024, &options.threads);
  declareCode(line, options);
}

void declareReading(tools::CommandLine& line, Options& options) {
  line.Section("how to read");
  line.Choice(
      "--load", {"mmap", "read"},
      "how the model's file reaches memory: a map is as fast, and all of it ends up resident",
      &options.load);
  line.Flag("--check-tensors", "reads every weight: values finite, block scales valid",
            &options.checkTensors);
}

void declareExamples(tools::CommandLine& line) {
  line.Example("emel-compile model.gguf -o model.emel", "compile a model for this machine");
  line.Example("emel-compile model.gguf --emit=exe -o model && ./model -p 'Once'",
               "one program that holds its model");
  line.Example("emel-compile model.gguf --cpu=sapphirerapids,x86-64-v3 -o model.emel",
               "code for two kinds of CPU, the better one chosen where it runs");
  line.Example("emel-compile model.gguf --weights=external -o model.emel",
               "again with other options: gigabytes stay where they are");
  line.Example("emel-compile model.gguf --emit=mlir -o model.mlir", "import a model");
  line.Example("emel-compile model.gguf | emel-opt --emel-simplify", "and simplify it");
  line.Example("emel-compile model.gguf --emit=report -o report.json", "what a step costs");
  line.Example("emel-compile model.gguf --emit=layouts", "how weights are stored, and why");
  line.Example("emel-compile model.gguf --emit=plan-svg -o plan.svg", "see the memory plan");
  line.Example("emel-compile model.gguf --why blk.0.attn_q.weight", "where a tensor is used");
}

void declare(tools::CommandLine& line, Options& options) {
  declareOutput(line, options);
  declareCompiling(line, options);
  declareReading(line, options);
  declareExamples(line);
}

std::string print(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  mlir::OpPrintingFlags flags;
  flags.enableDebugInfo();
  module.print(out, flags);
  return text;
}

std::string print(const LayoutReport& layouts) {
  std::string text;
  llvm::raw_string_ostream out(text);
  layouts.print(out);
  return text;
}

/// Finds the targets of --cpu; a message about a name that there is not.
std::optional<std::string> findTargets(Options& options) {
  for (llvm::StringRef name : llvm::split(options.cpu, ',')) {
    const cpu::Target* target = name == "native" ? cpu::nativeTarget() : cpu::findTarget(name);
    if (!target && name != "native") {
      std::string known;
      for (const cpu::Target& own : cpu::knownTargets()) known += ", " + own.name.str();
      return "--cpu: there is no '" + name.str() + "', expected native" + known;
    }
    if (target && !llvm::is_contained(options.targets, target)) options.targets.push_back(target);
  }
  return std::nullopt;
}

/// Whose speeds to reckon with where nobody says: of several CPUs the slowest, the last that is
/// known.
std::string slowestTarget(const Options& options) {
  for (const cpu::Target& target : llvm::reverse(cpu::knownTargets()))
    if (llvm::is_contained(options.targets, &target))
      return findLayoutTarget(target.name) ? target.name.str() : "generic";
  return "generic";
}

/// Whether prompts may take bf16 instead of 8 bits: wherever the code runs, there is AMX.
bool takesBf16(const Options& options) {
  return options.numerics == "fast" && !options.targets.empty() &&
         llvm::all_of(options.targets, [](const cpu::Target* target) { return target->hasAmx; });
}

cpu::Checks checksOf(const Options& options) {
  cpu::Checks checks{.poison = options.debugPoison};
  if (options.sanitize == "address") checks.sanitizer = cpu::Sanitizer::Address;
  if (options.sanitize == "thread") checks.sanitizer = cpu::Sanitizer::Thread;
  return checks;
}

PlanOptions planOptions(const Options& options) {
  PlanOptions planning;
  planning.small = static_cast<int64_t>(options.small);
  planning.batch = static_cast<int64_t>(options.batch);
  planning.maxArena = static_cast<int64_t>(options.maxArena);
  planning.workers = static_cast<int64_t>(options.workers);
  planning.target = options.target;
  planning.state = options.kv == "f32" ? "keep" : options.kv;
  planning.bf16 = takesBf16(options);
  return planning;
}

ArtifactOptions artifactOptions(const Options& options, tools::Progress& progress) {
  ArtifactOptions artifact;
  artifact.targets = options.targets;
  artifact.maxWorkers = static_cast<int64_t>(options.workers);
  artifact.checks = checksOf(options);
  artifact.threads = static_cast<unsigned>(options.threads);
  artifact.load = *io::ParseStrategy(options.load);
  artifact.progress = [&](llvm::StringRef what, uint64_t done, uint64_t total) {
    progress.Update(std::string_view(what), done, total);
  };
  return artifact;
}

/// Runs all passes and writes what is wanted of the plan.
absl::StatusOr<std::string> plan(mlir::ModuleOp module, const Options& options,
                                 tools::Progress& progress) {
  PlanOptions planning = planOptions(options);
  if (options.emit == "layouts") {
    absl::StatusOr<LayoutReport> layouts = groupModel(module, planning);
    return layouts.ok() ? absl::StatusOr<std::string>(print(*layouts)) : layouts.status();
  }
  absl::StatusOr<LayoutReport> layouts = planModel(module, planning);
  if (!layouts.ok()) return layouts.status();
  if (options.emit == "plan") return print(module);
  if (options.emit == "llvm" || options.emit == "asm") {
    auto kind = options.emit == "asm" ? cpu::CodeKind::Assembly : cpu::CodeKind::Llvm;
    return writeCode(module, artifactOptions(options, progress), kind);
  }
  mlir::FailureOr<PlanSummary> summary = summarizePlan(module);
  if (mlir::failed(summary)) return absl::InternalError("the plan is incomplete");
  if (options.emit == "plan-csv") return writePlanCsv(*summary);
  if (options.emit == "plan-svg") return writePlanSvg(*summary);
  return writePlanReport(module, *summary, *layouts, planning, findDecodedWeights(module));
}

/// What the artifact records of how it was made: all that its bytes depend on.
std::vector<std::pair<std::string, std::string>> recordOptions(const Options& options) {
  auto name = [](const cpu::Target* target) { return target->name.str(); };
  std::string names = llvm::join(llvm::map_range(options.targets, name), ",");
  std::vector<std::pair<std::string, std::string>> record{
      {"cpu", names},
      {"target", options.target},
      {"context", std::to_string(options.context)},
      {"batch", std::to_string(options.batch)},
      {"small", std::to_string(options.small)},
      {"workers", std::to_string(options.workers)},
      {"kv", options.kv},
      {"numerics", options.numerics},
      {"weights", options.weights}};
  if (options.debugPoison) record.push_back({"debug-poison", "yes"});
  if (options.sanitize != "none") record.push_back({"sanitize", options.sanitize});
  return record;
}

void printSummary(const Options& options, const artifact::Plan& plan,
                  const tools::ArtifactOutput& out, double seconds) {
  std::string variants;
  for (const artifact::Variant& variant : plan.variants)
    variants += (variants.empty() ? "" : ", ") + variant.name;
  llvm::errs() << options.output << ": " << tools::HumanBytes(out.file_bytes()) << " in "
               << llvm::format("%.1f", seconds) << " s; weights "
               << tools::HumanBytes(plan.weights_bytes);
  if (!out.weights_file().empty())
    llvm::errs() << (out.reused_weights() ? " as they were in " : " in ") << out.weights_file();
  llvm::errs() << "; code for " << variants << "; arena " << tools::HumanBytes(plan.arena_bytes)
               << ", keys and values " << tools::HumanBytes(plan.page_bytes / plan.page_positions)
               << " per token\n";
}

absl::Status writeArtifactFile(mlir::ModuleOp module, const Options& options,
                               tools::Progress& progress) {
  auto start = std::chrono::steady_clock::now();
  progress.Update("planning", 0, 1);
  PlanOptions planning = planOptions(options);
  absl::StatusOr<LayoutReport> layouts = planModel(module, planning);
  if (!layouts.ok()) return layouts.status();
  mlir::FailureOr<PlanSummary> summary = summarizePlan(module);
  if (mlir::failed(summary)) return absl::InternalError("the plan is incomplete");
  gguf::OpenOptions open;
  open.strategy = *io::ParseStrategy(options.load);
  open.vocab_only = open.first_shard_only = true;
  absl::StatusOr<gguf::Model> model = gguf::Model::Open(options.model, open);
  if (!model.ok()) return model.status();
  auto out = tools::ArtifactOutput::Create(options.output,
                                           {options.emit == "exe", options.weights == "external"});
  if (!out.ok()) return out.status();
  ArtifactOptions artifact = artifactOptions(options, progress);
  DecodedWeights decoded = findDecodedWeights(module);
  artifact.contract = writePlanReport(module, *summary, *layouts, planning, decoded);
  artifact.options = recordOptions(options);
  artifact.model = &*model;
  out->Connect(artifact);
  auto plan = writeArtifact(module, artifact, [&](uint64_t at, absl::Span<const uint8_t> bytes) {
    return out->WriteAt(at, bytes);
  });
  if (!plan.ok()) return plan.status();
  if (absl::Status status = out->Commit(); !status.ok()) return status;
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  progress.Clear();
  if (!options.quiet) {
    printSummary(options, *plan, *out, time.count());
    llvm::errs() << describe(decoded);
  }
  return absl::OkStatus();
}

absl::Status compile(const Options& options) {
  mlir::MLIRContext context(knownDialects(), mlir::MLIRContext::Threading::DISABLED);
  tools::Progress progress("reading " + options.model, options.quiet);
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
  std::vector<std::string> shards;
  for (auto shard : result->module->getOps<ShardOp>()) shards.push_back(shard.getPath().str());
  if (absl::Status status = tools::CheckIsNoInput(options.output, shards); !status.ok())
    return status;
  std::string text;
  if (options.why) {
    absl::StatusOr<std::string> why = explainTensor(*result, *options.why);
    if (!why.ok()) return why.status();
    text = std::move(*why);
  } else if (options.emit == "artifact" || options.emit == "exe") {
    return writeArtifactFile(*result->module, options, progress);
  } else if (options.emit == "mlir") {
    text = print(*result->module);
  } else {
    absl::StatusOr<std::string> planned = plan(*result->module, options, progress);
    if (!planned.ok()) return planned.status();
    text = std::move(*planned);
  }
  auto out = tools::OutputFile::Create(options.output);
  if (!out.ok()) return out.status();
  if (absl::Status status = out->Write(text); !status.ok()) return status;
  return out->Commit();
}

/// Whether an artifact can be written there: from several places at a time.
bool isPlace(const std::string& output) {
  std::error_code error;
  auto status = std::filesystem::status(output, error);
  return output != "-" &&
         (!std::filesystem::exists(status) || std::filesystem::is_regular_file(status) ||
          std::filesystem::is_directory(status));
}

/// Completes the options; a message about those that do not go together.
std::optional<std::string> complete(Options& options, bool emitGiven) {
  if (options.why && emitGiven) return "--why writes its own text: it does not go with --emit";
  if (options.emit.empty())
    options.emit = options.output == "-" || options.why || options.output.ends_with(".mlir")
                       ? "mlir"
                       : "artifact";
  bool container = options.emit == "artifact" || options.emit == "exe";
  bool isText = options.emit == "llvm" || options.emit == "asm";
  if (container && !isPlace(options.output))
    return "--emit=" + options.emit + " needs -o OUT, a file, found " +
           (options.output == "-" ? "standard output" : "'" + options.output + "'");
  if ((options.debugPoison || options.sanitize != "none") && !container && !isText)
    return "--debug-poison and --sanitize go with artifacts, executables and code as text";
  if (options.weights == "external" && !container)
    return "--weights=external goes with artifacts and executables";
  if (auto problem = findTargets(options)) return problem;
  if (options.target.empty()) options.target = slowestTarget(options);
  auto ownArchitecture = llvm::Triple(llvm::sys::getProcessTriple()).getArch();
  if ((isText || container) && options.targets.empty())
    return "--cpu: this CPU has none of the feature sets that code can be made for; name others";
  for (const cpu::Target* target : options.targets)
    if (options.emit == "exe" && llvm::Triple(target->triple).getArch() != ownArchitecture)
      return "--emit=exe runs as the emel-run beside emel-compile does, which code for " +
             target->name.str() + " does not: expected other --cpu, or --emit=artifact";
  if (isText && options.targets.size() > 1)
    return "--emit=" + options.emit + " writes the code for one CPU: expected one --cpu, found '" +
           options.cpu + "'";
  return std::nullopt;
}

}  // namespace
}  // namespace emel

int main(int argc, char** argv) {
  emel::Options options;
  emel::tools::CommandLine line("emel-compile", "compiles a GGUF model ahead of time");
  emel::declare(line, options);
  if (auto code = line.Parse(argc, argv)) return *code;
  if (auto problem = emel::complete(options, line.given("--emit")))
    return line.UsageError(*problem);
  return emel::tools::RunTool(line.tool(), [&] { return emel::compile(options); });
}
