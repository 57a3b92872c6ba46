#include "tools/run/run.h"

#include "runtime/exec/model.h"
#include "runtime/exec/session.h"
#include "runtime/io/status.h"
#include "tools/run/text_stream.h"
#include "tools/support/best_tokens.h"
#include "tools/support/output_file.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>

namespace emel::tools {
namespace {

using Clock = std::chrono::steady_clock;

double Milliseconds(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

// What --timings reports.
struct Timings {
  Clock::time_point start = Clock::now(), loaded, first_token, end;
  size_t prompt = 0, generated = 0;
  uint32_t workers = 0;

  void Print(const std::string& variant) const {
    const double load = Milliseconds(loaded - start);
    const double feed = Milliseconds(first_token - loaded);
    const double rest = Milliseconds(end - first_token);
    absl::FPrintF(stderr, "load      %9.2f ms, code for %s, %d workers\n", load, variant, workers);
    absl::FPrintF(stderr, "prompt    %9.2f ms, %d tokens, %.1f tokens/s\n", feed, prompt,
                  static_cast<double>(prompt) / feed * 1e3);
    if (generated < 2) return;
    // The first one came with the prompt.
    const double count = static_cast<double>(generated - 1);
    absl::FPrintF(stderr, "generate  %9.2f ms, %.0f tokens, %.2f ms each, %.1f tokens/s\n", rest,
                  count, rest / count, count / rest * 1e3);
  }
};

class Runner {
 public:
  explicit Runner(const RunOptions& options) : options_(options) {}

  absl::Status Run() {
    EMEL_RETURN_IF_ERROR(Load());
    EMEL_RETURN_IF_ERROR(FindTokens());
    EMEL_RETURN_IF_ERROR(CheckLength());
    timings_.loaded = Clock::now();
    EMEL_RETURN_IF_ERROR(Feed());
    timings_.first_token = Clock::now();
    EMEL_RETURN_IF_ERROR(Generate());
    timings_.end = Clock::now();
    if (out_) EMEL_RETURN_IF_ERROR(out_->Commit());
    if (options_.timings) timings_.Print(model_->variant());
    return absl::OkStatus();
  }

 private:
  absl::Status Load();
  absl::Status FindTokens();
  absl::Status CheckLength() const;
  absl::Status Feed();
  absl::Status Generate();
  absl::Status Step(absl::Span<const int32_t> tokens, uint32_t rows);
  bool prints_text() const { return !options_.ids && GenerateCount() != 0; }
  uint64_t GenerateCount() const {
    if (options_.generate) return *options_.generate;
    return options_.prompt && !options_.logits ? UINT64_MAX : 0;
  }
  // Without logits, greedy decoding needs no more than the best token.
  bool TakesBest() const { return !out_ && model_->artifact().sample() > 0; }
  int32_t LastChoice() const;

  const RunOptions& options_;
  Timings timings_;
  std::shared_ptr<const exec::Model> model_;
  std::unique_ptr<exec::Session> session_;
  state::SequenceId sequence_ = 0;
  std::optional<TextStream> text_;
  std::optional<OutputFile> out_;
  std::vector<int32_t> tokens_;
  std::unique_ptr<float[]> logits_;  // of a step
  uint32_t rows_ = 0;                // of them
  emel_candidate_t best_{};          // of the last row, in place of these
};

absl::Status Runner::Load() {
  EMEL_ASSIGN_OR_RETURN(model_, exec::Model::Load(options_.artifact, {.verify = options_.verify,
                                                                      .profile = options_.profile,
                                                                      .variant = options_.cpu}));
  EMEL_ASSIGN_OR_RETURN(
      session_, exec::Session::Create(model_->program(),
                                      {.workers = static_cast<uint32_t>(options_.threads),
                                       .context = static_cast<uint32_t>(options_.context)}));
  EMEL_ASSIGN_OR_RETURN(sequence_, session_->sequences().Add());
  timings_.workers = session_->worker_count();
  if (options_.logits) {
    EMEL_RETURN_IF_ERROR(CheckIsNoInput(*options_.logits, {options_.artifact}));
    auto out = OutputFile::Create(*options_.logits);
    if (!out.ok()) return out.status();
    out_.emplace(*std::move(out));
  }
  return absl::OkStatus();
}

absl::Status Runner::FindTokens() {
  tokens_ = options_.tokens;
  EMEL_RETURN_IF_ERROR(CheckTokens(tokens_, model_->plan().vocabulary));
  if (!options_.prompt && !prints_text()) return absl::OkStatus();
  EMEL_ASSIGN_OR_RETURN(text_, TextStream::Create(model_->artifact()));
  if (!options_.prompt) return absl::OkStatus();
  EMEL_ASSIGN_OR_RETURN(tokens_, text_->Encode(*options_.prompt));
  if (!tokens_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("-p: expected text, found none");
}

// Before anything is computed.
absl::Status Runner::CheckLength() const {
  const uint32_t context = session_->sequences().limits().context;
  const uint64_t more = options_.generate.value_or(0) == 0 ? 0 : *options_.generate - 1;
  if (tokens_.size() <= context && more <= context - tokens_.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected at most ", context, " positions, the context, found a prompt of ",
                   tokens_.size(), " and ", more, " to feed after it"));
}

absl::Status Runner::Step(absl::Span<const int32_t> tokens, uint32_t rows) {
  if (TakesBest()) {
    return session_->StepBest({{sequence_, tokens, rows}}, 1, absl::MakeSpan(&best_, rows));
  }
  const uint64_t floats = uint64_t{rows} * model_->plan().vocabulary;
  EMEL_RETURN_IF_ERROR(
      session_->Step({{sequence_, tokens, rows}}, absl::MakeSpan(logits_.get(), floats)));
  rows_ = rows;
  return absl::OkStatus();
}

// In pieces as large as the code takes at once, which are those that a session would make, so that
// memory for their rows is enough.
absl::Status Runner::Feed() {
  const uint32_t vocabulary = model_->plan().vocabulary;
  const size_t largest = options_.one_by_one ? 1 : model_->plan().entries.back().max_tokens;
  const size_t most_rows = out_ ? std::min(largest, tokens_.size()) : 1;
  if (!TakesBest()) logits_ = std::make_unique_for_overwrite<float[]>(most_rows * vocabulary);
  timings_.prompt = tokens_.size();
  for (size_t begin = 0; begin < tokens_.size(); begin += largest) {
    const auto piece = absl::MakeConstSpan(tokens_).subspan(begin, largest);
    const bool last = begin + piece.size() == tokens_.size();
    EMEL_RETURN_IF_ERROR(Step(piece, out_ ? static_cast<uint32_t>(piece.size()) : last));
    if (!out_) continue;
    EMEL_RETURN_IF_ERROR(
        out_->Write(absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(logits_.get()),
                                        uint64_t{rows_} * vocabulary * sizeof(float))));
  }
  return absl::OkStatus();
}

// The most likely token, the lowest of equals.
int32_t Runner::LastChoice() const {
  if (TakesBest()) return best_.token;
  const uint32_t vocabulary = model_->plan().vocabulary;
  const float* row = logits_.get() + uint64_t{rows_ - 1} * vocabulary;
  return BestToken(absl::MakeConstSpan(row, vocabulary));
}

absl::Status Runner::Generate() {
  const uint64_t count = GenerateCount();
  if (count == 0) return absl::OkStatus();
  const bool text = prints_text();
  if (text) EMEL_RETURN_IF_ERROR(text_->Print(tokens_));
  std::string ids;
  const uint64_t room = session_->sequences().limits().context - tokens_.size();
  for (uint64_t i = 0; i < count; ++i) {
    const int32_t token = LastChoice();
    if ((text || !options_.generate) && text_->IsEnd(token)) break;
    ++timings_.generated;
    if (text) {
      EMEL_RETURN_IF_ERROR(text_->Print({token}));
    } else {
      absl::StrAppend(&ids, ids.empty() ? "" : ",", token);
    }
    if (i + 1 == count || i == room) break;
    EMEL_RETURN_IF_ERROR(Step(absl::MakeConstSpan(&token, 1), 1));
  }
  return text ? text_->Finish() : WriteStdout(ids + "\n");
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
