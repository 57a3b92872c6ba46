// Code whose accesses to memory a sanitizer's runtime checks: refused by name where there is none,
// with the same bits where there is one, which then sees what a kernel does beyond its memory.

#include "tests/support/build_kind.h"
#include "tests/support/process.h"
#include "tests/unit/models/compiled_model.h"
#include "tests/unit/models/model_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace emel::testing {
namespace {

using ::testing::HasSubstr;

const std::string kGolden = EMEL_SOURCE_DIR "/tests/fixtures/golden/version-1/";

/// The model of tests/fixtures/golden, which is small enough for a compiler with sanitizers.
class SanitizedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (variantsHere().empty()) GTEST_SKIP() << "this machine runs no code that we make";
    Outcome made = testing::Run({EMEL_BINARY_DIR "/bin/emel-modelgen", "--layers=1", "--embd=32",
                                 "--heads=2", "--kv-heads=1", "--ffn=32", "--vocab=384",
                                 "--context=64", "--tied", "--fill=quantized", "--type=f16",
                                 "--tensor-type=ffn_down=q4_0", "-o", gguf_});
    ASSERT_EQ(made.code, 0) << made.err;
  }
  void TearDown() override { std::filesystem::remove(gguf_); }

  CompiledModel compile(const std::string& sanitizer) {
    return CompiledModel(
        gguf_, {variantsHere().front()},
        {"--small=1", "--batch=2", "--numerics=invariant", "--sanitize=" + sanitizer});
  }

  std::string gguf_ = ::testing::TempDir() + "emel_sanitized_" + std::to_string(getpid()) + ".gguf";
  std::vector<int32_t> tokens_ = readIds(kGolden + "tokens.txt");
};

TEST_F(SanitizedTest, IsRefusedByName) {
  if (kSanitized) GTEST_SKIP() << "this build has a sanitizer";
  for (const char* sanitizer : {"address", "thread"}) {
    CompiledModel compiled = compile(sanitizer);
    ASSERT_EQ(compiled.error(), "");
    auto model = exec::Model::Load(compiled.path());
    EXPECT_EQ(model.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(model.status().message()),
                HasSubstr(sanitizer == std::string("address")
                              ? "is instrumented for AddressSanitizer, which this program is built "
                                "without: run it with one of `cmake --preset asan`"
                              : "is instrumented for ThreadSanitizer, which this program is built "
                                "without: run it with one of `cmake --preset tsan`"));
  }
}

TEST_F(SanitizedTest, IsTheSameBytesEachTime) {
  if (kSanitized) GTEST_SKIP() << "the compiler takes long with sanitizers";
  auto read = [](const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  CompiledModel first = compile("address"), second = compile("address"), plain = compile("none");
  ASSERT_EQ(first.error() + second.error() + plain.error(), "");
  EXPECT_TRUE(read(first.path()) == read(second.path()));
  EXPECT_GT(read(first.path()).size(), read(plain.path()).size());
}

#ifdef EMEL_KNOWS_ADDRESSES

/// Calls code with an arena of the test's own.
class OtherArena {
 public:
  static exec::Program wrap(exec::Program program, uint8_t* arena) {
    arena_ = arena;
    functions_.clear();
    for (size_t i = 0; i < program.entries.size(); ++i) {
      functions_.push_back(program.entries[i].function);
      program.entries[i].function = i == 0 ? call<0> : call<1>;
    }
    return program;
  }

 private:
  template <size_t kEntry>
  static void call(const emel_step_t* step, uint32_t worker, uint32_t workers) {
    emel_step_t other = *step;
    other.arena = arena_;
    functions_[kEntry](&other, worker, workers);
  }
  static inline uint8_t* arena_;
  static inline std::vector<emel_step_fn*> functions_;
};

TEST_F(SanitizedTest, RunsAndSeesWhatLeavesTheArena) {
  if (std::getenv("EMEL_TEST_COMPILER") == nullptr)
    GTEST_SKIP()
        << "EMEL_TEST_COMPILER names no folder with a compiler that is built without sanitizers";
  CompiledModel compiled = compile("address");
  ASSERT_EQ(compiled.error(), "");
  auto model = compiled.load(variantsHere().front());
  const exec::Program& program = model->program();
  std::vector<float> floats = readFloats(kGolden + "logits.f32");
  std::vector<double> expected(floats.begin(), floats.end());
  for (uint32_t workers : {1, 2, 3}) {
    EXPECT_EQ(feed(program, tokens_, workers), expected);
    EXPECT_EQ(feed(program, tokens_, workers, 1), expected);
  }
  std::vector<uint8_t> whole(program.arena_bytes + 64), cut(program.arena_bytes - 64);
  auto aligned = [](std::vector<uint8_t>& memory) {
    return reinterpret_cast<uint8_t*>((reinterpret_cast<uintptr_t>(memory.data()) + 63) / 64 * 64);
  };
  EXPECT_EQ(feed(OtherArena::wrap(program, aligned(whole)), tokens_, 1), expected);
  EXPECT_DEATH(feed(OtherArena::wrap(program, aligned(cut)), tokens_, 1), "AddressSanitizer");
}

#endif

}  // namespace
}  // namespace emel::testing
