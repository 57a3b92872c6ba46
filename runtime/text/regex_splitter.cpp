#include "runtime/text/regex_splitter.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>

#include <pcre2.h>
#include <string>
#include <utility>

namespace emel::text {

// Not in the anonymous namespace: a member of a class that has a name owns one.
struct PcreFreer {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
template <typename T>
using Owned = std::unique_ptr<T, PcreFreer>;

namespace {

std::string Message(int error) {
  PCRE2_UCHAR text[128] = "unknown";
  pcre2_get_error_message(error, text, sizeof(text));
  return reinterpret_cast<const char*>(text);
}

// What one Split needs beside the compiled expressions, which it shares with other threads.
struct Scratch {
  Owned<pcre2_match_data> data{pcre2_match_data_create(1, nullptr)};
  Owned<pcre2_match_context> context{pcre2_match_context_create(nullptr)};
};

// The next match in `piece` from `start` on, as [begin, end); false when there is none.
absl::StatusOr<bool> NextMatch(const pcre2_code* code, std::string_view piece, size_t start,
                               const Scratch& scratch, std::pair<size_t, size_t>& match) {
  const auto run = [&](uint32_t options) {
    return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(piece.data()), piece.size(), start,
                       options | PCRE2_NO_UTF_CHECK, scratch.data.get(), scratch.context.get());
  };
  int result = run(0);
  // The interpreter keeps its state on the heap and needs no machine stack.
  if (result == PCRE2_ERROR_JIT_STACKLIMIT) result = run(PCRE2_NO_JIT);
  if (result == PCRE2_ERROR_NOMATCH) return false;
  if (result < 0) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "text of ", piece.size(), " bytes: splitting it into words failed: ", Message(result)));
  }
  const size_t* ends = pcre2_get_ovector_pointer(scratch.data.get());
  match = {ends[0], ends[1]};
  return true;
}

}  // namespace

struct RegexSplitter::Expression {
  Owned<pcre2_code> code;
};

RegexSplitter::RegexSplitter(RegexSplitter&&) noexcept = default;
RegexSplitter::~RegexSplitter() = default;

absl::StatusOr<RegexSplitter> RegexSplitter::Create(absl::Span<const char* const> expressions) {
  RegexSplitter splitter;
  for (const char* expression : expressions) {
    // PCRE2's \s also takes U+180E, which is no white space to the tokenizers.
    const std::string pattern =
        absl::StrReplaceAll(expression, {{R"(\s)", R"(\p{WSpace})"}, {R"(\S)", R"(\P{WSpace})"}});
    int error;
    size_t offset;
    auto compiled = std::make_unique<Expression>();
    compiled->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                       PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY, &error,
                                       &offset, nullptr));
    if (compiled->code == nullptr) {
      return absl::InternalError(
          absl::StrCat("expression '", pattern, "', offset ", offset, ": ", Message(error)));
    }
    pcre2_jit_compile(compiled->code.get(), PCRE2_JIT_COMPLETE);  // without JIT it only runs slower
    splitter.expressions_.push_back(std::move(compiled));
  }
  return splitter;
}

absl::StatusOr<std::vector<std::string_view>> RegexSplitter::Split(std::string_view text) const {
  std::vector<std::string_view> pieces;
  if (!text.empty()) pieces.push_back(text);
  Scratch scratch;
  if (scratch.data == nullptr || scratch.context == nullptr) {
    return absl::ResourceExhaustedError("no memory to match expressions");
  }
  // The expressions are linear, so the limit would only ever refuse a long run of white space.
  pcre2_set_match_limit(scratch.context.get(), UINT32_MAX);

  for (const auto& expression : expressions_) {
    std::vector<std::string_view> finer;
    finer.reserve(pieces.size());
    for (std::string_view piece : pieces) {
      size_t done = 0;
      std::pair<size_t, size_t> match;
      while (done < piece.size()) {
        auto found = NextMatch(expression->code.get(), piece, done, scratch, match);
        if (!found.ok()) return found.status();
        if (!*found || match.second <= done) break;
        if (match.first > done) finer.push_back(piece.substr(done, match.first - done));
        finer.push_back(piece.substr(match.first, match.second - match.first));
        done = match.second;
      }
      if (done < piece.size()) finer.push_back(piece.substr(done));
    }
    pieces = std::move(finer);
  }
  return pieces;
}

}  // namespace emel::text
