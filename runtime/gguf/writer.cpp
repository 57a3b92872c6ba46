#include "runtime/gguf/writer.h"

#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <limits>

namespace emel::gguf {
namespace {

constexpr uint64_t kMaxBytes = std::numeric_limits<int64_t>::max();

template <typename T>
void Append(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void AppendText(std::string& out, std::string_view text) {
  Append(out, uint64_t{text.size()});
  out += text;
}

template <typename T>
void AppendArray(std::string& out, ValueType type, const std::vector<T>& values) {
  Append(out, static_cast<uint32_t>(type));
  Append(out, uint64_t{values.size()});
  for (const T& value : values) {
    if constexpr (std::is_same_v<T, std::string>) {
      AppendText(out, value);
    } else {
      Append(out, value);
    }
  }
}

absl::Status RefuseRepeated(const std::vector<std::string>& names, absl::string_view kind) {
  absl::flat_hash_set<absl::string_view> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) {
      return absl::InvalidArgumentError(absl::StrCat(kind, " '", name, "' is declared twice"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<uint64_t> TensorBytes(TensorType type, const std::vector<uint64_t>& dims) {
  const TensorTypeInfo& info = GetInfo(type);
  auto error = [&](absl::string_view expected) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", expected, ", found ", absl::StrJoin(dims, "x")));
  };
  if (dims.empty() || dims.size() > 4) return error("one to four dimensions");
  if (dims[0] % info.block_elements != 0) {
    return error(absl::StrCat("a multiple of ", info.block_elements, " as innermost dimension of ",
                              Text(info.name)));
  }
  uint64_t bytes = dims[0] / info.block_elements;
  if (bytes > kMaxBytes / info.block_bytes) return error("a tensor of less than 2^63 bytes");
  bytes *= info.block_bytes;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0) return error("dimensions of at least 1");
    if (i > 0 && bytes > kMaxBytes / dims[i]) return error("a tensor of less than 2^63 bytes");
    if (i > 0) bytes *= dims[i];
  }
  return bytes;
}

Writer::Writer(uint32_t alignment) : alignment_(alignment) {
  if (alignment != 32) AddUint32("general.alignment", alignment);
}

void Writer::AddKey(std::string_view key, ValueType type) {
  keys_.emplace_back(key);
  AppendText(metadata_, key);
  Append(metadata_, static_cast<uint32_t>(type));
}

void Writer::AddUint16(std::string_view key, uint16_t value) {
  AddKey(key, ValueType::kUint16);
  Append(metadata_, value);
}

void Writer::AddUint32(std::string_view key, uint32_t value) {
  AddKey(key, ValueType::kUint32);
  Append(metadata_, value);
}

void Writer::AddInt32(std::string_view key, int32_t value) {
  AddKey(key, ValueType::kInt32);
  Append(metadata_, value);
}

void Writer::AddFloat32(std::string_view key, float value) {
  AddKey(key, ValueType::kFloat32);
  Append(metadata_, value);
}

void Writer::AddBool(std::string_view key, bool value) {
  AddKey(key, ValueType::kBool);
  Append(metadata_, uint8_t{value});
}

void Writer::AddString(std::string_view key, std::string_view value) {
  AddKey(key, ValueType::kString);
  AppendText(metadata_, value);
}

void Writer::AddStrings(std::string_view key, const std::vector<std::string>& values) {
  AddKey(key, ValueType::kArray);
  AppendArray(metadata_, ValueType::kString, values);
}

void Writer::AddFloat32s(std::string_view key, const std::vector<float>& values) {
  AddKey(key, ValueType::kArray);
  AppendArray(metadata_, ValueType::kFloat32, values);
}

void Writer::AddInt32s(std::string_view key, const std::vector<int32_t>& values) {
  AddKey(key, ValueType::kArray);
  AppendArray(metadata_, ValueType::kInt32, values);
}

namespace {

// The bytes of a number of a type, from whichever kind a reader keeps it in.
template <typename Number>
void AppendNumber(std::string& out, ValueType type, Number number) {
  switch (type) {
    case ValueType::kUint8:
    case ValueType::kBool:
      return Append(out, static_cast<uint8_t>(number));
    case ValueType::kInt8:
      return Append(out, static_cast<int8_t>(number));
    case ValueType::kUint16:
      return Append(out, static_cast<uint16_t>(number));
    case ValueType::kInt16:
      return Append(out, static_cast<int16_t>(number));
    case ValueType::kUint32:
      return Append(out, static_cast<uint32_t>(number));
    case ValueType::kInt32:
      return Append(out, static_cast<int32_t>(number));
    case ValueType::kFloat32:
      return Append(out, static_cast<float>(number));
    case ValueType::kUint64:
      return Append(out, static_cast<uint64_t>(number));
    case ValueType::kInt64:
      return Append(out, static_cast<int64_t>(number));
    case ValueType::kFloat64:
      return Append(out, static_cast<double>(number));
    case ValueType::kString:
    case ValueType::kArray:
      break;
  }
}

}  // namespace

void Writer::Add(std::string_view key, const Value& value) {
  AddKey(key, value.type);
  const Array* array = value.AsArray();
  if (array) {
    Append(metadata_, static_cast<uint32_t>(array->element_type));
    Append(metadata_, uint64_t{array->size()});
    std::visit(
        [&](const auto& list) {
          for (const auto& element : list)
            if constexpr (std::is_same_v<std::decay_t<decltype(element)>, std::string>)
              AppendText(metadata_, element);
            else
              AppendNumber(metadata_, array->element_type, element);
        },
        array->elements);
    return;
  }
  std::visit(
      [&](const auto& element) {
        using Element = std::decay_t<decltype(element)>;
        if constexpr (std::is_same_v<Element, std::string>)
          AppendText(metadata_, element);
        else if constexpr (!std::is_same_v<Element, Array>)
          AppendNumber(metadata_, value.type, element);
      },
      value.data);
}

void Writer::AddTensor(std::string_view name, TensorType type, const std::vector<uint64_t>& dims) {
  tensors_.push_back({std::string(name), type, dims});
}

absl::StatusOr<Writer::Layout> Writer::Finish() const {
  EMEL_RETURN_IF_ERROR(RefuseRepeated(keys_, "key"));
  std::vector<std::string> names;
  names.reserve(tensors_.size());
  for (const Entry& tensor : tensors_) names.push_back(tensor.name);
  EMEL_RETURN_IF_ERROR(RefuseRepeated(names, "tensor"));

  auto align = [this](uint64_t offset) {
    return (offset + alignment_ - 1) / alignment_ * alignment_;
  };
  Layout layout;
  layout.head = "GGUF";
  Append(layout.head, uint32_t{3});
  Append(layout.head, uint64_t{tensors_.size()});
  Append(layout.head, uint64_t{keys_.size()});
  layout.head += metadata_;
  uint64_t offset = 0;
  for (const Entry& tensor : tensors_) {
    absl::StatusOr<uint64_t> bytes = TensorBytes(tensor.type, tensor.dims);
    if (!bytes.ok() || offset > kMaxBytes / 2 - *bytes / 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("tensor '", tensor.name, "': ",
                       bytes.ok() ? "expected a file of less than 2^63 bytes, found more"
                                  : bytes.status().message()));
    }
    AppendText(layout.head, tensor.name);
    Append(layout.head, static_cast<uint32_t>(tensor.dims.size()));
    for (uint64_t dim : tensor.dims) Append(layout.head, dim);
    Append(layout.head, static_cast<uint32_t>(tensor.type));
    Append(layout.head, offset);
    layout.offsets.push_back(offset);
    layout.bytes.push_back(*bytes);
    offset = align(offset + *bytes);
  }
  layout.head.resize(align(layout.head.size()), '\0');
  for (uint64_t& at : layout.offsets) at += layout.head.size();
  layout.file_bytes = layout.head.size() + offset;
  return layout;
}

}  // namespace emel::gguf
