#ifndef EMEL_DIALECTS_PLAN_UNKNOWN_SIZES_H_
#define EMEL_DIALECTS_PLAN_UNKNOWN_SIZES_H_

#include <cstdint>

#include "dialects/emel/Shapes.h"

namespace emel::plan {

/// What stands for the numbers of tokens and of rows where types are inferred to tell unknown
/// dimensions apart: primes, so that no product of other sizes is one of them. A dimension that is
/// known may have the same size, and is neither.
inline constexpr int64_t kTokensSize = 1000003, kRowsSize = 1000033;

/// The first value in and below an op with an unknown dimension that is neither the number of
/// tokens nor of rows, `types` being those that follow where these are the numbers above; null
/// where there is none.
mlir::Value findOtherExtent(mlir::Operation *root, const TypeMap &types);

}  // namespace emel::plan

#endif  // EMEL_DIALECTS_PLAN_UNKNOWN_SIZES_H_
