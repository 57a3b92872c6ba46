#include "tools/verify/verify.h"

#include "compiler/driver/Diagnostics.h"
#include "compiler/driver/Load.h"
#include "compiler/driver/Stages.h"
#include "dialects/RegisterDialects.h"
#include "dialects/interpreter/Interpreter.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Passes.h"
#include "runtime/exec/model.h"
#include "runtime/exec/session.h"
#include "runtime/io/status.h"
#include "tools/run/run.h"
#include "tools/support/best_tokens.h"
#include "tools/verify/memory.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <random>

namespace emel::tools {
namespace {

std::vector<int32_t> DrawTokens(uint64_t count, uint64_t seed, uint32_t vocabulary) {
  std::mt19937_64 random(seed);
  std::vector<int32_t> tokens(count);
  for (int32_t& token : tokens) token = static_cast<int32_t>(random() % vocabulary);
  return tokens;
}

// Resident bytes of an artifact's file and of that with its weights.
std::optional<uint64_t> MappedResident(const artifact::Artifact& artifact) {
  std::optional<uint64_t> bytes = tools::MappedResident(artifact.path());
  if (!bytes || !artifact.external_weights()) return bytes;
  const auto weights = tools::MappedResident(artifact.weights_path());
  return weights ? std::optional(*bytes + *weights) : std::nullopt;
}

// What the artifact promises for a session of so many workers and positions.
MemoryUse Promise(const exec::Model& model, uint32_t workers, uint64_t positions) {
  const artifact::Plan& plan = model.plan();
  MemoryUse use;
  use.arena = plan.arena_bytes;
  use.scratch = plan.scratch_stride() * workers;
  use.pages = plan.state_bytes(positions);
  const artifact::Section* code =
      model.artifact().Find(artifact::SectionKind::kCode, model.variant());
  use.code = artifact::AlignUp(code->size, artifact::kPageBytes);
  use.file = artifact::AlignUp(model.artifact().file_offset() + model.artifact().file_bytes(),
                               artifact::kPageBytes);
  if (const auto& weights = model.artifact().external_weights()) {
    use.file += artifact::AlignUp(weights->bytes, artifact::kPageBytes);
  }
  return use;
}

class Verifier {
 public:
  explicit Verifier(const VerifyOptions& options) : options_(options) {}

  absl::StatusOr<Verification> Run() {
    const auto begin = std::chrono::steady_clock::now();
    EMEL_RETURN_IF_ERROR(RunArtifact());
    EMEL_RETURN_IF_ERROR(RunInterpreter());
    result_.comparison =
        compareLogits(expected_, logits_, logits_.size() / tokens(), options_.difference);
    result_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    AddChecks();
    return std::move(result_);
  }

 private:
  size_t tokens() const { return result_.tokens.size(); }
  absl::Status RunArtifact();
  absl::Status RunBest(exec::Session& session, uint32_t sample);
  absl::Status Round(mlir::ModuleOp module) const;
  absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>> LoadModel(mlir::MLIRContext& context) const;
  absl::Status RunInterpreter();
  void AddChecks();

  const VerifyOptions& options_;
  Verification result_;
  std::vector<double> logits_, expected_;
  // How the artifact computes: so many tokens at once, in pieces of up to so many exactly, what it
  // keeps of them as so.
  size_t piece_ = 0, most_exact_ = 0;
  artifact::PageElement state_ = artifact::PageElement::kF16;
};

// Comes first, while the process has little memory of its own.
absl::Status Verifier::RunArtifact() {
  EMEL_ASSIGN_OR_RETURN(const auto model,
                        exec::Model::Load(options_.artifact, {.variant = options_.cpu}));
  EMEL_ASSIGN_OR_RETURN(
      const auto session,
      exec::Session::Create(model->program(),
                            {.workers = static_cast<uint32_t>(options_.threads)}));
  const uint32_t width = model->plan().vocabulary, context = model->plan().context;
  result_.variant = model->variant();
  result_.workers = session->worker_count();
  result_.context = context;
  result_.tokens = options_.tokens;
  if (result_.tokens.empty()) {
    const uint64_t count = options_.count.value_or(std::min(64u, context));
    result_.tokens = DrawTokens(count, options_.seed, width);
  }
  EMEL_RETURN_IF_ERROR(CheckTokens(result_.tokens, width));
  if (tokens() > context) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected at most ", context, " tokens, the artifact's context, found ", tokens()));
  }
  EMEL_ASSIGN_OR_RETURN(const auto sequence, session->sequences().Add());
  const artifact::Entry& largest = model->plan().entries.back();
  piece_ = options_.one_by_one ? 1 : std::min<size_t>(largest.max_rows, tokens());
  const auto& entries = model->program().entries;
  const auto inexact =
      std::find_if(entries.begin(), entries.end(), [](const auto& each) { return !each.exact; });
  most_exact_ = inexact == entries.end() ? piece_ : std::prev(inexact)->max_tokens;
  if (!model->plan().layers.empty()) state_ = model->plan().layers.front().element;
  // Their memory is resident before anything is measured.
  std::vector<float> rows(piece_ * width);
  logits_.assign(tokens() * width, 0);
  const std::optional<uint64_t> before = AnonymousResident();
  for (size_t i = 0; i < tokens(); i += piece_) {
    const auto piece = absl::MakeConstSpan(result_.tokens).subspan(i, piece_);
    EMEL_RETURN_IF_ERROR(session->Step({{sequence, piece, static_cast<uint32_t>(piece.size())}},
                                       absl::MakeSpan(rows)));
    std::copy_n(rows.begin(), piece.size() * width,
                logits_.begin() + static_cast<ptrdiff_t>(i * width));
  }
  const std::optional<uint64_t> after = AnonymousResident();
  result_.memory = Promise(*model, result_.workers, tokens());
  if (before && after) result_.memory.anonymous = *after > *before ? *after - *before : 0;
  result_.memory.mapped = MappedResident(model->artifact());
  EMEL_RETURN_IF_ERROR(session->sequences().Remove(sequence));
  return RunBest(*session, model->artifact().sample());
}

// The same tokens again, now for the best of each row.
absl::Status Verifier::RunBest(exec::Session& session, uint32_t sample) {
  if (sample == 0) return absl::OkStatus();
  EMEL_ASSIGN_OR_RETURN(const auto sequence, session.sequences().Add());
  const size_t width = logits_.size() / tokens();
  std::vector<emel_candidate_t> best(piece_ * sample);
  size_t others = 0;
  for (size_t i = 0; i < tokens(); i += piece_) {
    const auto piece = absl::MakeConstSpan(result_.tokens).subspan(i, piece_);
    EMEL_RETURN_IF_ERROR(session.StepBest({{sequence, piece, static_cast<uint32_t>(piece.size())}},
                                          sample, absl::MakeSpan(best)));
    for (size_t row = 0; row < piece.size(); ++row) {
      const auto logits = absl::MakeConstSpan(logits_).subspan((i + row) * width, width);
      std::vector<emel_candidate_t> expected;
      for (int32_t token : BestTokens(logits, sample)) {
        expected.push_back({token, static_cast<float>(logits[token])});
      }
      others +=
          std::memcmp(expected.data(), &best[row * sample], sample * sizeof(emel_candidate_t)) != 0;
    }
  }
  result_.other_best = others;
  return absl::OkStatus();
}

// Rounds what the artifact rounds.
absl::Status Verifier::Round(mlir::ModuleOp module) const {
  QuantizeActivationsOptions rounding;
  switch (state_) {
    case artifact::PageElement::kF32:
      rounding.state = "keep";
      break;
    case artifact::PageElement::kF16:
      rounding.state = "f16";
      break;
    case artifact::PageElement::kQ8_0:
      rounding.state = "q8_0";
      break;
  }
  if (piece_ > most_exact_) {
    mlir::Operation* exact = module.lookupSymbol(EmelDialect::kStep);
    mlir::OpBuilder builder(exact);
    mlir::Operation* bulk = builder.clone(*exact);
    mlir::SymbolTable::setSymbolName(bulk, "bulk");
    for (auto [step, most] : {std::pair(exact, most_exact_), std::pair(bulk, piece_)}) {
      mlir::Attribute bound = builder.getI64IntegerAttr(static_cast<int64_t>(most));
      step->setAttr(EmelDialect::kEntryAttr,
                    builder.getDictionaryAttr({builder.getNamedAttr("rows", bound),
                                               builder.getNamedAttr("tokens", bound)}));
    }
    rounding.bulkFrom = static_cast<int64_t>(piece_);
  }
  DiagnosticCollector diagnostics(module.getContext());
  mlir::PassManager passes(module.getContext());
  passes.addPass(createQuantizeActivations(rounding));
  return mlir::failed(passes.run(module)) ? diagnostics.status() : absl::OkStatus();
}

// The model, rounded as the artifact rounds; IR with entries or a plan says so itself.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>> Verifier::LoadModel(
    mlir::MLIRContext& context) const {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  if (isGguf(options_.model)) {
    LoadOptions load;
    // What attention sees depends on it where a model scales its rotations.
    load.import.context = static_cast<int64_t>(result_.context);
    EMEL_ASSIGN_OR_RETURN(ImportResult imported, loadGguf(context, options_.model, load));
    module = std::move(imported.module);
  } else {
    EMEL_ASSIGN_OR_RETURN(module, loadStage(context, options_.model));
  }
  const std::optional<Stage> stage = stageOf(*module);
  if (!stage || !(*module)->hasAttr(EmelDialect::kModelAttr)) {
    return absl::InvalidArgumentError(
        absl::StrCat(options_.model, ": expected a model with @step, entries or a plan"));
  }
  if (*stage < Stage::Groups) {
    if (!options_.exact) EMEL_RETURN_IF_ERROR(Round(*module));
  } else if (options_.exact) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--exact: expected a model whose activations are not rounded yet, found the stage ",
        nameOf(*stage).str(), " (", options_.model, ")"));
  }
  return module;
}

absl::Status Verifier::RunInterpreter() {
  mlir::MLIRContext context(knownDialects(), mlir::MLIRContext::Threading::DISABLED);
  EMEL_ASSIGN_OR_RETURN(const auto module, LoadModel(context));
  const auto model = (*module)->getAttrOfType<mlir::DictionaryAttr>(EmelDialect::kModelAttr);
  const int64_t vocabulary = model.getAs<mlir::IntegerAttr>("vocab").getInt();
  if (static_cast<uint64_t>(vocabulary) * tokens() != logits_.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected an artifact of this model, whose rows have ", vocabulary,
        " logits, found one with ", logits_.size() / tokens(), " (", options_.artifact, ")"));
  }
  DiagnosticCollector diagnostics(&context);
  interpreter::Options run;
  run.shardFolders = {std::filesystem::path(options_.model).parent_path().string()};
  interpreter::Interpreter interpreter(*module, run);
  interpreter::Session session(interpreter);
  auto rows = session.step(result_.tokens);
  if (mlir::failed(rows)) return diagnostics.status();
  expected_ = rows->reals();
  return absl::OkStatus();
}

void Verifier::AddChecks() {
  const LogitsComparison& comparison = result_.comparison;
  const auto add = [&](const char* name, double found, double most) {
    result_.checks.push_back(
        {name, found <= most, absl::StrFormat("expected at most %.3g, found %.3g", most, found)});
  };
  add("mean divergence", comparison.meanDivergence, options_.mean_divergence);
  add("largest divergence", comparison.maxDivergence, options_.max_divergence);
  add("largest difference", comparison.largestDifference, options_.difference);
  if (const auto others = result_.other_best) {
    result_.checks.push_back(
        {"best tokens", *others == 0,
         absl::StrCat("expected those of the logits in all rows, found others in ", *others)});
  }
  const auto bytes = [&](const char* name, std::optional<uint64_t> found, uint64_t most) {
    result_.checks.push_back({name, found && *found <= most,
                              absl::StrCat("expected at most ", most, " bytes, found ",
                                           found ? absl::StrCat(*found) : "nothing in /proc")});
  };
  const MemoryUse& memory = result_.memory;
  bytes("anonymous memory", memory.anonymous, memory.Contract() + kMemorySlack);
  bytes("mapped memory", memory.mapped, memory.Sections());
}

}  // namespace

bool Verification::Passed() const {
  return std::all_of(checks.begin(), checks.end(), [](const Check& each) { return each.passed; });
}

absl::StatusOr<Verification> Verify(const VerifyOptions& options) {
  return Verifier(options).Run();
}

}  // namespace emel::tools
