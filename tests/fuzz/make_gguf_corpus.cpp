#include "tests/fuzz/gguf_input.h"
#include "tests/support/gguf_builder.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>

// Writes the seeds of the reader's fuzz target: one small file per feature of the format, sound or
// broken in one place. What a fuzzer finds from there may join them under the name of its hash.
namespace {

using emel::gguf::TensorType;
using emel::testing::GgufBuilder;
using emel::testing::SmallModel;

struct Seed {
  const char* name;
  std::function<std::string()> make;
};

std::string Changed(const std::function<void(GgufBuilder&)>& change) {
  GgufBuilder builder = SmallModel();
  change(builder);
  return builder.Build();
}

std::string EveryKeyType() {
  GgufBuilder builder;
  builder.AddKey<uint8_t>("u8", 1);
  builder.AddKey<int8_t>("i8", -1);
  builder.AddKey<uint16_t>("u16", 1);
  builder.AddKey<int16_t>("i16", -1);
  builder.AddKey<uint32_t>("u32", 1);
  builder.AddKey<int32_t>("i32", -1);
  builder.AddKey<uint64_t>("u64", 1);
  builder.AddKey<int64_t>("i64", -1);
  builder.AddKey<float>("f32", 0.5f);
  builder.AddKey<double>("f64", 0.5);
  builder.AddKey<bool>("bool", true);
  builder.AddKey<std::string>("string", "text");
  return builder.Build();
}

std::string EveryArrayType() {
  GgufBuilder builder;
  builder.AddArray<uint8_t>("u8", {1, 2});
  builder.AddArray<int8_t>("i8", {-1});
  builder.AddArray<uint16_t>("u16", {1});
  builder.AddArray<int16_t>("i16", {-1});
  builder.AddArray<uint32_t>("u32", {1});
  builder.AddArray<int32_t>("i32", {-1});
  builder.AddArray<uint64_t>("u64", {1});
  builder.AddArray<int64_t>("i64", {-1});
  builder.AddArray<float>("f32", {0.5f});
  builder.AddArray<double>("f64", {0.5});
  builder.AddArray<bool>("bool", {true, false});
  builder.AddArray<std::string>("string", {"a", ""});
  return builder.Build();
}

std::string EveryTensorType() {
  GgufBuilder builder;
#define EMEL_TENSOR_TYPE(id, enumerator, name, elements, bytes, family) \
  builder.AddTensor(name, TensorType::enumerator, {elements});
#include "runtime/gguf/tensor_types.inc"
  return builder.Build();
}

std::string Split(const std::function<void(int, GgufBuilder&)>& change) {
  std::string input;
  for (int i = 0; i < 3; ++i) {
    GgufBuilder builder;
    if (i == 0) builder.AddKey<std::string>("general.architecture", "llama");
    builder.AddKey<uint16_t>("split.no", i);
    builder.AddKey<uint16_t>("split.count", 3);
    builder.AddKey<int32_t>("split.tensors.count", 3);
    builder.AddTensor("t" + std::to_string(i), TensorType::kF32, {4});
    change(i, builder);
    input += (i == 0 ? "" : emel::testing::kShardLine);
    input += builder.Build();
  }
  return input;
}

const Seed kSeeds[] = {
    {"small", [] { return Changed([](GgufBuilder&) {}); }},
    {"header-only", [] { return GgufBuilder().Build(); }},
    {"version-2", [] { return Changed([](GgufBuilder& b) { b.version = 2; }); }},
    {"big-endian", [] { return Changed([](GgufBuilder& b) { b.version = 0x03000000; }); }},
    {"every-key-type", EveryKeyType},
    {"every-array-type", EveryArrayType},
    {"every-tensor-type", EveryTensorType},
    {"nested-array",
     [] {
       return Changed([](GgufBuilder& b) {
         b.AddRawKey("x", 9, GgufBuilder::Bytes(uint32_t{9}) + std::string(8, '\0'));
       });
     }},
    {"alignment-64",
     [] {
       return Changed([](GgufBuilder& b) {
         b.AddKey<uint32_t>("general.alignment", 64);
         b.alignment = 64;
       });
     }},
    {"rank-4",
     [] {
       return Changed([](GgufBuilder& b) { b.AddTensor("r", TensorType::kI8, {2, 2, 2, 2}); });
     }},
    {"gap", [] { return Changed([](GgufBuilder& b) { b.tensors[1].gap_before = 64; }); }},
    {"overlap", [] { return Changed([](GgufBuilder& b) { b.tensors[1].offset = 0; }); }},
    {"misaligned", [] { return Changed([](GgufBuilder& b) { b.tensors[1].offset = 65; }); }},
    {"duplicate-key", [] { return Changed([](GgufBuilder& b) { b.keys.push_back(b.keys[0]); }); }},
    {"duplicate-tensor",
     [] { return Changed([](GgufBuilder& b) { b.tensors[1].name = b.tensors[0].name; }); }},
    {"utf8-names",
     [] { return Changed([](GgufBuilder& b) { b.tensors[1].name = "\xc3\xb6\xe2\x82\xac"; }); }},
    {"not-finite",
     [] { return Changed([](GgufBuilder& b) { b.tensors[0].data.assign(64, '\xff'); }); }},
    {"split", [] { return Split([](int, GgufBuilder&) {}); }},
    {"split-tensor-twice",
     [] { return Split([](int i, GgufBuilder& b) { b.tensors[0].name = i == 2 ? "t0" : "t1"; }); }},
    {"split-other-model",
     [] {
       return Split([](int i, GgufBuilder& b) {
         if (i == 1) b.AddKey<std::string>("general.architecture", "gpt2");
       });
     }},
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
    std::cerr << "usage: " << argv[0] << " CORPUS-FOLDER\n";
    return 2;
  }
  for (const Seed& seed : kSeeds) {
    std::ofstream out(std::filesystem::path(argv[1]) / seed.name, std::ios::binary);
    out << seed.make();
    if (!out.flush()) return 1;
  }
  return 0;
}
