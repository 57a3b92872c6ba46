#include "runtime/sample/breakers.h"

#include <algorithm>
#include <utility>

namespace emel::sample {
namespace {

constexpr size_t kLongestRest = 20;  // tokens after the first: what bounds the time of a search

}  // namespace

Breakers::Breakers(std::vector<std::vector<int32_t>> sequences) : sequences_(std::move(sequences)) {
  std::erase_if(sequences_, [](const auto& sequence) { return sequence.empty(); });
  std::sort(sequences_.begin(), sequences_.end());
  sequences_.erase(std::unique(sequences_.begin(), sequences_.end()), sequences_.end());
}

Breakers Breakers::Of(const Vocabulary& vocabulary, absl::Span<const std::string> texts) {
  std::vector<std::vector<int32_t>> sequences;
  for (size_t id = 0; id < vocabulary.size && !texts.empty(); ++id) {
    const std::string token = vocabulary.text(static_cast<int32_t>(id));
    for (const std::string& text : texts) {
      if (token.find(text) != std::string::npos) {
        sequences.push_back({static_cast<int32_t>(id)});
        continue;
      }
      // Every end of the token that begins the text.
      for (size_t length = std::min(token.size(), text.size()); length > 0; --length) {
        if (token.compare(token.size() - length, length, text, 0, length) != 0) continue;
        std::vector<int32_t> rest = vocabulary.tokenize(std::string_view(text).substr(length));
        rest.resize(std::min(rest.size(), kLongestRest));
        rest.insert(rest.begin(), static_cast<int32_t>(id));
        sequences.push_back(std::move(rest));
      }
    }
  }
  return Breakers(std::move(sequences));
}

size_t Breakers::FirstWith(int32_t head) const {
  const auto below = [](const std::vector<int32_t>& sequence, int32_t id) {
    return sequence[0] < id;
  };
  return std::lower_bound(sequences_.begin(), sequences_.end(), head, below) - sequences_.begin();
}

// It is the first of those with its head.
bool Breakers::IsOneToken(int32_t id) const {
  const size_t i = FirstWith(id);
  return i < sequences_.size() && sequences_[i][0] == id && sequences_[i].size() == 1;
}

}  // namespace emel::sample
