#ifndef EMEL_DIALECTS_PLAN_UNKNOWN_SIZES_H_
#define EMEL_DIALECTS_PLAN_UNKNOWN_SIZES_H_

#include <cstdint>

#include "mlir/IR/BuiltinTypes.h"

namespace emel::plan {

/// What stands for the numbers of tokens and of rows where types are inferred to tell unknown
/// dimensions apart: primes, so that no product of other sizes is one of them. A dimension that is
/// known may have the same size, and is neither.
inline constexpr int64_t kTokensSize = 1000003, kRowsSize = 1000033;

/// Whether each unknown dimension of a type is the number of tokens or of rows, `sized` being the
/// type that follows where those are the numbers above.
inline bool hasKnownExtents(mlir::ShapedType type, mlir::ShapedType sized) {
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    int64_t size = sized.getDimSize(dim);
    if (type.isDynamicDim(dim) && size != kTokensSize && size != kRowsSize) return false;
  }
  return true;
}

}  // namespace emel::plan

#endif  // EMEL_DIALECTS_PLAN_UNKNOWN_SIZES_H_
