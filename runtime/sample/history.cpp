#include "runtime/sample/history.h"

#include "runtime/sample/exp_log.h"

#include <algorithm>
#include <utility>

namespace emel::sample {
namespace {

size_t Penalised(const Options& options) {
  const bool idle = options.repeat_penalty == 1 && options.frequency_penalty == 0 &&
                    options.presence_penalty == 0;
  return idle ? 0 : options.repeat_last_n;
}

size_t Dried(const Options& options) {
  return options.dry_multiplier == 0 ? 0 : options.dry_last_n;
}

}  // namespace

Repetition::Repetition(size_t vocabulary, const Options& options, Breakers breakers)
    : options_(options),
      breakers_(std::move(breakers)),
      penalised_(Penalised(options)),
      dried_(Dried(options)),
      history_(std::max(penalised_, dried_)),
      values_(history_.capacity() > 0 ? vocabulary : 0, history_.capacity()),
      matches_(dried_) {}

void Repetition::ApplyPenalties(Candidates& candidates) {
  const size_t count = std::min(penalised_, history_.size());
  for (size_t i = 0; i < count; ++i) values_.Set(history_[i], values_[history_[i]] + 1);
  candidates.Update(values_, [this](double logit, double times) {
    const double repeat = options_.repeat_penalty;
    const double scaled = logit <= 0 ? logit * repeat : logit / repeat;
    return scaled - (times * options_.frequency_penalty + options_.presence_penalty);
  });
  values_.Clear();
}

// The Z-algorithm over the reversed history, up to the latest breaker. Returns the longest match
// that counts.
size_t Repetition::FindMatches(size_t count) {
  const auto token_at = [this](size_t i) { return history_[i]; };
  size_t limit = count;
  for (size_t i = 0; i < count; ++i) {
    if (const size_t length = breakers_.LongestAt(i, token_at); length > 0) {
      limit = i + 1 - length;
      break;
    }
  }
  size_t begin = 0, end = 0;  // the match that reaches farthest back
  for (size_t k = 1; k < count; ++k) {
    size_t length = k < end ? std::min<size_t>(matches_[k - begin], end - k) : 0;
    while (k + length < count && history_[length] == history_[k + length]) ++length;
    matches_[k] = static_cast<uint32_t>(length);
    if (k + length > end) begin = k, end = k + length;
  }
  return limit;
}

void Repetition::ApplyDry(Candidates& candidates) {
  constexpr double kMost = 1e30;
  const size_t count = std::min(dried_, history_.size());
  const auto allowed = static_cast<size_t>(options_.dry_allowed_length);
  if (count <= allowed) return;
  const size_t limit = FindMatches(count);
  for (size_t k = 1; k < count; ++k) {
    const size_t length = std::min<size_t>(matches_[k], limit);
    const int32_t next = history_[k - 1];
    if (length < allowed || breakers_.IsOneToken(next)) continue;
    if (static_cast<float>(length) > values_[next]) values_.Set(next, static_cast<float>(length));
  }
  const double log_base = Log(options_.dry_base);
  candidates.Update(values_, [&](double logit, double length) {
    const double power = Exp(std::min(700.0, (length - static_cast<double>(allowed)) * log_base));
    return logit - std::min(kMost, options_.dry_multiplier * power);
  });
  values_.Clear();
}

}  // namespace emel::sample
