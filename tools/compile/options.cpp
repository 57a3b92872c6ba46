#include "tools/compile/options.h"

#include "codegen/cpu/Device.h"
#include "codegen/cpu/Target.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include "tools/support/exit.h"

#include <filesystem>
#include <functional>

namespace emel::tools {
namespace {

void DeclareOutput(CommandLine& line, CompileOptions& options) {
  line.Operand(
      "MODEL",
      "a GGUF model, of a split one the first shard; or emel IR, edited or not, of one of the "
      "stages import, graph, groups and plan, which is compiled on from there",
      &options.model);
  line.Section("what to write");
  line.Choice("--compile-to", StageNames(),
              "how far to go. import: the model as it is imported (the default for standard output "
              "and an OUT that ends in .mlir); graph: the same, smaller; groups: an entry for each "
              "size of step, in groups that become kernels; plan: launches with places, barriers "
              "and tiles; kernels: what they compute, in MLIR's vector, scf and arith; llvm, asm, "
              "object: the code; artifact: what emel-run runs (the default for other OUTs); exe: "
              "the same as one program, with no other file unless weights are external",
              &options.stage);
  line.Choice("--emit", EmitNames(),
              "the same under other names, and: layouts: how each weight is stored and what else "
              "was possible; report: memory, launches, work and layouts as JSON; plan-csv, "
              "plan-svg: the arena over plan time",
              &options.emit);
  line.Value("-o", "OUT", "where to write; - is standard output", &options.output);
  line.Choice("--weights", {"inside", "external"},
              "external: weights go to a file of their own beside OUT, named by their SHA-256; "
              "where that is there already, only code is written",
              &options.weights);
  line.Value("--why", "TENSOR", "writes where a tensor lies and which ops read it instead",
             &options.why);
  line.Value("--why-not", "OP",
             "writes what kept an op of the model from being fused, a weight from being packed, a "
             "value from taking the place of another, by the name of either or of an op of the "
             "dialect",
             &options.why_not);
  line.Value("--remarks", "FILE",
             "also writes why passes did what they did, and why not: YAML documents of pass, kind, "
             "op, loc and reason",
             &options.remarks);
  line.Flag("-q", "prints no progress and no summary, only warnings and errors", &options.quiet);
}

std::vector<std::string> MachineNames() {
  std::vector<std::string> names;
  for (const plan::Speeds& machine : cpu::device().machines) names.push_back(machine.name.str());
  return names;
}

void DeclareCode(CommandLine& line, CompileOptions& options) {
  line.Value("--cpu", "NAME[,NAME...]",
             "the CPUs to make code for: native, sapphirerapids, x86-64-v4, x86-64-v3, aarch64",
             &options.cpu);
  line.Choice("--numerics", {"fast", "invariant"},
              "fast: prompts may be computed in another way than single tokens where that is "
              "faster; invariant: each token gets the same bits either way",
              &options.numerics);
  line.Value("--target", "DEVICE[,DEVICE...]",
             "the kinds of machine to make code for: cpu, which --cpu refines", &options.target);
  line.Choice("--speeds", MachineNames(),
              "whose speeds decide layouts and the predicted rates (default: of the CPUs of "
              "--cpu the slowest)",
              &options.machine);
  line.Value("--layouts", "FILE",
             "what weights are stored as, whatever it costs: JSON, {\"tensor\": \"layout\"}; "
             "docs/layouts.md has the names",
             &options.layouts);
  line.Flag("--debug-poison",
            "code that fills memory with NaN wherever the plan says that it holds nothing: the "
            "logits stay the same bits, unless plan or code are wrong",
            &options.debug_poison);
  line.Choice("--sanitize", {"none", "address", "thread"},
              "code whose accesses to memory AddressSanitizer or ThreadSanitizer checks, for an "
              "emel-run that is built with it (cmake --preset asan, tsan)",
              &options.sanitize);
}

void DeclareCompiling(CommandLine& line, CompileOptions& options) {
  line.Section("how to compile");
  line.Number("--context", "N", "the longest sequence to compile for; 0 takes the model's own", 0,
              INT32_MAX, &options.context);
  line.Number("--batch", "N", "the most tokens of a step", 1, 1 << 20, &options.batch);
  line.Number("--small", "N", "the most tokens of the entry for a few of them", 1, 1 << 20,
              &options.small);
  line.Choice("--kv", {"f16", "q8_0", "f32"}, "what keys and values are kept as between steps",
              &options.kv);
  line.Value("--sample", "argmax|top-k:K",
             "code that also gives the best token of each row, or the K best, and writes no logits "
             "where only these are wanted; greedy emel-run wants them",
             &options.sample);
  line.Number("--max-arena", "BYTES", "fails where the arena needs more; 0: no limit", 0, INT64_MAX,
              &options.max_arena);
  line.Number("--workers", "N",
              "the most workers an artifact runs with; each that does run needs scratch memory, "
              "which the report counts for all",
              1, 4096, &options.workers);
  line.Number("--threads", "N",
              "threads to compile with; 0 takes one for each CPU; the bytes do not depend on it", 0,
              1024, &options.threads);
  DeclareCode(line, options);
  line.Prefixed("--mlir-",
                "MLIR's own, such as --mlir-print-ir-after=emel-outline, --mlir-print-ir-after-all "
                "and --mlir-timing; emel-opt --help lists them",
                &options.mlir);
}

void DeclareReading(CommandLine& line, CompileOptions& options) {
  line.Section("how to read");
  line.Choice(
      "--load", {"mmap", "read"},
      "how the model's file reaches memory: a map is as fast, and all of it ends up resident",
      &options.load);
  line.Flag("--check-tensors", "reads every weight: values finite, block scales valid",
            &options.check_tensors);
}

void DeclareExamples(CommandLine& line) {
  line.Example("emel-compile model.gguf -o model.emel", "compile a model for this machine");
  line.Example("emel-compile model.gguf --emit=exe -o model && ./model -p 'Once'",
               "one program that holds its model");
  line.Example("emel-compile model.gguf --cpu=sapphirerapids,x86-64-v3 -o model.emel",
               "code for two kinds of CPU, the better one chosen where it runs");
  line.Example("emel-compile model.gguf --weights=external -o model.emel",
               "again with other options: gigabytes stay where they are");
  line.Example("emel-compile model.gguf | emel-opt --emel-simplify",
               "import a model, and simplify it");
  line.Example(
      "emel-compile model.gguf --compile-to=groups -o model.mlir; "
      "emel-compile model.mlir -o model.emel",
      "stop at a stage, look at it, edit it, and go on from there");
  line.Example("emel-compile model.gguf --emit=kernels -o kernels.mlir",
               "what each kernel computes");
  line.Example("emel-compile model.gguf --emit=report -o report.json", "what a step costs");
  line.Example("emel-compile model.gguf --emit=layouts", "how weights are stored, and why");
  line.Example("emel-compile model.gguf --emit=plan-svg -o plan.svg", "see the memory plan");
  line.Example("emel-compile model.gguf --why blk.0.attn_q.weight", "where a tensor is used");
  line.Example("emel-compile model.gguf --why-not blk.0.ffn_norm", "what kept it from being fused");
}

// A message where --target names what there is not, or something twice.
std::optional<std::string> CheckDevices(const CompileOptions& options) {
  llvm::StringSet<> seen;
  for (llvm::StringRef name : llvm::split(options.target, ',')) {
    if (!plan::findDevice(name)) return "--target: there is no '" + name.str() + "', expected cpu";
    if (!seen.insert(name).second) return "--target: '" + name.str() + "' is there twice";
  }
  return std::nullopt;
}

// Finds the targets of --cpu; a message about a name that there is not.
std::optional<std::string> FindTargets(CompileOptions& options) {
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

// Whose speeds to reckon with where nobody says: of several CPUs the slowest, the last that is
// known.
std::string SlowestTarget(const CompileOptions& options) {
  for (const cpu::Target& target : llvm::reverse(cpu::knownTargets()))
    if (llvm::is_contained(options.targets, &target)) return target.name.str();
  return cpu::device().machines.back().name.str();
}

// What prompts take: bf16 instead of 8 bits where that is fast wherever the code runs.
ActivationForm BulkForm(const CompileOptions& options) {
  const bool is_fast = options.numerics == "fast" && !options.targets.empty() &&
                       llvm::all_of(options.targets, std::mem_fn(&cpu::Target::hasAmx));
  return is_fast ? ActivationForm::BF16 : ActivationForm::A8;
}

// How many of the best tokens --sample names; a message where it names none.
std::optional<std::string> FindSample(CompileOptions& options, const CommandLine& line) {
  if (!line.given("--sample")) return std::nullopt;
  llvm::StringRef kind = options.sample;
  if (kind == "argmax") options.best = 1;
  if (kind.consume_front("top-k:") && kind.getAsInteger(10, options.best)) options.best = 0;
  if (options.best >= 1) return std::nullopt;
  return "--sample: expected argmax or top-k:K, K being at least 1, found '" + options.sample + "'";
}

// Whether an artifact can be written there: from several places at a time.
bool IsPlace(const std::string& output) {
  std::error_code error;
  auto status = std::filesystem::status(output, error);
  return output != "-" &&
         (!std::filesystem::exists(status) || std::filesystem::is_regular_file(status) ||
          std::filesystem::is_directory(status));
}

// Finds what to write; a message where that is not clear.
std::optional<std::string> FindWhat(CompileOptions& options, const CommandLine& line) {
  if (line.given("--emit") && line.given("--compile-to"))
    return "--emit and --compile-to say the same thing twice: expected one of them";
  for (const char* own : {"--why", "--why-not"})
    if (line.given(own) && (line.given("--emit") || line.given("--compile-to")))
      return std::string(own) +
             " writes its own text: it goes with neither --emit nor --compile-to";
  if (options.why && options.why_not)
    return "--why and --why-not each write their own text: expected one of them";
  std::string name = options.emit.empty() ? options.stage : options.emit;
  if (options.why_not) name = "kernels";  // reasons come from all that is done until then
  if (name.empty())
    name = options.output == "-" || options.why || options.output.ends_with(".mlir") ? "import"
                                                                                     : "artifact";
  options.what = FindOutput(name);
  return std::nullopt;
}

// What is written, as it was asked for.
std::string Asked(const CompileOptions& options, const CommandLine& line) {
  if (options.why) return "--why";
  if (options.why_not) return "--why-not";
  if (line.given("--compile-to")) return "--compile-to=" + options.stage;
  if (line.given("--emit")) return "--emit=" + options.emit;
  return options.what->is_container() ? "an artifact, the default for such an OUT"
                                      : "the import, the default for such an OUT";
}

std::optional<std::string> CheckTargets(const CompileOptions& options, const CommandLine& line) {
  const std::string name(options.what->name());
  auto own = llvm::Triple(llvm::sys::getProcessTriple()).getArch();
  if ((options.what->work & kCode) && options.targets.empty())
    return "--cpu: this CPU has none of the feature sets that code can be made for; name others";
  for (const cpu::Target* target : options.targets)
    if (name == "exe" && llvm::Triple(target->triple).getArch() != own)
      return "--emit=exe runs as the emel-run beside emel-compile does, which code for " +
             target->name.str() + " does not: expected other --cpu, or --emit=artifact";
  if (options.what->for_one_cpu && options.targets.size() > 1)
    return Asked(options, line) + " is about the code for one CPU: expected one --cpu, found '" +
           options.cpu + "'";
  return std::nullopt;
}

}  // namespace

PlanOptions CompileOptions::Planning() const {
  PlanOptions planning;
  planning.small = static_cast<int64_t>(small);
  planning.batch = static_cast<int64_t>(batch);
  planning.maxArena = static_cast<int64_t>(max_arena);
  planning.workers = static_cast<int64_t>(workers);
  planning.machine = machine;
  planning.state = kv == "f32" ? "keep" : kv;
  planning.bulkForm = BulkForm(*this);
  planning.sample = best;
  planning.layouts = forced;
  return planning;
}

cpu::Checks CompileOptions::Checks() const {
  cpu::Checks checks{.poison = debug_poison};
  if (sanitize == "address") checks.sanitizer = cpu::Sanitizer::Address;
  if (sanitize == "thread") checks.sanitizer = cpu::Sanitizer::Thread;
  return checks;
}

std::vector<std::pair<std::string, std::string>> CompileOptions::Record(
    std::optional<Stage> stage, std::string_view ir_sha256) const {
  auto name_of = [](const cpu::Target* target) { return target->name.str(); };
  std::vector<std::pair<std::string, std::string>> record{
      {"cpu", llvm::join(llvm::map_range(targets, name_of), ",")}};
  if (stage) {
    record.emplace_back("from", nameOf(*stage));
    record.emplace_back("from.sha256", ir_sha256);
  } else {
    record.emplace_back("context", std::to_string(context));
  }
  record.emplace_back("target", target);
  record.emplace_back("speeds", machine);
  for (const std::string& layout : forced) record.emplace_back("layout", layout);
  if (stage.value_or(Stage::Import) < Stage::Groups) {
    record.emplace_back("batch", std::to_string(batch));
    record.emplace_back("small", std::to_string(small));
    record.emplace_back("kv", kv);
    record.emplace_back("numerics", numerics);
    if (!sample.empty()) record.emplace_back("sample", sample);
  }
  record.emplace_back("workers", std::to_string(workers));
  record.emplace_back("weights", weights);
  if (debug_poison) record.emplace_back("debug-poison", "yes");
  if (sanitize != "none") record.emplace_back("sanitize", sanitize);
  return record;
}

absl::Status CompileOptions::CheckStage(Stage stage, const CommandLine& line) const {
  if (stage > what->module)
    return absl::InvalidArgumentError("expected IR that is not beyond " +
                                      std::string(what->name()) + ", found " + nameOf(stage).str() +
                                      " (" + model + ")");
  unsigned work = WorkFrom(stage, *what);
  auto is_given = [&](std::string_view option) { return line.given(option); };
  if (auto idle = FindIdleOption(work, is_given))
    return UsageError(std::string(*idle) + " has nothing to act on: " + model +
                      " is at the stage " + nameOf(stage).str() + " already");
  return absl::OkStatus();
}

void DeclareOptions(CommandLine& line, CompileOptions& options) {
  DeclareOutput(line, options);
  DeclareCompiling(line, options);
  DeclareReading(line, options);
  DeclareExamples(line);
}

std::optional<std::string> CompleteOptions(CompileOptions& options, const CommandLine& line) {
  if (auto problem = FindWhat(options, line)) return problem;
  const std::string name(options.what->name());
  if (options.what->is_container() && !IsPlace(options.output))
    return "--emit=" + name + " needs -o OUT, a file, found " +
           (options.output == "-" ? "standard output" : "'" + options.output + "'");
  if (auto problem = CheckDevices(options)) return problem;
  if (auto problem = FindTargets(options)) return problem;
  if (auto problem = FindSample(options, line)) return problem;
  auto is_given = [&](std::string_view option) { return line.given(option); };
  if (auto idle = FindIdleOption(options.what->work, is_given))
    return std::string(*idle) + " does not act on " + Asked(options, line);
  if (line.given("--small") && options.small > options.batch)
    return "--small: expected at most the tokens of a step, --batch=" +
           std::to_string(options.batch) + ", found " + std::to_string(options.small);
  if (options.machine.empty()) options.machine = SlowestTarget(options);
  return CheckTargets(options, line);
}

}  // namespace emel::tools
