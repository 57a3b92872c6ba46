#include "runtime/artifact/cpu.h"

#include "tests/support/matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace emel::artifact {
namespace {

using ::emel::testing::Fails;
using ::emel::testing::IsOk;
using ::testing::HasSubstr;

CpuFeatures FeaturesOf(std::string_view variant) { return FindVariant(variant)->features; }

TEST(ChooseVariant, TakesTheOneThatAsksMost) {
  const auto known = KnownVariants();
  for (const CpuVariant& variant : known) {
    const auto chosen = ChooseVariant(known, variant.features);
    ASSERT_THAT(chosen, IsOk());
    EXPECT_EQ(known[*chosen].name, variant.name);
  }
  std::vector<CpuVariant> reversed(known.rbegin(), known.rend());
  EXPECT_EQ(reversed[*ChooseVariant(reversed, FeaturesOf("x86-64-v4"))].name, "x86-64-v4");
}

TEST(ChooseVariant, SaysWhatIsMissing) {
  const std::vector<CpuVariant> variants = {*FindVariant("x86-64-v4"), *FindVariant("aarch64")};
  EXPECT_THAT(ChooseVariant(variants, FeaturesOf("x86-64-v3")),
              Fails(absl::StatusCode::kFailedPrecondition,
                    "code for x86-64-v4 needs avx512f, avx512bw, avx512cd, avx512dq, avx512vl, "
                    "avx512vnni, which this CPU lacks; code for aarch64 needs aarch64, neon, "
                    "dotprod, which this CPU lacks"));
  const std::vector<CpuVariant> newer = {{"future", {uint64_t{1} << 60}}};
  EXPECT_THAT(ChooseVariant(newer, DetectCpu()),
              Fails(absl::StatusCode::kFailedPrecondition,
                    "code for future needs #60, which this CPU lacks"));
}

TEST(ChooseVariant, TakesTheWantedOneAlone) {
  const auto known = KnownVariants();
  const CpuFeatures best = FeaturesOf("sapphirerapids");
  EXPECT_EQ(known[*ChooseVariant(known, best, "x86-64-v3")].name, "x86-64-v3");
  EXPECT_THAT(ChooseVariant(known, best, "aarch64"),
              Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("code for aarch64 needs")));
  EXPECT_THAT(ChooseVariant(known, best, "pdp-11"),
              Fails(absl::StatusCode::kFailedPrecondition,
                    "expected code for pdp-11, found code for x86-64-v3, x86-64-v4, "
                    "sapphirerapids, aarch64"));
  EXPECT_THAT(ChooseVariant({}, best),
              Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("none")));
}

TEST(ChooseVariant, HereNeverFailsForWhatThisCpuIs) {
  const CpuVariant here = {"here", DetectCpu()};
  CpuVariant plain = here;
  for (auto amx : {CpuFeature::kAmxTile, CpuFeature::kAmxBf16, CpuFeature::kAmxInt8}) {
    plain.features.bits &= ~(uint64_t{1} << static_cast<int>(amx));
  }
  EXPECT_THAT(ChooseVariantHere({plain, here}), IsOk());
}

// The kernel lists what it found as well, under names of its own.
TEST(DetectCpu, AgreesWithTheKernel) {
  std::ifstream in("/proc/cpuinfo");
  std::string line, flags;
  while (flags.empty() && std::getline(in, line)) {
    if (line.rfind("flags", 0) == 0) flags = line.substr(line.find(':') + 1) + " ";
  }
  if (flags.empty()) GTEST_SKIP() << "/proc/cpuinfo lists no flags";
  struct Row {
    CpuFeature feature;
    const char* flag;
  };
  const Row rows[] = {
      {CpuFeature::kSse42, "sse4_2"},
      {CpuFeature::kLzcnt, "abm"},
      {CpuFeature::kSahf, "lahf_lm"},
      {CpuFeature::kBmi, "bmi1"},
      {CpuFeature::kAvx, "avx"},
      {CpuFeature::kAvx2, "avx2"},
      {CpuFeature::kF16c, "f16c"},
      {CpuFeature::kFma, "fma"},
      {CpuFeature::kAvx512f, "avx512f"},
      {CpuFeature::kAvx512vl, "avx512vl"},
      {CpuFeature::kAvx512vnni, "avx512_vnni"},
      {CpuFeature::kAvx512bf16, "avx512_bf16"},
      {CpuFeature::kAvx512fp16, "avx512_fp16"},
      {CpuFeature::kAmxTile, "amx_tile"},
      {CpuFeature::kAmxBf16, "amx_bf16"},
      {CpuFeature::kAmxInt8, "amx_int8"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(DetectCpu().Has(row.feature),
              flags.find(std::string(" ") + row.flag + " ") != flags.npos)
        << row.flag;
  }
}

// docs/artifact-format.md lists every bit.
TEST(Features, AreDocumented) {
  std::ostringstream page;
  page << std::ifstream(EMEL_SOURCE_DIR "/docs/artifact-format.md").rdbuf();
  for (int bit = 0; bit < 64; ++bit) {
    const std::string name = ToString({uint64_t{1} << bit});
    if (name[0] == '#') continue;
    EXPECT_THAT(page.str(), HasSubstr("| " + std::to_string(bit) + " | " + name + " |"));
  }
}

TEST(RequestAmx, IsGrantedWhereTheCpuHasIt) {
  if (!DetectCpu().Has(CpuFeature::kAmxTile)) GTEST_SKIP() << "this CPU has no AMX";
  EXPECT_THAT(RequestAmx(), IsOk());
}

}  // namespace
}  // namespace emel::artifact
