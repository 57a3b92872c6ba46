#include "runtime/gguf/parse.h"

#include "runtime/gguf/cursor.h"
#include "runtime/gguf/layout.h"
#include "runtime/io/status.h"

#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>

#include <bit>
#include <cstring>
#include <utf8proc.h>

namespace emel::gguf {
namespace {

constexpr uint32_t kMagic = 0x46554747;         // "GGUF" read as little-endian
constexpr uint32_t kSwappedMagic = 0x47475546;  // the same in a file of swapped words
constexpr uint32_t kOldestVersion = 2, kNewestVersion = 3;
constexpr uint32_t kDefaultAlignment = 32;
constexpr uint32_t kMaxRank = 4;
constexpr size_t kMaxKeyBytes = 65535;
constexpr size_t kMaxTensorNameBytes = 63;
constexpr uint64_t kMinKeyValueBytes = 8 + 1 + 4 + 1;            // name, type, smallest value
constexpr uint64_t kMinTensorInfoBytes = 8 + 1 + 4 + 8 + 4 + 8;  // name, rank, dim, type, offset
constexpr uint64_t kProgressElements = 1 << 16;

// What the header may take in memory. Decoded it is up to eight times its size in the file, and a
// sparse file costs its maker nothing; the largest vocabularies in use stay below a tenth of this.
constexpr uint64_t kMaxDecodedBytes = 1 << 30;

// The in-memory class of a number: see Array.
template <typename T>
using Wide = std::conditional_t<std::is_floating_point_v<T>, double,
                                std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>;

absl::string_view FindNameDefect(std::string_view name) {
  if (name.empty()) return "expected a name, found an empty one";
  if (name.find('\0') != name.npos) return "expected a name without zero bytes, found one";
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(name.data());
  utf8proc_int32_t code_point;
  for (size_t i = 0; i < name.size();) {
    const auto length =
        utf8proc_iterate(bytes + i, static_cast<utf8proc_ssize_t>(name.size() - i), &code_point);
    if (length <= 0) return "expected a name in UTF-8, found invalid bytes";
    i += length;
  }
  return {};
}

class Parser {
 public:
  Parser(io::Source& source, const std::string& path, const ParseOptions& options)
      : cursor_(source, path), options_(options) {
    file_.shard.path = path;
    file_.shard.file_bytes = source.size();
  }

  absl::StatusOr<ParsedFile> Run() && {
    EMEL_RETURN_IF_ERROR(ReadHeader());
    EMEL_RETURN_IF_ERROR(ReadMetadata());
    EMEL_RETURN_IF_ERROR(FindAlignment());
    EMEL_RETURN_IF_ERROR(ReadTensorInfos());
    EMEL_RETURN_IF_ERROR(PlaceTensors(file_.shard, options_.check_data_bounds, file_.tensors));
    return std::move(file_);
  }

 private:
  absl::Status ReadHeader();
  absl::Status CheckVersion(uint32_t version) const;
  absl::Status ReadMetadata();
  absl::Status ReadKeyValue(KeyValue& entry);
  absl::Status ReadType(std::string_view what, ValueType& type);
  absl::Status ReadValue(Value& value);
  absl::Status ReadArray(Array& array);
  absl::Status ReadStrings(uint64_t count, Array& array);
  absl::Status FindAlignment();
  absl::Status ReadTensorInfos();
  absl::Status ReadTensorInfo(Tensor& tensor);
  absl::Status ReadDimensions(Tensor& tensor);
  absl::Status ReadTensorType(Tensor& tensor);

  template <typename T>
  absl::Status ReadNumber(Value& value) {
    T number;
    EMEL_RETURN_IF_ERROR(cursor_.Read("the value", number));
    value.data = Wide<T>{number};
    return absl::OkStatus();
  }
  absl::Status ReadBool(Value& value);
  template <typename T>
  absl::Status ReadNumbers(uint64_t count, Array& array);
  absl::Status CheckBools(const Array& array, uint64_t offset) const;

  absl::Status ReadString(std::string_view what, uint64_t max_bytes, std::string& out);
  absl::Status Charge(uint64_t count, uint64_t bytes_each);
  absl::Status Report() const;

  Cursor cursor_;
  const ParseOptions& options_;
  ParsedFile file_;
  uint64_t key_count_ = 0, tensor_count_ = 0;
  uint64_t decoded_bytes_ = 0;
};

absl::Status Parser::Charge(uint64_t count, uint64_t bytes_each) {
  uint64_t bytes;
  if (__builtin_mul_overflow(count, bytes_each, &bytes) ||
      bytes > kMaxDecodedBytes - decoded_bytes_) {
    return cursor_.Error(absl::StrCat("expected a header of at most ", kMaxDecodedBytes,
                                      " bytes in memory, found more"),
                         cursor_.offset());
  }
  decoded_bytes_ += bytes;
  return absl::OkStatus();
}

absl::Status Parser::Report() const {
  if (!options_.progress ||
      options_.progress(Phase::kHeader, file_.metadata.size() + file_.tensors.size(),
                        key_count_ + tensor_count_)) {
    return absl::OkStatus();
  }
  return absl::CancelledError(
      absl::StrCat("cancelled while reading the header of ", cursor_.file()));
}

absl::Status Parser::CheckVersion(uint32_t version) const {
  constexpr uint64_t kVersionOffset = 4;
  if (version >= kOldestVersion && version <= kNewestVersion) return absl::OkStatus();
  const uint32_t swapped = __builtin_bswap32(version);
  if (swapped >= 1 && swapped <= kNewestVersion) {
    return cursor_.Error(absl::StrCat("expected a little-endian file, found a big-endian one of "
                                      "version ",
                                      swapped),
                         kVersionOffset);
  }
  return cursor_.Error(absl::StrCat("expected version 2 or 3, found ", version,
                                    version == 1 ? ", whose 32-bit lengths are not supported" : ""),
                       kVersionOffset);
}

absl::Status Parser::ReadHeader() {
  uint32_t magic = 0;
  EMEL_RETURN_IF_ERROR(cursor_.Read("the magic", magic));
  if (magic == kSwappedMagic) {
    return cursor_.Error("expected a little-endian file, found a big-endian one", 0);
  }
  if (magic != kMagic) {
    const std::string_view bytes(reinterpret_cast<const char*>(&magic), sizeof(magic));
    return cursor_.Error(absl::StrCat("expected the magic 'GGUF', found ", Quote(bytes)), 0);
  }
  EMEL_RETURN_IF_ERROR(cursor_.Read("the version", file_.shard.version));
  EMEL_RETURN_IF_ERROR(CheckVersion(file_.shard.version));
  EMEL_RETURN_IF_ERROR(cursor_.Read("the tensor count", tensor_count_));
  EMEL_RETURN_IF_ERROR(cursor_.Read("the key count", key_count_));
  EMEL_RETURN_IF_ERROR(cursor_.CheckCount("tensors", tensor_count_, kMinTensorInfoBytes, 8));
  EMEL_RETURN_IF_ERROR(cursor_.CheckCount("keys", key_count_, kMinKeyValueBytes, 16));
  file_.shard.metadata_offset = cursor_.offset();
  return absl::OkStatus();
}

absl::Status Parser::ReadString(std::string_view what, uint64_t max_bytes, std::string& out) {
  const uint64_t offset = cursor_.offset();
  uint64_t length = 0;
  EMEL_RETURN_IF_ERROR(cursor_.Read(absl::StrCat("the length of ", Text(what)), length));
  EMEL_RETURN_IF_ERROR(
      cursor_.CheckCount(absl::StrCat("bytes of ", Text(what)), length, 1, offset));
  if (length > max_bytes) {
    return cursor_.Error(
        absl::StrCat("expected ", Text(what), " of at most ", max_bytes, " bytes, found ", length),
        offset);
  }
  EMEL_RETURN_IF_ERROR(Charge(length, 1));
  out.resize(length);
  return cursor_.ReadBytes(what,
                           absl::MakeSpan(reinterpret_cast<uint8_t*>(out.data()), out.size()));
}

absl::Status Parser::ReadMetadata() {
  absl::flat_hash_set<std::string> seen;
  for (uint64_t i = 0; i < key_count_; ++i) {
    cursor_.set_subject(absl::StrCat("metadata entry ", i));
    const uint64_t offset = cursor_.offset();
    KeyValue entry;
    EMEL_RETURN_IF_ERROR(ReadKeyValue(entry));
    if (!seen.insert(entry.key).second) {
      return cursor_.Error("expected the key once, found it again", offset);
    }
    file_.metadata.push_back(std::move(entry));
    EMEL_RETURN_IF_ERROR(Report());
  }
  file_.shard.tensor_info_offset = cursor_.offset();
  return absl::OkStatus();
}

absl::Status Parser::ReadKeyValue(KeyValue& entry) {
  const uint64_t offset = cursor_.offset();
  EMEL_RETURN_IF_ERROR(Charge(1, 2 * sizeof(KeyValue)));
  EMEL_RETURN_IF_ERROR(ReadString("the key", kMaxKeyBytes, entry.key));
  cursor_.set_subject("key " + Quote(entry.key));
  if (const absl::string_view defect = FindNameDefect(entry.key); !defect.empty()) {
    return cursor_.Error({defect.data(), defect.size()}, offset);
  }
  EMEL_RETURN_IF_ERROR(ReadType("value type", entry.value.type));
  entry.value.offset = cursor_.offset();
  return ReadValue(entry.value);
}

absl::Status Parser::ReadType(std::string_view what, ValueType& type) {
  const uint64_t offset = cursor_.offset();
  uint32_t id = 0;
  EMEL_RETURN_IF_ERROR(cursor_.Read(absl::StrCat("the ", Text(what)), id));
  if (id > static_cast<uint32_t>(ValueType::kFloat64)) {
    return cursor_.Error(absl::StrCat("expected 0 to 12 for the ", Text(what), ", found ", id),
                         offset);
  }
  type = static_cast<ValueType>(id);
  return absl::OkStatus();
}

absl::Status Parser::ReadValue(Value& value) {
  switch (value.type) {
    case ValueType::kUint8:
      return ReadNumber<uint8_t>(value);
    case ValueType::kInt8:
      return ReadNumber<int8_t>(value);
    case ValueType::kUint16:
      return ReadNumber<uint16_t>(value);
    case ValueType::kInt16:
      return ReadNumber<int16_t>(value);
    case ValueType::kUint32:
      return ReadNumber<uint32_t>(value);
    case ValueType::kInt32:
      return ReadNumber<int32_t>(value);
    case ValueType::kUint64:
      return ReadNumber<uint64_t>(value);
    case ValueType::kInt64:
      return ReadNumber<int64_t>(value);
    case ValueType::kFloat32:
      return ReadNumber<float>(value);
    case ValueType::kFloat64:
      return ReadNumber<double>(value);
    case ValueType::kBool:
      return ReadBool(value);
    case ValueType::kString:
      return ReadString("the string", kMaxDecodedBytes, value.data.emplace<std::string>());
    case ValueType::kArray:
      return ReadArray(value.data.emplace<Array>());
  }
  return absl::InternalError("a value type without a reader");
}

absl::Status Parser::ReadBool(Value& value) {
  uint8_t byte = 0;
  EMEL_RETURN_IF_ERROR(cursor_.Read("the value", byte));
  if (byte > 1) {
    return cursor_.Error(absl::StrCat("expected a bool of 0 or 1, found ", byte), value.offset);
  }
  value.data = byte == 1;
  return absl::OkStatus();
}

absl::Status Parser::ReadArray(Array& array) {
  const uint64_t type_offset = cursor_.offset();
  EMEL_RETURN_IF_ERROR(ReadType("element type", array.element_type));
  uint64_t count = 0;
  EMEL_RETURN_IF_ERROR(cursor_.Read("the array length", count));
  switch (array.element_type) {
    case ValueType::kUint8:
    case ValueType::kBool:
      return ReadNumbers<uint8_t>(count, array);
    case ValueType::kInt8:
      return ReadNumbers<int8_t>(count, array);
    case ValueType::kUint16:
      return ReadNumbers<uint16_t>(count, array);
    case ValueType::kInt16:
      return ReadNumbers<int16_t>(count, array);
    case ValueType::kUint32:
      return ReadNumbers<uint32_t>(count, array);
    case ValueType::kInt32:
      return ReadNumbers<int32_t>(count, array);
    case ValueType::kUint64:
      return ReadNumbers<uint64_t>(count, array);
    case ValueType::kInt64:
      return ReadNumbers<int64_t>(count, array);
    case ValueType::kFloat32:
      return ReadNumbers<float>(count, array);
    case ValueType::kFloat64:
      return ReadNumbers<double>(count, array);
    case ValueType::kString:
      return ReadStrings(count, array);
    case ValueType::kArray:
      return cursor_.Error("expected an array of numbers, bools or strings, found nested arrays",
                           type_offset);
  }
  return absl::InternalError("an element type without a reader");
}

template <typename T>
absl::Status Parser::ReadNumbers(uint64_t count, Array& array) {
  const uint64_t offset = cursor_.offset();
  EMEL_RETURN_IF_ERROR(cursor_.CheckCount("array elements", count, sizeof(T), offset - 8));
  EMEL_RETURN_IF_ERROR(Charge(count, sizeof(Wide<T>)));
  auto& elements = array.elements.emplace<std::vector<Wide<T>>>();
  elements.reserve(count);
  T chunk[1024];
  while (elements.size() < count) {
    const size_t length = std::min<uint64_t>(std::size(chunk), count - elements.size());
    EMEL_RETURN_IF_ERROR(cursor_.ReadBytes(
        "array elements", absl::MakeSpan(reinterpret_cast<uint8_t*>(chunk), length * sizeof(T))));
    elements.insert(elements.end(), chunk, chunk + length);
    if (elements.size() % kProgressElements == 0) EMEL_RETURN_IF_ERROR(Report());
  }
  if (array.element_type == ValueType::kBool) return CheckBools(array, offset);
  return absl::OkStatus();
}

absl::Status Parser::CheckBools(const Array& array, uint64_t offset) const {
  const auto& elements = std::get<std::vector<uint64_t>>(array.elements);
  for (size_t i = 0; i < elements.size(); ++i) {
    if (elements[i] > 1) {
      return cursor_.Error(
          absl::StrCat("expected bools of 0 or 1, found ", elements[i], " at index ", i),
          offset + i);
    }
  }
  return absl::OkStatus();
}

absl::Status Parser::ReadStrings(uint64_t count, Array& array) {
  EMEL_RETURN_IF_ERROR(
      cursor_.CheckCount("strings", count, sizeof(uint64_t), cursor_.offset() - 8));
  EMEL_RETURN_IF_ERROR(Charge(count, sizeof(std::string)));
  auto& strings = array.elements.emplace<std::vector<std::string>>();
  strings.reserve(std::min(count, kProgressElements));  // the rest only once it is seen to exist
  for (uint64_t i = 0; i < count; ++i) {
    EMEL_RETURN_IF_ERROR(ReadString("an array's string", kMaxDecodedBytes, strings.emplace_back()));
    if (i % kProgressElements == kProgressElements - 1) EMEL_RETURN_IF_ERROR(Report());
  }
  return absl::OkStatus();
}

absl::Status Parser::FindAlignment() {
  file_.shard.alignment = kDefaultAlignment;
  const Value* value = Find(file_.metadata, "general.alignment");
  if (value == nullptr) return absl::OkStatus();
  cursor_.set_subject("key 'general.alignment'");
  if (value->type != ValueType::kUint32) {
    return cursor_.Error(absl::StrCat("expected type uint32, found ", Text(Name(value->type))),
                         value->offset);
  }
  const uint64_t alignment = std::get<uint64_t>(value->data);
  if (!std::has_single_bit(alignment)) {
    return cursor_.Error(absl::StrCat("expected a power of two, found ", alignment), value->offset);
  }
  file_.shard.alignment = static_cast<uint32_t>(alignment);
  return absl::OkStatus();
}

absl::Status Parser::ReadTensorInfos() {
  absl::flat_hash_set<std::string> seen;
  for (uint64_t i = 0; i < tensor_count_; ++i) {
    cursor_.set_subject(absl::StrCat("tensor entry ", i));
    Tensor tensor{};
    tensor.shard = options_.index;
    tensor.info_offset = cursor_.offset();
    EMEL_RETURN_IF_ERROR(ReadTensorInfo(tensor));
    if (!seen.insert(tensor.name).second) {
      return cursor_.Error("expected the tensor once, found it again", tensor.info_offset);
    }
    file_.tensors.push_back(std::move(tensor));
    EMEL_RETURN_IF_ERROR(Report());
  }
  Shard& shard = file_.shard;
  shard.info_end = cursor_.offset();
  shard.data_offset = (shard.info_end + shard.alignment - 1) / shard.alignment * shard.alignment;
  return absl::OkStatus();
}

absl::Status Parser::ReadTensorInfo(Tensor& tensor) {
  EMEL_RETURN_IF_ERROR(Charge(1, 2 * sizeof(Tensor)));
  EMEL_RETURN_IF_ERROR(ReadString("the tensor name", kMaxTensorNameBytes, tensor.name));
  cursor_.set_subject(Subject(tensor));
  if (const absl::string_view defect = FindNameDefect(tensor.name); !defect.empty()) {
    return cursor_.Error({defect.data(), defect.size()}, tensor.info_offset);
  }
  EMEL_RETURN_IF_ERROR(ReadDimensions(tensor));
  EMEL_RETURN_IF_ERROR(ReadTensorType(tensor));
  EMEL_RETURN_IF_ERROR(cursor_.Read("the data offset", tensor.offset));
  return ComputeBytes(file_.shard, tensor);
}

absl::Status Parser::ReadDimensions(Tensor& tensor) {
  const uint64_t rank_offset = cursor_.offset();
  EMEL_RETURN_IF_ERROR(cursor_.Read("the number of dimensions", tensor.rank));
  if (tensor.rank == 0 || tensor.rank > kMaxRank) {
    return cursor_.Error(absl::StrCat("expected 1 to 4 dimensions, found ", tensor.rank),
                         rank_offset);
  }
  tensor.dims.fill(1);
  for (uint32_t i = 0; i < tensor.rank; ++i) {
    const uint64_t offset = cursor_.offset();
    EMEL_RETURN_IF_ERROR(cursor_.Read("a dimension", tensor.dims[i]));
    if (tensor.dims[i] == 0) {
      return cursor_.Error(absl::StrCat("expected dimension ", i, " to be at least 1, found 0"),
                           offset);
    }
  }
  return absl::OkStatus();
}

absl::Status Parser::ReadTensorType(Tensor& tensor) {
  const uint64_t offset = cursor_.offset();
  uint32_t id = 0;
  EMEL_RETURN_IF_ERROR(cursor_.Read("the tensor type", id));
  if (const auto removed = RemovedTypeName(id)) {
    return cursor_.Error(absl::StrCat("expected a current tensor type, found ", id, " (",
                                      Text(*removed), "), which ggml has removed"),
                         offset);
  }
  if (FindTensorType(id) == nullptr) {
    return cursor_.Error(absl::StrCat("expected a known tensor type, found ", id), offset);
  }
  tensor.type = static_cast<TensorType>(id);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ParsedFile> Parse(io::Source& source, const std::string& path,
                                 const ParseOptions& options) {
  return Parser(source, path, options).Run();
}

const Value* Find(const std::vector<KeyValue>& metadata, std::string_view key) {
  for (const KeyValue& entry : metadata) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

}  // namespace emel::gguf
