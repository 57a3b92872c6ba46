// What the innermost loops of fast kernels are made of, on every CPU.

#include "codegen/cpu/products/Products.h"
#include "tests/kernels/kernel_case.h"
#include "tests/support/build_kind.h"
#include "tests/support/depth.h"
#include "tests/support/matchers.h"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <sstream>

namespace emel::testing {
namespace {

struct Loop {
  std::vector<std::string> lines;  // from a label to the last jump back to it
  bool is_innermost = true;
};

bool Has(const std::string& line, const std::regex& pattern) {
  return std::regex_search(line, pattern);
}

std::vector<Loop> LoopsOf(const std::string& assembly) {
  static const std::regex kFunction(R"(^\w+:)"), kLabel(R"(^(\.LBB\d+_\d+):.*)");
  static const std::regex kJump(
      R"(^\s+(?:j\w+|b|b\.\w+|cbn?z\s+\w+,|tbn?z\s+\w+, #\d+,)\s+(\.LBB\d+_\d+).*)");
  std::vector<std::string> lines;
  std::map<std::string, size_t> labels;  // of a function, so far
  std::map<size_t, size_t> ends;         // of loops, by where they begin
  std::istringstream in(assembly);
  for (std::string line; std::getline(in, line); lines.push_back(line)) {
    std::smatch match;
    if (Has(line, kFunction)) labels.clear();
    if (std::regex_match(line, match, kLabel)) labels[match[1]] = lines.size();
    if (!std::regex_match(line, match, kJump)) continue;
    if (auto label = labels.find(match[1]); label != labels.end())
      ends[label->second] = lines.size();
  }
  std::vector<Loop> loops;
  for (auto [begin, end] : ends) {
    Loop& loop = loops.emplace_back();
    loop.lines.assign(lines.begin() + begin, lines.begin() + end + 1);
    auto inner = ends.upper_bound(begin);
    loop.is_innermost = inner == ends.end() || inner->first > end;
  }
  return loops;
}

// The instruction that does the work.
std::regex WorkOf(const cpu::Product& product, const cpu::Target& target) {
  if (product.input == cpu::Input::Float) return std::regex(R"(\s(vfmadd\w+ps|fmla)\s)");
  if (product.input == cpu::Input::Bfloat16) return std::regex(R"(\stdpbf16ps\s)");
  switch (target.dotBytes) {
    case cpu::DotBytes::kVpdpbusd:
      return std::regex(R"(\svpdpbusd\s)");
    case cpu::DotBytes::kVpmaddubsw:
      return std::regex(R"(\svpmaddubsw\s)");
    case cpu::DotBytes::kSdot:
      return std::regex(R"(\ssdot\s)");
  }
  return {};
}

// Sums that a loop has no register for, and that it stores and loads: kernels that are known not to
// fit by this many.
int KnownSpills(const cpu::Product& product, const cpu::Target& target) {
  // 16 registers: two sums, the levels, masks and two strips of quants.
  return product.name() == "iq4_xs r16 a8" && target.name == "x86-64-v3" ? 2 : 0;
}

// Expects the work in at least so many innermost loops, no calls in them or around them, and
// nothing that is computed there to go through memory. What stays the same may come from there, as
// constants do, if it is little.
void ExpectWorkAlone(const std::string& assembly, const std::regex& work, int least, int spills) {
  static const std::regex kCall(R"(^\s+(call\w*|blr?)\s)"), kSpill("Spill"), kReload("Reload");
  int found = 0;
  for (const Loop& loop : LoopsOf(assembly)) {
    auto count = [&](const std::regex& pattern) {
      return std::count_if(loop.lines.begin(), loop.lines.end(),
                           [&](const std::string& line) { return Has(line, pattern); });
    };
    if (count(work) == 0) continue;
    SCOPED_TRACE(loop.lines.front());
    EXPECT_EQ(count(kCall), 0);
    if (!loop.is_innermost) continue;
    ++found;
    EXPECT_LE(count(kSpill), spills);
    EXPECT_LE(count(kReload), 10);
  }
  EXPECT_GE(found, least);
}

class EveryFastProduct : public ::testing::TestWithParam<cpu::Product> {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
  }

  // So many rows that a tile has several panels.
  KernelSpec spec_{.kernel = {GetParam(), Semiring::PlusTimes}, .rows = 2048, .columns = 768};
};

TEST_P(EveryFastProduct, HasLoopsOfWorkAlone) {
  if (testing::IsLeftToChecks(2)) GTEST_SKIP() << testing::kLeftToChecks;
  auto kernel = KernelCase::Create(spec_);
  ASSERT_THAT(kernel, IsOk());
  for (const cpu::Target& target : cpu::knownTargets()) {
    if (!GetParam().isFor(target)) continue;
    SCOPED_TRACE(target.name.str());
    auto assembly = (*kernel)->Assembly(target);
    ASSERT_THAT(assembly, IsOk());
    // Of a token alone, and of blocks of one and of more rows; tiles are for many alone.
    int least = GetParam().input == cpu::Input::Bfloat16 ? 1 : 3;
    ExpectWorkAlone(*assembly, WorkOf(GetParam(), target), least, KnownSpills(GetParam(), target));
  }
}

std::vector<cpu::Product> FastProducts() {
  std::vector<cpu::Product> fast;
  for (const cpu::Product& product : cpu::knownProducts())
    if (product.micro || product.input == cpu::Input::Bfloat16) fast.push_back(product);
  return fast;
}

INSTANTIATE_TEST_SUITE_P(Products, EveryFastProduct, ::testing::ValuesIn(FastProducts()),
                         [](const auto& info) {
                           std::string name = info.param.name();
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

}  // namespace
}  // namespace emel::testing
