#ifndef EMEL_RUNTIME_SAMPLE_SAMPLER_H_
#define EMEL_RUNTIME_SAMPLE_SAMPLER_H_

#include "runtime/sample/candidates.h"
#include "runtime/sample/history.h"
#include "runtime/sample/options.h"

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace emel::sample {

using Bias = std::pair<int32_t, float>;  // a token, and what is added to its logit

struct Candidate {
  int32_t id;
  float logit;  // as the model has it
  double p;     // after the chain
  double log_p;
};

// Chooses tokens from logits by a chain of samplers:
//
//   row ─▶ biases ─▶ the chain of the options ─▶ a draw, or Adaptive-P's
//                 └▶ temperature ─▶ Mirostat   (in place of the chain)
//
// The same options, seed and calls give the same tokens on every machine. Nothing allocates but
// Create and Clone.
class Sampler {
 public:
  static absl::StatusOr<Sampler> Create(const Vocabulary& vocabulary, const Options& options,
                                        absl::Span<const Bias> biases = {});
  Sampler(Sampler&&) = default;
  Sampler& operator=(Sampler&&) = default;
  Sampler Clone() const { return Sampler(*this); }

  // Chooses; the history stays as it is until Accept. A NaN, or nothing but -inf, is an error.
  // Where logits are +inf, these tokens are equally likely to begin with, and all others cannot be
  // chosen.
  absl::StatusOr<int32_t> Sample(absl::Span<const float> logits);
  // Takes a token into the history: of the prompt, or the one that was chosen, from which Mirostat
  // and Adaptive-P learn.
  absl::Status Accept(int32_t token);
  // As after Create, with the same seed.
  void Reset();

  // Of the latest Sample, which succeeded.
  Candidate chosen() const { return At(chosen_); }
  size_t survivors() const { return candidates_.size(); }
  // Writes the out.size() most likely, the lower id first among equals, and returns how many there
  // are.
  size_t Best(absl::Span<Candidate> out);

  uint64_t seed() const { return seed_; }

 private:
  Sampler(size_t vocabulary, const Options& options, const std::vector<Bias>& biases,
          Breakers breakers);
  Sampler(const Sampler&) = default;

  absl::Status Load(absl::Span<const float> logits);
  bool Has(Kind kind) const;  // in the chain that is used
  void Apply(Kind kind);
  void ApplyTemperature(double range);
  void ApplyXtc();
  void ApplyMirostat();
  void ApplyMirostat2();
  void ApplyAdaptiveP();
  size_t Draw() const;
  Candidate At(size_t i) const;

  Options options_;
  size_t vocabulary_;
  uint64_t seed_;
  TokenValues biases_;
  Repetition repetition_;
  std::vector<float> raw_;
  std::vector<float> edited_;  // raw_ with biases and penalties; empty where there are none
  Candidates candidates_;
  std::vector<double> original_p_;  // before Adaptive-P

  uint64_t step_ = 0;  // how many tokens were chosen
  size_t chosen_ = 0;
  bool pending_ = false;          // what is chosen may be learnt from
  double mu_ = 0;                 // Mirostat's limit of surprise, in bits
  double near_ = 0, weight_ = 0;  // Adaptive-P's decaying sums of probabilities, and of ones
};

}  // namespace emel::sample

#endif  // EMEL_RUNTIME_SAMPLE_SAMPLER_H_
