#include "compiler/driver/PlanOutput.h"

#include <nlohmann/json.hpp>

#include "runtime/include/emel/candidate.h"

using namespace mlir;

namespace emel {

using Json = nlohmann::ordered_json;
using plan::ArenaKind;

std::string writePlanCsv(const PlanSummary &plan) {
  std::string text = "entry,id,lower,upper,size,offset\n";
  llvm::raw_string_ostream out(text);
  for (const PlannedEntry &entry : plan.entries)
    for (auto [arena, suffix] :
         {std::pair(ArenaKind::Shared, ""), std::pair(ArenaKind::Worker, ".scratch")}) {
      int64_t id = 0;
      for (const PlannedBuffer &buffer : entry.buffers) {
        if (buffer.arena != arena) continue;
        out << entry.name << suffix << ',' << id++ << ',' << buffer.lower << ',' << buffer.upper
            << ',' << buffer.size << ',' << buffer.offset << '\n';
      }
    }
  return text;
}

//===----------------------------------------------------------------------===//
// Report
//===----------------------------------------------------------------------===//

static Json toJson(Attribute attribute) {
  if (auto number = dyn_cast<IntegerAttr>(attribute)) return number.getInt();
  if (auto text = dyn_cast<StringAttr>(attribute)) return text.str();
  Json json;
  if (auto dict = dyn_cast<DictionaryAttr>(attribute)) {
    json = Json::object();
    for (NamedAttribute entry : dict) json[entry.getName().str()] = toJson(entry.getValue());
  } else if (auto array = dyn_cast<ArrayAttr>(attribute)) {
    json = Json::array();
    for (Attribute element : array) json.push_back(toJson(element));
  }
  return json;
}

static Json describeEntry(const PlannedEntry &entry) {
  double tokens = static_cast<double>(entry.tokens);
  return {{"name", entry.name},
          {"tokens", entry.tokens},
          {"rows", entry.rows},
          {"launches", entry.launches},
          {"barriers", entry.barriers},
          {"arena_bytes", entry.usedBytes(ArenaKind::Shared)},
          {"arena_lower_bound_bytes", entry.liveBytes(ArenaKind::Shared)},
          {"arena_no_reuse_bytes", entry.noReuseBytes},
          {"scratch_bytes_per_worker", entry.usedBytes(ArenaKind::Worker)},
          {"flops_per_token", entry.work.flops() / tokens},
          {"bytes_per_token", entry.work.bytesRead / tokens}};
}

static double secondsOf(const Work &work, const plan::Speeds &machine) {
  double computing = 0;
  for (auto [type, flops] : work.flopsOf) computing += flops / bulkRate(machine, type);
  return std::max({work.bytesRead / machine.readBytes, computing, 1e-12});
}

/// What memory and arithmetic of the target allow at best.
static Json describeRoofline(const PlanSummary &plan, const plan::Speeds &machine) {
  Json json = {{"target", machine.name.str()},
               {"assumes",
                {{"read_bytes_per_second", machine.readBytes},
                 {"flops_per_second",
                  {{"quantized", machine.quantized},
                   {"bf16", machine.bf16},
                   {"f16", machine.f16},
                   {"f32", machine.f32}}}}}};
  for (const PlannedEntry &entry : plan.entries) {
    double least = secondsOf(entry.workWithoutCells, machine);
    bool isReading = entry.workWithoutCells.bytesRead / machine.readBytes >= least;
    json["entry_points"].push_back(
        {{"name", entry.name},
         {"tokens_per_second", entry.tokens / least},
         {"tokens_per_second_at_full_context", entry.tokens / secondsOf(entry.work, machine)},
         {"bound_by", isReading ? "memory" : "arithmetic"}});
  }
  return json;
}

static Json toJson(const LayoutReport &layouts) {
  std::string text;
  llvm::raw_string_ostream out(text);
  layouts.printJson(out);
  return Json::parse(text);
}

std::string writePlanReport(ModuleOp module, const PlanSummary &plan, const LayoutReport &layouts,
                            const PlanOptions &options, const DecodedWeights &decoded) {
  const plan::Device &device = **plan::deviceOf(module);  // passes have asked it before
  Json json = {{"architecture", plan.architecture}, {"context", plan.context}};
  int64_t arena = 0, scratch = 0;
  for (const PlannedEntry &entry : plan.entries) {
    json["entry_points"].push_back(describeEntry(entry));
    arena = std::max(arena, entry.usedBytes(ArenaKind::Shared));
    scratch = std::max(scratch, entry.usedBytes(ArenaKind::Worker));
  }
  json["weights_bytes"] = plan.weightBytes;
  json["kv_bytes_per_token"] = plan.stateBytes;
  json["kv_bytes"] = plan.states.bytes();
  json["kv_saved_bytes"] = plan.states.bytesWithoutWindows() - plan.states.bytes();
  json["kv_windows"] = Json::array();
  for (const plan::PageClass &each : ArrayRef(plan.states.classes).drop_front())
    json["kv_windows"].push_back({{"window", each.window},
                                  {"layers", each.layers},
                                  {"pages", each.pages},
                                  {"bytes", each.pages * each.pageBytes}});
  json["arena_bytes"] = arena;
  json["scratch_bytes"] = scratch * options.workers;
  json["scratch_bytes_per_worker"] = scratch;
  json["workers"] = options.workers;
  if (plan.sample > 0) {
    json["sample"] = plan.sample;
    json["best_bytes_per_row"] = plan.sample * sizeof(emel_candidate_t);
  }
  json["alignment"] = plan.alignment;
  json["passes"] = Json::array();
  if (auto passes = module->getAttrOfType<ArrayAttr>(EmelDialect::kPassesAttr))
    json["passes"] = toJson(passes);
  json["layouts"] = toJson(layouts);
  json["decoded_weights"] = decoded;
  json["roofline"] = describeRoofline(plan, *device.findMachine(options.machine));
  json["notes"] = {
      "arena_bytes is the memory of a step that all workers share; each worker adds "
      "scratch_bytes_per_worker, workers is the most of them; in an artifact the frames of "
      "kernels, "
      "which follow from the code, are part of it",
      "flops and bytes are those of the largest step of an entry with every sequence at the full "
      "context, divided by "
      "its tokens",
      "roofline: at most so many tokens a second, in full steps of one sequence, at its beginning "
      "and at the end "
      "of the context, on " +
          device.description.str() + " with weights that come from memory",
      "kv_bytes are the pages of 32 positions that one sequence of the full context needs; layers "
      "with a window keep as many as kv_windows says, which saves kv_saved_bytes"};
  return json.dump(2) + "\n";
}

}  // namespace emel
