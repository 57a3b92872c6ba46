#ifndef EMEL_TESTS_KERNELS_ATTENTION_CASE_H_
#define EMEL_TESTS_KERNELS_ATTENTION_CASE_H_

#include "tests/kernels/run_kernel.h"

// A model that is one attention and its state, for tests and benchmarks of the code behind it: of
// each position of each sequence a row of queries, keys and values, chosen by token.
namespace emel::testing {

struct AttentionSpec {
  std::string name;
  int64_t heads, kv_heads, key_dim, value_dim;
  std::string cells = "f16";  // as --kv has them: f16, q8_0 or keep, which is f32
  double softcap = 0, max_bias = 0;
  int64_t window = 0;
  bool has_sinks = false;
  int64_t sequences = 2, positions = 104;  // of each sequence
  int64_t small = 4, bulk = 128;           // the most tokens of the entries
};

// `size` positions from `first` on of the sequence in `slot`.
struct Piece {
  int64_t slot, first, size;
};

class AttentionCase {
 public:
  static absl::StatusOr<std::unique_ptr<AttentionCase>> Create(const AttentionSpec& spec);

  StepTokens Tokens(absl::Span<const Piece> pieces) const;
  // The rows of all positions of a sequence, by the interpreter; before anything is compiled.
  absl::StatusOr<std::vector<float>> Interpret(
      int64_t slot, interpreter::Precision precision = StepModule::kPlain);
  absl::StatusOr<CompiledKernel> Compile(const TestForm& form);

  const AttentionSpec& spec() const { return spec_; }

 private:
  explicit AttentionCase(const AttentionSpec& spec) : spec_(spec) {}
  std::string Text();

  AttentionSpec spec_;
  int64_t rows_ = 0;  // of the tables
  WeightFile file_;
  std::unique_ptr<StepModule> module_;
  bool is_planned_ = false;
};

}  // namespace emel::testing

#endif  // EMEL_TESTS_KERNELS_ATTENTION_CASE_H_
