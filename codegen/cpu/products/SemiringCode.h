#ifndef EMEL_CODEGEN_CPU_PRODUCTS_SEMIRING_CODE_H_
#define EMEL_CODEGEN_CPU_PRODUCTS_SEMIRING_CODE_H_

#include "codegen/cpu/emit/Emit.h"
#include "dialects/emel/Semirings.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

/// The sums and products that contractions are written with: vectors of float32, lane by lane.
namespace emel::cpu {

class SemiringCode {
 public:
  SemiringCode(Emit &emit, Semiring semiring, int64_t lanes = kLanes)
      : emit_(emit),
        semiring_(semiring),
        zero_(emit.splat(emit.vec(emit.f32(), lanes), infoOf(semiring).zero)) {}

  /// The sum of nothing, which also makes its product with itself nothing.
  mlir::Value zero() const { return zero_; }
  /// Of two sums.
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value multiply(mlir::Value a, mlir::Value b);
  /// sum + a b; in plus_times with one rounding.
  mlir::Value addProduct(mlir::Value sum, mlir::Value a, mlir::Value b);
  /// The sum of all lanes, always paired in the same order.
  mlir::Value addLanes(mlir::Value vector);
  /// How many sums are best computed at a time: the code of a product is repeated for each.
  int64_t mostSums() const { return semiring_ == Semiring::LogSumExp ? 1 : 16; }

 private:
  enum class Order { Larger, Smaller };
  mlir::Value pick(Order order, mlir::Value a, mlir::Value b);
  mlir::Value logAddExp(mlir::Value a, mlir::Value b);
  mlir::Value is(mlir::arith::CmpFPredicate predicate, mlir::Value a, mlir::Value b);
  mlir::Value select(mlir::Value condition, mlir::Value yes, mlir::Value no);

  Emit &emit_;
  Semiring semiring_;
  mlir::Value zero_;
};

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_PRODUCTS_SEMIRING_CODE_H_
