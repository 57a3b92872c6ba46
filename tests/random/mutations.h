#ifndef EMEL_TESTS_RANDOM_MUTATIONS_H_
#define EMEL_TESTS_RANDOM_MUTATIONS_H_

#include "mlir/IR/BuiltinOps.h"
#include "tests/random/random.h"

#include <string>
#include <vector>

// Mistakes as a compiler would make them, made between its stages: what searches for mistakes has
// to find each of them.
namespace emel::random {

struct Mutation {
  std::string name, what;
  // Change a plan that was verified, or the kernels and step program of an entry. False where there
  // is no place for the mistake.
  bool (*plan)(mlir::ModuleOp module, Random& random) = nullptr;
  bool (*code)(mlir::ModuleOp module, Random& random) = nullptr;
  // The op that cases are about, where it is not any.
  std::string op;
};

const std::vector<Mutation>& mutations();
// Null where there is none of that name.
const Mutation* findMutation(const std::string& name);

}  // namespace emel::random

#endif  // EMEL_TESTS_RANDOM_MUTATIONS_H_
