#ifndef EMEL_TOOLS_MODELGEN_MODELGEN_H_
#define EMEL_TOOLS_MODELGEN_MODELGEN_H_

#include "runtime/gguf/tensor_type.h"
#include "runtime/gguf/writer.h"
#include "tools/modelgen/architectures.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Makes GGUF models out of a seed. The bytes of a tensor depend on the seed, its name, its type and
// its shape, and on nothing else: neither on shards nor on the number of threads.
namespace emel::tools {

enum class Fill {
  kRandom,     // random blocks whose scales give values of standard deviation 1 / sqrt(k)
  kQuantized,  // Gaussian values of that deviation, quantised
  kZero,
};

struct ModelSpec {
  const Architecture* architecture = nullptr;
  Shape shape{};
  bool tied = false;
  std::string type;                                                 // a type or the name of a mix
  std::vector<std::pair<std::string, gguf::TensorType>> overrides;  // part of a name -> type
  uint64_t shards = 1;
  uint64_t seed = 1;
  Fill fill = Fill::kRandom;
  bool sparse = false;
  uint64_t threads = 1;
  std::string output;
};

struct PlannedTensor {
  std::string name;
  Role role;
  gguf::TensorType type;
  std::vector<uint64_t> dims;
};

// Types whose blocks can be filled, and the mixes that give each role its type.
std::vector<std::string> TypeNames();
bool IsWritable(gguf::TensorType type);
absl::Status CheckShape(const ModelSpec& spec);

absl::StatusOr<std::vector<PlannedTensor>> PlanTensors(const ModelSpec& spec);
void AddMetadata(const ModelSpec& spec, gguf::Writer& writer);
void AddTokenizer(const ModelSpec& spec, gguf::Writer& writer);

// Fills one chunk of a tensor; `first` counts the elements before it.
constexpr uint64_t kChunkElements = 1 << 18;
void FillChunk(const PlannedTensor& tensor, Fill fill, uint64_t seed, uint64_t first,
               absl::Span<uint8_t> bytes);

absl::Status Generate(const ModelSpec& spec);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_MODELGEN_MODELGEN_H_
