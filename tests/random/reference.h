#ifndef EMEL_TESTS_RANDOM_REFERENCE_H_
#define EMEL_TESTS_RANDOM_REFERENCE_H_

#include "tests/random/run.h"

// How far code may be from the interpreter, for each element.
namespace emel::random {

struct Comparison {
  // Where code is too far off; empty where it is near enough.
  std::string difference;
  // Not where a number that is not known to the bit decided between two that are far apart.
  bool isBounded = false;
};

// Compares what code computed with the entries of a module. `interpreted` are the bits of the
// interpreter.
absl::StatusOr<Comparison> checkReference(mlir::ModuleOp entries, const Steps& steps,
                                          const Rows& found, const Rows& interpreted);

}  // namespace emel::random

#endif  // EMEL_TESTS_RANDOM_REFERENCE_H_
