#ifndef EMEL_CODEGEN_CPU_EMIT_VECTOR_MATH_H_
#define EMEL_CODEGEN_CPU_EMIT_VECTOR_MATH_H_

#include "codegen/cpu/emit/Emit.h"

/// Functions of real numbers on vectors, without calls: accurate to a few units in the last place
/// of float32, the same bits on every target.
namespace emel::cpu {

/// e^x; 0 below -104, infinity above 89, NaN for NaN.
mlir::Value emitExp(Emit &emit, mlir::Value x);
mlir::Value emitLog(Emit &emit, mlir::Value x);
/// log(1 + x), for x of 0 to 1.
mlir::Value emitLog1p(Emit &emit, mlir::Value x);
mlir::Value emitTanh(Emit &emit, mlir::Value x);
mlir::Value emitErf(Emit &emit, mlir::Value x);
/// 1 / (1 + e^-x).
mlir::Value emitSigmoid(Emit &emit, mlir::Value x);
/// Sine and cosine of a double, as floats; for angles of up to 2^30.
std::pair<mlir::Value, mlir::Value> emitSinCos(Emit &emit, mlir::Value angle);
/// Of floats of any size; NaN for infinities and NaN.
mlir::Value emitSin(Emit &emit, mlir::Value x);
mlir::Value emitCos(Emit &emit, mlir::Value x);
/// coefficients[0] + x (coefficients[1] + x (…)).
mlir::Value emitPolynomial(Emit &emit, mlir::Value x, llvm::ArrayRef<double> coefficients);

/// The bits of floats as bf16, to nearest, halves to even; a NaN becomes 0x7fc0.
mlir::Value emitToBfloat16(Emit &emit, mlir::Value x);

/// Integers in the order of floats, by their bits: zeros are equal, and a NaN is below all numbers.
/// INT32_MIN stays free for what is no element.
mlir::Value emitOrder(Emit &emit, mlir::Value bits);

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_EMIT_VECTOR_MATH_H_
