#ifndef EMEL_TESTS_SUPPORT_DEPTH_H_
#define EMEL_TESTS_SUPPORT_DEPTH_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <string_view>

// How deep a run of the tests goes. Where many cases are alike and each takes seconds, one of a few
// is enough to see most mistakes, and `make checks` looks at all.
namespace emel::testing {

inline constexpr char kLeftToChecks[] = "one of many that are alike; make checks runs them all";

// Whether this case is left to `make checks`, which takes one of `share` without it: the same ones
// each time, by their names.
inline bool IsLeftToChecks(uint32_t share) {
  const char* depth = std::getenv("EMEL_TEST_DEPTH");
  if (depth && std::string_view(depth) == "deep") return false;
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  uint32_t hash = 2166136261;
  for (char c : std::string(test->test_suite_name()) + test->name())
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  return hash / 65536 % share != 0;
}

}  // namespace emel::testing

#endif  // EMEL_TESTS_SUPPORT_DEPTH_H_
