#include "compiler/import/Import.h"

#include "compiler/import/ModelBuilder.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace emel {

#define EMEL_ARCHITECTURE(name, function) void function(ModelBuilder &builder);
#include "compiler/import/Architectures.inc"

namespace {

struct Architecture {
  llvm::StringLiteral name;
  void (*import)(ModelBuilder &);
};

constexpr Architecture kArchitectures[] = {
#define EMEL_ARCHITECTURE(name, function) {name, function},
#include "compiler/import/Architectures.inc"
};

}  // namespace

std::vector<llvm::StringRef> knownArchitectures() {
  std::vector<llvm::StringRef> names;
  for (const Architecture &architecture : kArchitectures) names.push_back(architecture.name);
  return names;
}

absl::StatusOr<ImportResult> importModel(MLIRContext &context, const gguf::Model &model,
                                         const ImportOptions &options) {
  context.loadDialect<EmelDialect>();
  Metadata metadata(model);
  if (!metadata.ok()) return metadata.status();
  const auto *architecture = llvm::find_if(kArchitectures, [&](const Architecture &candidate) {
    return candidate.name == metadata.architecture();
  });
  if (architecture == std::end(kArchitectures))
    return absl::InvalidArgumentError(
        "key 'general.architecture': expected one of " + llvm::join(knownArchitectures(), ", ") +
        ", found '" + metadata.architecture().str() + "' (" + model.shards()[0].path + ")");
  ModelBuilder builder(&context, model, options);
  if (builder.ok()) architecture->import(builder);
  if (!builder.ok()) return builder.metadata.status();
  ImportResult result = builder.take();
  if (failed(verify(*result.module)))
    return absl::InternalError("the imported module does not verify");
  return result;
}

}  // namespace emel
