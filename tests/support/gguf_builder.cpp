#include "tests/support/gguf_builder.h"

#include <algorithm>
#include <numeric>

namespace emel::testing {
namespace {

void PadTo(uint64_t alignment, std::string& bytes) {
  bytes.resize((bytes.size() + alignment - 1) / alignment * alignment, '\0');
}

}  // namespace

KeySpec& GgufBuilder::key(const std::string& name) {
  return *std::find_if(keys.begin(), keys.end(), [&](auto& spec) { return spec.key == name; });
}

TensorSpec& GgufBuilder::tensor(const std::string& name) {
  return *std::find_if(tensors.begin(), tensors.end(),
                       [&](auto& spec) { return spec.name == name; });
}

KeySpec& GgufBuilder::AddRawKey(std::string key, uint32_t type, std::string value) {
  return keys.emplace_back(KeySpec{std::move(key), type, std::move(value), {}});
}

TensorSpec& GgufBuilder::AddTensor(const std::string& name, gguf::TensorType type,
                                   std::vector<uint64_t> dims) {
  const gguf::TensorTypeInfo& info = gguf::GetInfo(type);
  uint64_t elements = 1;
  for (const uint64_t dim : dims) elements *= dim;
  TensorSpec& spec = tensors.emplace_back();
  spec.name = name;
  spec.type = static_cast<uint32_t>(type);
  spec.dims = std::move(dims);
  spec.data.resize(elements / info.block_elements * info.block_bytes);
  std::iota(spec.data.begin(), spec.data.end(), 0);
  return spec;
}

std::string GgufBuilder::Build() const {
  std::string bytes = "GGUF" + Bytes(version) + Bytes(tensor_count.value_or(tensors.size())) +
                      Bytes(key_count.value_or(keys.size()));
  for (const KeySpec& spec : keys) {
    bytes +=
        Bytes(spec.key_length.value_or(spec.key.size())) + spec.key + Bytes(spec.type) + spec.value;
  }
  std::string data;
  for (const TensorSpec& spec : tensors) {
    data.append(spec.gap_before, '\xee');
    bytes += Bytes(spec.name_length.value_or(spec.name.size())) + spec.name +
             Bytes(spec.rank.value_or(spec.dims.size()));
    for (const uint64_t dim : spec.dims) bytes += Bytes(dim);
    bytes += Bytes(spec.type) + Bytes(spec.offset.value_or(data.size()));
    data += spec.data;
    PadTo(alignment, data);
  }
  PadTo(alignment, bytes);
  return bytes + data;
}

GgufBuilder SmallModel() {
  GgufBuilder builder;
  builder.AddKey<std::string>("general.architecture", "llama");
  builder.AddKey<std::string>("general.name", "small");
  builder.AddKey<uint32_t>("llama.block_count", 1);
  builder.AddArray<std::string>("tokenizer.ggml.tokens", {"<s>", "a", "b"});
  builder.AddArray<float>("tokenizer.ggml.scores", {0, -1, -2});
  builder.AddTensor("a.weight", gguf::TensorType::kF32, {8, 2});
  builder.AddTensor("b.weight", gguf::TensorType::kQ8_0, {64, 2});
  builder.AddTensor("c.bias", gguf::TensorType::kF16, {3});
  return builder;
}

}  // namespace emel::testing
