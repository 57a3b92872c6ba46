#include "tools/run/run.h"

#include "runtime/io/status.h"
#include "tools/run/candidates.h"
#include "tools/run/generator.h"
#include "tools/run/text_stream.h"
#include "tools/run/timings.h"
#include "tools/support/output_file.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>

#include <charconv>
#include <memory>
#include <optional>
#include <string>

namespace emel::tools {
namespace {

// Continues a prompt.
class Runner {
 public:
  explicit Runner(const RunOptions& options) : options_(options) {}

  absl::Status Run() {
    EMEL_ASSIGN_OR_RETURN(generator_, Generator::Load(options_));
    EMEL_RETURN_IF_ERROR(OpenOutput());
    EMEL_RETURN_IF_ERROR(FindTokens());
    EMEL_RETURN_IF_ERROR(CheckLength());
    timings_.loaded = Timings::Clock::now();
    EMEL_RETURN_IF_ERROR(Feed());
    timings_.first_token = Timings::Clock::now();
    EMEL_RETURN_IF_ERROR(Generate());
    timings_.end = Timings::Clock::now();
    if (out_) EMEL_RETURN_IF_ERROR(out_->Commit());
    if (!options_.timings) return absl::OkStatus();
    timings_.PrintLoad(generator_->model().variant(), generator_->workers());
    timings_.PrintTokens();
    return absl::OkStatus();
  }

 private:
  absl::Status OpenOutput();
  absl::Status FindTokens();
  absl::Status CheckLength() const;
  absl::Status Feed();
  absl::Status Generate();
  absl::Status Write(uint64_t step, int32_t token);
  bool prints_text() const { return !options_.ids && !options_.candidates && GenerateCount() != 0; }
  uint64_t GenerateCount() const {
    if (options_.generate) return *options_.generate;
    return options_.prompt && !options_.logits ? UINT64_MAX : 0;
  }

  const RunOptions& options_;
  Timings timings_;
  std::unique_ptr<Generator> generator_;
  const text::Tokenizer* tokenizer_ = nullptr;  // where text goes in or out
  std::optional<TextStream> text_;
  std::optional<OutputFile> out_;
  std::vector<int32_t> tokens_;
  std::string ids_;
};

absl::Status Runner::OpenOutput() {
  if (!options_.logits) return absl::OkStatus();
  EMEL_RETURN_IF_ERROR(CheckIsNoInput(*options_.logits, {options_.artifact}));
  auto out = OutputFile::Create(*options_.logits);
  if (!out.ok()) return out.status();
  out_.emplace(*std::move(out));
  return absl::OkStatus();
}

absl::Status Runner::FindTokens() {
  if (options_.tokens) tokens_ = *options_.tokens;
  EMEL_RETURN_IF_ERROR(CheckTokens(tokens_, generator_->vocabulary()));
  if (options_.prompt || prints_text()) {
    EMEL_ASSIGN_OR_RETURN(tokenizer_, generator_->Tokenizer());
  }
  if (prints_text()) text_.emplace(*tokenizer_);
  if (!options_.prompt) return absl::OkStatus();
  EMEL_ASSIGN_OR_RETURN(tokens_, tokenizer_->Encode(*options_.prompt));
  if (!tokens_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(options_.prompt_source, ": expected text, found none"));
}

// Before anything is computed.
absl::Status Runner::CheckLength() const {
  const uint32_t context = generator_->context();
  const uint64_t more = options_.generate.value_or(0) == 0 ? 0 : *options_.generate - 1;
  if (tokens_.size() <= context && more <= context - tokens_.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected at most ", context, " positions, the context, found a prompt of ",
                   tokens_.size(), " and ", more, " to feed after it"));
}

absl::Status Runner::Feed() {
  timings_.prompt = tokens_.size();
  if (!out_) return generator_->Feed(tokens_);
  return generator_->FeedForRows(tokens_, tokens_.size(), [&](absl::Span<const float> rows) {
    return out_->Write(absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(rows.data()),
                                           rows.size() * sizeof(float)));
  });
}

absl::Status Runner::Write(uint64_t step, int32_t token) {
  if (options_.candidates) {
    return WriteStdout(CandidatesLine(step, generator_->Candidates(*options_.candidates)));
  }
  if (text_) return text_->Print({token});
  absl::StrAppend(&ids_, ids_.empty() ? "" : ",", token);
  return absl::OkStatus();
}

absl::Status Runner::Generate() {
  const uint64_t count = GenerateCount();
  if (count == 0) return absl::OkStatus();
  if (text_) EMEL_RETURN_IF_ERROR(text_->Print(tokens_));
  const uint64_t room = generator_->context() - tokens_.size();
  for (uint64_t i = 0; i < count; ++i) {
    EMEL_ASSIGN_OR_RETURN(const int32_t token, generator_->Choose());
    if ((text_ || !options_.generate) && IsEnd(*tokenizer_, token)) break;
    ++timings_.generated;
    EMEL_RETURN_IF_ERROR(Write(i, token));
    if (i + 1 == count || i == room) break;
    EMEL_RETURN_IF_ERROR(generator_->Feed({token}));
  }
  if (text_) return text_->Finish();
  return options_.ids ? WriteStdout(ids_ + "\n") : absl::OkStatus();
}

}  // namespace

absl::Status RunModel(const RunOptions& options) { return Runner(options).Run(); }

absl::StatusOr<std::vector<int32_t>> ParseTokens(std::string_view text) {
  std::vector<int32_t> tokens;
  absl::string_view list = absl::StripSuffix(Text(text), ",");
  // As emel-tokenize prints them.
  if (absl::ConsumePrefix(&list, "[")) list = absl::StripSuffix(list, "]");
  for (absl::string_view part : absl::StrSplit(list, ',')) {
    part = absl::StripAsciiWhitespace(part);
    int32_t token;
    const char* const end = part.data() + part.size();
    const auto [rest, error] = std::from_chars(part.data(), end, token);
    if (rest != end || error != std::errc() || token < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("--tokens: expected ids separated by commas, found '", part, "'"));
    }
    tokens.push_back(token);
  }
  return tokens;
}

absl::Status CheckTokens(absl::Span<const int32_t> tokens, uint32_t vocabulary) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (static_cast<uint32_t>(tokens[i]) < vocabulary) continue;
    return absl::InvalidArgumentError(absl::StrCat("--tokens: token ", i + 1, " of ", tokens.size(),
                                                   ": expected an id below ", vocabulary,
                                                   ", found ", tokens[i]));
  }
  return absl::OkStatus();
}

}  // namespace emel::tools
