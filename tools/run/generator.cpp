#include "tools/run/generator.h"

#include "runtime/io/status.h"
#include "tools/support/best_tokens.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <string>

namespace emel::tools {

absl::StatusOr<std::unique_ptr<Generator>> Generator::Load(const RunOptions& options) {
  std::unique_ptr<Generator> generator(new Generator(options));
  EMEL_RETURN_IF_ERROR(generator->Open());
  EMEL_RETURN_IF_ERROR(generator->MakeSampler());
  return generator;
}

absl::Status Generator::Open() {
  EMEL_ASSIGN_OR_RETURN(model_, exec::Model::Load(options_.artifact, {.verify = options_.verify,
                                                                      .profile = options_.profile,
                                                                      .variant = options_.cpu}));
  EMEL_ASSIGN_OR_RETURN(
      session_, exec::Session::Create(model_->program(),
                                      {.workers = static_cast<uint32_t>(options_.threads),
                                       .context = static_cast<uint32_t>(options_.context)}));
  EMEL_ASSIGN_OR_RETURN(sequence_, session_->sequences().Add());
  return absl::OkStatus();
}

absl::StatusOr<const gguf::Model*> Generator::Metadata() {
  if (!metadata_) {
    EMEL_ASSIGN_OR_RETURN(metadata_, model_->artifact().ReadModel());
  }
  return &*metadata_;
}

absl::StatusOr<const text::Tokenizer*> Generator::Tokenizer() {
  if (tokenizer_) return tokenizer_.get();
  EMEL_ASSIGN_OR_RETURN(const gguf::Model* metadata, Metadata());
  auto vocabulary = text::LoadVocabulary(*metadata);
  if (absl::IsNotFound(vocabulary.status())) {
    return absl::InvalidArgumentError(
        absl::StrCat(vocabulary.status().message(), "; --tokens and --ids need none"));
  }
  if (!vocabulary.ok()) return vocabulary.status();
  EMEL_ASSIGN_OR_RETURN(
      tokenizer_,
      text::Tokenizer::Create(std::make_shared<const text::Vocabulary>(*std::move(vocabulary))));
  return tokenizer_.get();
}

// Without a wish, ids are what the model finds most likely, and so is text unless the model's file
// recommends something else.
absl::Status Generator::MakeSampler() {
  const bool given = options_.sampling.given();
  Sampling sampling;
  bool recommended = false;
  if (given || !(options_.tokens || options_.ids)) {
    EMEL_ASSIGN_OR_RETURN(const gguf::Model* metadata, Metadata());
    EMEL_ASSIGN_OR_RETURN(recommended, TakeRecommendation(*metadata, sampling.options));
  }
  EMEL_RETURN_IF_ERROR(options_.sampling.Apply(sampling));
  if (!given && !recommended) {
    if (!options_.candidates) return absl::OkStatus();
    sampling.options = {.chain = {sample::Kind::kTemperature}, .temperature = 0};
  }
  sample::Vocabulary vocabulary{.size = this->vocabulary()};
  if (sampling.options.dry_multiplier != 0 && !sampling.options.dry_breakers.empty()) {
    EMEL_ASSIGN_OR_RETURN(const text::Tokenizer* tokenizer, Tokenizer());
    vocabulary.text = [tokenizer](int32_t id) {
      return tokenizer->Decode({id}).value_or(std::string());
    };
    vocabulary.tokenize = [tokenizer](std::string_view text) {
      return tokenizer->Encode(text, {.add_special = false, .parse_special = false})
          .value_or(std::vector<int32_t>());
    };
  }
  EMEL_ASSIGN_OR_RETURN(sampler_,
                        sample::Sampler::Create(vocabulary, sampling.options, sampling.biases));
  return absl::OkStatus();
}

size_t Generator::LargestPiece() const {
  return options_.one_by_one ? 1 : model_->plan().entries.back().max_tokens;
}

absl::Status Generator::Step(absl::Span<const int32_t> tokens, uint32_t rows, bool best) {
  const exec::Segment segment{sequence_, tokens, rows};
  if (best) {
    EMEL_RETURN_IF_ERROR(session_->StepBest({segment}, 1, absl::MakeSpan(&best_, rows)));
  } else {
    rows_.resize(std::max(rows_.size(), size_t{rows} * vocabulary()));
    EMEL_RETURN_IF_ERROR(
        session_->Step({segment}, absl::MakeSpan(rows_.data(), size_t{rows} * vocabulary())));
  }
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
  if (!sampler_) return absl::OkStatus();
  for (int32_t token : tokens) EMEL_RETURN_IF_ERROR(sampler_->Accept(token));
  return absl::OkStatus();
}

absl::Status Generator::Feed(absl::Span<const int32_t> tokens) {
  return Feed(tokens, [] { return absl::OkStatus(); });
}

absl::Status Generator::Feed(absl::Span<const int32_t> tokens, Between between) {
  has_best_ = !sampler_ && model_->artifact().sample() > 0;
  for (size_t begin = 0; begin < tokens.size(); begin += LargestPiece()) {
    EMEL_RETURN_IF_ERROR(between());
    const auto piece = tokens.subspan(begin, LargestPiece());
    EMEL_RETURN_IF_ERROR(Step(piece, begin + piece.size() == tokens.size(), has_best_));
  }
  return absl::OkStatus();
}

absl::Status Generator::FeedForRows(absl::Span<const int32_t> tokens, size_t count, TakeRows take) {
  has_best_ = false;
  for (size_t begin = 0; begin < tokens.size(); begin += LargestPiece()) {
    const auto piece = tokens.subspan(begin, LargestPiece());
    const size_t end = begin + piece.size(), first = tokens.size() - count;
    const size_t rows = end <= first ? 0 : std::min(piece.size(), end - first);
    EMEL_RETURN_IF_ERROR(Step(piece, static_cast<uint32_t>(rows), false));
    if (rows == 0) continue;
    EMEL_RETURN_IF_ERROR(take(absl::MakeConstSpan(rows_.data(), rows * vocabulary())));
    // The last one is what Choose looks at.
    if (rows > 1 && end == tokens.size()) {
      std::copy_n(rows_.data() + (rows - 1) * vocabulary(), vocabulary(), rows_.data());
    }
  }
  return absl::OkStatus();
}

absl::Status Generator::Rewind(size_t positions) {
  absl::Status status = session_->sequences().Truncate(sequence_, positions);
  if (absl::IsDataLoss(status)) {
    positions = 0;
    status = session_->sequences().Truncate(sequence_, 0);
  }
  if (status.ok()) tokens_.resize(positions);
  return status;
}

absl::StatusOr<int32_t> Generator::Choose() {
  if (has_best_) return best_.token;
  const auto row = absl::MakeConstSpan(rows_.data(), vocabulary());
  return sampler_ ? sampler_->Sample(row) : BestToken(row);
}

absl::Span<const sample::Candidate> Generator::Candidates(size_t count) {
  const size_t survivors = sampler_->survivors();
  candidates_.resize(count == 0 ? survivors : std::min(count, survivors));
  candidates_.resize(sampler_->Best(absl::MakeSpan(candidates_)));
  return candidates_;
}

}  // namespace emel::tools
