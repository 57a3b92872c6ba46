#ifndef EMEL_TOOLS_COMPILE_MLIR_FLAGS_H_
#define EMEL_TOOLS_COMPILE_MLIR_FLAGS_H_

#include "mlir/Support/Timing.h"

#include <optional>
#include <string>
#include <vector>

// The options that MLIR has for every tool that runs passes: printing IR, taking time.
namespace emel::tools {

// Lets MLIR take its options, each whole, "--mlir-timing"; a message about those that it does not
// take.
std::optional<std::string> TakeMlirFlags(const std::vector<std::string>& flags);

// What is wrong with options that LLVM's command line has taken: a message about those that do
// nothing in the LLVM that we stand on.
std::optional<std::string> CheckMlirFlags();

// Takes times if --mlir-timing asks for it, and prints them when it goes.
class MlirTiming {
 public:
  MlirTiming();
  // Null where nobody asks.
  mlir::TimingScope* root() { return root_ ? &root_ : nullptr; }

 private:
  mlir::DefaultTimingManager manager_;
  mlir::TimingScope root_;
};

}  // namespace emel::tools

#endif  // EMEL_TOOLS_COMPILE_MLIR_FLAGS_H_
