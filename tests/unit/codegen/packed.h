#ifndef EMEL_TESTS_UNIT_CODEGEN_PACKED_H_
#define EMEL_TESTS_UNIT_CODEGEN_PACKED_H_

#include "runtime/layout/layout.h"
#include "tests/support/matchers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace emel::testing {

// A weight in the file's arrangement, packed.
inline std::vector<uint8_t> Packed(layout::Format format, layout::Shape shape,
                                   const std::vector<uint8_t>& source) {
  std::vector<uint8_t> packed;
  auto read = [&](uint64_t offset, absl::Span<uint8_t> out) {
    std::copy_n(source.begin() + offset, out.size(), out.begin());
    return absl::OkStatus();
  };
  auto append = [&](absl::Span<const uint8_t> bytes) {
    packed.insert(packed.end(), bytes.begin(), bytes.end());
    return absl::OkStatus();
  };
  EXPECT_THAT(layout::Pack(format, shape, read, append), IsOk());
  return packed;
}

}  // namespace emel::testing

#endif  // EMEL_TESTS_UNIT_CODEGEN_PACKED_H_
