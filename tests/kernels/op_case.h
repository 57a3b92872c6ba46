#ifndef EMEL_TESTS_KERNELS_OP_CASE_H_
#define EMEL_TESTS_KERNELS_OP_CASE_H_

#include "tests/kernels/run_kernel.h"

// A model that is a few ops on rows of float32 tables, chosen by token, for tests of code against
// the interpreter. It goes the way of every model.
namespace emel::testing {

struct OpSpec {
  // Ops that make %y of type ROWS from %x0 and so on, one for each table, of the same type.
  std::string body;
  int64_t tokens, columns;  // of each table
  std::vector<std::vector<float>> tables;
};

class OpCase {
 public:
  static absl::StatusOr<std::unique_ptr<OpCase>> Create(const OpSpec& spec);

  // %y for all rows of the tables.
  absl::StatusOr<std::vector<float>> Interpret(
      interpreter::Precision precision = StepModule::kPlain);
  absl::StatusOr<std::vector<float>> Run(const TestForm& form);

 private:
  explicit OpCase(const OpSpec& spec) : tokens_(spec.tokens) {}

  int64_t tokens_;
  WeightFile file_;
  std::unique_ptr<StepModule> module_, planned_;
};

}  // namespace emel::testing

#endif  // EMEL_TESTS_KERNELS_OP_CASE_H_
