#ifndef EMEL_DIALECTS_EMEL_EMEL_H_
#define EMEL_DIALECTS_EMEL_EMEL_H_

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/emel/Remarks.h"
#include "dialects/emel/Tile.h"
#include "dialects/emel/WeightRead.h"
#include "runtime/gguf/tensor_type.h"

#include "dialects/emel/EmelDialect.h.inc"
#include "dialects/emel/EmelEnums.h.inc"
#include "dialects/emel/EmelInterfaces.h.inc"

#include "dialects/emel/TileTraits.h"

#define GET_ATTRDEF_CLASSES
#include "dialects/emel/EmelAttrs.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/emel/EmelTypes.h.inc"
#define GET_OP_CLASSES
#include "dialects/emel/EmelOps.h.inc"

namespace emel {

/// The element type of a weight as the dialect writes it: builtin where there is one, else a block
/// type. Activation-only formats have none.
mlir::Type getElementType(mlir::MLIRContext *context, gguf::TensorType type);

/// The inverse; none for types that no GGUF tensor has.
std::optional<gguf::TensorType> getTensorType(mlir::Type elementType);

/// The bytes of a tensor of static shape, in its layout; none on overflow.
std::optional<int64_t> getStorageBytes(mlir::RankedTensorType type);

/// What a gated unit does to its gate.
UnaryKind getActivation(GluKind kind);

}  // namespace emel

#endif  // EMEL_DIALECTS_EMEL_EMEL_H_
