#ifndef EMEL_TESTS_RANDOM_BOUNDS_H_
#define EMEL_TESTS_RANDOM_BOUNDS_H_

#include "tests/random/evaluator.h"

// docs/numerics.md: which ops have the interpreter's bits, and how far the others may be from what
// it computes in double precision.
namespace emel::random {

// Whether code has the bits of Evaluator::kBits where it has those of the operands.
bool promisesBits(mlir::Operation* op);

// The error of an op's first result, whose value is `value`: what its operands' errors become, and
// its own. None where that is not known: the op has no bound, or its operands are not known well
// enough to tell which of several far apart results is right.
std::optional<RuntimeValue> boundOf(Evaluator& evaluator, mlir::Operation* op,
                                    llvm::ArrayRef<Known> operands, const RuntimeValue& value);

// By families: bounds_norm.cpp.
std::optional<Tensor> boundOfNorm(mlir::Operation* op, llvm::ArrayRef<Known> operands,
                                  const Tensor& value);
std::optional<Tensor> boundOfSoftmax(SoftmaxOp op, llvm::ArrayRef<Known> operands,
                                     const Tensor& value);
std::optional<Tensor> boundOfAttention(Evaluator& evaluator, AttentionOp op,
                                       llvm::ArrayRef<Known> operands);
Tensor boundOfRope(RopeOp op, llvm::ArrayRef<Known> operands);
std::optional<RuntimeValue> boundOfWrite(Evaluator& evaluator, KvWriteOp op,
                                         llvm::ArrayRef<Known> operands);

}  // namespace emel::random

#endif  // EMEL_TESTS_RANDOM_BOUNDS_H_
