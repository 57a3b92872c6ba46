#ifndef EMEL_DIALECTS_INTERPRETER_ORDERS_H_
#define EMEL_DIALECTS_INTERPRETER_ORDERS_H_

#include <array>
#include <optional>

#include "dialects/emel/Emel.h"
#include "runtime/gguf/integer_blocks.h"

/// What docs/numerics.md says under "Orders that decide bits", in float32, step by step as there:
/// what code for every CPU computes, to the bit.
namespace emel::orders {

//===----------------------------------------------------------------------===//
// Functions (OrdersOfFunctions.cpp)
//===----------------------------------------------------------------------===//

/// A NaN where one of the two is, and 0 above -0.
float maximum(float a, float b);
float minimum(float a, float b);

/// coefficients[0] + x (coefficients[1] + x (…)).
float polynomial(float x, llvm::ArrayRef<double> coefficients);
float exp(float x);
float log(float x);
float log1p(float x);
float tanh(float x);
float erf(float x);
float sigmoid(float x);
float expm1(float x);
float clamp(float x, float low, float high);
float xielu(float x, float alphaN, float alphaP, float beta, float eps);
float swigluOai(float x, float y, float alpha, float limit);
float unary(UnaryKind kind, float x);

struct SinCos {
  float sine, cosine;
};
/// Of an angle as `rope` has them (OrdersOfAngles.cpp).
SinCos sinCos(double angle);
float sin(float x);
float cos(float x);

//===----------------------------------------------------------------------===//
// Rows (Orders.cpp)
//===----------------------------------------------------------------------===//

inline constexpr int kLanes = 16;
using Lanes = std::array<float, kLanes>;

/// Lane l with l + 8, then with l + 4, l + 2 and l + 1.
float addInPairs(Lanes lanes, llvm::function_ref<float(float, float)> add = std::plus<float>());
/// Of rows of `width` numbers.
float sum(llvm::ArrayRef<float> rows, size_t width);
float reduce(ReduceKind kind, float sum, float x);

void rmsNorm(llvm::MutableArrayRef<float> row, float eps);
/// Also of all rows of a group of channels.
void layerNorm(llvm::MutableArrayRef<float> rows, size_t width, float eps);
void l2Norm(llvm::MutableArrayRef<float> row, float eps);
/// Turns scores into weights, and gives what their sum is divided by.
float weigh(llvm::MutableArrayRef<float> scores, std::optional<float> sink);
void cumsum(llvm::MutableArrayRef<float> row);

//===----------------------------------------------------------------------===//
// Products (Orders.cpp)
//===----------------------------------------------------------------------===//

/// By packed rows of floats: one chain.
float dotInChain(Semiring semiring, llvm::ArrayRef<float> weight, const float *input);
/// By rows that are decoded first: a chain for each lane.
float dotInLanes(Semiring semiring, llvm::ArrayRef<float> weight, const float *input);
/// By tiles of bf16, which both have been rounded to.
float dotInTiles(llvm::ArrayRef<float> weight, const float *input);
/// Adds a group of a weight's elements as tiles have them: in bf16, with 0 for subnormal numbers.
void appendForTiles(const gguf::IntegerGroup &group, std::vector<float> &row);

//===----------------------------------------------------------------------===//
// Attention (OrdersOfAttention.cpp)
//===----------------------------------------------------------------------===//

/// What one head of a token brings. `slope` is what it multiplies distances or a mask by.
struct AttentionHead {
  llvm::ArrayRef<float> query;
  float scale, softcap, slope;
  std::optional<float> sink;
};

/// A head's numbers in a cell; `scales` has one for each 32 of them, or none.
struct CellRow {
  const double *numbers;
  llvm::ArrayRef<float> scales;
};
struct AttentionCell {
  CellRow key, value;
};

/// `cells` are those that the token sees, the last one being its own at `position`.
void attend(const AttentionHead &head, int64_t position, llvm::ArrayRef<AttentionCell> cells,
            llvm::MutableArrayRef<float> out);

/// A head's numbers of keys and values that are tensors, with what the mask has for them.
struct MaskedCell {
  llvm::ArrayRef<float> key, value;
  std::optional<float> mask;
};
void flashAttend(const AttentionHead &head, llvm::ArrayRef<MaskedCell> cells,
                 llvm::MutableArrayRef<float> out);

}  // namespace emel::orders

#endif  // EMEL_DIALECTS_INTERPRETER_ORDERS_H_
