// Every pass of the project, in the order in which a pipeline runs them.

include "mlir/Pass/PassBase.td"

def Simplify : Pass<"emel-simplify", "::mlir::ModuleOp"> {
  let summary = "Canonicalises and removes common subexpressions, keeping origins";
  let description = [{
    The same rewrites as `--canonicalize --cse`. An op that takes the place of others also takes the union
    of their origins, so that every tensor of the import can still be traced. Keeps the bits.
  }];
}
