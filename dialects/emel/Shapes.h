#ifndef EMEL_DIALECTS_EMEL_SHAPES_H_
#define EMEL_DIALECTS_EMEL_SHAPES_H_

#include "dialects/emel/Emel.h"
#include "llvm/ADT/DenseMap.h"

namespace emel {

/// The types of values where unknown dimensions have become known ones.
using TypeMap = llvm::DenseMap<mlir::Value, mlir::Type>;

/// The type of a value: the one in the map, else its own.
inline mlir::Type typeIn(const TypeMap &types, mlir::Value value) {
  auto found = types.find(value);
  return found == types.end() ? value.getType() : found->second;
}

/// Infers the types of all that a block computes from those of its arguments (and of what it uses
/// from outside), which `types` holds. A dimension that does not follow, such as how many cells a
/// state holds, becomes `other`; without that, fails with an error at the op.
mlir::LogicalResult inferTypes(mlir::Block &block, TypeMap &types,
                               std::optional<int64_t> other = std::nullopt);

/// The argument of a step that alone has as many elements as logits have rows: out_rows. Other
/// arguments of unknown size have as many as there are tokens.
constexpr unsigned kOutRowsArgument = 3;

/// The same type with every unknown dimension of `size`; other types as they are.
mlir::Type withUnknown(mlir::Type type, int64_t size);

}  // namespace emel

#endif  // EMEL_DIALECTS_EMEL_SHAPES_H_
