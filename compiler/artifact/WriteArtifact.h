#ifndef EMEL_COMPILER_ARTIFACT_WRITE_ARTIFACT_H_
#define EMEL_COMPILER_ARTIFACT_WRITE_ARTIFACT_H_

#include <functional>
#include <string>
#include <vector>

#include "codegen/cpu/program/Image.h"
#include "compiler/artifact/CompileEntries.h"
#include "compiler/pack/Pack.h"
#include "dialects/emel/Emel.h"
#include "runtime/artifact/plan.h"
#include "runtime/artifact/writer.h"
#include "runtime/gguf/gguf.h"

/// From a module with a complete plan to an artifact.
namespace emel {

/// Keeps weights in a file of their own: gets their size and what writes them to a sink, which it
/// may call several times, with the same bytes each time.
using WeightsStore = std::function<absl::StatusOr<artifact::ExternalWeights>(
    uint64_t bytes, absl::FunctionRef<absl::Status(PackSink)> write)>;

struct ArtifactOptions {
  std::vector<const cpu::Target *> targets;
  int64_t maxWorkers = 64;
  cpu::Checks checks;
  /// The memory contract, as JSON.
  std::string contract;
  /// What the compiler was told, for the provenance.
  std::vector<std::pair<std::string, std::string>> options;
  /// Whose metadata go along: vocabulary, chat template, licence.
  const gguf::Model *model = nullptr;
  /// Called from several threads.
  ReportProgress progress;
  /// Where the artifact begins in the output: behind an executable that is already there, or at 0.
  uint64_t base = 0;
  /// Threads to compile with; 0 takes one for each CPU. The bytes do not depend on it.
  unsigned threads = 0;
  /// How the shards are read.
  io::Strategy load = io::Strategy::kMap;
  /// Takes the time of each pass.
  mlir::TimingScope *timing = nullptr;
  /// Where the weights go if not into the artifact.
  WeightsStore weightsStore;
};

/// Packs the weights, compiles the code and writes both, with everything that a runtime must know.
/// The module has one plan; every target gets its code. Weights are packed and shards hashed while
/// LLVM works on the code. Returns what the artifact says of itself; errors are in the status.
absl::StatusOr<artifact::Plan> writeArtifact(mlir::ModuleOp module, const ArtifactOptions &options,
                                             artifact::Writer::Sink sink);

/// The code of an artifact's one target as text.
absl::StatusOr<std::string> writeCode(mlir::ModuleOp module, const ArtifactOptions &options,
                                      cpu::CodeKind kind);

/// What its kernels and step programs compute, before LLVM's dialect.
absl::StatusOr<std::string> writeKernels(mlir::ModuleOp module, const ArtifactOptions &options);

}  // namespace emel

#endif  // EMEL_COMPILER_ARTIFACT_WRITE_ARTIFACT_H_
