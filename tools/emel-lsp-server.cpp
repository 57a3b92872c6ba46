// Serves editors over the language server protocol: diagnostics, hover and definitions in emel IR.

#include "dialects/RegisterDialects.h"
#include "llvm/ADT/STLExtras.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"
#include "tools/support/exit.h"

/// MLIR's server parses its command line itself and leaves with 1 where that is wrong.
static bool isKnown(llvm::StringRef argument) {
  llvm::StringRef name = argument.ltrim('-').split('=').first;
  return argument.starts_with("-") &&
         llvm::is_contained({"help", "help-hidden", "version", "lit-test", "pretty", "log",
                             "input-style", "color"},
                            name);
}

int main(int argc, char** argv) {
  for (llvm::StringRef argument : llvm::ArrayRef(argv + 1, argc - 1)) {
    if (isKnown(argument)) continue;
    llvm::errs() << "emel-lsp-server: unknown option '" << argument
                 << "'; editors start it without any, --help lists them\n";
    return emel::tools::kBadUsage;
  }
  mlir::DialectRegistry registry = emel::knownDialects();
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry)) ? emel::tools::kBadInput
                                                                     : emel::tools::kDone;
}
