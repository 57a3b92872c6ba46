#ifndef EMEL_DIALECTS_EMEL_INTERFACES_TD
#define EMEL_DIALECTS_EMEL_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Emel_StateOpInterface : OpInterface<"StateOpInterface"> {
  let cppNamespace = "::emel";
  let description = [{
    An op that takes state values and returns successors of some. An operand that is consumed has no
    later use. Every other use of a state value reads it.
  }];
  let methods = [
    InterfaceMethod<"Whether this op ends the life of the state that is its operand.", "bool",
                    "consumesState", (ins "::mlir::OpOperand &":$operand)>,
  ];
}

def Emel_TileOpInterface : OpInterface<"TileOpInterface"> {
  let cppNamespace = "::emel";
  let description = [{
    An op of which a part of the result can be computed from parts of the operands, with the same bits.
    What tiles read, what may run in place and which launches race all follow from it. An op without this
    interface needs all of every operand for any part of a result.
  }];
  let methods = [
    InterfaceMethod<[{
      Which part of operand `operand` a range of dimension `dim` of result `result` needs. None where
      this dimension of the result says nothing about the operand.
    }], "std::optional<::emel::DimMap>", "mapTile",
        (ins "unsigned":$result, "int64_t":$dim, "unsigned":$operand)>,
    InterfaceMethod<[{
      Whether dimension `dim` of result `result` should stay whole although it could be divided: each tile would read
      again what one reads once.
    }], "bool", "keepsWhole", (ins "unsigned":$result, "int64_t":$dim), "", "return false;">,
  ];
}

def Emel_CostOpInterface : OpInterface<"CostOpInterface"> {
  let cppNamespace = "::emel";
  let description = [{
    An op whose work is more than one operation for each number of its results.
  }];
  let methods = [
    InterfaceMethod<[{
      The floating-point operations, a multiplication and an addition being two, where values have the
      shapes that `shapeOf` says, and a state holds `context` cells for each sequence.
    }], "double", "countFlops",
        (ins "::llvm::function_ref<::llvm::ArrayRef<int64_t>(::mlir::Value)>":$shapeOf,
             "int64_t":$context)>,
  ];
}

def Emel_WeightOpInterface : OpInterface<"WeightOpInterface"> {
  let cppNamespace = "::emel";
  let description = [{
    An op that takes a weight in any layout. Other ops need the arrangement of the file.
  }];
  let methods = [
    InterfaceMethod<[{
      How an operand is read where values have the shapes that `shapeOf` says. None for an operand that must not have
      a layout.
    }], "std::optional<::emel::WeightRead>", "readWeight",
        (ins "unsigned":$operand,
             "::llvm::function_ref<::llvm::ArrayRef<int64_t>(::mlir::Value)>":$shapeOf)>,
  ];
}

def Emel_ContractionOpInterface : OpInterface<"ContractionOpInterface"> {
  let cppNamespace = "::emel";
  let description = [{
    An op that sums products of activations and weights.
  }];
  let methods = [
    InterfaceMethod<[{
      The operand that may have the form in place of f32, which changes nothing but its rounding; null where
      the weight's type has no such products.
    }], "::mlir::OpOperand *", "getRoundableOperand", (ins "::emel::ActivationForm":$form)>,
  ];
}

#endif  // EMEL_DIALECTS_EMEL_INTERFACES_TD
