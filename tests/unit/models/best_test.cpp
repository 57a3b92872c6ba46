// The best tokens that code finds are those that choosing among its logits gives, to the bit: in
// any pieces, for any number of workers, rows and tokens, for the least and the best CPU that this
// machine runs.

#include "runtime/gguf/gguf.h"
#include "tests/support/build_kind.h"
#include "tests/unit/models/compiled_model.h"
#include "tools/support/best_tokens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace emel::testing {
namespace {

// Tokens below this are fed; the rows of the others are changed.
constexpr size_t kFed = 12;

/// A copy of a model in which many logits are equal and some are NaN: rows of the head are those of
/// the first tokens again, every eighth has all bits set.
class TiedModel {
 public:
  explicit TiedModel(const std::string& name) {
    const std::string from = EMEL_SOURCE_DIR "/tests/fixtures/models/" + name + "/model.gguf";
    std::ifstream in(from, std::ios::binary);
    std::stringstream all;
    all << in.rdbuf();
    std::string bytes = all.str();
    auto model = gguf::Model::Open(from);
    EXPECT_TRUE(model.ok()) << model.status();
    const gguf::Tensor* head = model->FindTensor("output.weight");
    if (head == nullptr) head = model->FindTensor("token_embd.weight");
    vocabulary_ = head->dims[1];
    const size_t row = head->bytes / vocabulary_;
    for (size_t i = kFed; i < vocabulary_; ++i) {
      char* to = bytes.data() + head->offset + i * row;
      if (i % 8 == 1)
        std::memset(to, 0xff, row);
      else
        std::memcpy(to, bytes.data() + head->offset + i % kFed * row, row);
    }
    path_ = std::filesystem::path(::testing::TempDir()) /
            ("emel_tied_" + std::to_string(getpid()) + ".gguf");
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~TiedModel() { std::filesystem::remove(path_); }

  const std::string& path() const { return path_; }
  size_t vocabulary() const { return vocabulary_; }

 private:
  std::string path_;
  size_t vocabulary_ = 0;
};

std::vector<emel_candidate_t> choose(const std::vector<double>& rows, size_t width, size_t count) {
  std::vector<emel_candidate_t> best;
  for (size_t begin = 0; begin < rows.size(); begin += width) {
    auto row = absl::MakeConstSpan(rows).subspan(begin, width);
    for (int32_t token : tools::BestTokens(row, count))
      best.push_back({token, static_cast<float>(row[token])});
  }
  return best;
}

/// The best after each token, in pieces of `chunk` of which only the last `most` have rows.
std::vector<emel_candidate_t> feedForBest(const exec::Program& program,
                                          const std::vector<int32_t>& tokens, uint32_t workers,
                                          size_t chunk, uint32_t count, uint32_t most) {
  auto session = exec::Session::Create(program, {.workers = workers});
  EXPECT_TRUE(session.ok()) << session.status();
  auto sequence = *(*session)->sequences().Add();
  std::vector<emel_candidate_t> all;
  for (size_t i = 0; i < tokens.size(); i += chunk) {
    auto piece = absl::MakeConstSpan(tokens).subspan(i, chunk);
    uint32_t rows = std::min<uint32_t>(most, piece.size());
    std::vector<emel_candidate_t> best(rows * count);
    absl::Status status =
        (*session)->StepBest({{sequence, piece, rows}}, count, absl::MakeSpan(best));
    EXPECT_TRUE(status.ok()) << status;
    all.insert(all.end(), best.begin(), best.end());
  }
  return all;
}

bool areSame(const std::vector<emel_candidate_t>& a, const std::vector<emel_candidate_t>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof a[0]) == 0;
}

/// `rows`: the logits after each of the tokens.
void expectBest(const exec::Program& program, const std::vector<int32_t>& tokens,
                const std::vector<double>& rows, uint32_t count) {
  size_t width = program.vocabulary;
  auto expected = choose(rows, width, count);
  for (uint32_t workers : {1, 2, 3, 7})
    for (size_t chunk : {size_t{1}, size_t{5}, tokens.size()}) {
      SCOPED_TRACE(std::to_string(count) + " of each row, " + std::to_string(workers) +
                   " workers, " + std::to_string(chunk) + " tokens at once");
      auto best = feedForBest(program, tokens, workers, chunk, count, UINT32_MAX);
      EXPECT_TRUE(areSame(best, expected));
    }
  // Tokens without rows change nothing about those with them.
  expected.erase(expected.begin(), expected.end() - count);
  EXPECT_TRUE(areSame(feedForBest(program, tokens, 2, tokens.size(), count, 1), expected));
  EXPECT_TRUE(feedForBest(program, tokens, 2, 1, count, 0).empty());
  EXPECT_TRUE(feedForBest(program, tokens, 2, tokens.size(), count, 0).empty());
}

struct BestCase {
  const char *model, *sample;
};
void PrintTo(const BestCase& test, std::ostream* out) { *out << test.model << ' ' << test.sample; }

class BestTokensOf : public ::testing::TestWithParam<BestCase> {};

TEST_P(BestTokensOf, AreThoseOfTheLogits) {
  if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
  TiedModel model(GetParam().model);
  std::string sample = GetParam().sample;
  if (sample == "all") sample = "top-k:" + std::to_string(model.vocabulary());
  std::vector<int32_t> tokens;
  for (size_t i = 0; i < 32; ++i) tokens.push_back(static_cast<int32_t>(i * i % kFed));
  std::vector<std::string> variants = variantsHere();
  if (variants.size() > 2) variants = {variants.front(), variants.back()};
  CompiledModel compiled(model.path(), variants,
                         {"-q", "--numerics=invariant", "--sample=" + sample});
  ASSERT_EQ(compiled.error(), "");
  for (const std::string& variant : variants) {
    SCOPED_TRACE(variant);
    auto loaded = compiled.load(variant);
    uint32_t most = loaded->artifact().sample();
    auto rows = feed(loaded->program(), tokens, 2);
    expectBest(loaded->program(), tokens, rows, most);
    if (most > 1) expectBest(loaded->program(), tokens, rows, most / 2);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, BestTokensOf,
                         ::testing::Values(BestCase{"llama-float", "argmax"},
                                           BestCase{"llama-all-types", "top-k:5"},
                                           BestCase{"gemma2", "top-k:40"},
                                           BestCase{"gpt2", "top-k:2"}, BestCase{"qwen2", "all"}),
                         [](const auto& info) {
                           std::string name = info.param.model;
                           std::erase_if(name, [](char c) { return !std::isalnum(c); });
                           return name;
                         });

TEST(BestTokens, AreRefusedWhereThereAreNone) {
  if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
  TiedModel model("qwen2");
  for (const char* sample : {"", "--sample=top-k:3"}) {
    std::vector<std::string> options = {"-q"};
    if (*sample) options.push_back(sample);
    CompiledModel compiled(model.path(), {variantsHere().back()}, options);
    ASSERT_EQ(compiled.error(), "");
    auto loaded = compiled.load(variantsHere().back());
    auto session = *exec::Session::Create(loaded->program(), {.workers = 1});
    auto sequence = *session->sequences().Add();
    int32_t token = 1;
    std::vector<emel_candidate_t> best(4);
    auto step = [&](uint32_t count, size_t room) {
      return std::string(session
                             ->StepBest({{sequence, absl::MakeConstSpan(&token, 1), 1}}, count,
                                        absl::MakeSpan(best).first(room))
                             .message());
    };
    if (!*sample) {
      EXPECT_EQ(step(1, 4),
                "expected code that gives the best tokens, found code that gives logits alone; "
                "emel-compile --sample makes it");
      continue;
    }
    EXPECT_EQ(step(4, 4),
              "expected 1 to 3 of the best tokens, which the code gives, found 4; emel-compile "
              "--sample sets the most");
    EXPECT_NE(step(0, 4).find("found 0"), std::string::npos);
    EXPECT_EQ(step(3, 2), "best: expected room for 3 tokens, found 2");
    EXPECT_EQ(*session->sequences().Length(sequence), 0u);
    EXPECT_EQ(step(3, 3), "");
  }
}

}  // namespace
}  // namespace emel::testing
