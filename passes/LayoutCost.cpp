#include "passes/LayoutCost.h"

#include "dialects/emel/Layouts.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace emel {

/// Two cores. Reading and bulk arithmetic of sapphirerapids (AMX, bf16 tiles; f16 is split into two
/// bf16) are measured; x86-64-v4 computes quantised types with VNNI, x86-64-v3 with 16-bit
/// products, and floats as f32. Kernels that read GGUF's arrangement need a sum across lanes for
/// each row and cannot stream several panels at a time: measured on a peer, half the reading and a
/// sixth of AMX.
static constexpr LayoutTarget kTargets[] = {
    {"x86-64-v3", 40e9, 0.4e12, 0.15e12, 0.15e12, 0.15e12, 0.5, 0.7},
    {"x86-64-v4", 42e9, 1.2e12, 0.3e12, 0.3e12, 0.3e12, 0.5, 0.6},
    {"sapphirerapids", 42e9, 2.0e12, 2.0e12, 1.0e12, 0.3e12, 0.5, 0.17},
    {"generic", 20e9, 0.1e12, 0.05e12, 0.05e12, 0.05e12, 0.7, 0.8},
};

/// What memory moves at once.
static constexpr double kLine = 64;
/// Packing reads and writes so many bytes a second, and what it packed serves so many runs.
static constexpr double kPackBytes = 200e6, kRuns = 1000;

const LayoutTarget *findLayoutTarget(StringRef name) {
  const auto *target = llvm::find_if(kTargets, [&](auto &row) { return row.name == name; });
  return target == std::end(kTargets) ? nullptr : target;
}

std::string layoutTargetNames() {
  return llvm::join(llvm::map_range(kTargets, [](auto &row) { return row.name; }), ", ");
}

SmallVector<LayoutAttr> layoutCandidates(RankedTensorType type) {
  SmallVector<LayoutAttr> candidates{LayoutAttr()};
  auto r16 = LayoutAttr::get(type.getContext(), Layout::R16);
  if (canHaveLayout(type, r16)) candidates.push_back(r16);
  return candidates;
}

double bulkRate(const LayoutTarget &target, Type element) {
  if (element.isF32() || element.isF64()) return target.f32;
  if (element.isF16()) return target.f16;
  return element.isBF16() ? target.bf16 : target.quantized;
}

double costOfWeight(const LayoutTarget &target, RankedTensorType weight, WeightRead read,
                    double flops) {
  layout::Shape shape = getMatrices(weight);
  // A panel holds 16 rows, of which only a gather wants one alone.
  bool isPacked = weight.getEncoding() != nullptr;
  shape = {1, isPacked ? 16u : 1u, shape.columns};
  double bytes = static_cast<double>(*layout::PackedBytes(*getFormat(weight), shape));
  if (read.isGathered) return read.rows * std::max(bytes, kLine) / target.readBytes;
  double padding = 1;
  if (int64_t rows = weight.getDimSize(weight.getRank() - 2); isPacked && rows > 0)
    padding = static_cast<double>(llvm::alignTo(rows, 16)) / static_cast<double>(rows);
  double reading = read.rows * padding * bytes / static_cast<double>(shape.rows);
  double rate = bulkRate(target, weight.getElementType());
  reading /= target.readBytes * (isPacked ? 1 : target.rowMajorReading);
  return std::max(reading, flops * padding / (rate * (isPacked ? 1 : target.rowMajorComputing)));
}

double costOfPacking(RankedTensorType weight) {
  if (!weight.getEncoding()) return 0;
  return static_cast<double>(*getStorageBytes(weight)) / kPackBytes / kRuns;
}

}  // namespace emel
