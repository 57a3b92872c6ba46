#ifndef EMEL_CODEGEN_CPU_PRODUCTS_DECODE_H_
#define EMEL_CODEGEN_CPU_PRODUCTS_DECODE_H_

#include "codegen/cpu/emit/Tile.h"

/// Values of weights as float32, for every type and layout that a tensor can have.
namespace emel::cpu {

/// Writes the columns `columns` of row `row`, counted over all matrices of the table, to `out`. The
/// columns begin and end at whole blocks of the type. Fails, with an error at the builder's
/// location, for types that are no weights.
mlir::LogicalResult emitDecodeRow(Emit &emit, const Target &target, mlir::RankedTensorType table,
                                  mlir::Value base, mlir::Value row, const Span &columns,
                                  mlir::Value out);

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_PRODUCTS_DECODE_H_
