#include "runtime/layout/layout.h"

#include "runtime/gguf/dequantize.h"
#include "runtime/io/status.h"
#include "runtime/layout/r16.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace emel::layout {
namespace {

using gguf::TensorTypeInfo;

constexpr uint64_t kLargest = std::numeric_limits<int64_t>::max();
// What packing holds of a panel at a time, at most.
constexpr uint64_t kChunkBytes = uint64_t{1} << 17;

// A checked tensor: sizes of its rows and, for r16, of its panels.
struct Tensor {
  Format format;
  Shape shape;
  const TensorTypeInfo* info;
  const R16Format* r16;  // null: row-major
  uint64_t row_bytes;
  uint64_t panel_bytes;  // of r16
  uint64_t panels;       // of one matrix
  uint64_t bytes;        // packed

  uint64_t row_count() const { return shape.matrices * shape.rows; }
  uint64_t BytesOf(uint64_t columns) const {
    return columns / info->block_elements * info->block_bytes;
  }
  // How many columns to pack at once: whole units.
  uint64_t ChunkColumns() const {
    return std::max<uint64_t>(1, kChunkBytes / R16Bytes(*r16, r16->unit)) * r16->unit;
  }
};

// Multiplies; false beyond 2^63 - 1.
bool Multiply(uint64_t a, uint64_t b, uint64_t& product) {
  return !__builtin_mul_overflow(a, b, &product) && product <= kLargest;
}

absl::Status Refuse(const TensorTypeInfo& info, const std::string& reason) {
  return absl::InvalidArgumentError(absl::StrCat("type ", Text(info.name), ": ", reason));
}

absl::StatusOr<Tensor> Check(Format format, Shape shape) {
  const TensorTypeInfo& info = gguf::GetInfo(format.type);
  if (!Exists(format))
    return Refuse(info, absl::StrCat("has no layout ", Text(Name(format.layout))));
  if (shape.columns % info.block_elements != 0) {
    return Refuse(info, absl::StrCat("expected rows of a multiple of ", info.block_elements,
                                     " elements, found ", shape.columns));
  }
  Tensor tensor = {.format = format, .shape = shape, .info = &info};
  tensor.r16 = format.layout == Layout::kR16 ? FindR16(format.type) : nullptr;
  // No row of one byte an element and more is longer than this, packed or not.
  uint64_t most;
  bool fits = Multiply(shape.columns, 8 * kR16Line, most);
  tensor.row_bytes = tensor.BytesOf(fits ? shape.columns : 0);
  tensor.panels = shape.rows / kR16Rows + (shape.rows % kR16Rows != 0);
  tensor.panel_bytes = fits && tensor.r16 != nullptr ? R16Bytes(*tensor.r16, shape.columns) : 0;
  uint64_t rows, matrix, source;
  fits = fits && Multiply(shape.matrices, shape.rows, rows) &&
         Multiply(rows, tensor.row_bytes, source) &&
         Multiply(tensor.panels, tensor.panel_bytes, matrix) &&
         Multiply(matrix, shape.matrices, tensor.bytes);
  if (!fits) return Refuse(info, "expected fewer than 2^63 bytes");
  if (tensor.r16 == nullptr) tensor.bytes = source;
  return tensor;
}

absl::Status Copy(uint64_t bytes, ReadAt source, Append sink) {
  std::vector<uint8_t> buffer(std::min(bytes, kChunkBytes));
  for (uint64_t at = 0; at < bytes; at += buffer.size()) {
    buffer.resize(std::min<uint64_t>(buffer.size(), bytes - at));
    EMEL_RETURN_IF_ERROR(source(at, absl::MakeSpan(buffer)));
    EMEL_RETURN_IF_ERROR(sink(buffer));
  }
  return absl::OkStatus();
}

// Some columns of a panel.
struct Part {
  uint64_t first_row;  // over all matrices
  uint32_t rows;
  uint64_t packed;  // offset of the panel
  uint64_t column, columns;
};

// Calls `each` for all parts, in the order of their packed bytes.
absl::Status ForEachPart(const Tensor& tensor, absl::FunctionRef<absl::Status(const Part&)> each) {
  const uint64_t chunk = tensor.ChunkColumns();
  for (uint64_t m = 0; m < tensor.shape.matrices; ++m) {
    for (uint64_t p = 0; p < tensor.panels; ++p) {
      const uint64_t row = p * kR16Rows;
      Part part = {.first_row = m * tensor.shape.rows + row};
      part.rows = static_cast<uint32_t>(std::min<uint64_t>(kR16Rows, tensor.shape.rows - row));
      part.packed = (m * tensor.panels + p) * tensor.panel_bytes;
      for (part.column = 0; part.column < tensor.shape.columns; part.column += chunk) {
        part.columns = std::min(chunk, tensor.shape.columns - part.column);
        EMEL_RETURN_IF_ERROR(each(part));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status PackR16(const Tensor& tensor, ReadAt source, Append sink) {
  std::vector<uint8_t> row, panel;
  return ForEachPart(tensor, [&](const Part& part) {
    row.resize(tensor.BytesOf(part.columns));
    panel.assign(R16Bytes(*tensor.r16, part.columns), 0);
    for (uint32_t lane = 0; lane < part.rows; ++lane) {
      const uint64_t begin = (part.first_row + lane) * tensor.row_bytes;
      EMEL_RETURN_IF_ERROR(source(begin + tensor.BytesOf(part.column), absl::MakeSpan(row)));
      PackLane(*tensor.r16, part.columns, lane, row.data(), panel.data());
    }
    return sink(panel);
  });
}

}  // namespace

std::string_view Name(Layout layout) {
  switch (layout) {
    case Layout::kRowMajor:
      return "row_major";
    case Layout::kR16:
      return "r16";
  }
  return "";
}

absl::Span<const Format> Formats() {
  static const std::vector<Format>& formats = *[] {
    auto* list = new std::vector<Format>;
    for (const Layout layout : {Layout::kRowMajor, Layout::kR16}) {
#define EMEL_TENSOR_TYPE(id, enumerator, name, elements, bytes, family) \
  if (Exists({layout, gguf::TensorType::enumerator}))                   \
    list->push_back({layout, gguf::TensorType::enumerator});
#include "runtime/gguf/tensor_types.inc"
    }
    return list;
  }();
  return formats;
}

bool Exists(Format format) {
  if (format.layout == Layout::kR16) return FindR16(format.type) != nullptr;
  return gguf::GetInfo(format.type).family != gguf::TypeFamily::Activation;
}

absl::StatusOr<uint64_t> PackedBytes(Format format, Shape shape) {
  EMEL_ASSIGN_OR_RETURN(const Tensor tensor, Check(format, shape));
  return tensor.bytes;
}

absl::Status Pack(Format format, Shape shape, ReadAt source, Append sink) {
  EMEL_ASSIGN_OR_RETURN(const Tensor tensor, Check(format, shape));
  return tensor.r16 == nullptr ? Copy(tensor.bytes, source, sink) : PackR16(tensor, source, sink);
}

absl::Status Unpack(Format format, Shape shape, ReadAt packed, Append sink) {
  EMEL_ASSIGN_OR_RETURN(const Tensor tensor, Check(format, shape));
  if (tensor.r16 == nullptr) return Copy(tensor.bytes, packed, sink);
  std::vector<uint8_t> rows, panel;
  return ForEachPart(tensor, [&](const Part& part) {
    rows.resize(part.rows * tensor.row_bytes);
    panel.resize(R16Bytes(*tensor.r16, part.columns));
    const uint64_t begin = part.packed + R16Bytes(*tensor.r16, part.column);
    EMEL_RETURN_IF_ERROR(packed(begin, absl::MakeSpan(panel)));
    for (uint32_t lane = 0; lane < part.rows; ++lane) {
      UnpackLane(*tensor.r16, part.columns, lane, panel.data(),
                 rows.data() + lane * tensor.row_bytes + tensor.BytesOf(part.column));
    }
    const bool is_last = part.column + part.columns == tensor.shape.columns;
    return is_last ? sink(rows) : absl::OkStatus();
  });
}

absl::Status GetRowBlocks(Format format, Shape shape, uint64_t row, ReadAt packed,
                          absl::Span<uint8_t> blocks) {
  EMEL_ASSIGN_OR_RETURN(const Tensor tensor, Check(format, shape));
  if (row >= tensor.row_count() || blocks.size() != tensor.row_bytes) {
    return Refuse(*tensor.info,
                  absl::StrCat("expected one of ", tensor.row_count(), " rows of ",
                               tensor.row_bytes, " bytes, found row ", row, " of ", blocks.size()));
  }
  if (tensor.r16 == nullptr) return packed(row * tensor.row_bytes, blocks);
  const uint64_t matrix = row / shape.rows, in_matrix = row % shape.rows;
  const uint64_t begin = (matrix * tensor.panels + in_matrix / kR16Rows) * tensor.panel_bytes;
  const uint64_t chunk = tensor.ChunkColumns();
  std::vector<uint8_t> panel;
  for (uint64_t column = 0; column < shape.columns; column += chunk) {
    const uint64_t columns = std::min(chunk, shape.columns - column);
    panel.resize(R16Bytes(*tensor.r16, columns));
    EMEL_RETURN_IF_ERROR(packed(begin + R16Bytes(*tensor.r16, column), absl::MakeSpan(panel)));
    UnpackLane(*tensor.r16, columns, in_matrix % kR16Rows, panel.data(),
               blocks.data() + tensor.BytesOf(column));
  }
  return absl::OkStatus();
}

absl::Status GetRow(Format format, Shape shape, uint64_t row, ReadAt packed,
                    absl::Span<float> out) {
  EMEL_ASSIGN_OR_RETURN(const Tensor tensor, Check(format, shape));
  std::vector<uint8_t> blocks(tensor.row_bytes);
  EMEL_RETURN_IF_ERROR(GetRowBlocks(format, shape, row, packed, absl::MakeSpan(blocks)));
  return gguf::Dequantize(format.type, blocks, out);
}

}  // namespace emel::layout
