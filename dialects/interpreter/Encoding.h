#ifndef EMEL_DIALECTS_INTERPRETER_ENCODING_H_
#define EMEL_DIALECTS_INTERPRETER_ENCODING_H_

#include "dialects/emel/Emel.h"
#include "dialects/interpreter/Tensor.h"

/// Tensors as bytes: row after row, little-endian, each number in its element type.
namespace emel::interpreter {

/// Whether a tensor of static shape can lie in memory between launches.
bool canEncode(mlir::RankedTensorType type);

/// `tensor` has the shape of `type`; its numbers are rounded to the element type.
std::vector<uint8_t> encode(mlir::RankedTensorType type, const Tensor &tensor);

/// `bytes` are as many as the type has.
Tensor decode(mlir::RankedTensorType type, llvm::ArrayRef<uint8_t> bytes);

/// The bytes of a part of a tensor as runs, ascending. Formats of blocks lie in whole rows: a part
/// of a row counts as all of it.
std::vector<Range> runsOf(mlir::RankedTensorType type, const Box &part);

}  // namespace emel::interpreter

#endif  // EMEL_DIALECTS_INTERPRETER_ENCODING_H_
