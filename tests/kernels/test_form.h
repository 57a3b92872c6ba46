#ifndef EMEL_TESTS_KERNELS_TEST_FORM_H_
#define EMEL_TESTS_KERNELS_TEST_FORM_H_

#include "codegen/cpu/program/Image.h"

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

// How tests run the kernels of every target, whatever CPU this machine has.
namespace emel::testing {

// A target's own form is its code as users get it. Its portable form is the same kernels with ops
// that every CPU has in the place of the target's special instructions, for this machine:
//
//     own       kernels for `target`                            code for `target`
//     portable  kernels for `target`, portable instructions     code for `host`
struct TestForm {
  // The target's own.
  TestForm(const cpu::Target& target)  // NOLINT: a target stands for it
      : target(target), host(target) {}

  cpu::Target target, host;
  bool is_portable = false;

  std::string name() const;  // "sapphirerapids", "sapphirerapids-portable"
};

// Every target's own form, then every target's portable one.
std::vector<TestForm> KnownForms();
// With the least demanding target that this machine can run for a host.
TestForm PortableFormOf(const cpu::Target& target);

// What runs a form's code.
enum class Runner { kNative, kEmulator };
// Fails, saying what is missing, where nothing does.
absl::StatusOr<Runner> RunnerOf(const TestForm& form);

// The portable instructions, a function for each.
std::string PortableInstructionsPath();

// Makes objects of what was emitted for forms' targets. What several forms have in common, as
// portable ones often do, is compiled once.
class FormCompiler {
 public:
  // An instruction without a portable meaning is an error.
  mlir::FailureOr<llvm::SmallVector<char, 0>> ObjectOf(mlir::ModuleOp module, const TestForm& form);

 private:
  std::map<std::string, llvm::SmallVector<char, 0>> objects_;  // by host and text
};

}  // namespace emel::testing

#endif  // EMEL_TESTS_KERNELS_TEST_FORM_H_
