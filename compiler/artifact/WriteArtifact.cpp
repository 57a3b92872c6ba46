#include "compiler/artifact/WriteArtifact.h"

#include <nlohmann/json.hpp>

#include "codegen/cpu/program/Sanitize.h"
#include "compiler/artifact/CompileEntries.h"
#include "compiler/artifact/HashShards.h"
#include "compiler/driver/Diagnostics.h"
#include "compiler/pack/Pack.h"
#include "dialects/emel/Emel.h"
#include "dialects/plan/Plan.h"
#include "passes/Grouping.h"
#include "runtime/gguf/writer.h"
#include "runtime/include/emel/step.h"
#include "runtime/io/status.h"

using namespace mlir;

namespace emel {

/// How an entry's products differ from those of single tokens.
static artifact::Rounding roundingOf(plan::EntryOp entry) {
  bool isBf16 =
      llvm::any_of(entry.getBody().front().getOps<plan::LaunchOp>(), [](plan::LaunchOp launch) {
        return activationForm(launch.getKernelOp()) == ActivationForm::BF16;
      });
  return isBf16 ? artifact::Rounding::kBf16 : artifact::Rounding::kExact;
}

static artifact::PageLayer pageLayer(KvType type, const plan::StatePages::Layer &place) {
  artifact::PageLayer layer;
  layer.offset = place.offset;
  layer.page_class = place.pageClass;
  layer.heads = type.getHeads();
  layer.key_dim = type.getKeyDim();
  layer.value_dim = type.getValueDim();
  layer.element = static_cast<artifact::PageElement>(*getTensorType(type.getElementType()));
  return layer;
}

static void addWeights(const Packing &packing, cpu::ModelPlaces &places) {
  for (PackedWeight packed : packing.weights())
    places.weights[packed.weight.getSymName()] = packed.offset;
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
  plan.page_bytes = places.states.classes.front().pageBytes;
  for (const plan::PageClass &each : ArrayRef(places.states.classes).drop_front())
    plan.windows.push_back(
        {static_cast<uint32_t>(each.window), static_cast<uint64_t>(each.pageBytes)});
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

static std::string describeProvenance(ArrayRef<const ShardHashes::Shard *> shards,
                                      const ArtifactOptions &options) {
  nlohmann::ordered_json json;
  json["compiler"] = {{"name", "emel"}, {"version", EMEL_VERSION}};
  for (const ShardHashes::Shard *shard : shards)
    json["shards"].push_back(
        {{"file", shard->file}, {"bytes", shard->bytes}, {"sha256", artifact::Hex(shard->sha256)}});
  for (const auto &[name, value] : options.options) json["options"][name] = value;
  return json.dump(2) + "\n";
}

namespace {

class ArtifactWriter {
 public:
  ArtifactWriter(ModuleOp module, const ArtifactOptions &options, artifact::Writer::Sink sink)
      : module_(module),
        options_(options),
        writer_(std::move(sink), options.base),
        pool_(llvm::hardware_concurrency(options.threads)),
        hashes_(pool_, options.load) {}

  absl::StatusOr<artifact::Plan> run() {
    auto entries = module_.getOps<plan::EntryOp>();
    if (entries.empty()) return absl::InternalError("the module has no entry");
    places_.states = plan::layOutStates(module_);
    plan_ = describePlan(module_, places_, options_.maxWorkers);
    unsigned layer = 0;
    for (BlockArgument argument : (*entries.begin()).getArguments())
      if (auto state = dyn_cast<KvType>(argument.getType()))
        plan_.layers.push_back(pageLayer(state, places_.states.layers[layer++]));
    EMEL_RETURN_IF_ERROR(writeWeightsAndCode());
    EMEL_RETURN_IF_ERROR(artifact::Check(plan_));
    if (!plan_.windows.empty()) writer_.Require(artifact::kWindowsFeature);
    EMEL_RETURN_IF_ERROR(writer_.Add(artifact::SectionKind::kPlan, "", artifact::Encode(plan_)));
    EMEL_RETURN_IF_ERROR(writeSample());
    std::string contract = completeContract();
    EMEL_RETURN_IF_ERROR(
        writer_.Add(artifact::SectionKind::kContract, "", std::string_view(contract)));
    absl::StatusOr<std::string> model = describeModel(*options_.model);
    if (!model.ok()) return model.status();
    EMEL_RETURN_IF_ERROR(writer_.Add(artifact::SectionKind::kModel, "", std::string_view(*model)));
    report("hashing " + std::to_string(shardCount()) + " shards", 0, 1);
    auto shards = hashes_.take();
    if (!shards.ok()) return shards.status();
    std::string provenance = describeProvenance(*shards, options_);
    EMEL_RETURN_IF_ERROR(
        writer_.Add(artifact::SectionKind::kProvenance, "", std::string_view(provenance)));
    EMEL_RETURN_IF_ERROR(writer_.Finish());
    return plan_;
  }

 private:
  absl::Status writeWeightsAndCode() {
    PackOptions pack;
    pack.load = options_.load;
    pack.progress = [&](uint64_t done, uint64_t total) { report("packing weights", done, total); };
    DiagnosticCollector diagnostics(module_.getContext());
    FailureOr<Packing> packing = Packing::create(module_, pack);
    if (failed(packing)) return diagnostics.status();
    addWeights(*packing, places_);
    CompiledEntries code(module_, options_.targets, places_, cpu::CodeKind::Object, options_.checks,
                         pool_, options_.timing);
    if (failed(hashes_.start(module_))) return diagnostics.status();
    if (failed(code.lower(options_.progress)))
      return diagnostics.status(absl::StatusCode::kUnimplemented);
    // Vectors at the last weight's end may read a line beyond it.
    plan_.weights_bytes = artifact::AlignUp(packing->bytes(), 64) + 64;
    auto write = [&](PackSink sink) {
      absl::Status taken;
      auto take = [&](absl::Span<const uint8_t> bytes) { return taken = sink(bytes); };
      if (failed(packing->write(take))) return taken.ok() ? diagnostics.status() : taken;
      return sink(std::vector<uint8_t>(plan_.weights_bytes - packing->bytes()));
    };
    EMEL_RETURN_IF_ERROR(writeWeights(write));
    for (size_t target = 0; target < options_.targets.size(); ++target) {
      auto compiled = code.take(target, options_.progress);
      if (failed(compiled)) return diagnostics.status(absl::StatusCode::kInternal);
      auto image = cpu::linkImage(compiled->objects, module_.getLoc(), options_.checks.sanitizer);
      if (failed(image)) return diagnostics.status(absl::StatusCode::kInternal);
      EMEL_RETURN_IF_ERROR(writeCode(*options_.targets[target], compiled->programs, *image));
    }
    return absl::OkStatus();
  }

  /// The contract with what is known since there is code: kernels' frames lie in scratch memory
  /// too.
  std::string completeContract() const {
    auto contract = nlohmann::ordered_json::parse(options_.contract);
    contract["scratch_bytes_per_worker"] = plan_.scratch_bytes;
    contract["scratch_bytes"] = plan_.scratch_bytes * plan_.max_workers;
    return contract.dump(2) + "\n";
  }

  absl::Status writeWeights(absl::FunctionRef<absl::Status(PackSink)> write) {
    if (options_.weightsStore) {
      auto external = options_.weightsStore(plan_.weights_bytes, write);
      if (!external.ok()) return external.status();
      return writer_.Add(artifact::SectionKind::kWeightsFile, "", artifact::Encode(*external));
    }
    EMEL_RETURN_IF_ERROR(writer_.Begin(artifact::SectionKind::kWeights));
    return write([&](absl::Span<const uint8_t> bytes) { return writer_.Append(bytes); });
  }

  absl::Status writeCode(const cpu::Target &target, ArrayRef<cpu::StepProgram> programs,
                         const cpu::Image &image) {
    const artifact::CpuVariant *cpu = artifact::FindVariant(std::string(target.name));
    artifact::Variant variant{cpu->name, cpu->features, {}};
    std::vector<artifact::Entry> entries;
    for (auto [entry, program] : llvm::zip(module_.getOps<plan::EntryOp>(), programs)) {
      variant.entry_offsets.push_back(image.find(program.symbol)->offset);
      artifact::Entry own;
      own.name = entry.getSymName().str();
      own.max_tokens = entry.getMaxTokens();
      own.max_rows = entry.getMaxRows();
      own.ticket_count = program.tickets;
      own.launches = program.launches;
      own.barriers = program.barriers;
      plan_.scratch_bytes = std::max<uint64_t>(plan_.scratch_bytes, program.scratchBytes);
      own.rounding = roundingOf(entry);
      entries.push_back(own);
    }
    plan_.entries = entries;
    plan_.variants.push_back(variant);
    EMEL_RETURN_IF_ERROR(writer_.Add(artifact::SectionKind::kCode, variant.name, image.bytes));
    EMEL_RETURN_IF_ERROR(writeImports(variant.name, image));
    std::vector<artifact::Symbol> symbols;
    for (const cpu::ImageSymbol &symbol : image.symbols)
      symbols.push_back({symbol.offset, symbol.size, symbol.name});
    return writer_.Add(artifact::SectionKind::kSymbols, variant.name, artifact::Encode(symbols));
  }

  absl::Status writeSample() {
    auto model = module_->getAttrOfType<DictionaryAttr>(EmelDialect::kModelAttr);
    auto sample = model.getAs<IntegerAttr>(EmelDialect::kSample);
    if (!sample) return absl::OkStatus();
    return writer_.Add(artifact::SectionKind::kSample, "", artifact::EncodeSample(sample.getInt()));
  }

  absl::Status writeImports(const std::string &variant, const cpu::Image &image) {
    artifact::Imports imports{image.runtimeTable, {}};
    for (StringRef name : cpu::runtimeFunctions(options_.checks.sanitizer))
      imports.functions.push_back(name.str());
    if (imports.functions.empty()) return absl::OkStatus();
    return writer_.Add(artifact::SectionKind::kImports, variant, artifact::Encode(imports));
  }

  size_t shardCount() { return llvm::range_size(module_.getOps<ShardOp>()); }

  void report(StringRef what, uint64_t done, uint64_t total) {
    if (options_.progress) options_.progress(what, done, total);
  }

  ModuleOp module_;
  const ArtifactOptions &options_;
  artifact::Writer writer_;
  llvm::DefaultThreadPool pool_;
  ShardHashes hashes_;
  artifact::Plan plan_;
  cpu::ModelPlaces places_;
};

}  // namespace

absl::StatusOr<artifact::Plan> writeArtifact(ModuleOp module, const ArtifactOptions &options,
                                             artifact::Writer::Sink sink) {
  return ArtifactWriter(module, options, std::move(sink)).run();
}

/// Where everything lies that code refers to.
static FailureOr<cpu::ModelPlaces> findPlaces(ModuleOp module, io::Strategy load) {
  FailureOr<Packing> packing = Packing::create(module, {.load = load});
  if (failed(packing)) return failure();
  cpu::ModelPlaces places;
  places.states = plan::layOutStates(module);
  addWeights(*packing, places);
  return places;
}

absl::StatusOr<std::string> writeCode(ModuleOp module, const ArtifactOptions &options,
                                      cpu::CodeKind kind) {
  assert(options.targets.size() == 1);
  DiagnosticCollector diagnostics(module.getContext());
  FailureOr<cpu::ModelPlaces> places = findPlaces(module, options.load);
  if (failed(places)) return diagnostics.status();
  llvm::DefaultThreadPool pool(llvm::hardware_concurrency(options.threads));
  CompiledEntries entries(module, options.targets, *places, cpu::CodeKind::Llvm, options.checks,
                          pool, options.timing);
  if (failed(entries.lower(options.progress)))
    return diagnostics.status(absl::StatusCode::kUnimplemented);
  auto code = entries.take(0, options.progress);
  if (failed(code)) return diagnostics.status(absl::StatusCode::kInternal);
  auto text = cpu::joinCode(code->objects, *options.targets.front(), kind);
  if (!text) return absl::InternalError(llvm::toString(text.takeError()));
  return std::string(text->begin(), text->end());
}

absl::StatusOr<std::string> writeKernels(ModuleOp module, const ArtifactOptions &options) {
  assert(options.targets.size() == 1);
  loadCodeDialects(*module.getContext());
  DiagnosticCollector diagnostics(module.getContext());
  FailureOr<cpu::ModelPlaces> places = findPlaces(module, options.load);
  if (failed(places)) return diagnostics.status();
  OwningOpRef<ModuleOp> code = module.clone();
  PassManager tidy(module.getContext());
  if (options.timing) tidy.enableTiming(*options.timing);
  (void)applyPassManagerCLOptions(tidy);  // fails where a program does not take them
  cpu::addTidyPasses(tidy);
  if (failed(cpu::lowerEntries(*code, *options.targets.front(), *places, options.checks)))
    return diagnostics.status(absl::StatusCode::kUnimplemented);
  if (failed(tidy.run(*code))) return diagnostics.status(absl::StatusCode::kInternal);
  std::string text;
  llvm::raw_string_ostream out(text);
  code->print(out);
  return text;
}

}  // namespace emel
