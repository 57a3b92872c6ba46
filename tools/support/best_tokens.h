#ifndef EMEL_TOOLS_SUPPORT_BEST_TOKENS_H_
#define EMEL_TOOLS_SUPPORT_BEST_TOKENS_H_

#include <absl/types/span.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

namespace emel::tools {

// Whether one logit ranks below another: a NaN below all numbers.
template <typename Number>
bool RanksBelow(Number a, Number b) {
  return std::isnan(a) ? !std::isnan(b) : a < b;
}

// The token of the largest logit, of equal ones the lowest.
template <typename Number>
int32_t BestToken(absl::Span<const Number> row) {
  return static_cast<int32_t>(std::max_element(row.begin(), row.end(), RanksBelow<Number>) -
                              row.begin());
}

// The same for several of them, best first.
template <typename Number>
std::vector<int32_t> BestTokens(absl::Span<const Number> row, size_t count) {
  std::vector<int32_t> tokens(row.size());
  std::iota(tokens.begin(), tokens.end(), 0);
  std::partial_sort(tokens.begin(), tokens.begin() + static_cast<ptrdiff_t>(count), tokens.end(),
                    [&](int32_t a, int32_t b) {
                      const bool below = RanksBelow(row[a], row[b]);
                      return below || RanksBelow(row[b], row[a]) ? !below : a < b;
                    });
  tokens.resize(count);
  return tokens;
}

}  // namespace emel::tools

#endif  // EMEL_TOOLS_SUPPORT_BEST_TOKENS_H_
