// Groups of ops that become one kernel.

#ifndef EMEL_DIALECTS_EMEL_FUSE_TD
#define EMEL_DIALECTS_EMEL_FUSE_TD

include "dialects/emel/EmelBase.td"

def Emel_FuseOp : Emel_Op<"fuse", [Pure, SingleBlock]> {
  let summary = "Groups ops that become one kernel";
  let description = [{
    Computes what the ops of its body compute, and changes no bit. Ops of the body use values from outside
    freely. The name is for people: kernels are named after it.

    * (C1) the results have the types of what `emel.yield` gives;
    * (C2) the body holds `emel` ops and constants only, and no other `emel.fuse`.

    ```mlir
    %h = emel.fuse "ffn_gate_up" -> tensor<?x172xf32> {
      %g = emel.matmul %x, %a : (tensor<?x64xf32>, tensor<172x64xf32>) -> tensor<?x172xf32>
      %u = emel.matmul %x, %b : (tensor<?x64xf32>, tensor<172x64xf32>) -> tensor<?x172xf32>
      %y = emel.glu swiglu %g, %u : tensor<?x172xf32>
      emel.yield %y : tensor<?x172xf32>
    }
    ```
  }];
  let arguments = (ins StrAttr:$name);
  let results = (outs Variadic<AnyType>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$name (`->` type($results)^)? $body attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The operands of the terminator, one for each result.
    ::mlir::OperandRange getYielded() { return getBody().front().getTerminator()->getOperands(); }
  }];
}

def Emel_YieldOp : Emel_Op<"yield", [Pure, Terminator, ReturnLike, ParentOneOf<["FuseOp"]>]> {
  let summary = "Ends the body of a group with its results";
  let description = [{
    See `emel.fuse`.

    ```mlir
    emel.yield %y : tensor<?x172xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

#endif  // EMEL_DIALECTS_EMEL_FUSE_TD
