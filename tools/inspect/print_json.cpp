#include "runtime/gguf/memory_map.h"
#include "runtime/gguf/tensor_role.h"
#include "tools/inspect/inspect.h"

#include <nlohmann/json.hpp>

namespace emel::tools {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const gguf::Value& value) {
  Json out = {{"type", Name(value.type)}};
  if (const gguf::Array* array = value.AsArray()) {
    out["element_type"] = Name(array->element_type);
    out["length"] = array->size();
    std::visit([&](const auto& list) { out["value"] = list; }, array->elements);
    return out;
  }
  std::visit(
      [&](const auto& data) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(data)>, gguf::Array>) {
          out["value"] = data;
        }
      },
      value.data);
  return out;
}

Json Files(const gguf::Model& model) {
  Json files = Json::array();
  for (uint32_t i = 0; i < model.shards().size(); ++i) {
    const gguf::Shard& shard = model.shards()[i];
    Json map = Json::array();
    for (const gguf::Range& range : gguf::MapShard(model, i)) {
      Json entry = {{"kind", Name(range.kind)}, {"offset", range.offset}, {"size", range.bytes}};
      if (range.tensor != nullptr) entry["tensor"] = range.tensor->name;
      map.push_back(std::move(entry));
    }
    files.push_back({{"path", shard.path},
                     {"size", shard.file_bytes},
                     {"version", shard.version},
                     {"alignment", shard.alignment},
                     {"data_offset", shard.data_offset},
                     {"map", std::move(map)}});
  }
  return files;
}

Json Tensors(const gguf::Model& model) {
  Json tensors = Json::array();
  for (const gguf::Tensor& tensor : model.tensors()) {
    gguf::TensorRole role = gguf::RoleOf(tensor.name);
    std::vector<uint64_t> shape(tensor.dims.begin(), tensor.dims.begin() + tensor.rank);
    tensors.push_back({{"name", tensor.name},
                       {"type", gguf::GetInfo(tensor.type).name},
                       {"shape", shape},
                       {"shard", tensor.shard},
                       {"offset", tensor.offset},
                       {"size", tensor.bytes},
                       {"parameters", tensor.elements()},
                       {"category", Name(role.category)},
                       {"layer", role.layer ? Json(*role.layer) : Json()}});
  }
  return tensors;
}

Json Summary(const gguf::Model& model) {
  Totals totals = TotalsOf(model);
  Json types = Json::array();
  for (const TypeTotal& total : totals.types) {
    types.push_back({{"type", gguf::GetInfo(total.type).name},
                     {"tensors", total.tensors},
                     {"parameters", total.parameters},
                     {"size", total.bytes}});
  }
  return {{"tensors", model.tensors().size()},
          {"parameters", totals.parameters},
          {"size", totals.bytes},
          {"bits_per_weight", totals.BitsPerWeight()},
          {"types", std::move(types)}};
}

}  // namespace

Json MetadataJson(const gguf::Model& model) {
  Json metadata = Json::object();
  for (const gguf::KeyValue& entry : model.metadata()) metadata[entry.key] = ToJson(entry.value);
  return metadata;
}

absl::Status PrintJson(const gguf::Model& model, OutputFile& out) {
  Json document = {{"summary", Summary(model)},
                   {"files", Files(model)},
                   {"metadata", MetadataJson(model)},
                   {"tensors", Tensors(model)}};
  // Names and texts of a file may hold any bytes; what is not UTF-8 becomes U+FFFD.
  return out.Write(document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace emel::tools
