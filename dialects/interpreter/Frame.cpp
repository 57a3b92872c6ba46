#include "dialects/interpreter/Frame.h"

#include <cmath>

#include "llvm/ADT/APFloat.h"

using namespace mlir;

namespace emel::interpreter {

double roundTo(Type elementType, Precision precision, double x) {
  if (elementType.isF32()) return precision == Precision::F64 ? x : static_cast<float>(x);
  auto type = dyn_cast<FloatType>(elementType);
  if (!type || type.isF64()) return x;
  llvm::APFloat value(x);
  bool losesInfo;
  value.convert(type.getFloatSemantics(), llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  return value.convertToDouble();
}

static RankedTensorType withShape(Type type, const Tensor &tensor) {
  auto declared = cast<RankedTensorType>(type);
  return RankedTensorType::get(tensor.shape, declared.getElementType(), declared.getEncoding());
}

Type Frame::runtimeType(Value value) const {
  auto *tensor = std::get_if<std::shared_ptr<const Tensor>>(&get(value));
  return tensor ? withShape(value.getType(), **tensor) : value.getType();
}

LogicalResult Frame::set(Value value, Tensor tensor) {
  if (failed(verifyCompatibleShape(value.getType(), withShape(value.getType(), tensor))))
    return emitError(value.getLoc(), "expected a result of type ")
           << value.getType() << ", found " << withShape(value.getType(), tensor);
  Type element = cast<RankedTensorType>(value.getType()).getElementType();
  if (auto *reals = std::get_if<std::vector<double>>(&tensor.data))
    for (double &x : *reals) x = roundTo(element, interpreter_.options().precision, x);
  values_[value] = std::make_shared<const Tensor>(std::move(tensor));
  return success();
}

const double *getRow(const Tensor &tensor, int64_t row, std::vector<double> &scratch) {
  static const double kNothing = 0;  // where a row of no elements begins
  if (tensor.rowSize() == 0) return &kNothing;
  auto *weight = std::get_if<WeightRows>(&tensor.data);
  if (!weight) return tensor.row(row);
  scratch.resize(tensor.rowSize());
  return weight->decode(row, scratch) ? scratch.data() : nullptr;
}

LogicalResult checkIndex(Operation *op, int64_t id, int64_t limit) {
  if (id >= 0 && id < limit) return success();
  return op->emitOpError("expected an index from 0 to ") << limit - 1 << ", found " << id;
}

bool followsOrders(Operation *op, Frame &frame) {
  auto isOther = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && isa<FloatType>(tensor.getElementType()) && !tensor.getElementType().isF32();
  };
  return frame.interpreter().options().precision == Precision::ExactOrder &&
         llvm::none_of(op->getOperandTypes(), isOther) &&
         llvm::none_of(op->getResultTypes(), isOther);
}

void computeInFloats(MutableArrayRef<double> numbers,
                     function_ref<void(MutableArrayRef<float> floats)> compute) {
  std::vector<float> floats(numbers.begin(), numbers.end());
  compute(floats);
  llvm::copy(floats, numbers.begin());
}

void forFloatRows(Tensor &tensor, function_ref<void(MutableArrayRef<float> row)> compute) {
  for (int64_t r = 0; r < tensor.rowCount(); ++r)
    computeInFloats({tensor.row(r), static_cast<size_t>(tensor.rowSize())}, compute);
}

double alibiSlope(double maxBias, int64_t head, int64_t heads) {
  if (maxBias == 0) return 1;
  int64_t power = int64_t{1} << llvm::Log2_64(heads);
  double exponent = head < power ? head + 1 : head - power + 0.5;
  return std::pow(2.0, -maxBias * exponent / power);
}

}  // namespace emel::interpreter
