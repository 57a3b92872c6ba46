// Sessions take the memory that their artifact's contract says, and of its file no more than the
// sections that are mapped.

#include "tests/support/build_kind.h"
#include "tests/support/process.h"
#include "tests/unit/models/compiled_model.h"
#include "tools/verify/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <unistd.h>

namespace emel::testing {
namespace {

/// What /proc says of one map of this process, in bytes.
struct Map {
  std::string path;
  uint64_t size = 0, resident = 0, anonymous = 0;
};

/// A map's first line is "7f00-7f01 r--p 00000000 08:01 1234    /path"; those about it follow.
std::vector<Map> readMaps() {
  std::vector<Map> maps;
  std::ifstream in("/proc/self/smaps");
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string name;
    uint64_t kilobytes = 0;
    fields >> name;
    if (name.back() != ':') {
      size_t path = line.find('/');
      maps.push_back({path == line.npos ? "" : line.substr(path)});
    } else if (fields >> kilobytes) {
      Map& map = maps.back();
      if (name == "Size:") map.size = kilobytes << 10;
      if (name == "Rss:") map.resident = kilobytes << 10;
      if (name == "Anonymous:") map.anonymous = kilobytes << 10;
    }
  }
  return maps;
}

uint64_t anonymousBytes() {
  uint64_t bytes = 0;
  for (const Map& map : readMaps()) bytes += map.anonymous;
  return bytes;
}

struct MemoryCase {
  const char* name;
  std::vector<std::string> modelgen, compile;
  uint32_t workers = 2, sequences = 1;
};
void PrintTo(const MemoryCase& test, std::ostream* out) { *out << test.name; }

const std::vector<std::string> kDense = {"--layers=2",   "--embd=256", "--heads=8",
                                         "--kv-heads=4", "--ffn=512",  "--vocab=512"};

std::vector<MemoryCase> memoryCases() {
  auto shape = [](std::vector<std::string> more) {
    more.insert(more.begin(), kDense.begin(), kDense.end());
    return more;
  };
  return {
      {"dense", shape({"--context=512", "--type=q4_k_m"}), {}},
      {"experts", shape({"--context=512", "--experts=4", "--experts-used=2"}), {}, 3},
      {"longContextQuantized", shape({"--context=16384"}), {"--kv=q8_0"}, 1},
      {"windows", shape({"--arch=gemma2", "--context=1200"}), {"--batch=32", "--kv=f32"}, 2, 2},
      {"sequences", shape({"--context=2048", "--type=f16"}), {"--batch=64"}, 7, 5},
  };
}

class MemoryTest : public ::testing::TestWithParam<MemoryCase> {
 protected:
  void TearDown() override { std::filesystem::remove(gguf_); }

  void compile() {
    std::vector<std::string> command = {EMEL_BINARY_DIR "/bin/emel-modelgen", "-o", gguf_};
    const MemoryCase& test = GetParam();
    command.insert(command.end(), test.modelgen.begin(), test.modelgen.end());
    Outcome outcome = emel::testing::Run(command);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    compiled_.emplace(gguf_, std::vector<std::string>{variantsHere().back()}, test.compile);
    ASSERT_EQ(compiled_->error(), "");
    model_ = compiled_->load(variantsHere().back());
  }

  /// A prompt of most of the context, or of several steps, then some tokens of each sequence.
  void feed(exec::Session& session) {
    const exec::Program& program = session.program();
    std::vector<float> row(program.vocabulary, 1);
    std::vector<int32_t> prompt(std::min<size_t>(program.context - 20, 1100));
    for (size_t i = 0; i < prompt.size(); ++i) prompt[i] = static_cast<int32_t>(i * 7 % 500);
    std::vector<state::SequenceId> ids;
    for (uint32_t i = 0; i < GetParam().sequences; ++i) ids.push_back(*session.sequences().Add());
    before_ = anonymousBytes();
    for (auto id : ids) {
      ASSERT_TRUE(session.Step({{id, prompt, 1}}, absl::MakeSpan(row)).ok());
      for (int i = 0; i < 20; ++i)
        ASSERT_TRUE(
            session.Step({{id, absl::MakeConstSpan(prompt).first(1), 1}}, absl::MakeSpan(row))
                .ok());
    }
    after_ = anonymousBytes();
  }

  std::string gguf_ = (std::filesystem::path(::testing::TempDir()) /
                       ("emel_memory_" + std::to_string(getpid()) + ".gguf"))
                          .string();
  std::optional<CompiledModel> compiled_;
  std::shared_ptr<const exec::Model> model_;
  uint64_t before_ = 0, after_ = 0;
};

TEST_P(MemoryTest, IsThatOfTheContract) {
  if (kSanitized) GTEST_SKIP() << "sanitizers keep memory of their own";
  if (variantsHere().empty()) GTEST_SKIP() << "this machine runs no code that we make";
  ASSERT_NO_FATAL_FAILURE(compile());
  auto session = exec::Session::Create(
      model_->program(), {.workers = GetParam().workers, .sequences = GetParam().sequences});
  ASSERT_TRUE(session.ok()) << session.status();
  ASSERT_NO_FATAL_FAILURE(feed(**session));
  const artifact::Plan& plan = model_->plan();
  uint64_t pages = 0;
  for (size_t c = 0; c < (*session)->sequences().class_count(); ++c) {
    const state::PagePool& pool = (*session)->sequences().pool(c);
    pages += (pool.page_count() - pool.free_count()) * pool.page_bytes();
  }
  uint64_t contract = plan.arena_bytes + plan.scratch_stride() * GetParam().workers + pages;
  std::printf("contract %zu bytes, of them pages %zu; resident %zu more than before\n",
              size_t{contract}, size_t{pages}, size_t{after_ - before_});
  EXPECT_GT(after_, before_ + pages / 2);  // it measures something
  EXPECT_LE(after_, before_ + contract + tools::kMemorySlack);

  const artifact::Artifact& artifact = model_->artifact();
  const artifact::Section& code = *artifact.Find(artifact::SectionKind::kCode, model_->variant());
  // The table of sections, the sections, and the code once more, executable.
  uint64_t most = artifact::kPageBytes + artifact::AlignUp(code.size, artifact::kPageBytes);
  for (const artifact::Section& section : artifact.sections())
    most += artifact::AlignUp(section.size, artifact::kPageBytes);
  std::string path = std::filesystem::canonical(artifact.path()).string();
  uint64_t mapped = 0, maps = 0;
  for (const Map& map : readMaps()) {
    if (map.path != path) continue;
    ++maps;
    mapped += map.resident;
    EXPECT_EQ(map.anonymous, 0u) << "a map that something wrote to";
    EXPECT_LE(map.resident, map.size);
  }
  EXPECT_EQ(maps, 2u);
  EXPECT_GT(mapped, 0u);
  EXPECT_LE(mapped, most);
}

INSTANTIATE_TEST_SUITE_P(Models, MemoryTest, ::testing::ValuesIn(memoryCases()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace emel::testing
