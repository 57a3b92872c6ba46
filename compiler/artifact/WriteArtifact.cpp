#include "compiler/artifact/WriteArtifact.h"

#include <nlohmann/json.hpp>

#include <thread>

#include "codegen/cpu/StepProgram.h"
#include "compiler/driver/Diagnostics.h"
#include "compiler/pack/Pack.h"
#include "dialects/emel/Emel.h"
#include "dialects/plan/Plan.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/Grouping.h"
#include "runtime/gguf/writer.h"
#include "runtime/include/emel/step.h"
#include "runtime/io/status.h"

using namespace mlir;

namespace emel {

namespace {

void loadDialects(MLIRContext &context) {
  context.loadDialect<arith::ArithDialect, cf::ControlFlowDialect, LLVM::LLVMDialect,
                      math::MathDialect, scf::SCFDialect, vector::VectorDialect>();
}

/// The code of all entries for one target, an object for each.
struct TargetCode {
  std::vector<SmallVector<char, 0>> objects;
  std::vector<cpu::StepProgram> programs;
};

}  // namespace

static FailureOr<TargetCode> compileEntries(ModuleOp module, const cpu::Target &target,
                                            const cpu::ModelPlaces &places, cpu::CodeKind kind) {
  TargetCode code;
  for (auto entry : module.getOps<plan::EntryOp>()) {
    OwningOpRef<ModuleOp> own = ModuleOp::create(entry.getLoc());
    FailureOr<cpu::StepProgram> program = cpu::emitStepProgram(entry, target, places, *own);
    if (failed(program) || failed(cpu::lowerToLlvm(*own))) return failure();
    auto object = cpu::emitCode(*own, target, kind);
    if (failed(object)) return failure();
    code.programs.push_back(*program);
    code.objects.push_back(std::move(*object));
  }
  return code;
}

static bool roundsToBf16(plan::EntryOp entry) {
  return llvm::any_of(entry.getBody().front().getOps<plan::LaunchOp>(),
                      [](plan::LaunchOp launch) { return multipliesBf16(launch.getKernelOp()); });
}

static artifact::PageLayer pageLayer(KvType type, int64_t offset) {
  artifact::PageLayer layer;
  layer.offset = offset;
  layer.heads = type.getHeads();
  layer.key_dim = type.getKeyDim();
  layer.value_dim = type.getValueDim();
  layer.element = static_cast<artifact::PageElement>(*getTensorType(type.getElementType()));
  return layer;
}

/// What does not depend on the code.
static artifact::Plan describePlan(ModuleOp module, const cpu::ModelPlaces &places,
                                   int64_t maxWorkers) {
  artifact::Plan plan;
  auto model = module->getAttrOfType<DictionaryAttr>(EmelDialect::kModelAttr);
  plan.step_version = EMEL_STEP_VERSION;
  plan.vocabulary = model.getAs<IntegerAttr>("vocab").getInt();
  plan.context = model.getAs<IntegerAttr>("context").getInt();
  plan.max_workers = maxWorkers;
  plan.page_positions = EMEL_PAGE_POSITIONS;
  plan.page_bytes = places.pageBytes;
  for (auto arena : module.getOps<plan::ArenaOp>()) {
    if (arena.getKind() == plan::ArenaKind::Shared) {
      plan.arena_bytes = arena.getBytes();
      plan.arena_align = arena.getAlign();
    }
  }
  return plan;
}

/// The model's metadata as a GGUF file without tensors.
static absl::StatusOr<std::string> describeModel(const gguf::Model &model) {
  gguf::Writer writer;
  for (const gguf::KeyValue &entry : model.metadata())
    if (!StringRef(entry.key).starts_with("split.")) writer.Add(entry.key, entry.value);
  auto layout = writer.Finish();
  if (!layout.ok()) return layout.status();
  return layout->head;
}

static std::string describeProvenance(ModuleOp module, const ArtifactOptions &options) {
  nlohmann::ordered_json json;
  json["compiler"] = {{"name", "emel"}, {"version", "0.1.0"}};
  for (auto shard : module.getOps<ShardOp>())
    json["shards"].push_back({{"file", shard.getPath().rsplit('/').second.empty()
                                           ? shard.getPath().str()
                                           : shard.getPath().rsplit('/').second.str()},
                              {"bytes", shard.getSize()}});
  for (const auto &[name, value] : options.options) json["options"][name] = value;
  return json.dump(2) + "\n";
}

namespace {

class ArtifactWriter {
 public:
  ArtifactWriter(ModuleOp module, const ArtifactOptions &options, artifact::Writer::Sink sink)
      : module_(module), options_(options), writer_(std::move(sink)) {}

  absl::Status run() {
    auto entries = module_.getOps<plan::EntryOp>();
    if (entries.empty()) return absl::InternalError("the module has no entry");
    places_.addLayers(*entries.begin());
    plan_ = describePlan(module_, places_, options_.maxWorkers);
    unsigned layer = 0;
    for (BlockArgument argument : (*entries.begin()).getArguments())
      if (auto state = dyn_cast<KvType>(argument.getType()))
        plan_.layers.push_back(pageLayer(state, places_.layers[layer++]));
    EMEL_RETURN_IF_ERROR(writeWeightsAndCode());
    EMEL_RETURN_IF_ERROR(artifact::Check(plan_));
    EMEL_RETURN_IF_ERROR(writer_.Add(artifact::SectionKind::kPlan, "", artifact::Encode(plan_)));
    std::string contract = completeContract();
    EMEL_RETURN_IF_ERROR(
        writer_.Add(artifact::SectionKind::kContract, "", std::string_view(contract)));
    absl::StatusOr<std::string> model = describeModel(*options_.model);
    if (!model.ok()) return model.status();
    EMEL_RETURN_IF_ERROR(writer_.Add(artifact::SectionKind::kModel, "", std::string_view(*model)));
    std::string provenance = describeProvenance(module_, options_);
    EMEL_RETURN_IF_ERROR(
        writer_.Add(artifact::SectionKind::kProvenance, "", std::string_view(provenance)));
    return writer_.Finish();
  }

 private:
  absl::Status writeWeightsAndCode() {
    PackOptions pack;
    pack.progress = [&](uint64_t done, uint64_t total) { report("packing weights", done, total); };
    DiagnosticCollector diagnostics(module_.getContext());
    FailureOr<Packing> packing = Packing::create(module_, pack);
    if (failed(packing)) return diagnostics.status();
    for (PackedWeight weight : packing->weights())
      places_.weights[weight.weight.getSymName()] = weight.offset;
    // Code goes first: what cannot be compiled is known before gigabytes are copied.
    for (const cpu::Target *target : options_.targets) EMEL_RETURN_IF_ERROR(writeCode(*target));
    EMEL_RETURN_IF_ERROR(writer_.Begin(artifact::SectionKind::kWeights));
    auto append = [&](absl::Span<const uint8_t> bytes) { return writer_.Append(bytes); };
    if (failed(packing->write(append))) return diagnostics.status();
    // Vectors at the last weight's end may read a line beyond it.
    plan_.weights_bytes = artifact::AlignUp(packing->bytes(), 64) + 64;
    return writer_.Append(std::vector<uint8_t>(plan_.weights_bytes - packing->bytes()));
  }

  /// The contract with what is known since there is code: kernels' frames lie in scratch memory
  /// too.
  std::string completeContract() const {
    auto contract = nlohmann::ordered_json::parse(options_.contract);
    contract["scratch_bytes_per_worker"] = plan_.scratch_bytes;
    contract["scratch_bytes"] = plan_.scratch_bytes * plan_.max_workers;
    return contract.dump(2) + "\n";
  }

  absl::Status writeCode(const cpu::Target &target) {
    report(("compiling for " + target.name).str(), 0, 1);
    DiagnosticCollector diagnostics(module_.getContext());
    loadDialects(*module_.getContext());
    auto code = compileEntries(module_, target, places_, cpu::CodeKind::Object);
    if (failed(code)) return diagnostics.status();
    auto image = cpu::linkImage(code->objects, module_.getLoc());
    if (failed(image)) return diagnostics.status();

    const artifact::CpuVariant *cpu = artifact::FindVariant(std::string(target.name));
    artifact::Variant variant{cpu->name, cpu->features, {}};
    std::vector<artifact::Entry> entries;
    for (auto [entry, program] : llvm::zip(module_.getOps<plan::EntryOp>(), code->programs)) {
      variant.entry_offsets.push_back(image->find(program.symbol)->offset);
      artifact::Entry own;
      own.name = entry.getSymName().str();
      own.max_tokens = entry.getMaxTokens();
      own.max_rows = entry.getMaxRows();
      own.ticket_count = program.tickets;
      own.launches = program.launches;
      own.barriers = program.barriers;
      plan_.scratch_bytes = std::max<uint64_t>(plan_.scratch_bytes, program.scratchBytes);
      if (roundsToBf16(entry)) own.rounding = artifact::Rounding::kBf16;
      entries.push_back(own);
    }
    plan_.entries = entries;
    plan_.variants.push_back(variant);
    EMEL_RETURN_IF_ERROR(writer_.Add(artifact::SectionKind::kCode, variant.name, image->bytes));
    std::vector<artifact::Symbol> symbols;
    for (const cpu::ImageSymbol &symbol : image->symbols)
      symbols.push_back({symbol.offset, symbol.size, symbol.name});
    report(("compiling for " + target.name).str(), 1, 1);
    return writer_.Add(artifact::SectionKind::kSymbols, variant.name, artifact::Encode(symbols));
  }

  void report(StringRef what, uint64_t done, uint64_t total) {
    if (options_.progress) options_.progress(what, done, total);
  }

  ModuleOp module_;
  const ArtifactOptions &options_;
  artifact::Writer writer_;
  artifact::Plan plan_;
  cpu::ModelPlaces places_;
};

}  // namespace

absl::Status writeArtifact(ModuleOp module, const ArtifactOptions &options,
                           artifact::Writer::Sink sink) {
  return ArtifactWriter(module, options, std::move(sink)).run();
}

absl::StatusOr<std::string> writeCode(ModuleOp module, const cpu::Target &target,
                                      cpu::CodeKind kind) {
  cpu::ModelPlaces places;
  places.addLayers(*module.getOps<plan::EntryOp>().begin());
  DiagnosticCollector diagnostics(module.getContext());
  loadDialects(*module.getContext());
  auto code = compileEntries(module, target, places, kind);
  if (failed(code)) return diagnostics.status();
  std::string text;
  for (const auto &part : code->objects) text.append(part.begin(), part.end());
  return text;
}

}  // namespace emel
