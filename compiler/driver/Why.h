#ifndef EMEL_COMPILER_DRIVER_WHY_H_
#define EMEL_COMPILER_DRIVER_WHY_H_

#include <string>

#include <absl/status/statusor.h>

#include "compiler/import/Import.h"

namespace emel {

/// Tells where a GGUF tensor lies and which ops of the imported module read it.
absl::StatusOr<std::string> explainTensor(const ImportResult &result, const std::string &tensor);

}  // namespace emel

#endif  // EMEL_COMPILER_DRIVER_WHY_H_
