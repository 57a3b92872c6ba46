#ifndef EMEL_TESTS_SUPPORT_TINY_MODELS_H_
#define EMEL_TESTS_SUPPORT_TINY_MODELS_H_

#include "tests/support/gguf_builder.h"

#include <string>
#include <string_view>
#include <vector>

namespace emel::testing {

// A whole model of one layer: width 8, 2 query heads of 4 elements on 1 key head, feed-forward of
// 12, 6 tokens. Variants: every architecture by its name, and "mixtral" (a llama of 3 experts).
GgufBuilder TinyModel(std::string_view variant);

const std::vector<std::string>& TinyModelVariants();

}  // namespace emel::testing

#endif  // EMEL_TESTS_SUPPORT_TINY_MODELS_H_
