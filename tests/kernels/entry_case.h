#ifndef EMEL_TESTS_KERNELS_ENTRY_CASE_H_
#define EMEL_TESTS_KERNELS_ENTRY_CASE_H_

#include "tests/kernels/run_kernel.h"

// An entry of a few ops on tensors of any types, for tests of code against the interpreter. It is
// planned as it is, without fusion, and may be cut into tiles that the passes would not choose.
namespace emel::testing {

struct EntrySpec {
  struct Weight {
    std::string type;
    std::vector<uint8_t> bytes;
  };
  // Ops that make %y of type R from %w0 of type W0 and so on, and %tokens.
  std::string body;
  std::vector<Weight> weights;
  std::string result;
  int64_t tokens = 1;
};

// Dimensions of the result that are cut, and the sizes of their tiles.
using TileSizes = std::vector<std::pair<int64_t, int64_t>>;

class EntryCase {
 public:
  static absl::StatusOr<std::unique_ptr<EntryCase>> Create(const EntrySpec& spec,
                                                           const TileSizes& tile);

  // The bytes of %y, as the interpreter computes it from the ops and from the plan.
  absl::StatusOr<std::vector<uint8_t>> Interpret();
  absl::StatusOr<std::vector<uint8_t>> InterpretPlan();
  // The same by code; `bytes` is how many there are.
  absl::StatusOr<std::vector<uint8_t>> Run(const TestForm& form, size_t bytes);

 private:
  WeightFile file_;
  std::vector<int32_t> tokens_;
  std::unique_ptr<StepModule> module_, planned_;
};

}  // namespace emel::testing

#endif  // EMEL_TESTS_KERNELS_ENTRY_CASE_H_
