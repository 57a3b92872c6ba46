#ifndef EMEL_DIALECTS_EMEL_LAYOUTS_H_
#define EMEL_DIALECTS_EMEL_LAYOUTS_H_

#include "dialects/emel/Emel.h"
#include "runtime/layout/layout.h"

/// From tensor types to the layouts of runtime/layout.
namespace emel {

/// How the bytes of such tensors are arranged; none for element types that no file holds.
std::optional<layout::Format> getFormat(mlir::RankedTensorType type);

/// A tensor of static shape as matrices of rows: the last two dimensions, and all before them.
layout::Shape getMatrices(mlir::RankedTensorType type);

/// The rows that lie together in a tensor's layout: 1 in GGUF's arrangement.
uint64_t panelRows(mlir::RankedTensorType type);

/// Whether a tensor of such a shape and element type can have the layout.
bool canHaveLayout(mlir::RankedTensorType type, LayoutAttr layout);

/// The same tensor in a layout; in GGUF's arrangement where that is null.
mlir::RankedTensorType withLayout(mlir::RankedTensorType type, LayoutAttr layout);

}  // namespace emel

#endif  // EMEL_DIALECTS_EMEL_LAYOUTS_H_
