#ifndef EMEL_CODEGEN_CPU_EMIT_EMIT_H_
#define EMEL_CODEGEN_CPU_EMIT_EMIT_H_

#include "llvm/ADT/STLFunctionalExtras.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

/// What kernels are written with: 64-bit integers for indices, pointers and byte offsets for
/// memory, 16 lanes for everything that is one vector wide. Integer arithmetic folds where it can.
namespace emel::cpu {

/// Lanes of a vector, whatever the target: a target with shorter registers takes several of them.
inline constexpr int64_t kLanes = 16;
inline constexpr int64_t kFloatBytes = 4;

class Emit : public mlir::ImplicitLocOpBuilder {
 public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;

  mlir::Type i8() { return getI8Type(); }
  mlir::Type i32() { return getI32Type(); }
  mlir::Type i64() { return getI64Type(); }
  mlir::Type f32() { return getF32Type(); }
  mlir::Type ptr();
  mlir::VectorType vec(mlir::Type element, int64_t lanes = kLanes) {
    return mlir::VectorType::get({lanes}, element);
  }

  // Constants.
  mlir::Value i64(int64_t value);
  mlir::Value i32(int64_t value);
  mlir::Value f32(double value);
  /// A number in every lane of a vector type, or a number where the type is one.
  mlir::Value splat(mlir::Type type, double value);
  mlir::Value splatInt(mlir::Type type, int64_t value);
  /// 0, 1, …, 15.
  mlir::Value iota();

  // Indices. `constant` is what a value is known to be.
  static std::optional<int64_t> constant(mlir::Value value);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value add(mlir::Value a, int64_t b) { return add(a, i64(b)); }
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, int64_t b) { return mul(a, i64(b)); }
  mlir::Value div(mlir::Value a, int64_t b);
  mlir::Value ceilDiv(mlir::Value a, int64_t b) { return div(add(a, b - 1), b); }
  mlir::Value rem(mlir::Value a, int64_t b);
  mlir::Value min(mlir::Value a, mlir::Value b);
  mlir::Value max(mlir::Value a, mlir::Value b);
  mlir::Value less(mlir::Value a, mlir::Value b);
  mlir::Value equal(mlir::Value a, mlir::Value b);
  mlir::Value toI64(mlir::Value i32);

  // Memory. Loads and stores need no more alignment than `align` says.
  mlir::Value at(mlir::Value pointer, mlir::Value bytes);
  mlir::Value at(mlir::Value pointer, int64_t bytes) { return at(pointer, i64(bytes)); }
  mlir::Value load(mlir::Type type, mlir::Value pointer, unsigned align = 1);
  void store(mlir::Value value, mlir::Value pointer, unsigned align = 1);
  /// The lanes below `count` of a vector; the others are those of `rest`, or 0, and are not
  /// touched.
  mlir::Value loadFirst(mlir::VectorType type, mlir::Value pointer, mlir::Value count,
                        mlir::Value rest = {});
  void storeFirst(mlir::Value value, mlir::Value pointer, mlir::Value count);
  /// Asks for a line that will be read soon.
  void prefetch(mlir::Value pointer);
  /// `bytes` of the kernel's frame, aligned to 64. They are there from the kernel's beginning to
  /// its end, wherever this is called. Stacks may be small: only what is small lies there, the rest
  /// in memory that the kernel is given.
  mlir::Value frame(int64_t bytes);
  void setFrame(mlir::Value memory) { frame_ = memory; }
  /// What the kernel has to be given.
  int64_t frameBytes() const { return frameBytes_; }
  /// Data that lies beside the code.
  mlir::Value table(llvm::StringRef name, mlir::DenseElementsAttr data);

  // Vectors and numbers.
  mlir::Value broadcast(mlir::Value number, int64_t lanes = kLanes);
  mlir::Value bitcast(mlir::Type type, mlir::Value value);
  mlir::Value fma(mlir::Value a, mlir::Value b, mlir::Value c);
  mlir::Value select(mlir::Value condition, mlir::Value yes, mlir::Value no);
  /// Of 16 lanes, always paired in the same order: lane i with lane i + 8, then 4, 2, 1.
  mlir::Value foldLanes(mlir::Value vector,
                        llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> fold);
  mlir::Value sumLanes(mlir::Value vector);
  mlir::Value maxLanes(mlir::Value vector);
  mlir::Value intrinsic(mlir::Type type, llvm::StringRef name, mlir::ValueRange arguments);
  /// One that gives nothing.
  void instruction(llvm::StringRef name, mlir::ValueRange arguments);

  // Control. Bodies run with the builder inside; loops of one known iteration are no loops.
  void loop(mlir::Value from, mlir::Value to, int64_t step,
            llvm::function_ref<void(mlir::Value)> body);
  llvm::SmallVector<mlir::Value> loop(
      mlir::Value from, mlir::Value to, int64_t step, mlir::ValueRange start,
      llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value, mlir::ValueRange)> body);
  void when(mlir::Value condition, llvm::function_ref<void()> body);
  /// Calls `body(index, count)` for whole vectors of a row of `size`, then for what is left;
  /// `count` is null for whole ones.
  void vectors(mlir::Value size, llvm::function_ref<void(mlir::Value, mlir::Value)> body);
  /// loadFirst and storeFirst where there is a count, else load and store.
  mlir::Value loadLanes(mlir::VectorType type, mlir::Value pointer, mlir::Value count,
                        mlir::Value rest = {}) {
    return count ? loadFirst(type, pointer, count, rest) : load(type, pointer);
  }
  void storeLanes(mlir::Value value, mlir::Value pointer, mlir::Value count) {
    count ? storeFirst(value, pointer, count) : store(value, pointer);
  }

 private:
  mlir::Value maskBelow(mlir::Value count, int64_t lanes);

  mlir::Value frame_;
  int64_t frameBytes_ = 0;
};

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_EMIT_EMIT_H_
