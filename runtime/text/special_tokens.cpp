#include "runtime/text/special_tokens.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <array>
#include <utility>

namespace emel::text {

SpecialTokens::SpecialTokens(const Vocabulary& vocabulary) {
  for (const auto& [text, id] : vocabulary.index) {
    const TokenType type = vocabulary.tokens[id].type;
    const bool trusted_only = type == TokenType::kControl || type == TokenType::kUnknown;
    if (!trusted_only && type != TokenType::kUserDefined) continue;
    const bool strips = vocabulary.special_strips_right && text != "<unk>" && text != "<s>" &&
                        text != "<|endoftext|>";
    specials_.push_back({text, id, trusted_only, strips});
  }
  std::sort(specials_.begin(), specials_.end(),
            [](const Special& a, const Special& b) { return a.text < b.text; });
}

// Vocabularies hold thousands of special tokens and texts a handful: one walk finds which to look
// for. At each position it narrows the sorted tokens to those that agree with the text so far.
std::vector<const SpecialTokens::Special*> SpecialTokens::Occurring(std::string_view text,
                                                                    bool parse_special) const {
  std::vector<const Special*> occurring;
  std::vector<bool> done(specials_.size());
  struct Bucket {
    size_t begin = 0, end = 0, open = 0;  // open: tokens not seen yet
  };
  std::array<Bucket, 256> buckets;
  for (size_t i = 0; i < specials_.size(); ++i) {
    Bucket& bucket = buckets[static_cast<unsigned char>(specials_[i].text[0])];
    if (bucket.end == 0) bucket.begin = i;
    bucket.end = i + 1;
    done[i] = specials_[i].trusted_only && !parse_special;
    bucket.open += !done[i];
  }
  for (size_t start = 0; start < text.size(); ++start) {
    Bucket& bucket = buckets[static_cast<unsigned char>(text[start])];
    auto low = specials_.begin() + bucket.begin;
    auto high = specials_.begin() + bucket.end;
    for (size_t depth = 1; bucket.open > 0 && low != high; ++depth) {
      const size_t index = low - specials_.begin();
      if (low->text.size() == depth && !done[index]) {
        done[index] = true;
        --bucket.open;
        occurring.push_back(&*low);
      }
      if (start + depth >= text.size()) break;
      const int byte = static_cast<unsigned char>(text[start + depth]);
      const auto byte_of = [depth](const Special& special) {
        return special.text.size() > depth ? static_cast<unsigned char>(special.text[depth]) : -1;
      };
      const auto range = std::ranges::equal_range(low, high, byte, {}, byte_of);
      low = range.begin();
      high = range.end();
    }
  }
  std::sort(occurring.begin(), occurring.end(), [](const Special* a, const Special* b) {
    return a->text.size() != b->text.size() ? a->text.size() > b->text.size() : a->id < b->id;
  });
  return occurring;
}

std::vector<SpecialTokens::Segment> SpecialTokens::Partition(std::string_view text,
                                                             bool parse_special) const {
  std::vector<Segment> segments;
  if (!text.empty()) segments.push_back({text});
  for (const Special* special : Occurring(text, parse_special)) {
    std::vector<Segment> finer;
    finer.reserve(segments.size());
    for (const Segment& segment : segments) {
      std::string_view rest = segment.text;
      size_t match;
      while (segment.id == kNoToken &&
             (match = rest.find(special->text)) != std::string_view::npos) {
        if (match > 0) finer.push_back({rest.substr(0, match)});
        finer.push_back({special->text, special->id});
        rest.remove_prefix(match + special->text.size());
        while (special->strips_right && !rest.empty() && absl::ascii_isspace(rest.front())) {
          rest.remove_prefix(1);
        }
      }
      if (!rest.empty()) finer.push_back({rest, segment.id});
    }
    segments = std::move(finer);
  }
  return segments;
}

}  // namespace emel::text
