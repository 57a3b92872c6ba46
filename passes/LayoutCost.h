#ifndef EMEL_PASSES_LAYOUTCOST_H_
#define EMEL_PASSES_LAYOUTCOST_H_

#include "dialects/emel/Emel.h"

/// The cost model of layout selection: what a machine takes to read weights in each arrangement. It
/// decides between layouts; it does not predict run times.
namespace emel {

/// What kernels reach on a machine, in units for a second. Ratios matter, absolute numbers do not.
struct LayoutTarget {
  llvm::StringLiteral name;
  double readBytes;  // weights from memory, by the kernels of r16
  /// Operations of bulk kernels of r16 by the class that a weight's type is computed in.
  double quantized, bf16, f16, f32;
  /// What kernels of GGUF's arrangement reach of that, when reading and when computing.
  double rowMajorReading, rowMajorComputing;
};

/// The targets by name; null where there is none.
const LayoutTarget *findLayoutTarget(llvm::StringRef name);
std::string layoutTargetNames();  // "x86-64-v3, x86-64-v4, …"

/// Operations a second of the class that multiplies by such elements.
double bulkRate(const LayoutTarget &target, mlir::Type element);

/// The layouts that a weight of the type can have; the first one, null, is GGUF's arrangement.
llvm::SmallVector<LayoutAttr> layoutCandidates(mlir::RankedTensorType type);

/// Seconds for reading so much of a weight of type `weight` (whose encoding is the layout), and for
/// `flops` of arithmetic on it: what takes longer.
double costOfWeight(const LayoutTarget &target, mlir::RankedTensorType weight, WeightRead read,
                    double flops);

/// Seconds of one run of a model for having packed the weight once.
double costOfPacking(mlir::RankedTensorType weight);

}  // namespace emel

#endif  // EMEL_PASSES_LAYOUTCOST_H_
