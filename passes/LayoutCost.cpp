#include "passes/LayoutCost.h"

#include "dialects/emel/Layouts.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace emel {

/// What memory moves at once.
static constexpr double kLine = 64;
/// Packing reads and writes so many bytes a second, and what it packed serves so many runs.
static constexpr double kPackBytes = 200e6, kRuns = 1000;

SmallVector<LayoutAttr> layoutCandidates(const plan::Device &device, RankedTensorType type) {
  SmallVector<LayoutAttr> candidates{LayoutAttr()};
  for (Layout layout : device.layouts) {
    auto packed = LayoutAttr::get(type.getContext(), layout);
    if (canHaveLayout(type, packed)) candidates.push_back(packed);
  }
  return candidates;
}

double bulkRate(const plan::Speeds &machine, Type element) {
  if (element.isF32() || element.isF64()) return machine.f32;
  if (element.isF16()) return machine.f16;
  return element.isBF16() ? machine.bf16 : machine.quantized;
}

double costOfWeight(const plan::Speeds &machine, RankedTensorType weight, WeightRead read,
                    double flops) {
  layout::Shape shape = getMatrices(weight);
  // A panel holds several rows, of which only a gather wants one alone.
  bool isPacked = weight.getEncoding() != nullptr;
  shape = {1, panelRows(weight), shape.columns};
  double bytes = static_cast<double>(*layout::PackedBytes(*getFormat(weight), shape));
  if (read.isGathered) return read.rows * std::max(bytes, kLine) / machine.readBytes;
  double padding = 1;
  if (int64_t rows = weight.getDimSize(weight.getRank() - 2); isPacked && rows > 0)
    padding = static_cast<double>(llvm::alignTo(rows, shape.rows)) / static_cast<double>(rows);
  double reading = read.rows * padding * bytes / static_cast<double>(shape.rows);
  double rate = bulkRate(machine, weight.getElementType());
  reading /= machine.readBytes * (isPacked ? 1 : machine.rowMajorReading);
  return std::max(reading, flops * padding / (rate * (isPacked ? 1 : machine.rowMajorComputing)));
}

double costOfPacking(RankedTensorType weight) {
  if (!weight.getEncoding()) return 0;
  return static_cast<double>(*getStorageBytes(weight)) / kPackBytes / kRuns;
}

}  // namespace emel
