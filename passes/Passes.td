// Every pass of the project, in the order in which a pipeline runs them. docs/passes.md is made from
// these descriptions and from the tests; how far a pass may change numbers stands in Bounds.inc.

include "mlir/Pass/PassBase.td"

def Simplify : Pass<"emel-simplify", "::mlir::ModuleOp"> {
  let summary = "Canonicalises and removes common subexpressions, keeping origins";
  let description = [{
    The same rewrites as `--canonicalize --cse`. An op that takes the place of others also takes the union
    of their origins, so that every tensor of the import can still be traced. What nothing uses goes, and is recorded.

    Counts the `ops` that are gone.
  }];
}

def DropDeadWeights : Pass<"emel-drop-dead-weights", "::mlir::ModuleOp"> {
  let summary = "Drops weights that no op reads, and shards that no weight needs";
  let description = [{
    Weights and shards are symbols, so that DCE alone does not see that nothing names them. What goes is recorded by its name.

    Counts `weights`, their `bytes`, and `shards`.
  }];
}
