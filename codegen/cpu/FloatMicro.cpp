// Products of float32 activations and packed floats of 32 or 16 bits: a lane for each of the
// panel's rows, columns in ascending order.

#include "codegen/cpu/Micro.h"

using namespace mlir;

namespace emel::cpu {
namespace {

using gguf::TensorType;

class FloatMicro : public Micro {
 public:
  FloatMicro(Emit &emit, TensorType type, Semiring semiring)
      : emit_(emit), type_(type), semiring_(emit, semiring) {}

  SmallVector<Value> multiply(const MicroOperands &operands) override {
    SmallVector<Value> sums(operands.rows.size() * operands.panels.size(), semiring_.zero());
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
    int64_t perLine = type_ == TensorType::kF32 ? 1 : 2, panels = operands.panels.size();
    for (auto [p, panel] : llvm::enumerate(operands.panels)) {
      Value at = emit_.at(panel, emit_.mul(line, layout::kR16Line));
      emit_.prefetch(emit_.at(at, 4096));
      Value word = emit_.load(emit_.vec(emit_.i32()), at, 64);
      for (int64_t element = 0; element < elements; ++element) {
        Value weight = weightOf(word, element);
        for (auto [r, row] : llvm::enumerate(operands.rows)) {
          Value offset = emit_.mul(emit_.add(emit_.mul(line, perLine), element), 4);
          Value x = emit_.broadcast(emit_.load(emit_.f32(), emit_.at(row, offset)));
          Value &sum = result[p + r * panels];
          sum = semiring_.addProduct(sum, weight, x);
        }
      }
    }
    return result;
  }

  Value weightOf(Value word, int64_t element) {
    VectorType floats = emit_.vec(emit_.f32()), ints = emit_.vec(emit_.i32());
    if (type_ == TensorType::kF32) return emit_.bitcast(floats, word);
    if (type_ == TensorType::kBF16) {
      Value bits =
          element
              ? Value(emit_.create<arith::AndIOp>(word, emit_.splatInt(ints, int32_t(0xffff0000))))
              : Value(emit_.create<arith::ShLIOp>(word, emit_.splatInt(ints, 16)));
      return emit_.bitcast(floats, bits);
    }
    if (element) word = emit_.create<arith::ShRUIOp>(word, emit_.splatInt(ints, 16));
    Value half = emit_.create<arith::TruncIOp>(emit_.vec(emit_.getI16Type()), word);
    return emit_.create<arith::ExtFOp>(floats, emit_.bitcast(emit_.vec(emit_.getF16Type()), half));
  }

  Emit &emit_;
  TensorType type_;
  SemiringCode semiring_;
};

}  // namespace

std::unique_ptr<Micro> createFloatMicro(Emit &emit, TensorType type, Semiring semiring) {
  bool isFloat = type == TensorType::kF32 || type == TensorType::kF16 || type == TensorType::kBF16;
  return isFloat ? std::make_unique<FloatMicro>(emit, type, semiring) : nullptr;
}

}  // namespace emel::cpu
