#ifndef EMEL_RUNTIME_SAMPLE_BREAKERS_H_
#define EMEL_RUNTIME_SAMPLE_BREAKERS_H_

#include <absl/types/span.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace emel::sample {

// What samplers know of a vocabulary. The functions are called while a sampler is made, and not
// after.
struct Vocabulary {
  size_t size = 0;
  std::function<std::string(int32_t id)> text;
  std::function<std::vector<int32_t>(std::string_view text)> tokenize;  // nothing added to it
};

// The sequences of tokens that break a repetition for DRY: every way in which a token may hold, or
// begin, the text of a breaker, with the tokens of what is left of it.
class Breakers {
 public:
  static Breakers Of(const Vocabulary& vocabulary, absl::Span<const std::string> texts);
  Breakers() = default;
  explicit Breakers(std::vector<std::vector<int32_t>> sequences);

  // The length of the longest one that begins at `position` of a history, whose latest token is at
  // 0; 0: none does.
  template <typename TokenAt>
  size_t LongestAt(size_t position, TokenAt token_at) const;
  bool IsOneToken(int32_t id) const;  // alone a breaker

 private:
  size_t FirstWith(int32_t head) const;

  std::vector<std::vector<int32_t>> sequences_;  // sorted, none twice
};

template <typename TokenAt>
size_t Breakers::LongestAt(size_t position, TokenAt token_at) const {
  size_t longest = 0;
  const int32_t head = token_at(position);
  for (size_t i = FirstWith(head); i < sequences_.size() && sequences_[i][0] == head; ++i) {
    const std::vector<int32_t>& sequence = sequences_[i];
    if (sequence.size() > position + 1) continue;
    size_t same = 1;
    while (same < sequence.size() && sequence[same] == token_at(position - same)) ++same;
    if (same == sequence.size() && same > longest) longest = same;
  }
  return longest;
}

}  // namespace emel::sample

#endif  // EMEL_RUNTIME_SAMPLE_BREAKERS_H_
