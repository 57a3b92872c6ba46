#include "runtime/gguf/gguf.h"

#include "runtime/gguf/layout.h"
#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

namespace emel::gguf {

std::string_view Name(ValueType type) {
  constexpr std::string_view kNames[] = {"uint8",  "int8",    "uint16", "int16",  "uint32",
                                         "int32",  "float32", "bool",   "string", "array",
                                         "uint64", "int64",   "float64"};
  return kNames[static_cast<size_t>(type)];
}

std::optional<uint64_t> Value::AsUnsigned() const {
  if (const auto* number = std::get_if<uint64_t>(&data)) return *number;
  if (const auto* number = std::get_if<int64_t>(&data); number != nullptr && *number >= 0) {
    return static_cast<uint64_t>(*number);
  }
  return std::nullopt;
}

std::optional<double> Value::AsFloat() const {
  const auto* number = std::get_if<double>(&data);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::optional<bool> Value::AsBool() const {
  const auto* flag = std::get_if<bool>(&data);
  return flag == nullptr ? std::nullopt : std::optional(*flag);
}

const std::string* Value::AsString() const { return std::get_if<std::string>(&data); }
const Array* Value::AsArray() const { return std::get_if<Array>(&data); }

const Value* Model::Find(std::string_view key) const {
  const auto it = key_index_.find(Text(key));
  return it == key_index_.end() ? nullptr : &metadata_[it->second].value;
}

const Tensor* Model::FindTensor(std::string_view name) const {
  const auto it = tensor_index_.find(Text(name));
  return it == tensor_index_.end() ? nullptr : &tensors_[it->second];
}

absl::Status Model::Read(const Tensor& tensor, uint64_t offset, absl::Span<uint8_t> out) const {
  if (tensor.shard >= sources_.size()) {
    return absl::FailedPreconditionError(
        absl::StrCat(Subject(tensor), ": the model was opened without access to tensor data"));
  }
  if (offset > tensor.bytes || out.size() > tensor.bytes - offset) {
    return absl::OutOfRangeError(absl::StrCat(Subject(tensor), ": expected a range within ",
                                              tensor.bytes, " bytes, found ", out.size(),
                                              " bytes at ", offset));
  }
  return sources_[tensor.shard]->Read(tensor.offset + offset, out);
}

}  // namespace emel::gguf
