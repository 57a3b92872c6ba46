#ifndef EMEL_PASSES_LAYOUTCOST_H_
#define EMEL_PASSES_LAYOUTCOST_H_

#include "dialects/plan/Device.h"

/// The cost model of layout selection: what a machine takes to read weights in each arrangement. It
/// decides between layouts; it does not predict run times.
namespace emel {

/// Operations a second of the class that multiplies by such elements.
double bulkRate(const plan::Speeds &machine, mlir::Type element);

/// The layouts that a weight of the type can have on a device; the first one, null, is GGUF's
/// arrangement.
llvm::SmallVector<LayoutAttr> layoutCandidates(const plan::Device &device,
                                               mlir::RankedTensorType type);

/// Seconds for reading so much of a weight of type `weight` (whose encoding is the layout), and for
/// `flops` of arithmetic on it: what takes longer.
double costOfWeight(const plan::Speeds &machine, mlir::RankedTensorType weight, WeightRead read,
                    double flops);

/// Seconds of one run of a model for having packed the weight once.
double costOfPacking(mlir::RankedTensorType weight);

}  // namespace emel

#endif  // EMEL_PASSES_LAYOUTCOST_H_
