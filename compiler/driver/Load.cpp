#include "compiler/driver/Load.h"

#include <filesystem>
#include <fstream>

#include "compiler/driver/Diagnostics.h"
#include "dialects/emel/Emel.h"
#include "llvm/ADT/StringRef.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;

namespace emel {

absl::StatusOr<ImportResult> loadGguf(MLIRContext &context, const std::string &path,
                                      LoadOptions options) {
  options.open.first_shard_only = true;
  options.open.no_alloc = !options.open.check_tensors;  // an import reads no tensor's data
  absl::StatusOr<gguf::Model> model = gguf::Model::Open(path, options.open);
  if (!model.ok()) return model.status();
  DiagnosticCollector diagnostics(&context);
  absl::StatusOr<ImportResult> result = importModel(context, *model, options.import);
  if (absl::IsInternal(result.status()))
    return absl::InternalError(std::string(result.status().message()) + ": " +
                               std::string(diagnostics.status().message()));
  return result;
}

absl::StatusOr<OwningOpRef<ModuleOp>> loadMlir(MLIRContext &context, const std::string &path) {
  if (!std::ifstream(path)) return absl::NotFoundError("cannot open '" + path + "'");
  DiagnosticCollector diagnostics(&context);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(path, &context);
  if (!module) return diagnostics.status();
  return module;
}

absl::StatusOr<OwningOpRef<ModuleOp>> loadStage(MLIRContext &context, const std::string &path) {
  namespace fs = std::filesystem;
  auto module = loadMlir(context, path);
  if (!module.ok()) return module;
  for (auto shard : (*module)->getOps<ShardOp>()) {
    fs::path own = shard.getPath().str(), folder = fs::path(path).parent_path();
    std::error_code error;
    if (fs::exists(own, error)) continue;
    for (const fs::path &other : {folder / own, folder / own.filename()}) {
      if (!fs::exists(other, error)) continue;
      shard.setPath(other.string());
      break;
    }
  }
  return module;
}

bool isGguf(const std::string &path) {
  char magic[4] = {};
  std::ifstream(path, std::ios::binary).read(magic, sizeof(magic));
  return StringRef(magic, sizeof(magic)) == "GGUF" || StringRef(path).ends_with(".gguf");
}

}  // namespace emel
