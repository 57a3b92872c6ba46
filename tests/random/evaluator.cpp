#include "tests/random/evaluator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace emel::random {

const Tensor& tensorOf(const RuntimeValue& value) {
  return *std::get<std::shared_ptr<const Tensor>>(value);
}
const State& stateOf(const RuntimeValue& value) {
  return *std::get<std::shared_ptr<const State>>(value);
}
RuntimeValue wrap(Tensor tensor) { return std::make_shared<const Tensor>(std::move(tensor)); }

Tensor realsOf(const Tensor& tensor) {
  if (!tensor.isRounded()) return tensor;
  Tensor reals = Tensor::ofReals(tensor.shape);
  const auto& groups = std::get<interpreter::RoundedRows>(tensor.data);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const auto& group = groups[i / gguf::kActivationGroup];
    reals.reals()[i] = group.scale * group.values[i % gguf::kActivationGroup];
  }
  return reals;
}

Tensor map(const Tensor& a, const std::function<double(double)>& function) {
  Tensor result = Tensor::ofReals(a.shape);
  for (int64_t i = 0; i < a.size(); ++i) result.reals()[i] = function(a.reals()[i]);
  return result;
}

Tensor map(const Tensor& a, const Tensor& b,
           const std::function<double(double, double)>& function) {
  Tensor result = Tensor::ofReals(a.shape);
  for (int64_t i = 0; i < a.size(); ++i) result.reals()[i] = function(a.reals()[i], b.reals()[i]);
  return result;
}

Tensor errorOf(const Known& known) {
  return known.error ? tensorOf(*known.error) : Tensor::ofReals(tensorOf(known.value).shape);
}

bool isOfWeights(Value value) {
  Operation* op = value.getDefiningOp();
  if (!op) return false;
  if (isa<GetWeightOp, arith::ConstantOp>(op)) return true;
  return isa<PackOp, UnpackOp>(op) && isOfWeights(op->getOperand(0));
}

// A type with plain numbers.
static Type plainType(Type type) {
  Type f32 = Float32Type::get(type.getContext());
  if (auto state = dyn_cast<KvType>(type))
    return KvType::get(type.getContext(), state.getHeads(), state.getKeyDim(), state.getValueDim(),
                       f32);
  auto tensor = cast<RankedTensorType>(type);
  bool isInteger = isa<IntegerType>(tensor.getElementType());
  return RankedTensorType::get(tensor.getShape(), isInteger ? tensor.getElementType() : f32);
}

static Value cloneWeights(OpBuilder& builder, Value value) {
  IRMapping mapping;
  Operation* op = value.getDefiningOp();
  for (Value operand : op->getOperands()) mapping.map(operand, cloneWeights(builder, operand));
  return builder.clone(*op, mapping)->getResult(cast<OpResult>(value).getResultNumber());
}

func::FuncOp Evaluator::functionFor(Operation* op, bool isTwin) {
  func::FuncOp& made = (isTwin ? twins_ : own_)[op];
  if (made) return made;
  auto typeOf = [&](Type type) { return isTwin ? plainType(type) : type; };
  SmallVector<Type> inputs, results;
  for (Value operand : op->getOperands())
    if (isTwin || !isOfWeights(operand)) inputs.push_back(typeOf(operand.getType()));
  for (Type type : op->getResultTypes()) results.push_back(typeOf(type));
  OpBuilder builder = OpBuilder::atBlockEnd(module_.getBody());
  made = builder.create<func::FuncOp>(op->getLoc(), "op", builder.getFunctionType(inputs, results));
  Block* body = made.addEntryBlock();
  builder.setInsertionPointToEnd(body);
  SmallVector<Value> operands;
  unsigned next = 0;
  for (Value operand : op->getOperands())
    operands.push_back(isTwin || !isOfWeights(operand) ? Value(body->getArgument(next++))
                                                       : cloneWeights(builder, operand));
  Operation* clone = builder.clone(*op);
  clone->setOperands(operands);
  for (auto [result, type] : llvm::zip(clone->getResults(), results)) result.setType(type);
  builder.create<func::ReturnOp>(op->getLoc(), clone->getResults());
  return made;
}

std::optional<std::vector<RuntimeValue>> Evaluator::run(Operation* op,
                                                        ArrayRef<RuntimeValue> operands,
                                                        bool inBits) {
  SmallVector<RuntimeValue> arguments, results;
  for (auto [operand, value] : llvm::zip(op->getOperands(), operands))
    if (!isOfWeights(operand)) arguments.push_back(value);
  if (failed((inBits ? bits_ : doubles_).call(functionFor(op, false), arguments, results)))
    return std::nullopt;
  return std::vector<RuntimeValue>(results.begin(), results.end());
}

std::optional<std::vector<RuntimeValue>> Evaluator::runTwin(Operation* op,
                                                            ArrayRef<RuntimeValue> operands) {
  SmallVector<RuntimeValue> results;
  if (failed(doubles_.call(functionFor(op, true), operands, results))) return std::nullopt;
  return std::vector<RuntimeValue>(results.begin(), results.end());
}

std::optional<Tensor> Evaluator::twin(Operation* op, ArrayRef<RuntimeValue> operands) {
  auto results = runTwin(op, operands);
  return results ? std::optional<Tensor>(tensorOf(results->front())) : std::nullopt;
}

}  // namespace emel::random
