// Products of float32 activations and packed floats of 32 or 16 bits: a lane for each of a strip's
// rows, columns in ascending order.

#include "codegen/cpu/products/Micro.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace emel::cpu {
namespace {

using gguf::TensorType;

class FloatMicro : public Micro {
 public:
  FloatMicro(Emit &emit, const Target &target, TensorType type, Semiring semiring)
      : emit_(emit), target_(target), type_(type), semiring_(emit, semiring, target.lanes()) {}

  Blocking blocking() const override {
    bool isFew = target_.registers < 32 && type_ != TensorType::kF32;
    int64_t most = semiring_.mostSums();
    return {std::min<int64_t>(isFew ? 4 : 8, most),
            std::min<int64_t>(target_.lanes() < kLanes ? 2 : 4, most)};
  }

  SmallVector<Value> multiply(const MicroOperands &operands) override {
    SmallVector<Value> sums(operands.rows.size() * operands.strips.size(), semiring_.zero());
    int64_t perLine = type_ == TensorType::kF32 ? 1 : 2;
    int64_t whole = operands.columns / perLine;
    sums = emit_.loop(emit_.i64(0), emit_.i64(whole), 1, sums, [&](Value line, ValueRange sums) {
      return addLine(operands, line, perLine, sums);
    });
    if (operands.columns % perLine) sums = addLine(operands, emit_.i64(whole), 1, sums);
    return sums;
  }

 private:
  SmallVector<Value> addLine(const MicroOperands &operands, Value line, int64_t elements,
                             ValueRange sums) {
    SmallVector<Value> result(sums);
    int64_t perLine = type_ == TensorType::kF32 ? 1 : 2, strips = operands.strips.size();
    for (auto [s, strip] : llvm::enumerate(operands.strips)) {
      Value at = emit_.at(strip.panel, emit_.mul(line, layout::kR16Line));
      if (Emit::constant(strip.lane) == 0) emit_.prefetch(emit_.at(at, 4096));
      Value word =
          emit_.load(vec(emit_.i32()), emit_.at(at, emit_.mul(strip.lane, 4)), 4 * target_.lanes());
      for (int64_t element = 0; element < elements; ++element) {
        Value weight = weightOf(word, element);
        for (auto [r, row] : llvm::enumerate(operands.rows)) {
          Value offset = emit_.mul(emit_.add(emit_.mul(line, perLine), element), 4);
          Value x =
              emit_.broadcast(emit_.load(emit_.f32(), emit_.at(row, offset)), target_.lanes());
          Value &sum = result[s + r * strips];
          sum = semiring_.addProduct(sum, weight, x);
        }
      }
    }
    return result;
  }

  Value weightOf(Value word, int64_t element) {
    VectorType floats = vec(emit_.f32()), ints = vec(emit_.i32());
    if (type_ == TensorType::kF32) return emit_.bitcast(floats, word);
    if (type_ == TensorType::kBF16) {
      Value bits =
          element
              ? Value(emit_.create<arith::AndIOp>(word, emit_.splatInt(ints, int32_t(0xffff0000))))
              : Value(emit_.create<arith::ShLIOp>(word, emit_.splatInt(ints, 16)));
      return emit_.bitcast(floats, bits);
    }
    assert(type_ == TensorType::kF16 && "a table of products has no others");
    if (element) word = emit_.create<arith::ShRUIOp>(word, emit_.splatInt(ints, 16));
    Value half = emit_.create<arith::TruncIOp>(vec(emit_.getI16Type()), word);
    return emit_.create<arith::ExtFOp>(floats, emit_.bitcast(vec(emit_.getF16Type()), half));
  }

  VectorType vec(Type element) { return emit_.vec(element, target_.lanes()); }

  Emit &emit_;
  const Target &target_;
  TensorType type_;
  SemiringCode semiring_;
};

}  // namespace

std::unique_ptr<Micro> createFloatMicro(Emit &emit, const Target &target, TensorType type,
                                        Semiring semiring) {
  return std::make_unique<FloatMicro>(emit, target, type, semiring);
}

}  // namespace emel::cpu
