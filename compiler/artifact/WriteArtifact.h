#ifndef EMEL_COMPILER_ARTIFACT_WRITE_ARTIFACT_H_
#define EMEL_COMPILER_ARTIFACT_WRITE_ARTIFACT_H_

#include <functional>
#include <string>
#include <vector>

#include "codegen/cpu/Image.h"
#include "dialects/emel/Emel.h"
#include "runtime/artifact/plan.h"
#include "runtime/artifact/writer.h"
#include "runtime/gguf/gguf.h"

/// From a module with a complete plan to an artifact.
namespace emel {

struct ArtifactOptions {
  std::vector<const cpu::Target *> targets;
  int64_t maxWorkers = 64;
  /// The memory contract, as JSON.
  std::string contract;
  /// What the compiler was told, for the provenance.
  std::vector<std::pair<std::string, std::string>> options;
  /// Whose metadata go along: vocabulary, chat template, licence.
  const gguf::Model *model = nullptr;
  /// Called with what is being done and how far it is.
  std::function<void(llvm::StringRef what, uint64_t done, uint64_t total)> progress;
};

/// Packs the weights, compiles the code and writes both, with everything that a runtime must know.
/// The module has one plan; every target gets its code. Errors are in the status.
absl::Status writeArtifact(mlir::ModuleOp module, const ArtifactOptions &options,
                           artifact::Writer::Sink sink);

/// The code of one target as text.
absl::StatusOr<std::string> writeCode(mlir::ModuleOp module, const cpu::Target &target,
                                      cpu::CodeKind kind);

}  // namespace emel

#endif  // EMEL_COMPILER_ARTIFACT_WRITE_ARTIFACT_H_
