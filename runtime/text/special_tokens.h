#ifndef EMEL_RUNTIME_TEXT_SPECIAL_TOKENS_H_
#define EMEL_RUNTIME_TEXT_SPECIAL_TOKENS_H_

#include "runtime/text/vocabulary.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace emel::text {

// Finds tokens that are written out in text: user-defined ones always; control and unknown ones
// only where the caller trusts the text. A longer token wins over a shorter one anywhere in the
// text, then the leftmost match wins.
class SpecialTokens {
 public:
  explicit SpecialTokens(const Vocabulary& vocabulary);

  struct Segment {
    std::string_view text;
    int32_t id = kNoToken;  // kNoToken: ordinary text
  };
  std::vector<Segment> Partition(std::string_view text, bool parse_special) const;

 private:
  struct Special {
    std::string_view text;
    int32_t id;
    bool trusted_only;
    bool strips_right;
  };
  std::vector<const Special*> Occurring(std::string_view text, bool parse_special) const;

  std::vector<Special> specials_;  // sorted by text
};

}  // namespace emel::text

#endif  // EMEL_RUNTIME_TEXT_SPECIAL_TOKENS_H_
