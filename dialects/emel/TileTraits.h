#ifndef EMEL_DIALECTS_EMEL_TILE_TRAITS_H_
#define EMEL_DIALECTS_EMEL_TILE_TRAITS_H_

#include "dialects/emel/Tile.h"
#include "mlir/IR/OpDefinition.h"

/// Tiles of ops that all divide alike; the others implement `mapTile` beside their inference.
namespace emel {

/// An index of the result needs the same index of each operand. Operands that broadcast align with
/// the result's innermost dimensions.
std::optional<DimMap> mapElementwise(mlir::Operation *op, int64_t dim, unsigned operand);

/// A row of the result needs the row of the first operand. Further operands are vectors along rows.
std::optional<DimMap> mapRows(mlir::Operation *op, int64_t dim, unsigned operand);

template <typename ConcreteOp>
class ElementwiseTiles : public mlir::OpTrait::TraitBase<ConcreteOp, ElementwiseTiles> {
 public:
  std::optional<DimMap> mapTile(unsigned, int64_t dim, unsigned operand) {
    return mapElementwise(this->getOperation(), dim, operand);
  }
};

template <typename ConcreteOp>
class RowTiles : public mlir::OpTrait::TraitBase<ConcreteOp, RowTiles> {
 public:
  std::optional<DimMap> mapTile(unsigned, int64_t dim, unsigned operand) {
    return mapRows(this->getOperation(), dim, operand);
  }
};

}  // namespace emel

#endif  // EMEL_DIALECTS_EMEL_TILE_TRAITS_H_
