#ifndef EMEL_TESTS_SUPPORT_SAME_BITS_H_
#define EMEL_TESTS_SUPPORT_SAME_BITS_H_

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

namespace emel::testing {

// Whether two numbers have the same bits, or are NaNs: which one an operation gives differs from
// CPU to CPU.
inline bool HasSameBits(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

// One message, not a page of numbers, where they have not. `width` is that of a row.
inline void ExpectSameBits(const std::vector<float>& found, const std::vector<float>& expected,
                           size_t width) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i)
    ASSERT_TRUE(HasSameBits(found[i], expected[i]))
        << "row " << i / width << ", column " << i % width << ": " << found[i] << " for "
        << expected[i];
}

}  // namespace emel::testing

#endif  // EMEL_TESTS_SUPPORT_SAME_BITS_H_
