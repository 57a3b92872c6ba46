#include "runtime/artifact/cpu.h"

#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <bit>
#include <vector>

namespace emel::artifact {
namespace {

struct FeatureName {
  CpuFeature feature;
  std::string_view name;
};
constexpr FeatureName kFeatureNames[] = {
#define EMEL_CPU_FEATURE(bit, enumerator, name) {CpuFeature::enumerator, name},
#include "runtime/artifact/cpu_features.inc"
};

using F = CpuFeature;

CpuFeatures With(CpuFeatures features, std::initializer_list<CpuFeature> more) {
  for (CpuFeature feature : more) features.Add(feature);
  return features;
}

std::vector<CpuVariant> MakeVariants() {
  const CpuFeatures v3 = With({}, {F::kX86_64, F::kSse3, F::kSsse3, F::kSse41, F::kSse42,
                                   F::kPopcnt, F::kCx16, F::kSahf, F::kLzcnt, F::kMovbe, F::kXsave,
                                   F::kBmi, F::kBmi2, F::kAvx, F::kAvx2, F::kF16c, F::kFma});
  const CpuFeatures v4 = With(
      v3, {F::kAvx512f, F::kAvx512bw, F::kAvx512cd, F::kAvx512dq, F::kAvx512vl, F::kAvx512vnni});
  return {{"x86-64-v3", v3},
          {"x86-64-v4", v4},
          {"sapphirerapids",
           With(v4, {F::kAvx512bf16, F::kAvx512fp16, F::kAmxTile, F::kAmxBf16, F::kAmxInt8})},
          {"aarch64", With({}, {F::kAarch64, F::kNeon, F::kDotprod})}};
}

std::string Names(absl::Span<const CpuVariant> variants) {
  std::string out;
  for (const CpuVariant& variant : variants) {
    absl::StrAppend(&out, out.empty() ? "" : ", ", variant.name);
  }
  return out;
}

bool NeedsAmx(CpuFeatures features) { return features.Has(F::kAmxTile); }

CpuFeatures WithoutAmx(CpuFeatures features) {
  return {features.bits & ~With({}, {F::kAmxTile, F::kAmxBf16, F::kAmxInt8}).bits};
}

}  // namespace

std::string ToString(CpuFeatures features) {
  std::string out;
  for (int bit = 0; bit < 64; ++bit) {
    const auto feature = static_cast<CpuFeature>(bit);
    if (!features.Has(feature)) continue;
    const auto* row = std::find_if(std::begin(kFeatureNames), std::end(kFeatureNames),
                                   [&](const FeatureName& f) { return f.feature == feature; });
    absl::StrAppend(&out, out.empty() ? "" : ", ");
    if (row == std::end(kFeatureNames)) {
      absl::StrAppend(&out, "#", bit);
    } else {
      absl::StrAppend(&out, Text(row->name));
    }
  }
  return out;
}

absl::Span<const CpuVariant> KnownVariants() {
  static const auto* const variants = new std::vector<CpuVariant>(MakeVariants());
  return *variants;
}

const CpuVariant* FindVariant(std::string_view name) {
  for (const CpuVariant& variant : KnownVariants()) {
    if (variant.name == name) return &variant;
  }
  return nullptr;
}

absl::StatusOr<size_t> ChooseVariant(absl::Span<const CpuVariant> variants, CpuFeatures cpu,
                                     std::string_view wanted) {
  std::string missing;
  size_t best = variants.size();
  bool known = false;
  for (size_t i = 0; i < variants.size(); ++i) {
    const CpuVariant& variant = variants[i];
    if (!wanted.empty() && variant.name != wanted) continue;
    known = true;
    if (!cpu.Includes(variant.features)) {
      absl::StrAppend(&missing, missing.empty() ? "" : "; ", "code for ", variant.name, " needs ",
                      ToString({variant.features.bits & ~cpu.bits}), ", which this CPU lacks");
    } else if (best == variants.size() ||
               std::popcount(variants[best].features.bits) < std::popcount(variant.features.bits)) {
      best = i;
    }
  }
  if (best < variants.size()) return best;
  if (!known) {
    return absl::FailedPreconditionError(
        absl::StrCat("expected code for ", wanted.empty() ? "some CPU" : Text(wanted),
                     ", found code for ", variants.empty() ? "none" : Names(variants)));
  }
  return absl::FailedPreconditionError(missing);
}

absl::StatusOr<size_t> ChooseVariantHere(absl::Span<const CpuVariant> variants,
                                         std::string_view wanted) {
  const CpuFeatures cpu = DetectCpu();
  EMEL_ASSIGN_OR_RETURN(const size_t best, ChooseVariant(variants, cpu, wanted));
  if (!NeedsAmx(variants[best].features)) return best;
  const absl::Status granted = RequestAmx();
  if (granted.ok()) return best;
  const auto next = ChooseVariant(variants, WithoutAmx(cpu), wanted);
  return next.ok() ? next : granted;
}

}  // namespace emel::artifact
