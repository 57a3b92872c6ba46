#ifndef EMEL_COMPILER_ARTIFACT_DECODED_WEIGHTS_H_
#define EMEL_COMPILER_ARTIFACT_DECODED_WEIGHTS_H_

#include "compiler/driver/PlanOutput.h"

/// Which weights of a plan take the path that serves every type, and takes longer than those of
/// panels.
namespace emel {

DecodedWeights findDecodedWeights(mlir::ModuleOp module);

/// A line for each type, with the first few names: "2 tensors of iq2_xxs are decoded row by row
/// (blk.0.ffn_up.weight, blk.1.ffn_up.weight)".
std::string describe(const DecodedWeights &decoded);

}  // namespace emel

#endif  // EMEL_COMPILER_ARTIFACT_DECODED_WEIGHTS_H_
