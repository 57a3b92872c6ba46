// Serves editors over the language server protocol: diagnostics, hover and definitions in emel IR.

#include "dialects/RegisterDialects.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char** argv) {
  mlir::DialectRegistry registry = emel::knownDialects();
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
