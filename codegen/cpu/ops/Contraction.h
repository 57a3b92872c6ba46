#ifndef EMEL_CODEGEN_CPU_OPS_CONTRACTION_H_
#define EMEL_CODEGEN_CPU_OPS_CONTRACTION_H_

#include "codegen/cpu/emit/Tile.h"
#include "codegen/cpu/products/SemiringCode.h"
#include "runtime/layout/r16.h"

#include <functional>

/// Products of rows with the matrices of a weight.
namespace emel::cpu {

/// Rows of a packed weight that lie side by side.
inline constexpr int64_t kPanel = layout::kR16Rows;

/// Rows of the input and of the result, by their numbers. Where a stride is given, so many bytes
/// lie between consecutive rows of the result; else 0, and they lie anywhere.
struct ProductRows {
  Span numbers;
  llvm::function_ref<mlir::Value(mlir::Value)> input, out;
  int64_t outStride = 0;
};

/// Writes a span of columns of each row's product with the matrix of a number.
using MatrixProduct = std::function<mlir::LogicalResult(mlir::Value matrix, const Span &span,
                                                        const ProductRows &rows)>;

/// Contractions that have code.
extern const Limit kKnownProducts;

/// The code for rows of the input of a contraction by matrices of its weight, which lie as `weight`
/// says; its last 3 dimensions are those of a matrix's number, its rows and columns. Where few rows
/// meet a matrix at a time, none that first prepares the matrix for many.
MatrixProduct createProduct(Tile &tile, mlir::Operation *op, const View &weight,
                            Semiring semiring = Semiring::PlusTimes, bool isForFew = false);

/// Whether rows of the weight of a contraction are decoded one by one as they are multiplied, there
/// being no kernel that reads them as they are.
bool decodesRows(mlir::Operation *contraction);

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_OPS_CONTRACTION_H_
