#ifndef EMEL_RUNTIME_GGUF_WRITER_H_
#define EMEL_RUNTIME_GGUF_WRITER_H_

#include "runtime/gguf/gguf.h"

#include <absl/container/flat_hash_set.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace emel::gguf {

// Lays out a GGUF file of version 3. Declare all keys and tensors; Finish says what the file starts
// with and where the data of each tensor go. Who writes them, how and in what order is left to the
// caller, so that a file may be streamed, written by several threads or left full of holes.
class Writer {
 public:
  explicit Writer(uint32_t alignment = 32);

  void AddUint16(std::string_view key, uint16_t value);
  void AddUint32(std::string_view key, uint32_t value);
  void AddInt32(std::string_view key, int32_t value);
  void AddFloat32(std::string_view key, float value);
  void AddBool(std::string_view key, bool value);
  void AddString(std::string_view key, std::string_view value);
  void AddStrings(std::string_view key, const std::vector<std::string>& values);
  void AddFloat32s(std::string_view key, const std::vector<float>& values);
  void AddInt32s(std::string_view key, const std::vector<int32_t>& values);
  // A value as a reader gave it.
  void Add(std::string_view key, const Value& value);

  // `dims` innermost first.
  void AddTensor(std::string_view name, TensorType type, const std::vector<uint64_t>& dims);

  struct Layout {
    std::string head;               // the file up to the data, padding included
    std::vector<uint64_t> offsets;  // of each tensor's data in the file, in the order of AddTensor
    std::vector<uint64_t> bytes;
    uint64_t file_bytes;
  };
  // Fails on names and keys that are declared twice, on shapes that no file can have, and on a
  // total past 2^63.
  absl::StatusOr<Layout> Finish() const;

 private:
  struct Entry {
    std::string name;
    TensorType type;
    std::vector<uint64_t> dims;
  };
  void AddKey(std::string_view key, ValueType type);

  uint32_t alignment_;
  std::string metadata_;
  std::vector<std::string> keys_;
  std::vector<Entry> tensors_;
};

// Bytes that elements of this shape take; fails where the innermost dimension is no multiple of the
// type's block, a dimension is zero, or there are none or more than four.
absl::StatusOr<uint64_t> TensorBytes(TensorType type, const std::vector<uint64_t>& dims);

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_WRITER_H_
