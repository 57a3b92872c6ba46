#ifndef EMEL_DIALECTS_EMEL_SEMIRINGS_H_
#define EMEL_DIALECTS_EMEL_SEMIRINGS_H_

#include "dialects/emel/Emel.h"

/// The sums and products of contractions: what they are, for the interpreter, for code and for
/// tests of both.
namespace emel {

/// `add` and `multiply` are associative and `add` is commutative; `zero` and `one` leave what is
/// added to them, and multiplied by them, as it is; a product with `zero` is `zero`, and products
/// distribute over sums. Numbers are those of f32 and the infinities, of or_and 0 and 1.
struct SemiringInfo {
  Semiring semiring;
  double zero, one;
  double (*add)(double a, double b);
  double (*multiply)(double a, double b);
};

llvm::ArrayRef<SemiringInfo> knownSemirings();
const SemiringInfo &infoOf(Semiring semiring);

}  // namespace emel

#endif  // EMEL_DIALECTS_EMEL_SEMIRINGS_H_
