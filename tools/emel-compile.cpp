#include "codegen/Backends.h"
#include "compiler/artifact/DecodedWeights.h"
#include "compiler/driver/Diagnostics.h"
#include "compiler/driver/Load.h"
#include "compiler/driver/PlanOutput.h"
#include "compiler/driver/Why.h"
#include "dialects/RegisterDialects.h"
#include "dialects/emel/Provenance.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/IR/AsmState.h"
#include "runtime/artifact/digest.h"
#include "runtime/artifact/format.h"
#include "runtime/io/source.h"
#include "runtime/io/status.h"
#include "tools/compile/artifact_output.h"
#include "tools/compile/layout_file.h"
#include "tools/compile/mlir_flags.h"
#include "tools/compile/options.h"
#include "tools/support/exit.h"
#include "tools/support/output_file.h"
#include "tools/support/progress.h"
#include "tools/support/text.h"

#include <absl/strings/str_cat.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace emel::tools {
namespace {

std::string Print(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  mlir::OpPrintingFlags flags;
  flags.enableDebugInfo();
  module.print(out, flags);
  return text;
}

std::string Print(const LayoutReport& layouts) {
  std::string text;
  llvm::raw_string_ostream out(text);
  layouts.print(out);
  return text;
}

// An error where a file is something else that people have at hand.
absl::Status CheckIsIr(const std::string& path) {
  std::error_code error;
  auto status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return absl::InvalidArgumentError(absl::StrCat(
        "expected a file with a GGUF model or emel IR, found ",
        std::filesystem::is_directory(status) ? "the folder '" : "the device or pipe '", path,
        "'"));
  char magic[sizeof(artifact::kMagic) - 1] = {};
  std::ifstream(path, std::ios::binary).read(magic, sizeof(magic));
  if (std::string_view(magic, sizeof(magic)) == artifact::kMagic)
    return absl::InvalidArgumentError(
        absl::StrCat("expected a GGUF model or emel IR, found the "
                     "artifact '",
                     path, "': emel-run runs it"));
  return absl::OkStatus();
}

// One run: from what is read to what is written.
class Compiler {
 public:
  Compiler(const CompileOptions& options, const CommandLine& line)
      : options_(options),
        line_(line),
        context_(knownDialects(), mlir::MLIRContext::Threading::DISABLED),
        progress_("reading " + options.model, options.quiet),
        planning_(options.Planning()) {
    planning_.timing = timing_.root();
    if (options.remarks || options.why_not) log_.emplace(&context_);
  }

  absl::Status Run() {
    absl::Status status = Compile();
    progress_.Clear();
    // Before any pass there is nothing to remark, and no place that is known to be no input.
    if (!options_.remarks || !has_begun_) return status;
    // Of a failure as well: it may be why they are wanted.
    absl::Status written = Write(*options_.remarks, log_->toYaml());
    return status.ok() ? written : status;
  }

 private:
  absl::Status Compile() {
    EMEL_RETURN_IF_ERROR(Read());
    std::vector<std::string> shards{options_.model};
    for (auto shard : module_->getOps<ShardOp>()) shards.push_back(shard.getPath().str());
    if (options_.layouts) shards.push_back(*options_.layouts);
    EMEL_RETURN_IF_ERROR(CheckIsNoInput(options_.output, shards));
    if (options_.remarks) {
      shards.push_back(options_.output);
      EMEL_RETURN_IF_ERROR(CheckIsNoInput(*options_.remarks, shards));
    }
    has_begun_ = true;
    if (options_.what->is_container()) return WriteContainer();
    absl::StatusOr<std::string> text = Text();
    if (!text.ok()) return text.status();
    progress_.Clear();
    return Write(options_.output, *text);
  }

  static absl::Status Write(const std::string& path, const std::string& text) {
    auto out = OutputFile::Create(path);
    if (!out.ok()) return out.status();
    EMEL_RETURN_IF_ERROR(out->Write(text));
    return out->Commit();
  }

  absl::Status Read() {
    if (isGguf(options_.model)) return Import();
    if (options_.why) return UsageError("--why goes with a GGUF model, found IR");
    EMEL_RETURN_IF_ERROR(CheckIsIr(options_.model));
    auto module = loadStage(context_, options_.model);
    if (absl::IsInvalidArgument(module.status()))
      return absl::InvalidArgumentError(
          absl::StrCat(module.status().message(), "\n  note: '", options_.model,
                       "' does not begin as a GGUF file does, so it was read as emel IR"));
    if (!module.ok()) return module.status();
    module_ = std::move(*module);
    stage_ = stageOf(*module_);
    if (!stage_)
      return absl::InvalidArgumentError(absl::StrCat(
          options_.model, ": expected IR with @step, entries or a plan, found none of them"));
    return options_.CheckStage(*stage_, line_);
  }

  absl::Status Import() {
    LoadOptions load;
    load.open.strategy = *io::ParseStrategy(options_.load);
    load.open.check_tensors = options_.check_tensors;
    load.open.progress = [&](gguf::Phase, uint64_t done, uint64_t total) {
      progress_.Update(done, total);
      return true;
    };
    load.import.context = static_cast<int64_t>(options_.context);
    absl::StatusOr<ImportResult> result = loadGguf(context_, options_.model, load);
    if (!result.ok()) return result.status();
    for (const std::string& tensor : result->unusedTensors)
      llvm::errs() << "emel-compile: warning: tensor '" << tensor << "' is not used ("
                   << options_.model << ")\n";
    if (options_.why) {
      absl::StatusOr<std::string> why = explainTensor(*result, *options_.why);
      if (!why.ok()) return why.status();
      why_ = std::move(*why);
    }
    module_ = std::move(result->module);
    return absl::OkStatus();
  }

  // Runs the passes, and remembers what there was to choose among layouts.
  absl::Status Plan() {
    progress_.Update("planning", 0, 1);
    if (stage_.value_or(Stage::Import) < Stage::Groups)
      EMEL_RETURN_IF_ERROR(compileTo(*module_, Stage::Groups, planning_));
    auto layouts = reportLayouts(*module_, planning_);
    if (!layouts.ok()) return layouts.status();
    layouts_ = std::move(*layouts);
    if (options_.what->module < Stage::Plan) return absl::OkStatus();
    EMEL_RETURN_IF_ERROR(compileTo(*module_, Stage::Plan, planning_));
    DiagnosticCollector diagnostics(&context_);
    mlir::FailureOr<PlanSummary> summary = summarizePlan(*module_);
    if (mlir::failed(summary)) return diagnostics.status();
    summary_ = std::move(*summary);
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Text() {
    const std::string_view name = options_.what->name();
    if (options_.why) return why_;
    if (options_.what->module <= Stage::Graph || name == "groups") {
      EMEL_RETURN_IF_ERROR(compileTo(*module_, options_.what->module, planning_));
      return Print(*module_);
    }
    const Origin names = getOrigins(*module_);
    EMEL_RETURN_IF_ERROR(Plan());
    if (options_.why_not) return WhyNot(names);
    if (name == "layouts") return Print(layouts_);
    if (name == "plan") return Print(*module_);
    if (name == "plan-csv") return writePlanCsv(summary_);
    if (name == "plan-svg") return writePlanSvg(summary_);
    if (name == "report") return Report();
    if (name == "kernels") return writeKernels(*module_, Artifact());
    if (name == "llvm") return writeCode(*module_, Artifact(), cpu::CodeKind::Llvm);
    if (name == "asm") return writeCode(*module_, Artifact(), cpu::CodeKind::Assembly);
    return writeCode(*module_, Artifact(), cpu::CodeKind::Object);
  }

  absl::StatusOr<std::string> WhyNot(const Origin& names) {
    auto code = writeKernels(*module_, Artifact());  // which products there are shows here
    if (!code.ok() && !absl::IsUnimplemented(code.status())) return code.status();
    llvm::SmallVector<llvm::StringRef> known;
    for (const auto& some : {names.ops, names.tensors})
      for (mlir::StringAttr name : some) known.push_back(name.getValue());
    const bool is_op =
        mlir::RegisteredOperationName::lookup(*options_.why_not, &context_).has_value();
    auto text = explainMissed(log_->remarks(), *options_.why_not, known, is_op);
    if (text.ok() && !code.ok()) absl::StrAppend(&*text, "code: ", code.status().message(), "\n");
    return text;
  }

  std::string Report() {
    return writePlanReport(*module_, summary_, layouts_, planning_, findDecodedWeights(*module_));
  }

  ArtifactOptions Artifact() {
    ArtifactOptions artifact;
    artifact.targets = options_.targets;
    artifact.maxWorkers = static_cast<int64_t>(options_.workers);
    artifact.checks = options_.Checks();
    artifact.threads = static_cast<unsigned>(options_.threads);
    artifact.load = *io::ParseStrategy(options_.load);
    artifact.timing = timing_.root();
    artifact.progress = [this](llvm::StringRef what, uint64_t done, uint64_t total) {
      progress_.Update(std::string_view(what), done, total);
    };
    return artifact;
  }

  // The file with the model's metadata.
  absl::StatusOr<gguf::Model> OpenModel() {
    gguf::OpenOptions open;
    open.strategy = *io::ParseStrategy(options_.load);
    open.vocab_only = open.first_shard_only = true;
    if (!stage_) return gguf::Model::Open(options_.model, open);
    auto shards = module_->getOps<ShardOp>();
    if (shards.empty())
      return absl::InvalidArgumentError(
          "expected a shard, from which the model's vocabulary is "
          "taken, found none (" +
          options_.model + ")");
    return gguf::Model::Open((*shards.begin()).getPath().str(), open);
  }

  // The SHA-256 of the IR that was read; of a model, whose shards are on record, nothing.
  absl::StatusOr<std::string> HashIr() {
    if (!stage_) return "";
    auto source = io::OpenSource(options_.model, io::Strategy::kRead);
    if (!source.ok()) return source.status();
    std::vector<uint8_t> bytes((*source)->size());
    EMEL_RETURN_IF_ERROR((*source)->Read(0, absl::MakeSpan(bytes)));
    artifact::Sha256 sha256;
    sha256.Update(bytes);
    return artifact::Hex(sha256.Finish());
  }

  absl::Status WriteContainer() {
    auto start = std::chrono::steady_clock::now();
    EMEL_RETURN_IF_ERROR(Plan());
    absl::StatusOr<gguf::Model> model = OpenModel();
    if (!model.ok()) return model.status();
    auto out = ArtifactOutput::Create(
        options_.output, {options_.what->name() == "exe", options_.weights == "external"});
    if (!out.ok()) return out.status();
    ArtifactOptions artifact = Artifact();
    artifact.contract = Report();
    auto ir = HashIr();
    if (!ir.ok()) return ir.status();
    artifact.options = options_.Record(stage_, *ir);
    artifact.model = &*model;
    out->Connect(artifact);
    auto plan = writeArtifact(
        *module_, artifact,
        [&](uint64_t at, absl::Span<const uint8_t> bytes) { return out->WriteAt(at, bytes); });
    if (!plan.ok()) return plan.status();
    EMEL_RETURN_IF_ERROR(out->Commit());
    std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    progress_.Clear();
    if (!options_.quiet) PrintSummary(*plan, *out, time.count());
    return absl::OkStatus();
  }

  void PrintSummary(const artifact::Plan& plan, const ArtifactOutput& out, double seconds) {
    std::string variants;
    for (const artifact::Variant& variant : plan.variants)
      variants += (variants.empty() ? "" : ", ") + variant.name;
    llvm::errs() << options_.output << ": " << HumanBytes(out.file_bytes()) << " in "
                 << llvm::format("%.1f", seconds) << " s; weights "
                 << HumanBytes(plan.weights_bytes);
    if (!out.weights_file().empty())
      llvm::errs() << (out.reused_weights() ? " as they were in " : " in ") << out.weights_file();
    llvm::errs() << "; code for " << variants << "; arena " << HumanBytes(plan.arena_bytes)
                 << ", keys and values "
                 << HumanBytes(plan.state_bytes(plan.page_positions) / plan.page_positions)
                 << " per token, " << HumanBytes(plan.state_bytes(plan.context)) << " in all\n"
                 << describe(findDecodedWeights(*module_));
  }

  const CompileOptions& options_;
  const CommandLine& line_;
  mlir::MLIRContext context_;
  Progress progress_;
  MlirTiming timing_;
  PlanOptions planning_;
  mlir::OwningOpRef<mlir::ModuleOp> module_;
  std::optional<Stage> stage_;  // of IR that was read
  std::string why_;
  LayoutReport layouts_;
  PlanSummary summary_;
  std::optional<RemarkLog> log_;
  bool has_begun_ = false;  // passes run
};

}  // namespace
}  // namespace emel::tools

int main(int argc, char** argv) {
  using namespace emel::tools;
  emel::registerBackends();
  CompileOptions options;
  CommandLine line("emel-compile", "compiles a GGUF model ahead of time");
  DeclareOptions(line, options);
  if (auto code = line.Parse(argc, argv)) return *code;
  if (auto problem = TakeMlirFlags(options.mlir)) return line.UsageError(*problem);
  if (auto problem = CompleteOptions(options, line)) return line.UsageError(*problem);
  return RunTool(line.tool(), [&]() -> absl::Status {
    if (options.layouts) {
      auto forced = ReadLayoutFile(*options.layouts);
      if (!forced.ok()) return forced.status();
      options.forced = std::move(*forced);
    }
    return Compiler(options, line).Run();
  });
}
