#include "tools/compile/mlir_flags.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Passes.h"

namespace emel::tools {

std::optional<std::string> CheckMlirFlags() {
  auto& known = llvm::cl::getRegisteredOptions();
  auto statistics = known.find("mlir-pass-statistics");
  if (statistics == known.end() || statistics->second->getNumOccurrences() == 0)
    return std::nullopt;
  return "--mlir-pass-statistics: this LLVM is built without statistics; emel-opt "
         "--emel-statistics prints what each of our passes counts";
}

std::optional<std::string> TakeMlirFlags(const std::vector<std::string>& flags) {
  if (flags.empty()) return std::nullopt;
  registerEmelPasses();
  mlir::registerTransformsPasses();  // which code is made tidy by
  mlir::registerAsmPrinterCLOptions();
  mlir::registerPassManagerCLOptions();
  mlir::registerDefaultTimingManagerCLOptions();
  auto& known = llvm::cl::getRegisteredOptions();
  for (const std::string& flag : flags)
    if (!known.contains(llvm::StringRef(flag).ltrim('-').split('=').first))
      return "unknown option '" + flag + "'; emel-opt --help lists MLIR's";
  std::vector<const char*> arguments{"emel-compile"};
  for (const std::string& flag : flags) arguments.push_back(flag.c_str());
  std::string problem;
  llvm::raw_string_ostream out(problem);
  if (!llvm::cl::ParseCommandLineOptions(static_cast<int>(arguments.size()), arguments.data(), "",
                                         &out))
    return llvm::StringRef(problem).rtrim().str();
  return CheckMlirFlags();
}

MlirTiming::MlirTiming() {
  mlir::applyDefaultTimingManagerCLOptions(manager_);
  root_ = manager_.getRootScope();
}

}  // namespace emel::tools
