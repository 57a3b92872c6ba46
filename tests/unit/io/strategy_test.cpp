#include "runtime/io/source.h"

#include <gtest/gtest.h>

namespace emel::io {
namespace {

TEST(StrategyTest, NamesRoundTrip) {
  for (const Strategy strategy : {Strategy::kMap, Strategy::kRead}) {
    EXPECT_EQ(ParseStrategy(Name(strategy)), strategy);
  }
}

TEST(StrategyTest, AnUnknownNameIsNone) { EXPECT_EQ(ParseStrategy("dma"), std::nullopt); }

}  // namespace
}  // namespace emel::io
