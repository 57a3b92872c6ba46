#ifndef EMEL_DIALECTS_EMEL_INTERFACES_TD
#define EMEL_DIALECTS_EMEL_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Emel_StateOpInterface : OpInterface<"StateOpInterface"> {
  let cppNamespace = "::emel";
  let description = [{
    An op that takes a state value and returns its successor. The operand is consumed: no later op
    may use it. Every other use of a state value reads it.
  }];
  let methods = [
    InterfaceMethod<"The operand that this op consumes.", "::mlir::OpOperand &", "getConsumedState">,
  ];
}

#endif  // EMEL_DIALECTS_EMEL_INTERFACES_TD
