#ifndef EMEL_CODEGEN_CPU_MICRO_H_
#define EMEL_CODEGEN_CPU_MICRO_H_

#include "codegen/cpu/SemiringCode.h"
#include "codegen/cpu/Tile.h"
#include "runtime/layout/r16.h"

/// The innermost part of products with packed weights: some rows of the input by some panels of 16
/// rows of the weight.
namespace emel::cpu {

/// Rows of the input, given by their addresses, and panels of the weight.
struct MicroOperands {
  llvm::SmallVector<mlir::Value> rows, panels;
  int64_t columns;
};

/// What kind of input and weight a micro-kernel serves.
class Micro {
 public:
  virtual ~Micro() = default;
  /// The sums of each row with each panel, a vector of 16 for `panels[p]` and `rows[r]` at p + r P.
  /// They depend on the row and the panel alone, not on what is computed beside them.
  virtual llvm::SmallVector<mlir::Value> multiply(const MicroOperands &operands) = 0;
};

/// Activations of 8 bits by a format with an integer form: the scheme of runtime/gguf/activation.h,
/// bit for bit. Null where the format has none.
std::unique_ptr<Micro> createIntegerMicro(Emit &emit, const Target &target, gguf::TensorType type);
/// Floats by floats of 32 or 16 bits, summed in ascending order, in any semiring.
std::unique_ptr<Micro> createFloatMicro(Emit &emit, gguf::TensorType type, Semiring semiring);

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_MICRO_H_
