#ifndef EMEL_CODEGEN_CPU_PRODUCTS_MICRO_H_
#define EMEL_CODEGEN_CPU_PRODUCTS_MICRO_H_

#include "codegen/cpu/emit/Tile.h"
#include "codegen/cpu/products/SemiringCode.h"
#include "runtime/layout/r16.h"

/// The innermost part of products with packed weights: some rows of the input by some strips, which
/// are as many of a panel's 16 rows of the weight as a register has lanes.
namespace emel::cpu {

/// A panel's address, and which of its rows is in the first lane.
struct Strip {
  mlir::Value panel, lane;
};

/// Rows of the input, given by their addresses, and strips of the weight.
struct MicroOperands {
  llvm::SmallVector<mlir::Value> rows;
  llvm::SmallVector<Strip> strips;
  int64_t columns;
};

/// How many rows meet a strip at once, a power of 2; and how many panels a row of its own.
struct Blocking {
  int64_t rows, panels;
};

/// What kind of input and weight a micro-kernel serves.
class Micro {
 public:
  virtual ~Micro() = default;
  /// How much fits the target's registers.
  virtual Blocking blocking() const = 0;
  /// The sums of each row with each strip, a register for `strips[s]` and `rows[r]` at s + r S.
  /// They depend on the row and the strip alone, not on what is computed beside them.
  virtual llvm::SmallVector<mlir::Value> multiply(const MicroOperands &operands) = 0;
};

/// Activations of 8 bits by a format with an integer form: the scheme of runtime/gguf/activation.h,
/// bit for bit.
std::unique_ptr<Micro> createIntegerMicro(Emit &emit, const Target &target, gguf::TensorType type);
/// Floats by floats of 32 or 16 bits, summed in ascending order, in any semiring.
std::unique_ptr<Micro> createFloatMicro(Emit &emit, const Target &target, gguf::TensorType type,
                                        Semiring semiring);

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_PRODUCTS_MICRO_H_
