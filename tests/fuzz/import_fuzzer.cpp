// Whatever metadata and tensor entries say, the importer gives a verdict, and what it accepts
// verifies. An input is a program that changes a tiny model, so that every file it
// makes is sound GGUF and reaches the importer.

#include "compiler/driver/Diagnostics.h"
#include "compiler/import/Import.h"
#include "dialects/RegisterDialects.h"
#include "tests/support/memory_files.h"
#include "tests/support/tiny_models.h"

#include <bit>
#include <cstdlib>
#include <iostream>

namespace emel {
namespace {

using testing::GgufBuilder;

/// Numbers out of the fuzzer's bytes; zeros after their end.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  bool empty() const { return size_ == 0; }
  uint8_t next() {
    if (empty()) return 0;
    --size_;
    return *data_++;
  }
  uint32_t word() { return next() | next() << 8 | next() << 16 | uint32_t{next()} << 24; }
  size_t below(size_t limit) { return next() % limit; }

 private:
  const uint8_t* data_;
  size_t size_;
};

/// Keys that change how a model is read and that a tiny model does not all have.
constexpr const char* kKeys[] = {
    "attention.key_length",
    "attention.value_length",
    "rope.dimension_count",
    "rope.freq_base",
    "rope.scaling.type",
    "rope.scaling.factor",
    "rope.scaling.attn_factor",
    "rope.scale_linear",
    "rope.scaling.original_context_length",
    "expert_count",
    "expert_used_count",
    "vocab_size",
    "attn_logit_softcapping",
    "final_logit_softcapping",
    "attention.sliding_window",
};
constexpr const char* kTexts[] = {"yarn", "linear", "none", "longrope", "", "llama"};

void giveValue(GgufBuilder& builder, std::string key, Bytes& bytes) {
  std::erase_if(builder.keys, [&](auto& spec) { return spec.key == key; });
  switch (bytes.below(6)) {
    case 0:
      builder.AddKey<uint32_t>(key, bytes.next());
      break;
    case 1:
      builder.AddKey<uint32_t>(key, bytes.word());
      break;
    case 2:
      builder.AddKey<int32_t>(key, static_cast<int32_t>(bytes.word()));
      break;
    case 3:
      builder.AddKey<float>(key, std::bit_cast<float>(bytes.word()));
      break;
    case 4:
      builder.AddKey<std::string>(key, kTexts[bytes.below(std::size(kTexts))]);
      break;
    default:
      builder.AddArray<uint32_t>(key, std::vector<uint32_t>(bytes.below(3), bytes.next()));
  }
}

void change(GgufBuilder& builder, const std::string& arch, Bytes& bytes) {
  size_t key = bytes.below(builder.keys.size()), tensor = bytes.below(builder.tensors.size());
  switch (bytes.below(6)) {
    case 0:
      giveValue(builder, builder.keys[key].key, bytes);
      break;
    case 1:
      giveValue(builder, arch + "." + kKeys[bytes.below(std::size(kKeys))], bytes);
      break;
    case 2:
      builder.keys.erase(builder.keys.begin() + key);
      break;
    case 3:
      builder.tensors.erase(builder.tensors.begin() + tensor);
      break;
    case 4: {
      std::string name = builder.tensors[tensor].name;
      builder.tensors.erase(builder.tensors.begin() + tensor);
      builder.AddTensor(name, gguf::TensorType::kF32, {1 + bytes.below(16), 1 + bytes.below(16)});
      break;
    }
    default:
      builder.AddTensor(bytes.below(2) ? "rope_freqs.weight" : "rope_factors_long.weight",
                        gguf::TensorType::kF32, {1 + bytes.below(4)});
  }
}

}  // namespace
}  // namespace emel

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace emel;
  Bytes bytes(data, size);
  const auto& variants = testing::TinyModelVariants();
  const std::string& variant = variants[bytes.below(variants.size())];
  GgufBuilder builder = testing::TinyModel(variant);
  for (int i = 0; i < 8 && !bytes.empty() && !builder.keys.empty() && builder.tensors.size() > 1;
       ++i)
    change(builder, variant == "mixtral" ? "llama" : variant, bytes);

  testing::MemoryFiles files;
  files.Add("model.gguf", builder.Build());
  io::Syscalls syscalls = files.syscalls();
  auto model = gguf::Model::Open("model.gguf", {.syscalls = &syscalls});
  if (!model.ok()) return 0;
  mlir::MLIRContext context(knownDialects(), mlir::MLIRContext::Threading::DISABLED);
  DiagnosticCollector diagnostics(&context);
  auto result = importModel(context, *model);
  if (result.ok()) return 0;
  if (absl::IsInternal(result.status())) {
    std::cerr << result.status() << "\n" << diagnostics.status() << "\n";
    std::abort();
  }
  if (result.status().message().empty()) std::abort();
  return 0;
}
