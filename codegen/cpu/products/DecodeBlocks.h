#ifndef EMEL_CODEGEN_CPU_PRODUCTS_DECODEBLOCKS_H_
#define EMEL_CODEGEN_CPU_PRODUCTS_DECODEBLOCKS_H_

#include "codegen/cpu/Target.h"
#include "codegen/cpu/emit/Emit.h"
#include "runtime/gguf/tensor_type.h"
#include "runtime/layout/r16.h"

/// What emitDecodeRow is made of: the block formats by what their elements are. The arithmetic is
/// that of runtime/gguf: float32, one rounding per operation, in the same order.
namespace emel::cpu {

/// A format whose elements are numbers of a few bits under scales.
struct PlaneFormat {
  /// Where the scales and the numbers' bits are; its r16 part counts where FindR16 has it.
  layout::R16Format form;
  /// An element's number is its bits less this …
  int offset = 0;
  /// … or what they select.
  llvm::ArrayRef<int8_t> levels = {};
};

/// Null for types that are none.
const PlaneFormat *findPlaneFormat(gguf::TensorType type);

/// Blocks of one row: in the file's arrangement, or of one lane of a panel.
class PlaneDecoder {
 public:
  /// `base` is where the row begins; with a lane, where its panel does.
  PlaneDecoder(Emit &emit, const Target &target, const PlaneFormat &format, mlir::Value base,
               mlir::Value lane = {});

  /// Writes the elements of the row's block number `block` to `out`.
  void emitBlock(mlir::Value block, mlir::Value out);

 private:
  /// What multiplies numbers, and what is taken from the products: one number for all of a block,
  /// or the address of one for each 16 elements. No `offset`: none.
  struct Scales {
    mlir::Value scale, offset;
  };
  /// Where a block's parts are: its beginning in the file's arrangement, else its lane's halves and
  /// words in the head and its lane's words of the first line.
  struct Place {
    mlir::Value halves, words, lines;
  };

  Place placeOf(mlir::Value block);
  Scales emitScales(const Place &place);
  Scales emitNumbers(const Place &place, mlir::Value d);
  mlir::Value keep(mlir::Value d, mlir::Value numbers, mlir::Value memory);
  mlir::Value half(const Place &place, const layout::R16Format::Field &field);
  mlir::Value words(const Place &place, const layout::R16Format::Field &field, int64_t count);
  mlir::Value sixBits(const Place &place, const layout::R16Format::Field &field);
  mlir::Value bits(const Place &place, mlir::Value group, int half, int plane);
  mlir::Value rowBits(const layout::R16Format::Plane &plane, mlir::Value block, mlir::Value k);
  mlir::Value laneBits(int64_t width, mlir::Value lines, int half);
  mlir::Value numbers(mlir::Value bits);

  Emit &emit_;
  const Target &target_;
  const PlaneFormat &format_;
  const layout::R16Format &form_;
  const gguf::TensorTypeInfo &info_;
  mlir::Value base_, lane_;
  mlir::Value scaleMemory_, offsetMemory_;
};

/// Writes the elements of the block at `block`, which lies as in the file, to `out`.
using BlockEmitter = void (*)(Emit &emit, mlir::Value block, mlir::Value out);
/// Of the formats that have no planes; null for others.
BlockEmitter findBlockEmitter(gguf::TensorType type);

/// The float32 of halves: a number of 16 bits or a vector of them.
mlir::Value emitHalf(Emit &emit, mlir::Value bits);
/// The float32 of bfloat16s.
mlir::Value emitBfloat16(Emit &emit, mlir::Value bits);

/// Numbers that each lane has of its own, known now.
mlir::Value laneConstants(Emit &emit, int64_t lanes, llvm::function_ref<int64_t(int64_t)> number);
/// The elements of a vector that lanes take.
mlir::Value pickLanes(Emit &emit, mlir::Value vector, int64_t lanes,
                      llvm::function_ref<int64_t(int64_t)> element);

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_PRODUCTS_DECODEBLOCKS_H_
