#include "dialects/emel/Layouts.h"

#include "runtime/gguf/activation.h"
#include "runtime/layout/r16.h"

#include "dialects/emel/Inference.h"

using namespace mlir;
using namespace emel;

/// What the library calls a layout.
static layout::Layout libraryLayout(LayoutAttr layout) {
  bool isRowMajor = !layout || layout.getValue() == Layout::RowMajor;
  return isRowMajor ? layout::Layout::kRowMajor : layout::Layout::kR16;
}

std::optional<layout::Format> emel::getFormat(RankedTensorType type) {
  std::optional<gguf::TensorType> element = getTensorType(type.getElementType());
  if (!element) return std::nullopt;
  return layout::Format{libraryLayout(dyn_cast_or_null<LayoutAttr>(type.getEncoding())), *element};
}

layout::Shape emel::getMatrices(RankedTensorType type) {
  layout::Shape shape = {1, 1, 1};
  ArrayRef<int64_t> dims = type.getShape();
  if (!dims.empty()) shape.columns = dims.back();
  if (dims.size() > 1) shape.rows = dims[dims.size() - 2];
  // A product beyond what a file can hold saturates, so that the library refuses it.
  if (dims.size() > 2)
    for (int64_t dim : dims.drop_back(2))
      if (__builtin_mul_overflow(shape.matrices, static_cast<uint64_t>(dim), &shape.matrices))
        shape.matrices = UINT64_MAX;
  return shape;
}

uint64_t emel::panelRows(RankedTensorType type) {
  auto layout = libraryLayout(dyn_cast_or_null<LayoutAttr>(type.getEncoding()));
  return layout == layout::Layout::kR16 ? layout::kR16Rows : 1;
}

bool emel::canHaveLayout(RankedTensorType type, LayoutAttr layout) {
  if (layout.getValue() != Layout::R16) return true;
  std::optional<gguf::TensorType> element = getTensorType(type.getElementType());
  return element && layout::Exists({layout::Layout::kR16, *element}) && type.getRank() >= 2 &&
         hasWholeBlocks(type);
}

RankedTensorType emel::withLayout(RankedTensorType type, LayoutAttr layout) {
  return RankedTensorType::get(type.getShape(), type.getElementType(), layout);
}

LogicalResult LayoutAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                         function_ref<InFlightDiagnostic()> emitError) const {
  auto type = RankedTensorType::get(shape, elementType);
  if (canHaveLayout(type, *this)) return success();
  return emitError() << "expected a matrix, of rows of whole blocks, of a type that has layout "
                     << stringifyEnum(getValue()) << ", found " << type;
}

std::optional<int64_t> emel::getStorageBytes(RankedTensorType type) {
  if (isa<ActivationType>(type.getElementType())) {
    int64_t elements = 1;
    for (int64_t dim : type.getShape())
      if (__builtin_mul_overflow(elements, dim, &elements)) return std::nullopt;
    if (elements > INT64_MAX / 2) return std::nullopt;
    return gguf::ActivationRowBytes(elements);
  }
  std::optional<layout::Format> format = getFormat(type);
  if (!format) return std::nullopt;
  absl::StatusOr<uint64_t> bytes = layout::PackedBytes(*format, getMatrices(type));
  if (!bytes.ok()) return std::nullopt;
  return static_cast<int64_t>(*bytes);
}
