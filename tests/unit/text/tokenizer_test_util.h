#ifndef EMEL_TESTS_UNIT_TEXT_TOKENIZER_TEST_UTIL_H_
#define EMEL_TESTS_UNIT_TEXT_TOKENIZER_TEST_UTIL_H_

#include "tests/support/vocabularies.h"

#include <gtest/gtest.h>

namespace emel::text {

using Ids = std::vector<int32_t>;

inline std::unique_ptr<Tokenizer> Make(const emel::testing::Metadata& metadata) {
  auto tokenizer = metadata.Create();
  if (!tokenizer.ok()) {
    ADD_FAILURE() << tokenizer.status();
    std::abort();
  }
  return *std::move(tokenizer);
}

inline Ids Encode(const Tokenizer& tokenizer, std::string_view text, bool add_special = false,
                  bool parse_special = false) {
  auto ids = tokenizer.Encode(text, {add_special, parse_special});
  EXPECT_TRUE(ids.ok()) << ids.status();
  return ids.ok() ? *ids : Ids{};
}

inline std::string Decode(const Tokenizer& tokenizer, const Ids& ids, bool special = true) {
  auto text = tokenizer.Decode(ids, {special});
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *text : "";
}

}  // namespace emel::text

#endif  // EMEL_TESTS_UNIT_TEXT_TOKENIZER_TEST_UTIL_H_
