#include "runtime/sample/sampler.h"

#include "runtime/io/status.h"
#include "runtime/sample/exp_log.h"
#include "runtime/sample/random.h"
#include "runtime/sample/rows.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unistd.h>

namespace emel::sample {
namespace {

constexpr size_t kMostVocabulary = 1 << 24;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

absl::StatusOr<uint64_t> SeedOf(int64_t option) {
  if (option != kRandomSeed) return static_cast<uint64_t>(option);
  uint32_t seed;
  if (getentropy(&seed, sizeof(seed)) != 0) {
    return absl::UnavailableError("--seed: the system has no random number; give one");
  }
  return seed;
}

// One for each token that has any, in order.
absl::StatusOr<std::vector<Bias>> Summed(absl::Span<const Bias> biases, size_t vocabulary) {
  std::vector<Bias> sums;
  std::vector<Bias> sorted(biases.begin(), biases.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Bias& a, const Bias& b) { return a.first < b.first; });
  for (const auto& [id, bias] : sorted) {
    if (id < 0 || static_cast<size_t>(id) >= vocabulary) {
      return absl::InvalidArgumentError(absl::StrCat("--logit-bias: expected a token from 0 to ",
                                                     vocabulary - 1, ", found ", id));
    }
    if (sums.empty() || sums.back().first != id) sums.emplace_back(id, 0.0f);
    sums.back().second += bias;
    if (std::isnan(sums.back().second)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--logit-bias: expected numbers with a sum for token ", id, ", found none"));
    }
  }
  return sums;
}

bool Dries(const Options& options) {
  return options.mirostat == 0 && options.dry_multiplier != 0 && options.dry_last_n != 0 &&
         std::find(options.chain.begin(), options.chain.end(), Kind::kDry) != options.chain.end();
}

}  // namespace

absl::StatusOr<Sampler> Sampler::Create(const Vocabulary& vocabulary, const Options& options,
                                        absl::Span<const Bias> biases) {
  EMEL_RETURN_IF_ERROR(Check(options));
  if (vocabulary.size == 0 || vocabulary.size > kMostVocabulary) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected a vocabulary of 1 to ", kMostVocabulary, " tokens, found ", vocabulary.size));
  }
  EMEL_ASSIGN_OR_RETURN(const std::vector<Bias> sums, Summed(biases, vocabulary.size));
  Breakers breakers;
  if (Dries(options) && !options.dry_breakers.empty()) {
    for (const std::string& text : options.dry_breakers) {
      if (text.empty() || text.size() > 40) {
        return absl::InvalidArgumentError(
            absl::StrCat("--dry-sequence-breaker: expected 1 to 40 bytes, found ", text.size()));
      }
    }
    if (!vocabulary.text || !vocabulary.tokenize) {
      return absl::InvalidArgumentError(
          "--dry-sequence-breaker: expected a vocabulary with the text of its tokens, found none; "
          "give it, or 'none'");
    }
    breakers = Breakers::Of(vocabulary, options.dry_breakers);
  }
  EMEL_ASSIGN_OR_RETURN(const uint64_t seed, SeedOf(options.seed));
  Sampler sampler(vocabulary.size, options, sums, std::move(breakers));
  sampler.seed_ = seed;
  return sampler;
}

Sampler::Sampler(size_t vocabulary, const Options& options, const std::vector<Bias>& biases,
                 Breakers breakers)
    : options_(options),
      vocabulary_(vocabulary),
      seed_(0),
      biases_(vocabulary, biases.size()),
      repetition_(vocabulary, options, std::move(breakers)),
      raw_(vocabulary),
      candidates_(vocabulary) {
  for (const auto& [id, bias] : biases) {
    if (bias != 0) biases_.Set(id, bias);
  }
  const bool edits = biases_.begin() != biases_.end() ||
                     (Has(Kind::kPenalties) && repetition_.penalises()) ||
                     (Has(Kind::kDry) && repetition_.dries());
  if (edits) edited_.resize(vocabulary);
  if (Has(Kind::kAdaptiveP)) original_p_.resize(vocabulary);
  Reset();
}

bool Sampler::Has(Kind kind) const {
  const auto& chain = options_.chain;
  return options_.mirostat == 0 && std::find(chain.begin(), chain.end(), kind) != chain.end();
}

void Sampler::Reset() {
  repetition_.Clear();
  step_ = 0;
  pending_ = false;
  mu_ = 2 * options_.mirostat_entropy;
  weight_ = 1 / (1 - options_.adaptive_decay);
  near_ = options_.adaptive_target * weight_;
}

absl::Status Sampler::Accept(int32_t token) {
  if (token < 0 || static_cast<size_t>(token) >= vocabulary_) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a token from 0 to ", vocabulary_ - 1, ", found ", token));
  }
  repetition_.Accept(token);
  if (!std::exchange(pending_, false) || candidates_.ids()[chosen_] != token) {
    return absl::OkStatus();
  }
  if (options_.mirostat != 0) {
    const double surprise = -candidates_.log_p(chosen_) / kLog2;
    mu_ -= options_.mirostat_rate * (surprise - options_.mirostat_entropy);
  }
  if (Has(Kind::kAdaptiveP) && options_.adaptive_target >= 0) {
    near_ = original_p_[chosen_] + options_.adaptive_decay * near_;
    weight_ = 1 + options_.adaptive_decay * weight_;
  }
  return absl::OkStatus();
}

absl::Status Sampler::Load(absl::Span<const float> logits) {
  if (logits.size() != vocabulary_) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a row of ", vocabulary_, " logits, found ", logits.size()));
  }
  if (!CopyNumbers(logits.data(), vocabulary_, raw_.data())) {
    size_t i = 0;
    while (!std::isnan(logits[i])) ++i;
    return absl::InvalidArgumentError(
        absl::StrCat("logits: expected numbers, found NaN for token ", i));
  }
  float* row = raw_.data();
  if (!edited_.empty()) {
    row = edited_.data();
    std::copy(raw_.begin(), raw_.end(), row);
    for (int32_t id : biases_) {
      row[id] = std::isinf(biases_[id]) ? biases_[id] : row[id] + biases_[id];
    }
  }
  const float max = Max(row, vocabulary_);
  if (max == -kInfinity) {
    return absl::InvalidArgumentError(
        absl::StrCat("logits: expected one above -inf, found none among ", vocabulary_));
  }
  max == kInfinity ? candidates_.ResetCertain(row) : candidates_.Reset(row);
  return absl::OkStatus();
}

absl::StatusOr<int32_t> Sampler::Sample(absl::Span<const float> logits) {
  pending_ = false;
  EMEL_RETURN_IF_ERROR(Load(logits));
  if (options_.mirostat == 0) {
    for (Kind kind : options_.chain) Apply(kind);
  } else {
    ApplyTemperature(0);
    options_.mirostat == 1 ? ApplyMirostat() : ApplyMirostat2();
  }
  candidates_.Normalise();
  if (Has(Kind::kAdaptiveP)) ApplyAdaptiveP();
  chosen_ = Draw();
  ++step_;
  pending_ = true;
  return candidates_.ids()[chosen_];
}

void Sampler::Apply(Kind kind) {
  const Options& o = options_;
  switch (kind) {
    case Kind::kPenalties:
      if (repetition_.penalises()) repetition_.ApplyPenalties(candidates_);
      break;
    case Kind::kDry:
      if (repetition_.dries()) repetition_.ApplyDry(candidates_);
      break;
    case Kind::kTopNSigma:
      if (o.top_n_sigma > 0) candidates_.KeepNearTop(o.top_n_sigma);
      break;
    case Kind::kTopK:
      if (o.top_k > 0) candidates_.KeepTop(static_cast<size_t>(o.top_k));
      break;
    case Kind::kTypical:
      if (o.typical_p < 1) candidates_.KeepTypical(o.typical_p);
      break;
    case Kind::kTopP:
      if (o.top_p < 1) candidates_.KeepMass(o.top_p);
      break;
    case Kind::kMinP:
      if (o.min_p > 0) candidates_.KeepAtLeast(candidates_.MaxLogit() + Log(o.min_p));
      break;
    case Kind::kXtc:
      ApplyXtc();
      break;
    case Kind::kTemperature:
      ApplyTemperature(o.dynatemp_range);
      break;
    case Kind::kAdaptiveP:
      break;  // after all others
  }
}

// With a range, the temperature is where the entropy is between 0 and that of equal chances.
void Sampler::ApplyTemperature(double range) {
  if (range == 0) return candidates_.Scale(options_.temperature);
  if (candidates_.List() < 2) return;
  candidates_.Normalise();
  const double entropy = candidates_.Entropy() / Log(static_cast<double>(candidates_.size()));
  const double low = std::max(0.0, options_.temperature - range);
  const double high = options_.temperature + range;
  candidates_.Scale(low + (high - low) * Power(entropy, options_.dynatemp_exponent));
}

void Sampler::ApplyXtc() {
  if (options_.xtc_probability == 0 || options_.xtc_threshold > 0.5) return;
  if (candidates_.List() < 2) return;
  if (Uniform(seed_, step_, Stream::kXtc) < options_.xtc_probability) {
    candidates_.DropLikely(options_.xtc_threshold);
  }
}

// Basu et al., "Mirostat", 2020: Zipf's exponent s from the 100 most likely, then how many tokens
// have that surprise,
//   t_i = log((i + 2) / (i + 1)),  b_i = log(p_i / p_(i+1)),  s = sum t b / sum t^2,  e = s - 1
//   k = (e 2^mu / (1 - n^-e))^(1/s)
void Sampler::ApplyMirostat() {
  constexpr size_t kMost = 100;
  candidates_.Normalise();
  const size_t size = candidates_.size();
  const size_t count = std::min(kMost, size);
  if (count < 2) return;
  const Candidates::Ranked* best = candidates_.Best(count);
  const double* logits = candidates_.logits();
  double products = 0, squares = 0;
  for (size_t i = 0; i + 1 < count; ++i) {
    const double t = Log(static_cast<double>(i + 2) / static_cast<double>(i + 1));
    products += t * (logits[best[i].index] - logits[best[i + 1].index]);
    squares += t * t;
  }
  const double s = std::max(products / squares, 1e-12);
  const double e = s - 1;
  const double log_n = Log(static_cast<double>(vocabulary_));
  const double factor = std::abs(e) < 1e-9 ? 1 / log_n : e / (1 - Exp(-e * log_n));
  const double log_k = (Log(std::clamp(factor, 1e-300, 1e300)) + mu_ * kLog2) / s;
  if (log_k >= Log(static_cast<double>(size))) return;
  candidates_.KeepTop(std::max<size_t>(1, static_cast<size_t>(Exp(std::max(log_k, 0.0)))));
}

// What surprises by more than mu is no candidate.
void Sampler::ApplyMirostat2() {
  candidates_.Normalise();
  const double zero = candidates_.logits()[0] - candidates_.log_p(0);  // the logit of no surprise
  candidates_.KeepAtLeast(std::min(zero - mu_ * kLog2, candidates_.MaxLogit()));
}

// The target moves so that the mean of the probabilities that were chosen stays where it is wanted;
// logits become
//   5 - 10 d^2 / (1 + d),  d = |p - target| / 0.3
void Sampler::ApplyAdaptiveP() {
  if (options_.adaptive_target < 0) return;
  const double target = std::clamp(2 * options_.adaptive_target - near_ / weight_, 0.0, 1.0);
  double* logits = candidates_.logits();
  for (size_t i = 0; i < candidates_.size(); ++i) {
    original_p_[i] = candidates_.p()[i];
    const double d = std::abs(original_p_[i] - target) / 0.3;
    logits[i] = 5 - 10 * d * d / (1 + d);
  }
  candidates_.Normalise();
}

// The first, by id, up to which there is more probability than the draw: by sums of blocks, then
// one by one.
size_t Sampler::Draw() const {
  constexpr size_t kStride = 1024;
  const double* p = candidates_.p();
  const size_t size = candidates_.size();
  double left = Uniform(seed_, step_, Stream::kChoice);
  size_t begin = 0;
  while (begin + kStride < size) {
    const double sum = Sum(p + begin, kStride);
    if (left < sum) break;
    left -= sum;
    begin += kStride;
  }
  size_t last = 0;
  for (size_t i = begin; i < size; ++i) {
    if (left < p[i]) return i;
    left -= p[i];
    if (p[i] > 0) last = i;  // where rounding left more than there is
  }
  return last;
}

Candidate Sampler::At(size_t i) const {
  const int32_t id = candidates_.ids()[i];
  return {id, raw_[id], candidates_.p()[i], candidates_.log_p(i)};
}

size_t Sampler::Best(absl::Span<Candidate> out) {
  const size_t count = std::min(out.size(), candidates_.size());
  const Candidates::Ranked* best = candidates_.Best(count);
  for (size_t i = 0; i < count; ++i) out[i] = At(best[i].index);
  return count;
}

}  // namespace emel::sample
