#include "compiler/import/Import.h"

#include "compiler/driver/Why.h"
#include "dialects/RegisterDialects.h"
#include "dialects/emel/Provenance.h"
#include "llvm/Support/raw_ostream.h"
#include "tests/support/memory_files.h"
#include "tests/support/tiny_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace emel {
namespace {

using testing::GgufBuilder;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using testing::TinyModel;

class Importer {
 public:
  Importer() : context_(knownDialects(), mlir::MLIRContext::Threading::DISABLED) {}

  absl::StatusOr<ImportResult> import(const GgufBuilder& builder,
                                      const ImportOptions& options = {}) {
    testing::MemoryFiles files;
    files.Add("model.gguf", builder.Build());
    io::Syscalls syscalls = files.syscalls();
    auto model = gguf::Model::Open("model.gguf", {.syscalls = &syscalls});
    if (!model.ok()) return model.status();
    return importModel(context_, *model, options);
  }

 private:
  mlir::MLIRContext context_;
};

template <typename OpType>
std::vector<OpType> opsOf(mlir::ModuleOp module) {
  std::vector<OpType> ops;
  module.walk([&](OpType op) { ops.push_back(op); });
  return ops;
}

//===----------------------------------------------------------------------===//
// What is imported
//===----------------------------------------------------------------------===//

class ArchitectureTest : public ::testing::TestWithParam<std::string> {};

TEST_P(ArchitectureTest, ImportsWithOrigins) {
  Importer importer;
  auto result = importer.import(TinyModel(GetParam()));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->unusedTensors, ::testing::IsEmpty());
  result->module->walk([](mlir::Operation* op) {
    EXPECT_FALSE(getOrigin(op->getLoc()).ops.empty()) << op->getName().getStringRef().str();
  });
  for (GetWeightOp get : opsOf<GetWeightOp>(*result->module))
    for (mlir::Operation* user : get->getUsers())
      EXPECT_TRUE(getOrigin(user->getLoc()).tensors.contains(get.getWeightAttr().getAttr()))
          << get.getWeight().str();
}

TEST_P(ArchitectureTest, NeedsEachOfItsTensors) {
  GgufBuilder whole = TinyModel(GetParam());
  for (size_t i = 0; i < whole.tensors.size(); ++i) {
    GgufBuilder builder = whole;
    std::string name = whole.tensors[i].name;
    if (name == "output.weight") continue;  // the embedding takes its place
    builder.tensors.erase(builder.tensors.begin() + i);
    Importer importer;
    auto result = importer.import(builder);
    // A fused projection that is absent is looked for in its parts.
    std::string blamed = name == "blk.0.attn_qkv.weight" && GetParam() == "phi3" ? "attn_q" : name;
    ASSERT_FALSE(result.ok()) << name;
    EXPECT_THAT(result.status().message(), HasSubstr(blamed));
    EXPECT_THAT(result.status().message(), HasSubstr("found none (model.gguf)"));
  }
}

TEST_P(ArchitectureTest, ChecksTheShapeOfEachTensor) {
  GgufBuilder whole = TinyModel(GetParam());
  for (size_t i = 0; i < whole.tensors.size(); ++i) {
    GgufBuilder builder = whole;
    testing::TensorSpec& spec = builder.tensors[i];
    spec.dims.back() += 1;
    spec.data += std::string(spec.data.size(), '\0');
    Importer importer;
    auto result = importer.import(builder);
    ASSERT_FALSE(result.ok()) << spec.name;
    EXPECT_THAT(result.status().message(), HasSubstr("tensor '" + spec.name + "': expected"));
  }
}

TEST_P(ArchitectureTest, NeedsMostOfItsMetadata) {
  GgufBuilder whole = TinyModel(GetParam());
  for (size_t i = 0; i < whole.keys.size(); ++i) {
    std::string key = whole.keys[i].key;
    bool hasDefault = key.ends_with("token_type") || key.ends_with("scores") ||
                      key == "gemma2.attention.sliding_window" || key.ends_with("used_count");
    if (hasDefault || key.find("head_count_kv") != key.npos || key.find("expert") != key.npos)
      continue;
    GgufBuilder builder = whole;
    builder.keys.erase(builder.keys.begin() + i);
    Importer importer;
    auto result = importer.import(builder);
    ASSERT_FALSE(result.ok()) << key;
    EXPECT_THAT(result.status().message(), HasSubstr("key '"));
  }
}

INSTANTIATE_TEST_SUITE_P(Architectures, ArchitectureTest,
                         ::testing::ValuesIn(testing::TinyModelVariants()),
                         [](const auto& info) { return info.param; });

TEST(ImportTest, EveryArchitectureHasATinyModel) {
  for (llvm::StringRef name : knownArchitectures())
    EXPECT_THAT(testing::TinyModelVariants(), ::testing::Contains(name.str()));
}

TEST(ImportTest, TiesTheHeadToTheEmbedding) {
  GgufBuilder builder = TinyModel("llama");
  builder.tensors.pop_back();
  Importer importer;
  auto result = importer.import(builder);
  ASSERT_TRUE(result.ok()) << result.status();
  auto why = explainTensor(*result, "token_embd.weight");
  ASSERT_TRUE(why.ok());
  EXPECT_THAT(*why, HasSubstr("read by emel.get_rows of token_embd"));
  EXPECT_THAT(*why, HasSubstr("read by emel.matmul of output"));
}

TEST(ImportTest, NamesUnusedTensors) {
  GgufBuilder builder = TinyModel("llama");
  builder.AddTensor("foo.bar", gguf::TensorType::kF32, {4});
  Importer importer;
  auto result = importer.import(builder);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->unusedTensors, ::testing::ElementsAre("foo.bar"));
}

TEST(ImportTest, TakesHeadCountsPerLayer) {
  GgufBuilder builder = TinyModel("llama");
  std::erase_if(builder.keys, [](auto& spec) { return spec.key == "llama.attention.head_count"; });
  builder.AddArray<uint32_t>("llama.attention.head_count", {2});
  EXPECT_TRUE(Importer().import(builder).ok());
}

TEST(ImportTest, SuggestsTheNearestTensor) {
  Importer importer;
  auto result = importer.import(TinyModel("llama"));
  ASSERT_TRUE(result.ok());
  auto why = explainTensor(*result, "blk.0.attn_k.weigth");
  EXPECT_THAT(why.status().message(), HasSubstr("did you mean 'blk.0.attn_k.weight'?"));
}

TEST(ImportTest, WidensVectorsOfOtherTypes) {
  GgufBuilder builder = TinyModel("qwen2");
  testing::TensorSpec& spec = builder.tensor("blk.0.attn_q.bias");
  spec.type = static_cast<uint32_t>(gguf::TensorType::kF16);
  spec.data.resize(spec.data.size() / 2);
  Importer importer;
  auto result = importer.import(builder);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(opsOf<CastOp>(*result->module).size(), 1u);
}

TEST(ImportTest, ChoosesRopeFactorsByTheContext) {
  GgufBuilder builder = TinyModel("phi3");
  builder.AddKey<uint32_t>("phi3.rope.scaling.original_context_length", 8);
  builder.AddTensor("rope_factors_long.weight", gguf::TensorType::kF32, {2});
  builder.AddTensor("rope_factors_short.weight", gguf::TensorType::kF32, {2});
  for (auto [context, unused] :
       {std::pair{8, "rope_factors_long.weight"}, std::pair{16, "rope_factors_short.weight"}}) {
    Importer importer;
    auto result = importer.import(builder, {.context = context});
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_THAT(result->unusedTensors, ::testing::ElementsAre(unused));
  }
}

//===----------------------------------------------------------------------===//
// What is refused
//===----------------------------------------------------------------------===//

struct Defect {
  const char* name;
  std::function<void(GgufBuilder&)> change;
  const char* message;
  ImportOptions options = {};
};
void PrintTo(const Defect& defect, std::ostream* out) { *out << defect.name; }

/// Gives a key of the tiny llama another value, or adds it.
template <typename T>
std::function<void(GgufBuilder&)> set(const char* key, T value) {
  return [=](GgufBuilder& builder) {
    std::string name = std::string("llama.") + key;
    std::erase_if(builder.keys, [&](auto& spec) { return spec.key == name; });
    builder.AddKey(name, value);
  };
}

constexpr uint32_t kHuge = 0xFFFFFFFF;

const Defect kDefects[] = {
    {"unknown_architecture",
     [](GgufBuilder& b) { b.keys[0].value = GgufBuilder::Bytes(std::string("foo")); },
     "key 'general.architecture': expected one of llama, .*gpt2, found 'foo' .*"},
    {"block_count_huge", set("block_count", kHuge),
     "key 'llama.block_count': expected a number from 1 to 2147483647, found 4294967295 "
     ".model.gguf, offset [0-9]+."},
    {"block_count_more_than_tensors", set("block_count", 1000u),
     "key 'llama.block_count': expected at most 12, the number of tensors, found 1000 .*"},
    {"block_count_2", set("block_count", 2u),
     "tensor 'blk.1.attn_norm.weight': expected shape 8, "
     "found none .*"},
    {"block_count_float", set("block_count", 1.0f),
     "key 'llama.block_count': expected an integer, found float32 .*"},
    {"block_count_negative", set("block_count", int32_t{-1}),
     "key 'llama.block_count': expected a number from 1 to 2147483647, found -1 .*"},
    {"embedding_of_other_width", set("embedding_length", 16u),
     "tensor 'token_embd.weight': expected shape 16 x 6, found 8 x 6 .*"},
    {"no_heads", set("attention.head_count", 0u),
     "key 'llama.attention.head_count': .* found 0 .*"},
    {"heads_divide_not", set("attention.head_count", 3u),
     "key 'llama.attention.head_count': expected a divisor of embedding_length 8, found 3 .*"},
    {"heads_as_text", set("attention.head_count", std::string("2")),
     "key 'llama.attention.head_count': expected an integer, found string .*"},
    {"kv_heads_divide_not", set("attention.head_count_kv", 4u),
     "key 'llama.attention.head_count_kv': expected a divisor of head_count 2, found 4 .*"},
    {"heads_for_two_layers",
     [](GgufBuilder& b) {
       std::erase_if(b.keys, [](auto& spec) { return spec.key == "llama.attention.head_count"; });
       b.AddArray<uint32_t>("llama.attention.head_count", {2, 2});
     },
     "key 'llama.attention.head_count': expected one number for each of 1 layers, found 2 .*"},
    {"ffn_of_other_width", set("feed_forward_length", 32u),
     "tensor 'blk.0.ffn_gate.weight': expected shape 8 x 32, found 8 x 12 .*"},
    {"eps_negative", set("attention.layer_norm_rms_epsilon", -1.0f),
     "key 'llama.attention.layer_norm_rms_epsilon': expected 0 or a number from 1e-30 .* found -1 "
     ".*"},
    {"eps_infinite", set("attention.layer_norm_rms_epsilon", INFINITY),
     "key 'llama.attention.layer_norm_rms_epsilon': expected 0 or a number from 1e-30 .* found inf "
     ".*"},
    {"rope_factor_subnormal", set("rope.scaling.factor", 1e-40f),
     "key 'llama.rope.scaling.factor': expected 0 or a number from 1e-30 to 1e.30, found "
     "9.99.*e-41 .*"},
    {"rope_dims_odd", set("rope.dimension_count", 3u),
     "key 'llama.rope.dimension_count': expected an even number of at most 4, found 3 .*"},
    {"rope_dims_wide", set("rope.dimension_count", 6u),
     "key 'llama.rope.dimension_count': expected an even number of at most 4, found 6 .*"},
    {"rope_base_0", set("rope.freq_base", 0.0f),
     "key 'llama.rope.freq_base': expected a positive number, found 0 .*"},
    {"rope_scaling_unknown", set("rope.scaling.type", std::string("bogus")),
     "key 'llama.rope.scaling.type': expected 'none', 'linear', 'yarn' or 'longrope', found "
     "'bogus' .*"},
    {"context_0", set("context_length", 0u), "key 'llama.context_length': expected .* found 0 .*"},
    {"context_asked_too_long",
     [](GgufBuilder&) {},
     "key 'llama.context_length': expected at least the 17 positions to compile for, found 16 .*",
     {.context = 17}},
    {"vocab_size_of_other_tokens", set("vocab_size", 7u),
     "key 'llama.vocab_size': expected the 6 of tokenizer.ggml.tokens, found 7 .*"},
    {"experts_used_more_than_there_are",
     [](GgufBuilder& b) {
       b.AddKey<uint32_t>("llama.expert_count", 2);
       b.AddKey<uint32_t>("llama.expert_used_count", 3);
     },
     "key 'llama.expert_used_count': expected at most expert_count 2, found 3 .*"},
    {"experts_without_tensors",
     [](GgufBuilder& b) {
       b.AddKey<uint32_t>("llama.expert_count", 2);
       b.AddKey<uint32_t>("llama.expert_used_count", 1);
     },
     "tensor 'blk.0.ffn_gate_inp.weight': expected shape 8 x 2, found none .*"},
    {"weight_of_integers",
     [](GgufBuilder& b) {
       b.tensor("output.weight").type = static_cast<uint32_t>(gguf::TensorType::kI32);
     },
     "tensor 'output.weight': expected a weight type, found i32 .*"},
    {"norm_of_one_more_dimension",
     [](GgufBuilder& b) { b.tensor("output_norm.weight").dims = {8, 1}; },
     "tensor 'output_norm.weight': expected 1 dimensions, found 2 .*"},
};

class DefectTest : public ::testing::TestWithParam<Defect> {};

TEST_P(DefectTest, IsRefusedWithAReason) {
  GgufBuilder builder = TinyModel("llama");
  GetParam().change(builder);
  Importer importer;
  auto result = importer.import(builder, GetParam().options);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(std::string(result.status().message()), MatchesRegex(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(Defects, DefectTest, ::testing::ValuesIn(kDefects),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace emel
