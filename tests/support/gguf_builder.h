#ifndef EMEL_TESTS_SUPPORT_GGUF_BUILDER_H_
#define EMEL_TESTS_SUPPORT_GGUF_BUILDER_H_

#include "runtime/gguf/gguf.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace emel::testing {

// A GGUF file as a list of parts. Everything that a file says about itself can be set apart from
// what is true, so that a test makes one precise defect.
struct KeySpec {
  std::string key;
  uint32_t type = 0;
  std::string value;                   // as in the file, after the type
  std::optional<uint64_t> key_length;  // instead of the true one
};

struct TensorSpec {
  std::string name;
  uint32_t type = 0;
  std::vector<uint64_t> dims;
  std::string data;
  std::optional<uint64_t> name_length;  // these four instead of the true ones
  std::optional<uint32_t> rank;
  std::optional<uint64_t> offset;
  uint64_t gap_before = 0;  // unused bytes
};

class GgufBuilder {
 public:
  uint32_t version = 3;
  uint32_t alignment = 32;  // of the data; AddKey("general.alignment", …) is the file's word on it
  std::vector<KeySpec> keys;
  std::vector<TensorSpec> tensors;
  std::optional<uint64_t> key_count, tensor_count;

  KeySpec& key(const std::string& name);  // existing ones
  TensorSpec& tensor(const std::string& name);

  KeySpec& AddRawKey(std::string key, uint32_t type, std::string value);
  template <typename T>
  KeySpec& AddKey(const std::string& key, const T& value) {
    return AddRawKey(key, Type<T>(), Bytes(value));
  }
  template <typename T>
  KeySpec& AddArray(const std::string& key, const std::vector<T>& values) {
    std::string bytes = Bytes(Type<T>()) + Bytes(uint64_t{values.size()});
    for (const T& value : values) bytes += Bytes(value);
    return AddRawKey(key, static_cast<uint32_t>(gguf::ValueType::kArray), std::move(bytes));
  }

  // Data are bytes 0, 1, 2, … unless given.
  TensorSpec& AddTensor(const std::string& name, gguf::TensorType type, std::vector<uint64_t> dims);

  std::string Build() const;

  template <typename T>
  static std::string Bytes(const T& value) {
    static_assert(std::is_arithmetic_v<T>);
    return std::string(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  static std::string Bytes(const std::string& text) { return Bytes(uint64_t{text.size()}) + text; }

 private:
  template <typename T>
  static uint32_t Type();
};

// A small file with every kind of part: some keys, and tensors "a.weight" (f32, 8x2), "b.weight"
// (q8_0, 64x2) and "c.bias" (f16, 3).
GgufBuilder SmallModel();

template <typename T>
uint32_t GgufBuilder::Type() {
  using gguf::ValueType;
  ValueType type;
  if constexpr (std::is_same_v<T, bool>) {
    type = ValueType::kBool;
  } else if constexpr (std::is_same_v<T, std::string>) {
    type = ValueType::kString;
  } else if constexpr (std::is_same_v<T, float>) {
    type = ValueType::kFloat32;
  } else if constexpr (std::is_same_v<T, double>) {
    type = ValueType::kFloat64;
  } else {
    constexpr bool kSigned = std::is_signed_v<T>;
    switch (sizeof(T)) {
      case 1:
        type = kSigned ? ValueType::kInt8 : ValueType::kUint8;
        break;
      case 2:
        type = kSigned ? ValueType::kInt16 : ValueType::kUint16;
        break;
      case 4:
        type = kSigned ? ValueType::kInt32 : ValueType::kUint32;
        break;
      default:
        type = kSigned ? ValueType::kInt64 : ValueType::kUint64;
    }
  }
  return static_cast<uint32_t>(type);
}

}  // namespace emel::testing

#endif  // EMEL_TESTS_SUPPORT_GGUF_BUILDER_H_
