#ifndef EMEL_TESTS_KERNELS_STEP_MODULE_H_
#define EMEL_TESTS_KERNELS_STEP_MODULE_H_

#include "codegen/cpu/program/Image.h"
#include "dialects/interpreter/Interpreter.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/PassManager.h"
#include "tests/kernels/test_form.h"

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

// A small model in a module, from its text through the passes to code for one CPU.
namespace emel::testing {

// What compiling gives for one CPU.
struct CompiledKernel {
  struct Entry {
    std::string symbol;
    int64_t max_tokens, tickets;
  };
  cpu::Image image;
  std::vector<Entry> entries;    // ascending
  std::vector<uint8_t> weights;  // of all
  std::map<std::string, uint64_t> weight_bytes;
  uint64_t arena_bytes = 0, scratch_bytes = 0, page_bytes = 0;
  int64_t width = 0;  // of a row of the result

  const Entry& EntryFor(int64_t tokens) const;
};

// The file that a module's weights are in.
class WeightFile {
 public:
  WeightFile();
  ~WeightFile();

  const std::string& path() const { return path_; }
  // Adds `emel.weight @name`, whose bytes go behind those of the others. `suffix` ends the op.
  void Add(const std::string& name, const std::string& type, absl::Span<const uint8_t> bytes,
           const std::string& suffix = "");
  template <typename Number>
  void Add(const std::string& name, const std::string& type, const std::vector<Number>& numbers) {
    Add(name, type,
        absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(numbers.data()),
                            numbers.size() * sizeof(Number)));
  }
  // The shard and the weights, as a module begins with. The file is complete from here on.
  std::string Text();

 private:
  std::string path_, text_;
  std::ofstream file_;
  uint64_t bytes_ = 0;
};

// "tensor<?x3xf32>" of -1, 3 and "f32"; dimensions of 0 are left out.
std::string TensorOf(std::initializer_list<int64_t> dims, llvm::StringRef element,
                     llvm::StringRef encoding = "");

class StepModule {
 public:
  static constexpr interpreter::Precision kPlain = interpreter::Precision::F32,
                                          kOrdered = interpreter::Precision::ExactOrder;

  static absl::StatusOr<std::unique_ptr<StepModule>> Parse(const std::string& text);
  static absl::StatusOr<std::unique_ptr<StepModule>> Import(const std::string& gguf);

  absl::Status Run(absl::FunctionRef<void(mlir::PassManager&)> add_passes);
  // All rows of the result for the tokens of one sequence, fed in pieces of these sizes and, in the
  // end, of what is left, by the interpreter.
  absl::StatusOr<std::vector<float>> Interpret(const std::vector<int32_t>& tokens,
                                               interpreter::Precision precision = kPlain,
                                               absl::Span<const size_t> pieces = {});
  // The longest sequence.
  int64_t Context() const;
  // The bytes of what the only entry returns; of a plan too, where tiles read and write memory.
  absl::StatusOr<std::vector<uint8_t>> Evaluate(const std::vector<int32_t>& tokens);
  // Of a plan. Without a model the width is left to whoever knows it.
  absl::StatusOr<CompiledKernel> Compile(const TestForm& form);
  absl::StatusOr<std::string> Assembly(const cpu::Target& target);

 private:
  StepModule();

  mlir::MLIRContext context_;
  mlir::OwningOpRef<mlir::ModuleOp> module_;
  FormCompiler compiler_;
};

}  // namespace emel::testing

#endif  // EMEL_TESTS_KERNELS_STEP_MODULE_H_
