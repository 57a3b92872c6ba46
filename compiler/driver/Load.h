#ifndef EMEL_COMPILER_DRIVER_LOAD_H_
#define EMEL_COMPILER_DRIVER_LOAD_H_

#include <string>

#include "compiler/import/Import.h"

/// From a path on a command line to a verified module.
namespace emel {

struct LoadOptions {
  gguf::OpenOptions open;
  ImportOptions import;
};

/// Opens and imports a GGUF model; of a split one `path` must be the first shard.
absl::StatusOr<ImportResult> loadGguf(mlir::MLIRContext &context, const std::string &path,
                                      LoadOptions options);

/// Parses and verifies a module of MLIR text or bytecode.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>> loadMlir(mlir::MLIRContext &context,
                                                           const std::string &path);

/// The same, for a module that is compiled on: its shards are found beside it as well, where they
/// are no longer at their paths.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>> loadStage(mlir::MLIRContext &context,
                                                            const std::string &path);

/// Whether the file is to be read as GGUF: it starts so, or its name says so.
bool isGguf(const std::string &path);

}  // namespace emel

#endif  // EMEL_COMPILER_DRIVER_LOAD_H_
