#include "runtime/gguf/dequantize.h"
#include "runtime/gguf/gguf.h"
#include "tests/unit/tools/tool_test.h"

#include <gmock/gmock.h>

#include <cmath>
#include <set>
#include <sys/stat.h>

namespace emel::tools {
namespace {

using emel::testing::Outcome;
using ::testing::HasSubstr;

class ModelgenTest : public ToolTest {
 protected:
  static Outcome Modelgen(std::vector<std::string> arguments) {
    return RunTool("emel-modelgen", std::move(arguments));
  }
  // Generates and opens a model, with every value checked.
  absl::StatusOr<gguf::Model> Make(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-o", Path("m.gguf")});
    Outcome run = Modelgen(std::move(arguments));
    EXPECT_EQ(run.code, 0) << run.err;
    gguf::OpenOptions options;
    options.check_tensors = true;
    return gguf::Model::Open(Path("m.gguf"), options);
  }
  static std::vector<float> Values(const gguf::Model& model, const gguf::Tensor& tensor) {
    std::vector<uint8_t> bytes(tensor.bytes);
    std::vector<float> values(tensor.elements());
    EXPECT_TRUE(model.Read(tensor, 0, absl::MakeSpan(bytes)).ok());
    EXPECT_TRUE(gguf::Dequantize(tensor.type, bytes, absl::MakeSpan(values)).ok());
    return values;
  }
};

TEST_F(ModelgenTest, EveryArchitectureOpens) {
  for (const char* arch : {"llama", "qwen2", "qwen3", "gemma2", "gemma3", "phi3", "gpt2"}) {
    absl::StatusOr<gguf::Model> model = Make({std::string("--arch=") + arch});
    ASSERT_TRUE(model.ok()) << arch << ": " << model.status();
    EXPECT_EQ(*model->Find("general.architecture")->AsString(), arch);
    EXPECT_EQ(model->Find("tokenizer.ggml.tokens")->AsArray()->size(), 512u);
    EXPECT_EQ(model->FindTensor("output.weight") == nullptr,
              std::string(arch).starts_with("gemma"));
  }
}

TEST_F(ModelgenTest, TokensAreDistinct) {
  for (const char* arch : {"llama", "qwen2"}) {
    auto model = Make({std::string("--arch=") + arch, "--vocab=5000", "--layers=1", "--embd=64"});
    ASSERT_TRUE(model.ok()) << model.status();
    const auto& tokens = std::get<std::vector<std::string>>(
        model->Find("tokenizer.ggml.tokens")->AsArray()->elements);
    EXPECT_EQ(std::set<std::string>(tokens.begin(), tokens.end()).size(), 5000u);
  }
}

// Values of matrices have deviation 1 / sqrt(k), whatever the type.
TEST_F(ModelgenTest, RandomBlocksHaveSaneScales) {
  auto model = Make({"--type=cycle", "--layers=4"});
  ASSERT_TRUE(model.ok()) << model.status();
  std::set<gguf::TensorType> types;
  for (const gguf::Tensor& tensor : model->tensors()) {
    if (tensor.rank == 1) continue;
    types.insert(tensor.type);
    double sum = 0, squares = 0;
    std::vector<float> values = Values(*model, tensor);
    for (float value : values) {
      sum += value;
      squares += static_cast<double>(value) * value;
    }
    double count = static_cast<double>(values.size());
    double deviation = std::sqrt(squares / count * static_cast<double>(tensor.dims[0]));
    EXPECT_GT(deviation, 0.7) << gguf::GetInfo(tensor.type).name;
    EXPECT_LT(deviation, 1.4) << gguf::GetInfo(tensor.type).name;
    EXPECT_LT(std::abs(sum / count) / std::sqrt(squares / count), 0.1)
        << gguf::GetInfo(tensor.type).name;
  }
  EXPECT_EQ(types.size(), 28u);
}

TEST_F(ModelgenTest, QuantizedValuesAreGaussian) {
  auto model = Make({"--type=q6_k", "--fill=quantized"});
  ASSERT_TRUE(model.ok()) << model.status();
  std::vector<float> values = Values(*model, *model->FindTensor("token_embd.weight"));
  size_t within = std::count_if(values.begin(), values.end(),
                                [](float value) { return std::abs(value) < 1 / 16.0f; });
  EXPECT_NEAR(static_cast<double>(within) / static_cast<double>(values.size()), 0.68, 0.02);
}

TEST_F(ModelgenTest, BytesDependOnTheSeedAlone) {
  auto bytes = [this](const std::string& seed, const std::string& threads) {
    EXPECT_EQ(Modelgen({"--seed=" + seed, "--threads=" + threads, "--type=q4_k_m", "--vocab=4096",
                        "-o", Path("m.gguf")})
                  .code,
              0);
    return Read(Path("m.gguf"));
  };
  std::string reference = bytes("3", "1");
  EXPECT_EQ(reference, bytes("3", "5"));
  EXPECT_NE(reference, bytes("4", "1"));
}

TEST_F(ModelgenTest, ShardsHoldTheSameTensors) {
  ASSERT_EQ(Modelgen({"--type=cycle", "-o", Path("one.gguf")}).code, 0);
  ASSERT_EQ(Modelgen({"--type=cycle", "--shards=3", "-o", Path("many.gguf")}).code, 0);
  auto one = gguf::Model::Open(Path("one.gguf"));
  auto many = gguf::Model::Open(Path("many-00002-of-00003.gguf"));
  ASSERT_TRUE(one.ok() && many.ok()) << one.status() << many.status();
  EXPECT_EQ(many->shards().size(), 3u);
  ASSERT_EQ(one->tensors().size(), many->tensors().size());
  std::set<uint32_t> shards;
  for (const gguf::Tensor& tensor : one->tensors()) {
    const gguf::Tensor* other = many->FindTensor(tensor.name);
    ASSERT_NE(other, nullptr) << tensor.name;
    shards.insert(other->shard);
    EXPECT_EQ(other->type, tensor.type);
    EXPECT_EQ(Values(*one, tensor), Values(*many, *other)) << tensor.name;
  }
  EXPECT_EQ(shards.size(), 3u);
}

TEST_F(ModelgenTest, SparseFilesTakeNoSpace) {
  ASSERT_EQ(Modelgen({"--shape=70b", "--vocab=512", "--sparse", "-o", Path("m.gguf")}).code, 0);
  struct stat status;
  ASSERT_EQ(stat(Path("m.gguf").c_str(), &status), 0);
  EXPECT_GT(status.st_size, int64_t{30} << 30);
  EXPECT_LT(status.st_blocks * 512, 8 << 20);
  EXPECT_TRUE(gguf::Model::Open(Path("m.gguf")).ok());
}

TEST_F(ModelgenTest, SparseTensorsDiffer) {
  auto model = Make({"--sparse", "--type=q4_k_m", "--embd=256"});
  ASSERT_TRUE(model.ok()) << model.status();
  std::set<std::vector<float>> contents;
  for (const gguf::Tensor& tensor : model->tensors()) contents.insert(Values(*model, tensor));
  EXPECT_EQ(contents.size(), model->tensors().size());
}

TEST_F(ModelgenTest, ExpertsAndTypesByName) {
  auto model = Make({"--shape=tiny-moe", "--tensor-type=_exps=q8_0", "--tensor-type=attn_v=f16"});
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->FindTensor("blk.0.ffn_up_exps.weight")->type, gguf::TensorType::kQ8_0);
  EXPECT_EQ(model->FindTensor("blk.0.attn_v.weight")->type, gguf::TensorType::kF16);
  EXPECT_EQ(model->FindTensor("blk.0.attn_q.weight")->type, gguf::TensorType::kQ4_0);
  EXPECT_EQ(model->FindTensor("blk.0.ffn_up.weight"), nullptr);
  EXPECT_EQ(model->Find("llama.expert_count")->AsUnsigned(), 4u);
}

TEST_F(ModelgenTest, OddRowsGetTypesOfSmallerBlocks) {
  auto model = Make({"--type=q4_k", "--embd=288", "--heads=6", "--ffn=172"});
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->FindTensor("blk.0.attn_q.weight")->type, gguf::TensorType::kQ5_0);
  EXPECT_EQ(model->FindTensor("blk.0.ffn_down.weight")->type, gguf::TensorType::kF16);
}

TEST_F(ModelgenTest, BadUsage) {
  const std::vector<std::vector<std::string>> cases = {
      {},
      {"-o", "-"},
      {"-o", Path("x"), "extra"},
      {"-o", Path("x"), "--arch=bert"},
      {"-o", Path("x"), "--type=q9_9"},
      {"-o", Path("x"), "--tensor-type=attn"},
      {"-o", Path("x"), "--tensor-type=attn=q8_1"},
      {"-o", Path("x"), "--heads=4", "--kv-heads=3"},
      {"-o", Path("x"), "--head-dim=3"},
      {"-o", Path("x"), "--arch=qwen2", "--experts=4"},
      {"-o", Path("x"), "--experts=4", "--experts-used=5"},
      {"-o", Path("x"), "--arch=gpt2", "--context=2048"},
      {"-o", Path("x"), "--arch=gpt2", "--embd=255", "--heads=4"},
      {"-o", Path("x"), "--sparse", "--fill=zero"},
      {"-o", Path("x"), "--layers=0"},
  };
  for (const std::vector<std::string>& arguments : cases) {
    Outcome run = Modelgen(arguments);
    EXPECT_EQ(run.code, 2) << ::testing::PrintToString(arguments) << run.err;
  }
  EXPECT_EQ(FileCount(), 0u);
}

TEST_F(ModelgenTest, FailuresLeaveNoOutput) {
  Outcome quantizer = Modelgen({"--type=iq2_xs", "--fill=quantized", "-o", Path("x")});
  EXPECT_EQ(quantizer.code, 1);
  EXPECT_THAT(quantizer.err, HasSubstr("q8_0"));
  EXPECT_EQ(Modelgen({"--shards=200", "-o", Path("x")}).code, 1);
  EXPECT_EQ(Modelgen({"-o", Path("absent/x")}).code, 1);
  EXPECT_EQ(Modelgen({"-o", "/dev/full"}).code, 1);
  std::filesystem::create_directory(Path("m-00002-of-00002.gguf"));
  EXPECT_EQ(Modelgen({"--shards=2", "-o", Path("m.gguf")}).code, 1);
  EXPECT_EQ(FileCount(), 1u);
}

}  // namespace
}  // namespace emel::tools
