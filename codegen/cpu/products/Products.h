#ifndef EMEL_CODEGEN_CPU_PRODUCTS_PRODUCTS_H_
#define EMEL_CODEGEN_CPU_PRODUCTS_PRODUCTS_H_

#include "codegen/cpu/products/Micro.h"
#include "runtime/layout/layout.h"

/// The products of activations and weights that there is code for: what an emitter looks up, and a
/// test and a benchmark go through row by row. Layout selection has no need of it: every weight in
/// every layout that it can have is here.
namespace emel::cpu {

/// What a row of the input is: float32, rounded to 8 bits, or bf16.
enum class Input { Float, Rounded, Bfloat16 };

/// A kernel: how the weight is stored, and what it meets. That of floats serves every semiring,
/// the others plus_times.
struct Product {
  layout::Format weight;
  Input input;
  /// Makes the sums; null for bf16, which meets tiles of many rows, and where rows of the weight
  /// are decoded and multiplied as float32.
  std::unique_ptr<Micro> (*micro)(Emit &emit, const Target &target, gguf::TensorType type,
                                  Semiring semiring);

  /// "q4_0 r16 a8", as tests and benchmarks call it.
  std::string name() const;
  /// Tiles are not for every CPU.
  bool isFor(const Target &target) const { return input != Input::Bfloat16 || target.hasAmx; }
};

/// Follows from layout::Formats(): a new type or layout has its rows at once.
llvm::ArrayRef<Product> knownProducts();
/// Null where there is none.
const Product *findProduct(layout::Format weight, Input input);

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_PRODUCTS_PRODUCTS_H_
