#ifndef EMEL_DIALECTS_EMEL_INFERENCE_H_
#define EMEL_DIALECTS_EMEL_INFERENCE_H_

#include "dialects/emel/Emel.h"

/// What the families' type inference and verifiers share.
namespace emel {

inline mlir::RankedTensorType tensorType(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

inline bool isDynamic(int64_t dim) { return mlir::ShapedType::isDynamic(dim); }

/// Whether two dimensions can be the same number.
inline bool sameDim(int64_t a, int64_t b) { return a == b || isDynamic(a) || isDynamic(b); }

/// The more specific of two dimensions that can be the same.
inline int64_t mergeDims(int64_t a, int64_t b) { return isDynamic(a) ? b : a; }

inline int64_t lastDim(mlir::RankedTensorType type) { return type.getShape().back(); }

/// How many elements a known shape has.
inline double countElements(llvm::ArrayRef<int64_t> shape) {
  double count = 1;
  for (int64_t dim : shape) count *= static_cast<double>(dim);
  return count;
}

/// "64" or "?".
inline std::string dimText(int64_t dim) { return isDynamic(dim) ? "?" : std::to_string(dim); }

/// The element type of rows that an op decodes: f32, unless the table is wider.
inline mlir::Type decodedElement(mlir::Type element) {
  return element.isF64() ? element : mlir::Float32Type::get(element.getContext());
}

/// The elements that only make sense together: those of a block, or of a group under one scale.
inline int64_t blockElements(mlir::Type element) {
  if (auto block = llvm::dyn_cast<BlockType>(element)) return block.getInfo().block_elements;
  return llvm::isa<ActivationType>(element) ? ActivationType::kGroup : 1;
}

/// Whether rows of the type are whole blocks; true of types that have none.
inline bool hasWholeBlocks(mlir::RankedTensorType type) {
  return type.getRank() == 0 || isDynamic(lastDim(type)) ||
         lastDim(type) % blockElements(type.getElementType()) == 0;
}

/// Dimension `dim` of a tensor whose elements an op decodes; of a row of blocks, whole blocks.
inline DimMap mapDecoded(mlir::RankedTensorType type, int64_t dim) {
  DimMap map = DimMap::same(dim);
  auto block = llvm::dyn_cast<BlockType>(type.getElementType());
  if (block && dim == type.getRank() - 1) map.granule = block.getInfo().block_elements;
  return map;
}

inline bool hasLayout(mlir::RankedTensorType type) { return static_cast<bool>(type.getEncoding()); }

inline bool isFinite(const llvm::APFloat &value) { return value.isFinite(); }
inline bool isFiniteNonNegative(const llvm::APFloat &value) {
  return value.isFinite() && (!value.isNegative() || value.isZero());
}
inline bool isFinitePositive(const llvm::APFloat &value) {
  return value.isFinite() && !value.isNegative() && !value.isZero();
}

}  // namespace emel

#endif  // EMEL_DIALECTS_EMEL_INFERENCE_H_
