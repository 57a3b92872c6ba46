#ifndef EMEL_DIALECTS_EMEL_POSITIONS_H_
#define EMEL_DIALECTS_EMEL_POSITIONS_H_

#include "dialects/emel/Emel.h"

/// What is known of positions when compiling, as docs/numerics.md says: the same numbers to the
/// bit on every machine, which a C library's functions do not promise.
namespace emel {

/// The angles of a rotation for one position, without its factors, and what its sines and cosines
/// are multiplied by.
struct RopeAngles {
  llvm::SmallVector<double> perPosition;
  llvm::SmallVector<int64_t> components;  // which of a token's positions each pair turns by
  double magnitude;
};
RopeAngles ropeAngles(RopeOp op);
int64_t pairsOf(RopeOp op);

/// ALiBi's slope for a head of an attention.
float alibiSlope(double maxBias, int64_t head, int64_t heads);

}  // namespace emel

#endif  // EMEL_DIALECTS_EMEL_POSITIONS_H_
