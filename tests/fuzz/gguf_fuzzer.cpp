#include "runtime/gguf/gguf.h"
#include "runtime/gguf/memory_map.h"
#include "tests/fuzz/gguf_input.h"

#include <cstdlib>
#include <iostream>

// The reader must give a verdict on any bytes, and what it accepts must be as it promises.
namespace emel::gguf {
namespace {

void Require(bool condition, const char* promise) {
  if (condition) return;
  std::cerr << "broken promise: " << promise << "\n";
  std::abort();
}

void CheckModel(const Model& model) {
  for (const Tensor& tensor : model.tensors()) {
    Require(model.FindTensor(tensor.name) == &tensor, "tensors are found by name");
    Require(tensor.bytes > 0 && tensor.elements() > 0, "no tensor is empty");
    uint8_t byte;
    Require(model.Read(tensor, tensor.bytes - 1, absl::MakeSpan(&byte, 1)).ok(),
            "tensor data lies within the file");
  }
  for (const KeyValue& entry : model.metadata()) {
    Require(model.Find(entry.key) == &entry.value, "keys are found by name");
  }
  for (uint32_t i = 0; i < model.shards().size(); ++i) {
    uint64_t end = 0;
    for (const Range& range : MapShard(model, i)) {
      Require(range.offset == end && range.bytes > 0, "the memory map is gapless");
      end += range.bytes;
    }
    Require(end == model.shards()[i].file_bytes, "the memory map covers the file");
  }
}

}  // namespace
}  // namespace emel::gguf

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using emel::gguf::Model;
  emel::testing::MemoryFiles files;
  const std::string path =
      emel::testing::AddInput({reinterpret_cast<const char*>(data), size}, files);
  const emel::io::Syscalls syscalls = files.syscalls();
  bool ok[2];
  for (const auto strategy : {emel::io::Strategy::kMap, emel::io::Strategy::kRead}) {
    const auto model = Model::Open(path, {.strategy = strategy, .syscalls = &syscalls});
    ok[static_cast<int>(strategy)] = model.ok();
    if (model.ok()) emel::gguf::CheckModel(*model);
  }
  emel::gguf::Require(ok[0] == ok[1], "the verdict does not depend on the strategy");
  Model::Open(path, {.vocab_only = true, .syscalls = &syscalls}).status().IgnoreError();
  Model::Open(path, {.check_tensors = true, .syscalls = &syscalls}).status().IgnoreError();
  emel::gguf::Require(files.open_count() == 0 && files.map_count() == 0, "nothing leaks");
  return 0;
}
