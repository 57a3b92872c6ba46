#include "tests/random/reference.h"

namespace emel::random {

absl::StatusOr<Comparison> checkReference(mlir::ModuleOp entries, const Steps& steps,
                                          const Rows& found, const Rows& interpreted) {
  return Comparison{};
}

}  // namespace emel::random
