#ifndef EMEL_CODEGEN_CPU_PRODUCTS_AMX_PRODUCT_H_
#define EMEL_CODEGEN_CPU_PRODUCTS_AMX_PRODUCT_H_

#include "codegen/cpu/ops/Contraction.h"
#include "codegen/cpu/products/Quants.h"

/// Products of many rows of bf16 with packed weights, in the tiles of AMX.
namespace emel::cpu {

/// A matrix in r16 is decoded to bf16 (where it is not that already), some panels and kBlock
/// columns at a time, and meets all rows before the next part. An element is the sum of its row's
/// products in an order that depends on nothing but their number.
class AmxProduct {
 public:
  /// Null where the target has no AMX, or the format neither has an integer form nor is bf16.
  static std::unique_ptr<AmxProduct> create(Emit &emit, const Target &target, gguf::TensorType type,
                                            int64_t columns);

  /// Writes the span of columns of each row's product with the matrix.
  void multiply(mlir::Value matrix, const Span &span, const ProductRows &rows);

 private:
  AmxProduct(Emit &emit, std::unique_ptr<Quants> quants, int64_t columns, int64_t panelBytes);

  /// What does not change while a part of the weight is decoded.
  struct Part {
    mlir::Value panel, panels;  // the first one, and how many
    mlir::Value block, steps;   // which kBlock columns, and how many times kStep
  };
  /// Two times 16 rows of two panels: where they begin, and from row to row.
  struct Sums {
    mlir::Value base, stride;
  };

  void configure();
  void decode(mlir::Value matrix, const Part &part);
  void copyPanels(mlir::Value matrix, const Part &part);
  void decodeUnit(mlir::Value address, mlir::Value tiles, int64_t groups);
  void decodeGroup(const QuantUnit &unit, mlir::Value group, mlir::Value tiles);
  void multiplyRows(const Part &part, const Span &span, const ProductRows &rows, mlir::Value row);
  void copyInput(const Part &part, const ProductRows &rows, mlir::Value row);
  void multiplyTiles(const Part &part, mlir::Value tiles, const Sums &sums);
  void copySums(const ProductRows &rows, mlir::Value row, mlir::Value offset, mlir::Value lane,
                mlir::Value lanes, bool isOut);
  /// The tiles that a panel has room for, and where those of a panel begin.
  int64_t stepsOfPanel() const;
  mlir::Value tilesOf(mlir::Value panel);
  void loadTile(int64_t tile, mlir::Value pointer, mlir::Value stride);
  mlir::Value select(mlir::Value condition, mlir::Value a, mlir::Value b);
  mlir::Value number(int64_t tile) { return emit_.splatInt(emit_.i8(), tile); }

  Emit &emit_;
  std::unique_ptr<Quants> quants_;  // null for bf16
  int64_t columns_, panelBytes_;
  /// Memory of the frame: tiles of the weight and of the input; sums at the edges.
  mlir::Value tiles_, input_, edgeSums_;
};

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_PRODUCTS_AMX_PRODUCT_H_
