#include "runtime/sample/options.h"

#include "runtime/io/status.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace emel::sample {
namespace {

constexpr double kAnything = 1e6;        // of what has no range by nature
constexpr double kMostTokens = 1 << 20;  // that are remembered
constexpr double kMostSeed = 4294967295.0;

absl::Status OutOfRange(const ParameterRow& row, absl::string_view found) {
  const bool whole = std::holds_alternative<int64_t Options::*>(row.member);
  const auto limit = [](double value) {
    return value == std::floor(value) ? absl::StrCat(static_cast<int64_t>(value))
                                      : absl::StrCat(value);
  };
  return absl::InvalidArgumentError(absl::StrCat(
      Text(row.option), ": expected a ", whole ? "whole number" : "number", " from ",
      limit(row.least), " to ", limit(row.most), ", found ", found.empty() ? "nothing" : found));
}

bool Within(const ParameterRow& row, double value) {
  return value >= row.least && value <= row.most;
}

absl::Status SetNumber(const ParameterRow& row, double value, absl::string_view found,
                       Options& options) {
  if (!Within(row, value)) return OutOfRange(row, found);
  if (auto* whole = std::get_if<int64_t Options::*>(&row.member)) {
    if (value != std::floor(value)) return OutOfRange(row, found);
    options.** whole = static_cast<int64_t>(value);
  } else {
    options.*std::get<double Options::*>(row.member) = value;
  }
  return absl::OkStatus();
}

const SamplerRow* FindSampler(std::string_view name) {
  for (const SamplerRow& row : Samplers()) {
    const auto& others = row.other_names;
    if (row.name == name || std::find(others.begin(), others.end(), name) != others.end()) {
      return &row;
    }
  }
  return nullptr;
}

// What the known samplers are called: by name, or by letter and name.
std::string Known(bool letters) {
  return absl::StrJoin(Samplers(), ", ", [letters](std::string* out, const SamplerRow& row) {
    if (letters) absl::StrAppend(out, std::string(1, row.letter), " (");
    absl::StrAppend(out, Text(row.name), letters ? ")" : "");
  });
}

}  // namespace

absl::Span<const SamplerRow> Samplers() {
  static const std::vector<SamplerRow> rows = {
      {Kind::kPenalties, 'e', "penalties", {}, "makes tokens that came before less likely"},
      {Kind::kDry, 'd', "dry", {}, "makes tokens that would continue a repetition less likely"},
      {Kind::kTopNSigma,
       's',
       "top_n_sigma",
       {"top-n-sigma"},
       "keeps logits within n standard deviations of the highest"},
      {Kind::kTopK, 'k', "top_k", {"top-k"}, "keeps the k most likely"},
      {Kind::kTypical,
       'y',
       "typ_p",
       {"typical-p", "typical", "typ-p", "typ"},
       "keeps those that surprise as much as is to be expected"},
      {Kind::kTopP,
       'p',
       "top_p",
       {"top-p", "nucleus"},
       "keeps the fewest that together have probability p"},
      {Kind::kMinP, 'm', "min_p", {"min-p"}, "keeps what has p times the highest probability"},
      {Kind::kXtc, 'x', "xtc", {}, "drops what is likely but for the least likely of it"},
      {Kind::kTemperature, 't', "temperature", {"temp"}, "divides logits, by entropy on request"},
      {Kind::kAdaptiveP,
       'a',
       "adaptive_p",
       {"adaptive-p"},
       "prefers tokens whose probability is near a target; comes last wherever it stands"},
  };
  return rows;
}

absl::Span<const ParameterRow> Parameters() {
  using O = Options;
  static const std::vector<ParameterRow> rows = {
      {"--seed", "", &O::seed, -1, kMostSeed,
       "where random numbers start; -1: elsewhere each time"},
      {"--temp", "temp", &O::temperature, 0, kAnything, "temperature; 0: the most likely token"},
      {"--top-k", "top_k", &O::top_k, 0, kMostSeed, "how many of the most likely to keep; 0: all"},
      {"--top-p", "top_p", &O::top_p, 0, 1, "what probability to keep; 1: all"},
      {"--min-p", "min_p", &O::min_p, 0, 1, "the least probability, of the highest; 0: any"},
      {"--top-n-sigma", "", &O::top_n_sigma, -1, kAnything,
       "how many standard deviations of logits to keep; 0 and less: all"},
      {"--xtc-probability", "xtc_probability", &O::xtc_probability, 0, 1,
       "how often to drop what is likely; 0: never"},
      {"--xtc-threshold", "xtc_threshold", &O::xtc_threshold, 0, 1,
       "from what probability on a token is likely; above 0.5: none is dropped"},
      {"--typical", "", &O::typical_p, 0, 1, "what probability of typical tokens to keep; 1: all"},
      {"--repeat-last-n", "penalty_last_n", &O::repeat_last_n, 0, kMostTokens,
       "how many of the last tokens are penalised; 0: none"},
      {"--repeat-penalty", "penalty_repeat", &O::repeat_penalty, 1e-3, kAnything,
       "what logits of repeated tokens are divided by, or multiplied where negative; 1: nothing"},
      {"--presence-penalty", "", &O::presence_penalty, -kAnything, kAnything,
       "what is subtracted from logits of repeated tokens"},
      {"--frequency-penalty", "", &O::frequency_penalty, -kAnything, kAnything,
       "what is subtracted for each repetition"},
      {"--dry-multiplier", "", &O::dry_multiplier, 0, kAnything,
       "what is subtracted where a token would continue a repetition of the allowed length; 0: "
       "nothing"},
      {"--dry-base", "", &O::dry_base, 1, kAnything, "its factor for each token beyond"},
      {"--dry-allowed-length", "", &O::dry_allowed_length, 1, kMostTokens,
       "how long a repetition is let be"},
      {"--dry-penalty-last-n", "", &O::dry_last_n, 0, kMostTokens,
       "among how many of the last tokens to look for repetitions; 0: none"},
      {"--adaptive-target", "", &O::adaptive_target, -1, 1,
       "the probability that adaptive_p prefers; less than 0: any"},
      {"--adaptive-decay", "", &O::adaptive_decay, 0, 0.99,
       "how long adaptive_p remembers: 1 / (1 - decay) tokens"},
      {"--dynatemp-range", "", &O::dynatemp_range, 0, kAnything,
       "how far the temperature goes down and up with the entropy; 0: not"},
      {"--dynatemp-exp", "", &O::dynatemp_exponent, 0, kAnything,
       "to what power the entropy is taken for it"},
      {"--mirostat", "mirostat", &O::mirostat, 0, 2,
       "1 or 2: keep surprise constant by that version of Mirostat, in place of the samplers"},
      {"--mirostat-lr", "mirostat_eta", &O::mirostat_rate, 0, kAnything,
       "how fast Mirostat learns: eta"},
      {"--mirostat-ent", "mirostat_tau", &O::mirostat_entropy, 0, kAnything,
       "the surprise that Mirostat wants, in bits: tau"},
  };
  return rows;
}

absl::StatusOr<std::vector<Kind>> ParseSamplers(std::string_view names) {
  std::vector<Kind> chain;
  while (!names.empty()) {
    const size_t end = std::min(names.find(';'), names.size());
    const std::string_view name = names.substr(0, end);
    const SamplerRow* row = FindSampler(name);
    if (row == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("--samplers: expected names among ",
                                                     Known(false), ", found '", Text(name), "'"));
    }
    chain.push_back(row->kind);
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return chain;
}

absl::StatusOr<std::vector<Kind>> ParseSequence(std::string_view letters) {
  std::vector<Kind> chain;
  for (char letter : letters) {
    const auto row = std::find_if(Samplers().begin(), Samplers().end(),
                                  [&](const SamplerRow& each) { return each.letter == letter; });
    if (row == Samplers().end()) {
      return absl::InvalidArgumentError(absl::StrCat("--sampler-seq: expected letters among ",
                                                     Known(true), ", found '",
                                                     std::string(1, letter), "'"));
    }
    chain.push_back(row->kind);
  }
  return chain;
}

absl::StatusOr<std::pair<int32_t, float>> ParseBias(std::string_view text) {
  const size_t sign = text.find_first_of("+-");
  int32_t id = 0;
  float bias = 0;
  if (sign == std::string_view::npos || !absl::SimpleAtoi(Text(text.substr(0, sign)), &id) ||
      text.substr(sign + 1).find_first_of("+-") == 0 ||
      !absl::SimpleAtof(Text(text.substr(sign)), &bias) || std::isnan(bias)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--logit-bias: expected a token and what to add, as 15043+1 or 15043-inf, found '",
        Text(text), "'"));
  }
  return std::pair(id, bias);
}

absl::Status SetOption(std::string_view option, std::string_view text, Options& options) {
  for (const ParameterRow& row : Parameters()) {
    if (row.option != option) continue;
    double value;
    if (!absl::SimpleAtod(Text(text), &value)) {
      value = std::numeric_limits<double>::quiet_NaN();
    }
    return SetNumber(row, value, text.empty() ? "" : absl::StrCat("'", Text(text), "'"), options);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("expected an option of sampling, found '", Text(option), "'"));
}

absl::StatusOr<bool> TakeMetadata(std::string_view key, const MetadataValue& value,
                                  Options& options) {
  constexpr std::string_view kPrefix = "general.sampling.";
  if (key.substr(0, kPrefix.size()) != kPrefix) return false;
  const std::string_view name = key.substr(kPrefix.size());
  const auto named = [&](const absl::Status& status) {
    return status.ok()
               ? status
               : absl::Status(status.code(), absl::StrCat(Text(key), ", as ", status.message()));
  };
  const auto* text = std::get_if<std::string>(&value);
  if (name == "sequence") {
    if (text == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(Text(key), ": expected a string, found a number"));
    }
    auto chain = ParseSamplers(*text);
    EMEL_RETURN_IF_ERROR(named(chain.status()));
    options.chain = *std::move(chain);
    return true;
  }
  for (const ParameterRow& row : Parameters()) {
    if (row.key.empty() || row.key != name) continue;
    if (text != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(Text(key), ": expected a number, found the string '", *text, "'"));
    }
    const auto* whole = std::get_if<int64_t>(&value);
    const double number = whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value);
    EMEL_RETURN_IF_ERROR(named(SetNumber(row, number, absl::StrCat(number), options)));
    return true;
  }
  return false;
}

absl::Status Check(const Options& options) {
  Options copy;
  for (const ParameterRow& row : Parameters()) {
    const auto* whole = std::get_if<int64_t Options::*>(&row.member);
    const double value = whole != nullptr ? static_cast<double>(options.**whole)
                                          : options.*std::get<double Options::*>(row.member);
    EMEL_RETURN_IF_ERROR(SetNumber(row, value, absl::StrCat(value), copy));
  }
  return absl::OkStatus();
}

}  // namespace emel::sample
