#include "runtime/artifact/format.h"
#include "runtime/exec/model.h"
#include "runtime/exec/session.h"
#include "tests/support/matchers.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

// The artifacts that are kept of each version of the format: tests/fixtures/golden/README.md.
namespace emel::exec {
namespace {

namespace fs = std::filesystem;
using ::emel::testing::IsOk;

const fs::path kFolder = EMEL_SOURCE_DIR "/tests/fixtures/golden";

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<int32_t> ReadTokens(const fs::path& path) {
  const std::string text = ReadFile(path);
  std::vector<int32_t> tokens;
  for (auto piece : absl::StrSplit(text, absl::ByAnyChar(",\n"), absl::SkipWhitespace())) {
    int32_t token = -1;
    EXPECT_TRUE(absl::SimpleAtoi(piece, &token)) << path;
    tokens.push_back(token);
  }
  return tokens;
}

std::vector<fs::path> Versions() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

class Golden : public ::testing::TestWithParam<fs::path> {
 protected:
  std::string model_ = GetParam() / "model.emel";
  std::vector<int32_t> tokens_ = ReadTokens(GetParam() / "tokens.txt");

  // The row after each token, fed in pieces.
  std::string Logits(const Program& program, uint32_t workers, size_t piece) {
    auto session = Session::Create(program, {.workers = workers});
    EXPECT_THAT(session, IsOk());
    const auto sequence = *(*session)->sequences().Add();
    std::vector<float> rows(tokens_.size() * program.vocabulary);
    for (size_t i = 0; i < tokens_.size(); i += piece) {
      const auto part = absl::MakeConstSpan(tokens_).subspan(i, piece);
      const auto out =
          absl::MakeSpan(rows).subspan(i * program.vocabulary, part.size() * program.vocabulary);
      EXPECT_THAT((*session)->Step({{sequence, part, static_cast<uint32_t>(part.size())}}, out),
                  IsOk());
    }
    return {reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(float)};
  }
};

TEST_P(Golden, IsOpened) {
  const auto artifact = artifact::Artifact::Open(model_, {.verify = true});
  ASSERT_THAT(artifact, IsOk());
  EXPECT_THAT(GetParam().filename().string() + "-",
              ::testing::StartsWith("version-" + std::to_string(artifact->version()) + "-"));
  EXPECT_EQ(artifact->plan().variants.size(), 2u);
  EXPECT_THAT(artifact->ReadModel(), IsOk());
  for (const artifact::Variant& variant : artifact->plan().variants) {
    EXPECT_THAT(artifact->ReadSymbols(variant.name), IsOk());
  }
}

TEST_P(Golden, ComputesTheSameBits) {
  const auto model = Model::Load(model_, {.verify = true});
  if (absl::IsFailedPrecondition(model.status())) GTEST_SKIP() << model.status().message();
  ASSERT_THAT(model, IsOk());
  const std::string expected = ReadFile(GetParam() / "logits.f32");
  ASSERT_EQ(expected.size(), tokens_.size() * (*model)->plan().vocabulary * sizeof(float));
  for (uint32_t workers : {1, 2, 3}) {
    for (size_t piece : {tokens_.size(), size_t{3}, size_t{1}}) {
      EXPECT_TRUE(Logits((*model)->program(), workers, piece) == expected)
          << workers << " workers, " << piece << " tokens at a time";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Artifacts, Golden, ::testing::ValuesIn(Versions()), [](const auto& info) {
  std::string name = info.param.filename();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(GoldenArtifacts, ThereIsOneForThisVersion) {
  EXPECT_TRUE(
      fs::exists(kFolder / ("version-" + std::to_string(artifact::kFormatVersion)) / "model.emel"));
}

}  // namespace
}  // namespace emel::exec
