#ifndef EMEL_DIALECTS_EMEL_PROVENANCE_H_
#define EMEL_DIALECTS_EMEL_PROVENANCE_H_

#include "llvm/ADT/SetVector.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "mlir/IR/Operation.h"

/// Where an op comes from, kept in its location: a name for the op of the source model around one
/// for each GGUF tensor it reads.
///
///     loc("blk.3.attn_q"("blk.3.attn_q.weight"))
///
/// Merging two ops fuses their locations, so origins add up.
namespace emel {

struct Origin {
  llvm::SetVector<mlir::StringAttr> ops, tensors;
};

mlir::Location makeOrigin(mlir::MLIRContext *context, llvm::StringRef op,
                          llvm::ArrayRef<std::string> tensors);
Origin getOrigin(mlir::Location location);
/// That of all ops and block arguments from `root` on inwards.
Origin getOrigins(mlir::Operation *root);

/// "file:3:7" of parsed IR; empty where there is no such place.
std::string filePlaceOf(mlir::Location location);

}  // namespace emel

#endif  // EMEL_DIALECTS_EMEL_PROVENANCE_H_
