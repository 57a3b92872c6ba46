#ifndef EMEL_TESTS_UNIT_PLAN_EVERY_STRATEGY_H_
#define EMEL_TESTS_UNIT_PLAN_EVERY_STRATEGY_H_

#include "runtime/plan/strategy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

// INSTANTIATE_TEST_SUITE_P(All, Suite, testing::ValuesIn(EveryStrategy()), StrategyInName);
namespace emel::tests {

inline std::vector<std::string> EveryStrategy() {
  std::vector<std::string> names = {"auto"};
  for (const plan::Strategy& strategy : plan::Strategies()) names.emplace_back(strategy.name);
  return names;
}

// GoogleTest wants letters alone.
inline std::string StrategyInName(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::erase(name, '-');
  return name;
}

}  // namespace emel::tests

#endif  // EMEL_TESTS_UNIT_PLAN_EVERY_STRATEGY_H_
