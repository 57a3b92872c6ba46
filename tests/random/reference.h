#ifndef EMEL_TESTS_RANDOM_REFERENCE_H_
#define EMEL_TESTS_RANDOM_REFERENCE_H_

#include "tests/random/run.h"

// How far code may be from the interpreter, for each element.
namespace emel::random {

struct Comparison {
  // Where code is too far off; empty where it is near enough.
  std::string difference;
  // Not where numbers that are not known to the bit decided what comes next, or where an op has no
  // bound.
  bool isBounded = false;
};

// Compares what code computed with the entries of a module, op by op: with bits where
// docs/numerics.md promises them, else with --f64 and the bounds that it states, which are carried
// from op to op.
absl::StatusOr<Comparison> checkReference(mlir::ModuleOp entries, const Steps& steps,
                                          const Rows& found);

}  // namespace emel::random

#endif  // EMEL_TESTS_RANDOM_REFERENCE_H_
