#ifndef EMEL_RUNTIME_SAMPLE_OPTIONS_H_
#define EMEL_RUNTIME_SAMPLE_OPTIONS_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// What there is to choose about sampling. Names, order and defaults are llama-cli's.
namespace emel::sample {

enum class Kind : uint8_t {
  kPenalties,
  kDry,
  kTopNSigma,
  kTopK,
  kTypical,
  kTopP,
  kMinP,
  kXtc,
  kTemperature,
  kAdaptiveP,
};

inline constexpr int64_t kRandomSeed = -1;

struct Options {
  int64_t seed = kRandomSeed;
  std::vector<Kind> chain = {Kind::kPenalties, Kind::kDry,     Kind::kTopNSigma,
                             Kind::kTopK,      Kind::kTypical, Kind::kTopP,
                             Kind::kMinP,      Kind::kXtc,     Kind::kTemperature};
  double temperature = 0.8;
  double dynatemp_range = 0;
  double dynatemp_exponent = 1;
  int64_t top_k = 40;
  double top_p = 0.95;
  double min_p = 0.05;
  double typical_p = 1;
  double top_n_sigma = -1;
  double xtc_probability = 0;
  double xtc_threshold = 0.1;
  double adaptive_target = -1;
  double adaptive_decay = 0.9;
  int64_t repeat_last_n = 64;
  double repeat_penalty = 1;
  double frequency_penalty = 0;
  double presence_penalty = 0;
  double dry_multiplier = 0;
  double dry_base = 1.75;
  int64_t dry_allowed_length = 2;
  int64_t dry_last_n = 64;
  std::vector<std::string> dry_breakers = {"\n", ":", "\"", "*"};
  int64_t mirostat = 0;
  double mirostat_rate = 0.1;
  double mirostat_entropy = 5;
};

// A sampler that a chain may have.
struct SamplerRow {
  Kind kind;
  char letter;  // in --sampler-seq
  std::string_view name;
  std::vector<std::string_view> other_names;
  std::string_view help;
};
absl::Span<const SamplerRow> Samplers();

// A number among the options. Its default is that of `Options`.
struct ParameterRow {
  std::string_view option;  // llama-cli's
  std::string_view key;     // of general.sampling.* in a GGUF file; may be none
  std::variant<int64_t Options::*, double Options::*> member;
  double least, most;
  std::string_view help;
};
absl::Span<const ParameterRow> Parameters();

// "penalties;top_k;temperature": an unknown name is an error that lists the known ones.
absl::StatusOr<std::vector<Kind>> ParseSamplers(std::string_view names);
// The same by letters: "ekt".
absl::StatusOr<std::vector<Kind>> ParseSequence(std::string_view letters);
// "15043+1", "15043-inf".
absl::StatusOr<std::pair<int32_t, float>> ParseBias(std::string_view text);

// Sets an option of the table, "--top-k", from text.
absl::Status SetOption(std::string_view option, std::string_view text, Options& options);

// A value of a GGUF file's metadata, all integers as one type.
using MetadataValue = std::variant<int64_t, double, std::string>;
// Takes the recommendation that `key` is. False where it is none that is known.
absl::StatusOr<bool> TakeMetadata(std::string_view key, const MetadataValue& value,
                                  Options& options);

// Whether each option is within its range.
absl::Status Check(const Options& options);

}  // namespace emel::sample

#endif  // EMEL_RUNTIME_SAMPLE_OPTIONS_H_
