#include "tests/support/tiny_artifact.h"
#include "tests/unit/tools/tool_test.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace emel::tools {
namespace {

using emel::artifact::SectionKind;
using emel::testing::Outcome;
using emel::testing::TinyArtifact;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

class InspectArtifactTest : public ToolTest {
 protected:
  static Outcome Inspect(std::vector<std::string> arguments) {
    return RunTool("emel-inspect", std::move(arguments), "");
  }
  std::string Write(const TinyArtifact& tiny, uint64_t base = 0) const {
    return WriteBytes(tiny.Build(base));
  }
  std::string WriteBytes(const std::string& bytes) const {
    std::string path = Path("m.emel");
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
};

TEST_F(InspectArtifactTest, TableShowsEverything) {
  const Outcome run = Inspect({Write(TinyArtifact())});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("artifact of version 1"), HasSubstr("licence       apache-2.0"),
                    HasSubstr("sections (8)"), HasSubstr("entries (2)"), HasSubstr("decode"),
                    HasSubstr("variants (2)"), HasSubstr("#62")));
  EXPECT_THAT(run.out, AllOf(HasSubstr("100 positions"), HasSubstr("128 B per worker"),
                             HasSubstr("layers 0-1       1 heads of 8 + 8 f16")));
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("contract\n  arena  4096"), HasSubstr("provenance\n  compiler  test"),
                    HasSubstr("metadata (2 keys)")));
}

TEST_F(InspectArtifactTest, ShardsGoByTheirNames) {
  TinyArtifact tiny;
  tiny.Find(SectionKind::kProvenance).bytes =
      R"({"shards": [{"file": "a.gguf", "bytes": 3, "sha256": "ab"}, {"file": ["\n"]}]})";
  const Outcome run = Inspect({Write(tiny)});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("shards.a.gguf     3 bytes, SHA-256 ab\n"));
}

TEST_F(InspectArtifactTest, JsonShowsEverything) {
  const Outcome run = Inspect({Write(TinyArtifact()), "--format=json", "--verify"});
  ASSERT_EQ(run.code, 0) << run.err;
  const json shown = json::parse(run.out);
  EXPECT_EQ(shown["version"], 1);
  EXPECT_EQ(shown["sections"].size(), 8u);
  EXPECT_EQ(shown["sections"][4]["kind"], "code");
  EXPECT_EQ(shown["sections"][4]["name"], "first");
  EXPECT_EQ(shown["plan"]["entries"][1]["max_tokens"], 16);
  EXPECT_EQ(shown["plan"]["variants"][0]["entry_offsets"], json({0, 64}));
  EXPECT_EQ(shown["contract"]["arena"], 4096);
  EXPECT_EQ(shown["provenance"]["compiler"], "test");
  EXPECT_EQ(shown["metadata"]["general.license"]["value"], "apache-2.0");
}

TEST_F(InspectArtifactTest, LooksIntoExecutables) {
  const Outcome run = Inspect({Write(TinyArtifact(), artifact::kPageBytes)});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr(", in an executable from byte 4096 on"));
}

TEST_F(InspectArtifactTest, NeedsNoWeightsFile) {
  TinyArtifact tiny;
  const auto reference = Encode(artifact::ExternalWeights{{}, 100, "m.weights"});
  tiny.Find(SectionKind::kWeights) = {
      SectionKind::kWeightsFile, "", {reference.begin(), reference.end()}};
  const Outcome run = Inspect({Write(tiny)});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("100 B in the file m.weights beside this one"));
  const Outcome verified = Inspect({Path("m.emel"), "--verify"});
  EXPECT_EQ(verified.code, 1);
  EXPECT_THAT(verified.err, HasSubstr("cannot open "));
}

TEST_F(InspectArtifactTest, WeightsAreCheckedOnRequest) {
  std::string bytes = TinyArtifact().Build();
  bytes.back() ^= 1;
  EXPECT_EQ(Inspect({WriteBytes(bytes)}).code, 0);
  const Outcome run = Inspect({Path("m.emel"), "--verify"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("section 'weights' is damaged"));
}

TEST_F(InspectArtifactTest, RefusesJsonThatIsNone) {
  std::string deep = "{\"a\":";
  deep.append(1000, '[').append(1000, ']').append("}");
  for (const std::string& text : {std::string("{"), std::string("[1]"), deep}) {
    TinyArtifact tiny;
    tiny.Find(SectionKind::kContract).bytes = text;
    const Outcome run = Inspect({Write(tiny)});
    EXPECT_EQ(run.code, 1);
    EXPECT_THAT(run.err, HasSubstr("section 'contract': expected a JSON object, found "));
    EXPECT_THAT(run.err, HasSubstr(text == deep ? "one nested too deeply" : "other text"));
  }
}

TEST_F(InspectArtifactTest, RefusesWhatIsForModels) {
  const std::string path = Write(TinyArtifact());
  for (const char* option : {"--map", "--format=csv", "--check-tensors", "--vocab-only"}) {
    EXPECT_EQ(Inspect({path, option}).code, 2) << option;
  }
  std::ofstream(Path("model.gguf")) << "GGUF";
  EXPECT_EQ(Inspect({Path("model.gguf"), "--verify"}).code, 2);
}

}  // namespace
}  // namespace emel::tools
