#ifndef EMEL_CODEGEN_CPU_SEMIRING_CODE_H_
#define EMEL_CODEGEN_CPU_SEMIRING_CODE_H_

#include "codegen/cpu/Emit.h"
#include "dialects/emel/Semirings.h"

/// The sums and products that contractions are written with: vectors of float32, lane by lane.
namespace emel::cpu {

class SemiringCode {
 public:
  SemiringCode(Emit &emit, Semiring semiring)
      : emit_(emit), semiring_(semiring), zero_(infoOf(semiring).zero) {}

  /// The sum of nothing, which also makes its product with itself nothing.
  mlir::Value zero() { return emit_.splat(emit_.vec(emit_.f32()), zero_); }
  /// Of two sums.
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value multiply(mlir::Value a, mlir::Value b);
  /// sum + a b; in plus_times with one rounding.
  mlir::Value addProduct(mlir::Value sum, mlir::Value a, mlir::Value b);
  /// The sum of all lanes, always paired in the same order.
  mlir::Value addLanes(mlir::Value vector);
  /// How many rows are best computed at a time: the code of a product is repeated for each.
  int64_t mostRows() const { return semiring_ == Semiring::LogSumExp ? 1 : 8; }

 private:
  enum class Order { Larger, Smaller };
  mlir::Value pick(Order order, mlir::Value a, mlir::Value b);
  mlir::Value logAddExp(mlir::Value a, mlir::Value b);
  mlir::Value is(mlir::arith::CmpFPredicate predicate, mlir::Value a, mlir::Value b);
  mlir::Value select(mlir::Value condition, mlir::Value yes, mlir::Value no);

  Emit &emit_;
  Semiring semiring_;
  double zero_;
};

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_SEMIRING_CODE_H_
