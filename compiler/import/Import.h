#ifndef EMEL_COMPILER_IMPORT_IMPORT_H_
#define EMEL_COMPILER_IMPORT_IMPORT_H_

#include <absl/status/statusor.h>

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "runtime/gguf/gguf.h"

/// From a GGUF model to a module of the `emel` dialect.
namespace emel {

struct ImportOptions {
  /// The longest sequence to compile for; 0 takes the model's own. Models with two sets of rope
  /// factors choose between them by it.
  int64_t context = 0;
};

struct ImportResult {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// Tensors of the file that nothing reads.
  std::vector<std::string> unusedTensors;
};

/// Fails with the first of: an unknown architecture, missing or contradictory metadata, an absent
/// or misshaped tensor.
absl::StatusOr<ImportResult> importModel(mlir::MLIRContext &context, const gguf::Model &model,
                                         const ImportOptions &options = {});

/// The architectures that importModel knows, in the order of Architectures.inc.
std::vector<llvm::StringRef> knownArchitectures();

}  // namespace emel

#endif  // EMEL_COMPILER_IMPORT_IMPORT_H_
