#ifndef EMEL_RUNTIME_SAMPLE_HISTORY_H_
#define EMEL_RUNTIME_SAMPLE_HISTORY_H_

#include "runtime/sample/breakers.h"
#include "runtime/sample/candidates.h"
#include "runtime/sample/options.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace emel::sample {

// The last tokens, up to a number.
class History {
 public:
  explicit History(size_t most) : tokens_(most) {}

  void Add(int32_t token) {
    if (tokens_.empty()) return;
    tokens_[next_] = token;
    next_ = next_ + 1 == tokens_.size() ? 0 : next_ + 1;
    size_ = std::min(size_ + 1, tokens_.size());
  }
  void Clear() { next_ = size_ = 0; }
  size_t capacity() const { return tokens_.size(); }
  size_t size() const { return size_; }
  // The latest is at 0.
  int32_t operator[](size_t i) const {
    return tokens_[next_ > i ? next_ - 1 - i : next_ + tokens_.size() - 1 - i];
  }

 private:
  std::vector<int32_t> tokens_;
  size_t next_ = 0, size_ = 0;
};

// What makes repetitions less likely, by the tokens accepted so far.
class Repetition {
 public:
  Repetition(size_t vocabulary, const Options& options, Breakers breakers);

  bool penalises() const { return penalised_ > 0; }
  bool dries() const { return dried_ > 0; }

  void Accept(int32_t token) { history_.Add(token); }
  void Clear() { history_.Clear(); }

  // logit <= 0 ? logit * repeat : logit / repeat,  less count * frequency + presence.
  void ApplyPenalties(Candidates& candidates);
  // Where a token followed an earlier occurrence of the last n >= allowed tokens, less multiplier *
  // base^(n - allowed).
  void ApplyDry(Candidates& candidates);

 private:
  size_t FindMatches(size_t count);

  Options options_;
  Breakers breakers_;
  size_t penalised_, dried_;  // of the last tokens; 0: the sampler does nothing
  History history_;
  TokenValues values_;
  std::vector<uint32_t> matches_;  // [k]: how many of the last tokens also end k before the last
};

}  // namespace emel::sample

#endif  // EMEL_RUNTIME_SAMPLE_HISTORY_H_
