#ifndef EMEL_TESTS_KERNELS_KERNEL_CASE_H_
#define EMEL_TESTS_KERNELS_KERNEL_CASE_H_

#include "codegen/cpu/products/Products.h"
#include "dialects/emel/Emel.h"
#include "tests/kernels/step_module.h"

// A model that is one product, for tests and benchmarks of the kernel behind it: rows of a table,
// chosen by token, times a weight. It goes the way of every model: from a module's text through the
// passes.
namespace emel::testing {

// A line of the table that tests and benchmarks of kernels go through: a product and what its sums
// are.
struct KernelRow {
  cpu::Product product;
  Semiring semiring;

  // "q4_0 r16 a8"; with the semiring, where that is not plus_times.
  std::string name() const;
};

// Every product in plus_times, those of floats and one of blocks in every other semiring.
std::vector<KernelRow> KernelRows();

struct KernelSpec {
  KernelRow kernel;
  int64_t rows, columns;
  // Not 0: a stack of so many weights, of which each token chooses two.
  int64_t experts = 0;
  int64_t tokens = 17;        // rows of the table; input of bf16 needs two and more in a step
  bool is_typical = false;    // numbers as models have them, for benchmarks: odd ones can be slow
  bool has_specials = false;  // infinities and NaNs in some rows of the table, and of floats
};

class KernelCase {
 public:
  static absl::StatusOr<std::unique_ptr<KernelCase>> Create(const KernelSpec& spec);

  // The result for all rows of the table, by the interpreter.
  absl::StatusOr<std::vector<float>> Interpret(
      interpreter::Precision precision = StepModule::kPlain);
  // For each element of it, the sum of the magnitudes that it is a sum of.
  std::vector<double> Magnitudes() const;

  absl::StatusOr<CompiledKernel> Compile(const TestForm& form);
  absl::StatusOr<std::string> Assembly(const cpu::Target& target);

 private:
  explicit KernelCase(const KernelSpec& spec) : spec_(spec) {}
  // Scores that make each token choose some, and which.
  std::vector<float> ChooseExperts();
  std::string Text(const std::string& element);
  absl::Status Plan();

  KernelSpec spec_;
  WeightFile file_;
  std::vector<float> inputs_, weights_;
  std::vector<int64_t> chosen_;  // for each pair of token and slot
  std::unique_ptr<StepModule> module_;
  bool is_planned_ = false;
};

}  // namespace emel::testing

#endif  // EMEL_TESTS_KERNELS_KERNEL_CASE_H_
