#include "runtime/gguf/dequantize.h"
#include "runtime/gguf/gguf.h"
#include "tests/support/gguf_builder.h"
#include "tests/unit/tools/tool_test.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cstring>

namespace emel::tools {
namespace {

using emel::testing::GgufBuilder;
using emel::testing::Outcome;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class InspectTest : public ToolTest {
 protected:
  static Outcome Inspect(std::vector<std::string> arguments, const std::string& out = "") {
    return RunTool("emel-inspect", std::move(arguments), out);
  }
  std::string Write(const GgufBuilder& builder) const {
    std::string path = Path("model.gguf");
    std::ofstream(path, std::ios::binary) << builder.Build();
    return path;
  }
};

TEST_F(InspectTest, TableShowsSourceMetadataTensorsAndTotals) {
  GgufBuilder builder = emel::testing::SmallModel();
  builder.AddKey<std::string>("general.license", "mit");
  builder.AddKey<std::string>("general.author", "A. Nonymous");
  builder.AddKey<std::string>("general.source.url", "https://example.org/m");
  builder.AddArray<int32_t>("long", std::vector<int32_t>(1000, 12345));
  Outcome run = Inspect({Write(builder)});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("licence       mit\n"));
  EXPECT_THAT(run.out, HasSubstr("author        A. Nonymous\n"));
  EXPECT_THAT(run.out, HasSubstr("source        https://example.org/m\n"));
  EXPECT_THAT(run.out, HasSubstr("parameters    147 (147) in 3 tensors\n"));
  EXPECT_THAT(run.out, HasSubstr("int32[1000]"));
  EXPECT_THAT(run.out, HasSubstr("12345, …]\n"));
  EXPECT_THAT(run.out, HasSubstr("totals per type\n"));
}

TEST_F(InspectTest, TableSaysThatNoLicenceIsStated) {
  EXPECT_THAT(Inspect({Write(emel::testing::SmallModel())}).out,
              HasSubstr("licence       not stated\n"));
}

TEST_F(InspectTest, TableEscapesWhatWouldUpsetATerminal) {
  GgufBuilder builder = emel::testing::SmallModel();
  builder.AddKey<std::string>("evil", "a\x1b[31mb\xff");
  Outcome run = Inspect({Write(builder)});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, HasSubstr("\"a\\u001b[31mb\uFFFD\""));
}

TEST_F(InspectTest, CsvQuotesNames) {
  GgufBuilder builder = emel::testing::SmallModel();
  builder.AddTensor("odd,\"name\"", gguf::TensorType::kF32, {4, 2, 3});
  Outcome run = Inspect({Write(builder), "--format=csv"});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, StartsWith("name,type,shape,shard,offset,size\na.weight,f32,8x2,0,"));
  EXPECT_THAT(run.out, HasSubstr("\n\"odd,\"\"name\"\"\",f32,4x2x3,0,"));
}

TEST_F(InspectTest, JsonAccountsForEveryByte) {
  GgufBuilder builder = emel::testing::SmallModel();
  builder.tensors[1].gap_before = 64;
  builder.AddKey<std::string>("bytes", "\xff\xfe");
  std::string path = Write(builder);
  Outcome run = Inspect({path, "--format", "json"});
  EXPECT_EQ(run.code, 0);
  json document = json::parse(run.out);
  uint64_t at = 0;
  bool gap = false;
  for (const json& range : document["files"][0]["map"]) {
    EXPECT_EQ(range["offset"], at);
    at += range["size"].get<uint64_t>();
    gap |= range["kind"] == "gap";
  }
  EXPECT_EQ(at, std::filesystem::file_size(path));
  EXPECT_TRUE(gap);
  EXPECT_EQ(document["tensors"][1]["shape"], json::parse("[64, 2]"));
  EXPECT_EQ(document["metadata"]["bytes"]["value"], "\uFFFD\uFFFD");
}

TEST_F(InspectTest, MapShowsKindsCategoriesAndTheirSum) {
  Outcome run = Inspect({Fixture("models/gpt2/model.gguf"), "--map"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("header"));
  EXPECT_THAT(run.out, HasSubstr("tensor: attention"));
  EXPECT_THAT(run.out, HasSubstr("100.00%"));
}

TEST_F(InspectTest, DumpEqualsDequantize) {
  std::string path = Write(emel::testing::SmallModel());
  absl::StatusOr<gguf::Model> model = gguf::Model::Open(path);
  ASSERT_TRUE(model.ok());
  for (const char* load : {"--load=mmap", "--load=read"}) {
    for (const gguf::Tensor& tensor : model->tensors()) {
      std::vector<uint8_t> bytes(tensor.bytes);
      std::vector<float> values(tensor.elements());
      ASSERT_TRUE(model->Read(tensor, 0, absl::MakeSpan(bytes)).ok());
      ASSERT_TRUE(gguf::Dequantize(tensor.type, bytes, absl::MakeSpan(values)).ok());
      Outcome run = Inspect({path, "--dump", tensor.name, "-o", Path("t.f32"), load});
      EXPECT_EQ(run.code, 0) << run.err;
      std::string dump = Read(Path("t.f32"));
      ASSERT_EQ(dump.size(), values.size() * sizeof(float));
      EXPECT_EQ(std::memcmp(dump.data(), values.data(), dump.size()), 0) << tensor.name;
    }
  }
}

TEST_F(InspectTest, BadInputLeavesNoOutput) {
  std::string path = Write(emel::testing::SmallModel());
  EXPECT_EQ(Inspect({Path("absent.gguf")}).code, 1);
  EXPECT_EQ(Inspect({Path("absent.gguf"), "--format=json", "-o", Path("out")}).code, 1);
  Outcome unknown = Inspect({path, "--dump", "nothing", "-o", Path("out")});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("tensor 'nothing': not in the model"));
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_EQ(Inspect({path, "-o", Path("out")}).code, 1);
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(InspectTest, ActivationTypesHaveNoValuesToDump) {
  GgufBuilder builder = emel::testing::SmallModel();
  builder.AddTensor("q", gguf::TensorType::kQ8_1, {32});
  Outcome run = Inspect({Write(builder), "--dump=q", "-o", Path("out")});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("q8_1"));
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(InspectTest, UnwritableOutputIsBadInput) {
  std::string path = Write(emel::testing::SmallModel());
  for (const std::string& out : {std::string("/dev/full"), Path("absent/out"), Path("")}) {
    Outcome run = Inspect({path, "-o", out});
    EXPECT_EQ(run.code, 1) << out;
    EXPECT_THAT(run.err, HasSubstr("emel-inspect: error: cannot ")) << out;
  }
  EXPECT_EQ(Inspect({path}, "/dev/full").code, 1);
  EXPECT_EQ(Inspect({"--help"}, "/dev/full").code, 1);
}

TEST_F(InspectTest, BadUsage) {
  std::string path = Write(emel::testing::SmallModel());
  const std::vector<std::vector<std::string>> cases = {
      {},
      {path, path},
      {path, "--format=xml"},
      {path, "--frmat=csv"},
      {path, "--dump", "a.weight"},
      {path, "--dump", "a.weight", "-o", "x", "--format=csv"},
      {path, "--dump", "a.weight", "-o", "x", "--vocab-only"},
      {path, "--check-tensors", "--vocab-only"},
      {path, "--map", "--format=csv"},
  };
  for (const std::vector<std::string>& arguments : cases) {
    Outcome run = Inspect(arguments);
    EXPECT_EQ(run.code, 2) << ::testing::PrintToString(arguments);
    EXPECT_THAT(run.err, HasSubstr("Try 'emel-inspect --help'"));
  }
}

TEST_F(InspectTest, VocabOnlyAcceptsAFileWithoutItsData) {
  std::string path = Write(emel::testing::SmallModel());
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 100);
  EXPECT_EQ(Inspect({path}).code, 1);
  Outcome run = Inspect({path, "--vocab-only"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(Inspect({path, "--vocab-only", "--map"}).code, 0);
}

TEST_F(InspectTest, CheckTensorsFindsWhatIsNotFinite) {
  GgufBuilder builder = emel::testing::SmallModel();
  builder.tensor("a.weight").data = std::string(64, '\xff');
  std::string path = Write(builder);
  EXPECT_EQ(Inspect({path}).code, 0);
  Outcome run = Inspect({path, "--check-tensors"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("a.weight"));
}

}  // namespace
}  // namespace emel::tools
