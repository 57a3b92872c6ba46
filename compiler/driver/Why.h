#ifndef EMEL_COMPILER_DRIVER_WHY_H_
#define EMEL_COMPILER_DRIVER_WHY_H_

#include <string>

#include <absl/status/statusor.h>

#include "compiler/import/Import.h"
#include "dialects/emel/Remarks.h"

namespace emel {

/// Tells where a GGUF tensor lies and which ops of the imported module read it.
absl::StatusOr<std::string> explainTensor(const ImportResult &result, const std::string &tensor);

/// Tells what was missed at an op or a weight, by its name in the model or its op's in the dialect;
/// fails where there are no remarks about it, `known` names
/// do not have it and it is no op of the dialect (`isOp`).
absl::StatusOr<std::string> explainMissed(llvm::ArrayRef<Remark> remarks, const std::string &op,
                                          llvm::ArrayRef<llvm::StringRef> known, bool isOp);

}  // namespace emel

#endif  // EMEL_COMPILER_DRIVER_WHY_H_
