#ifndef EMEL_RUNTIME_LAYOUT_LAYOUT_H_
#define EMEL_RUNTIME_LAYOUT_LAYOUT_H_

#include "runtime/gguf/tensor_type.h"

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstdint>
#include <string_view>

// How the bytes of a weight are arranged for the code that reads them. docs/layouts.md draws every
// arrangement byte by byte. Packing moves bits and never computes: unpacking gives back the very
// bytes of the GGUF file, for every layout and type.
namespace emel::layout {

enum class Layout { kRowMajor, kR16 };
std::string_view Name(Layout layout);

// One layout of one tensor type.
struct Format {
  Layout layout;
  gguf::TensorType type;
};

// A tensor as matrices of rows: leading dimensions multiplied, then the last two. Each matrix (an
// expert) is packed as one of its own, so that it can be read without the others.
struct Shape {
  uint64_t matrices = 1;
  uint64_t rows = 0;
  uint64_t columns = 0;
};

// Every format there is; a test of all of them needs no other list.
absl::Span<const Format> Formats();
bool Exists(Format format);

// Bytes of a packed tensor. Fails where the format does not exist, rows are no whole blocks, or the
// number is larger than 2^63 - 1; so do all functions below. kRowMajor's is what the file has.
absl::StatusOr<uint64_t> PackedBytes(Format format, Shape shape);

// Fills `out` with the bytes from `offset` on.
using ReadAt = absl::FunctionRef<absl::Status(uint64_t offset, absl::Span<uint8_t> out)>;
// Takes the next bytes.
using Append = absl::FunctionRef<absl::Status(absl::Span<const uint8_t> bytes)>;

// Turns a tensor of the GGUF arrangement into a packed one, and back. Both stream:
// packing holds some hundred kilobytes at a time, whatever the tensor's shape, unpacking 16 rows.
absl::Status Pack(Format format, Shape shape, ReadAt source, Append sink);
absl::Status Unpack(Format format, Shape shape, ReadAt packed, Append sink);

// One row of a packed tensor, counted over all matrices: as the blocks of the GGUF file, and as the
// values that gguf::Dequantize gives for them.
absl::Status GetRowBlocks(Format format, Shape shape, uint64_t row, ReadAt packed,
                          absl::Span<uint8_t> blocks);
absl::Status GetRow(Format format, Shape shape, uint64_t row, ReadAt packed, absl::Span<float> out);

}  // namespace emel::layout

#endif  // EMEL_RUNTIME_LAYOUT_LAYOUT_H_
