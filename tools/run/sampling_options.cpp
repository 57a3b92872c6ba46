#include "tools/run/sampling_options.h"

#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace emel::tools {
namespace {

// Further names that llama-cli has.
constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
    {"--seed", "-s"},
    {"--temp", "--temperature"},
    {"--top-n-sigma", "--top-nsigma"},
    {"--typical", "--typical-p"},
};

std::string DefaultOf(const sample::ParameterRow& row) {
  const sample::Options defaults;
  if (const auto* whole = std::get_if<int64_t sample::Options::*>(&row.member)) {
    return absl::StrCat(defaults.**whole);
  }
  return absl::StrCat(defaults.*std::get<double sample::Options::*>(row.member));
}

std::string DefaultChain() {
  std::string names;
  for (sample::Kind kind : sample::Options().chain) {
    for (const sample::SamplerRow& row : sample::Samplers()) {
      if (row.kind == kind) absl::StrAppend(&names, names.empty() ? "" : ";", Text(row.name));
    }
  }
  return names;
}

std::string KnownSamplers() {
  return absl::StrJoin(sample::Samplers(), ", ",
                       [](std::string* out, const sample::SamplerRow& row) {
                         absl::StrAppend(out, Text(row.name), " (", std::string(1, row.letter),
                                         "): ", Text(row.help));
                       });
}

std::optional<sample::MetadataValue> ToMetadata(const gguf::Value& value) {
  if (const std::string* text = value.AsString()) return *text;
  if (auto number = value.AsFloat()) return *number;
  if (const auto* negative = std::get_if<int64_t>(&value.data)) return *negative;
  const auto whole = value.AsUnsigned();
  if (whole && *whole <= uint64_t{std::numeric_limits<int64_t>::max()}) {
    return static_cast<int64_t>(*whole);
  }
  return std::nullopt;
}

}  // namespace

void SamplingFlags::Declare(CommandLine& line) {
  line.Section(
      "how to choose tokens, with llama-cli's names; without any of these each token is the most "
      "likely one, unless text is written and the model's file recommends something");
  const auto rows = sample::Parameters();
  numbers_.resize(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string option(rows[i].option);
    line.Value(option, "N",
               absl::StrCat(Text(rows[i].help), " (default: ", DefaultOf(rows[i]), ")"),
               &numbers_[i]);
    for (const auto& [name, alias] : kAliases) {
      if (name == option) line.Alias(std::string(alias));
    }
  }
  line.Value("--samplers", "NAMES",
             absl::StrCat("the samplers in their order, separated by ';', each with its letter: ",
                          KnownSamplers(), " (default: ", DefaultChain(), ")"),
             &samplers_);
  line.Value("--sampler-seq", "LETTERS", "the same by their letters", &sequence_);
  line.Alias("--sampling-seq");
  line.List("--logit-bias", "ID+N", "adds to the logit of a token: 15043+1, 15043-1 or 15043-inf",
            &biases_);
  line.Alias("-l");
  line.List("--dry-sequence-breaker", "TEXT",
            "text that no repetition goes beyond, in place of a line break, ':', '\"' and '*'; "
            "'none' for none",
            &breakers_);
}

bool SamplingFlags::given() const {
  return samplers_ || sequence_ || !biases_.empty() || !breakers_.empty() ||
         std::any_of(numbers_.begin(), numbers_.end(), [](const auto& n) { return n.has_value(); });
}

absl::Status SamplingFlags::Apply(Sampling& sampling) const {
  if (samplers_ && sequence_) {
    return absl::InvalidArgumentError(
        "--samplers and --sampler-seq each give the samplers: expected one of them");
  }
  const auto rows = sample::Parameters();
  for (size_t i = 0; i < numbers_.size(); ++i) {
    if (!numbers_[i]) continue;
    EMEL_RETURN_IF_ERROR(sample::SetOption(rows[i].option, *numbers_[i], sampling.options));
  }
  if (samplers_) {
    EMEL_ASSIGN_OR_RETURN(sampling.options.chain, sample::ParseSamplers(*samplers_));
  }
  if (sequence_) {
    EMEL_ASSIGN_OR_RETURN(sampling.options.chain, sample::ParseSequence(*sequence_));
  }
  for (const std::string& text : biases_) {
    EMEL_ASSIGN_OR_RETURN(const sample::Bias bias, sample::ParseBias(text));
    sampling.biases.push_back(bias);
  }
  if (breakers_.empty()) return absl::OkStatus();
  sampling.options.dry_breakers.clear();
  for (const std::string& text : breakers_) {
    if (text != "none") sampling.options.dry_breakers.push_back(text);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> TakeRecommendation(const gguf::Model& model, sample::Options& options) {
  bool any = false;
  for (const gguf::KeyValue& pair : model.metadata()) {
    const auto value = ToMetadata(pair.value);
    if (!value) continue;
    EMEL_ASSIGN_OR_RETURN(const bool taken, sample::TakeMetadata(pair.key, *value, options));
    any |= taken;
  }
  return any;
}

}  // namespace emel::tools
