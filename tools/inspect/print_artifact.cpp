#include "runtime/include/emel/candidate.h"
#include "runtime/io/status.h"
#include "tools/inspect/inspect.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace emel::tools {
namespace {

using artifact::Artifact;
using artifact::SectionKind;
using Json = nlohmann::ordered_json;

std::string_view ElementName(artifact::PageElement element) {
  if (element == artifact::PageElement::kQ8_0) return "q8_0";
  return element == artifact::PageElement::kF32 ? "f32" : "f16";
}

// Layers that are alike in a row: "0-15".
struct LayerRun {
  size_t first, last;
  artifact::PageLayer layer;
};
std::vector<LayerRun> LayerRuns(const artifact::Plan& plan) {
  std::vector<LayerRun> runs;
  for (size_t i = 0; i < plan.layers.size(); ++i) {
    artifact::PageLayer layer = plan.layers[i];
    layer.offset = 0;
    if (!runs.empty() && runs.back().layer == layer) {
      runs.back().last = i;
    } else {
      runs.push_back({i, i, layer});
    }
  }
  return runs;
}

std::string Head(const Artifact& artifact, const gguf::Model& model) {
  TextTable table({"", ""});
  AddHeadlines(model, table);
  const uint64_t weights = artifact.plan().weights_bytes;
  if (const auto& external = artifact.external_weights()) {
    table.AddRow({"weights", absl::StrCat(HumanBytes(weights), " in the file ",
                                          Printable(external->file), " beside this one")});
    table.AddRow({"SHA-256", artifact::Hex(external->sha256)});
  } else {
    table.AddRow({"weights", HumanBytes(weights)});
  }
  return absl::StrCat(Printable(artifact.path()), "  artifact of version ", artifact.version(),
                      ", ", HumanBytes(artifact.file_bytes()),
                      artifact.file_offset() > 0 ? absl::StrCat(", in an executable from byte ",
                                                                artifact.file_offset(), " on")
                                                 : "",
                      "\n", table.ToString(), "\n");
}

std::string Sections(const Artifact& artifact) {
  TextTable table({"section", "of", ">offset", ">size", "checksum"});
  for (const artifact::Section& section : artifact.sections()) {
    table.AddRow({std::string(Name(section.kind)), section.name, absl::StrCat(section.offset),
                  HumanBytes(section.size), artifact::Hex(section.checksum)});
  }
  return absl::StrCat("sections (", artifact.sections().size(), ")\n", table.ToString(), "\n");
}

const char* RoundingName(artifact::Rounding rounding) {
  return rounding == artifact::Rounding::kExact ? "exact" : "bf16";
}

// What code calls of the process that loads it: nothing, unless it is instrumented.
std::string Imports(const Artifact& artifact) {
  TextTable table({"code for", "calls"});
  bool any = false;
  for (const artifact::Section& section : artifact.sections()) {
    if (section.kind != SectionKind::kImports) continue;
    any = true;
    table.AddRow(
        {section.name, absl::StrJoin(artifact.ReadImports(section.name)->functions, ", ")});
  }
  return any ? absl::StrCat("calls of the process that loads it\n", table.ToString(), "\n") : "";
}

std::string Code(const artifact::Plan& plan) {
  TextTable entries(
      {"entry", ">tokens up to", ">rows up to", ">launches", ">barriers", ">tickets", "rounding"});
  for (const artifact::Entry& entry : plan.entries) {
    entries.AddRow({entry.name, absl::StrCat(entry.max_tokens), absl::StrCat(entry.max_rows),
                    absl::StrCat(entry.launches), absl::StrCat(entry.barriers),
                    absl::StrCat(entry.ticket_count), RoundingName(entry.rounding)});
  }
  TextTable variants({"code for", "uses"});
  for (const artifact::Variant& variant : plan.variants) {
    variants.AddRow({variant.name, ToString(variant.features)});
  }
  return absl::StrCat("entries (", plan.entries.size(), ")\n", entries.ToString(), "\nvariants (",
                      plan.variants.size(), ")\n", variants.ToString(), "\n");
}

std::string WindowName(const artifact::Plan& plan, uint32_t page_class) {
  if (page_class == 0) return "";
  return absl::StrCat(", window ", plan.windows[page_class - 1].positions);
}

std::string Memory(const artifact::Plan& plan, uint32_t sample) {
  TextTable table({"", ""});
  table.AddRow({"vocabulary", absl::StrCat(plan.vocabulary)});
  if (sample > 0) {
    table.AddRow({"sample", absl::StrCat("the best ", sample, " of a row, ",
                                         HumanBytes(sample * sizeof(emel_candidate_t)))});
  }
  table.AddRow({"context", absl::StrCat(plan.context, " positions")});
  table.AddRow({"workers", absl::StrCat("up to ", plan.max_workers)});
  table.AddRow({"arena", HumanBytes(plan.arena_bytes)});
  table.AddRow({"scratch", absl::StrCat(HumanBytes(plan.scratch_stride()), " per worker")});
  table.AddRow({"keys and values",
                absl::StrCat(HumanBytes(plan.page_bytes), " per ", plan.page_positions,
                             " positions, ", HumanBytes(plan.page_bytes * plan.pages_of_context()),
                             " for a whole context")});
  for (const artifact::Window& window : plan.windows) {
    const uint64_t pages = std::min(plan.pages_of(window), plan.pages_of_context());
    const uint64_t saved = (plan.pages_of_context() - pages) * window.page_bytes;
    table.AddRow({absl::StrCat("of window ", window.positions),
                  absl::StrCat(HumanBytes(window.page_bytes), " per ", plan.page_positions,
                               " positions, ", HumanBytes(window.page_bytes * pages),
                               " at most, which saves ", HumanBytes(saved))});
  }
  for (const LayerRun& run : LayerRuns(plan)) {
    const std::string layers = run.first == run.last
                                   ? absl::StrCat("layer ", run.first)
                                   : absl::StrCat("layers ", run.first, "-", run.last);
    table.AddRow(
        {layers, absl::StrCat(run.layer.heads, " heads of ", run.layer.key_dim, " + ",
                              run.layer.value_dim, " ", Text(ElementName(run.layer.element)),
                              WindowName(plan, run.layer.page_class))});
  }
  return absl::StrCat("memory\n", table.ToString(), "\n");
}

std::string Dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Short(const Json& value) {
  if (value.is_array()) return absl::StrCat(value.size(), " items");
  if (value.is_object()) return absl::StrCat(value.size(), " keys");
  if (value.is_string()) return Printable(value.get<std::string>());
  return Dump(value);
}

// Two levels of a JSON section; --format=json has it all.
std::string Outline(std::string_view title, const Json& json) {
  TextTable table({"", ""});
  for (const auto& [key, value] : json.items()) {
    if (!value.is_object()) {
      table.AddRow({Printable(key), Short(value)});
      continue;
    }
    for (const auto& [inner, part] : value.items()) {
      table.AddRow({absl::StrCat(Printable(key), ".", Printable(inner)), Short(part)});
    }
  }
  return absl::StrCat(Text(title), "\n", table.ToString(), "\n");
}

// Of each shard a row of its own, where provenance has the shape that the compiler writes.
Json WithShardRows(Json provenance) {
  if (!provenance.contains("shards") || !provenance["shards"].is_array()) return provenance;
  Json rows = Json::object();
  for (const Json& shard : provenance["shards"]) {
    if (!shard.is_object()) return provenance;
    const Json name = shard.value("file", Json());
    const std::string file = name.is_string() ? name.get<std::string>() : Dump(name);
    rows[file] = absl::StrCat(Short(shard.value("bytes", Json())), " bytes, SHA-256 ",
                              Short(shard.value("sha256", Json())));
  }
  provenance["shards"] = std::move(rows);
  return provenance;
}

Json SectionsJson(const Artifact& artifact) {
  Json sections = Json::array();
  for (const artifact::Section& section : artifact.sections()) {
    Json entry = {{"kind", Name(section.kind)}};
    if (!section.name.empty()) entry["name"] = section.name;
    entry["offset"] = section.offset;
    entry["size"] = section.size;
    entry["checksum"] = artifact::Hex(section.checksum);
    sections.push_back(std::move(entry));
  }
  return sections;
}

Json ImportsJson(const Artifact& artifact) {
  Json imports = Json::object();
  for (const artifact::Section& section : artifact.sections()) {
    if (section.kind != SectionKind::kImports) continue;
    const artifact::Imports own = *artifact.ReadImports(section.name);
    imports[section.name] = {{"table", own.table}, {"functions", own.functions}};
  }
  return imports;
}

Json PlanJson(const artifact::Plan& plan) {
  Json layers = Json::array(), entries = Json::array(), variants = Json::array(),
       windows = Json::array();
  for (const artifact::Window& window : plan.windows) {
    windows.push_back({{"positions", window.positions},
                       {"page_bytes", window.page_bytes},
                       {"pages", plan.pages_of(window)}});
  }
  for (const artifact::PageLayer& layer : plan.layers) {
    layers.push_back({{"offset", layer.offset},
                      {"heads", layer.heads},
                      {"key_dim", layer.key_dim},
                      {"value_dim", layer.value_dim},
                      {"element", ElementName(layer.element)},
                      {"page_class", layer.page_class}});
  }
  for (const artifact::Entry& entry : plan.entries) {
    entries.push_back({{"name", entry.name},
                       {"max_tokens", entry.max_tokens},
                       {"max_rows", entry.max_rows},
                       {"launches", entry.launches},
                       {"barriers", entry.barriers},
                       {"tickets", entry.ticket_count},
                       {"rounding", RoundingName(entry.rounding)}});
  }
  for (const artifact::Variant& variant : plan.variants) {
    variants.push_back({{"name", variant.name},
                        {"features", ToString(variant.features)},
                        {"entry_offsets", variant.entry_offsets}});
  }
  return {{"step_version", plan.step_version},
          {"vocabulary", plan.vocabulary},
          {"context", plan.context},
          {"max_workers", plan.max_workers},
          {"weights_bytes", plan.weights_bytes},
          {"arena_bytes", plan.arena_bytes},
          {"arena_align", plan.arena_align},
          {"scratch_bytes", plan.scratch_bytes},
          {"page_bytes", plan.page_bytes},
          {"page_positions", plan.page_positions},
          {"windows", std::move(windows)},
          {"layers", std::move(layers)},
          {"entries", std::move(entries)},
          {"variants", std::move(variants)}};
}

}  // namespace

absl::StatusOr<Json> ParseSection(const Artifact& artifact, SectionKind kind) {
  constexpr int kMaxDepth = 100;
  const artifact::Section& section = *artifact.Find(kind);
  const auto bytes = artifact.Bytes(section);
  bool deep = false;
  const auto watch_depth = [&](int depth, Json::parse_event_t, Json&) {
    deep |= depth > kMaxDepth;
    return !deep;
  };
  Json json = Json::parse(bytes.begin(), bytes.end(), watch_depth, /*allow_exceptions=*/false);
  if (!deep && json.is_object()) return json;
  return absl::InvalidArgumentError(
      absl::StrCat("section '", Text(Name(kind)), "': expected a JSON object, found ",
                   deep ? "one nested too deeply" : "other text", " (", artifact.path(),
                   ", offset ", artifact.file_offset() + section.offset, ")"));
}

absl::Status PrintArtifactTable(const Artifact& artifact, OutputFile& out) {
  EMEL_ASSIGN_OR_RETURN(const gguf::Model model, artifact.ReadModel());
  EMEL_ASSIGN_OR_RETURN(const Json contract, ParseSection(artifact, SectionKind::kContract));
  EMEL_ASSIGN_OR_RETURN(const Json provenance, ParseSection(artifact, SectionKind::kProvenance));
  return out.Write(absl::StrCat(
      Head(artifact, model), Sections(artifact), Code(artifact.plan()), Imports(artifact),
      Memory(artifact.plan(), artifact.sample()), Outline("contract", contract),
      Outline("provenance", WithShardRows(provenance)), MetadataTable(model)));
}

absl::Status PrintArtifactJson(const Artifact& artifact, OutputFile& out) {
  EMEL_ASSIGN_OR_RETURN(const gguf::Model model, artifact.ReadModel());
  EMEL_ASSIGN_OR_RETURN(Json contract, ParseSection(artifact, SectionKind::kContract));
  EMEL_ASSIGN_OR_RETURN(Json provenance, ParseSection(artifact, SectionKind::kProvenance));
  Json document = {{"path", artifact.path()},
                   {"version", artifact.version()},
                   {"offset", artifact.file_offset()},
                   {"size", artifact.file_bytes()},
                   {"sections", SectionsJson(artifact)},
                   {"plan", PlanJson(artifact.plan())}};
  if (artifact.sample() > 0) document["sample"] = artifact.sample();
  if (const auto& external = artifact.external_weights()) {
    document["weights_file"] = {{"name", external->file},
                                {"size", external->bytes},
                                {"sha256", artifact::Hex(external->sha256)}};
  }
  if (Json imports = ImportsJson(artifact); !imports.empty()) {
    document["imports"] = std::move(imports);
  }
  document["contract"] = std::move(contract);
  document["provenance"] = std::move(provenance);
  document["metadata"] = MetadataJson(model);
  return out.Write(document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace emel::tools
