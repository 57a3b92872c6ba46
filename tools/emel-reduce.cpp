// Shrinks IR that makes a test script fail to a small case that still does.

#include "dialects/RegisterDialects.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char** argv) {
  mlir::registerTransformsPasses();
  mlir::MLIRContext context(emel::knownDialects());
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}
