#ifndef EMEL_RUNTIME_GGUF_GGUF_H_
#define EMEL_RUNTIME_GGUF_GGUF_H_

#include "runtime/gguf/tensor_type.h"
#include "runtime/io/source.h"

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Reads GGUF models of one or several shards. A file is untrusted: whatever Open accepts is in
// bounds, non-overlapping and free of duplicates, so that later code need not check again.
namespace emel::gguf {

enum class ValueType : uint32_t {
  kUint8 = 0,
  kInt8,
  kUint16,
  kInt16,
  kUint32,
  kInt32,
  kFloat32,
  kBool,
  kString,
  kArray,
  kUint64,
  kInt64,
  kFloat64,
};
std::string_view Name(ValueType type);

// Array elements keep their width class only: the file's exact element type is `element_type`.
struct Array {
  ValueType element_type;
  std::variant<std::vector<uint64_t>,  // unsigned integers and bool
               std::vector<int64_t>,   // signed integers
               std::vector<double>,    // float32 and float64
               std::vector<std::string>>
      elements;
  size_t size() const {
    return std::visit([](const auto& list) { return list.size(); }, elements);
  }
  friend bool operator==(const Array&, const Array&) = default;
};

struct Value {
  ValueType type;
  std::variant<uint64_t, int64_t, double, bool, std::string, Array> data;
  uint64_t offset;  // of the value in its file

  // Null when the value is of another kind. AsUnsigned accepts any integer type whose value is >=
  // 0.
  std::optional<uint64_t> AsUnsigned() const;
  std::optional<double> AsFloat() const;  // float32 and float64 only
  std::optional<bool> AsBool() const;
  const std::string* AsString() const;
  const Array* AsArray() const;
};

struct KeyValue {
  std::string key;
  Value value;
};

struct Tensor {
  std::string name;
  TensorType type;
  uint32_t rank;
  std::array<uint64_t, 4> dims;  // innermost first, as in the file; 1 beyond the rank
  uint32_t shard;
  uint64_t info_offset;  // of the tensor's entry in its file
  uint64_t offset;       // of the data in its file
  uint64_t bytes;
  uint64_t elements() const { return dims[0] * dims[1] * dims[2] * dims[3]; }
};

struct Shard {
  std::string path;
  uint64_t file_bytes;
  uint32_t version;
  uint32_t alignment;
  uint64_t metadata_offset;  // end of the fixed header
  uint64_t tensor_info_offset;
  uint64_t info_end;
  uint64_t data_offset;  // info_end rounded up to the alignment
};

enum class Phase { kHeader, kTensorData };
// Called with what is done and what there is to do, in a phase's own unit: kHeader counts keys and
// tensors of one file and starts again with each shard, kTensorData counts bytes of the whole
// model. False cancels, and Open returns kCancelled.
using Progress = std::function<bool(Phase phase, uint64_t done, uint64_t total)>;

struct OpenOptions {
  io::Strategy strategy = io::Strategy::kMap;
  bool vocab_only = false;     // first shard only; tensor entries are checked, data may be absent
  bool no_alloc = false;       // tensors are listed, data is neither mapped nor read
  bool check_tensors = false;  // every value finite, every block scale valid
  bool first_shard_only = false;  // of a split model, `path` must be the first shard
  std::string architecture;       // when set, general.architecture must be this
  Progress progress;
  const io::Syscalls* syscalls = nullptr;  // null: the operating system's
};

class Model {
 public:
  // Opens `path` and, for a split model, the other shards beside it; `path` may be any of them.
  static absl::StatusOr<Model> Open(const std::string& path, const OpenOptions& options = {});

  const std::vector<KeyValue>& metadata() const { return metadata_; }
  const std::vector<Tensor>& tensors() const { return tensors_; }
  const std::vector<Shard>& shards() const { return shards_; }
  const Value* Find(std::string_view key) const;
  const Tensor* FindTensor(std::string_view name) const;

  // Copies `out.size()` bytes of the tensor from `offset` on.
  absl::Status Read(const Tensor& tensor, uint64_t offset, absl::Span<uint8_t> out) const;

 private:
  friend class ModelLoader;

  std::vector<KeyValue> metadata_;  // of the first shard
  std::vector<Tensor> tensors_;
  std::vector<Shard> shards_;
  absl::flat_hash_map<absl::string_view, size_t> key_index_;     // views into metadata_
  absl::flat_hash_map<absl::string_view, size_t> tensor_index_;  // views into tensors_
  std::vector<std::unique_ptr<io::Source>> sources_;  // one per shard; none without data access
};

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_GGUF_H_
