#include "dialects/interpreter/StepValues.h"

#include "dialects/interpreter/Encoding.h"

using namespace mlir;

namespace emel::interpreter {

LogicalResult StepValues::compute(Interpreter &interpreter, plan::EntryOp entry,
                                  plan::Extents extents, ArrayRef<RuntimeValue> arguments) {
  types_ = plan::typesAt(entry, extents);
  for (auto [argument, value] : llvm::zip_equal(entry.getArguments(), arguments))
    values_[argument] = value;
  for (auto launch : entry.getBody().front().getOps<plan::LaunchOp>())
    if (failed(run(interpreter, launch))) return failure();
  for (Value value : entry.getBody().front().getTerminator()->getOperands())
    returned_.push_back(values_.lookup(value));
  return success();
}

LogicalResult StepValues::run(Interpreter &interpreter, plan::LaunchOp launch) {
  SmallVector<RuntimeValue> arguments, results;
  for (Value operand : launch.getInputs()) arguments.push_back(values_.lookup(operand));
  if (launch.getWeights())
    for (auto name : launch.getWeights()->getAsRange<FlatSymbolRefAttr>()) {
      FailureOr<Tensor> weight = interpreter.openWeight(launch, name);
      if (failed(weight)) return failure();
      arguments.push_back(std::make_shared<const Tensor>(std::move(*weight)));
    }
  plan::KernelOp kernel = launch.getKernelOp();
  if (!kernel || arguments.size() != kernel.getNumArguments())
    return launch.emitOpError("names no kernel that takes its operands");
  if (failed(interpreter.call(kernel, arguments, results))) return failure();
  for (auto [result, value] : llvm::zip_equal(launch->getResults(), results))
    if (failed(add(result, value))) return failure();
  return success();
}

LogicalResult StepValues::add(OpResult result, RuntimeValue value) {
  auto type = dyn_cast<RankedTensorType>(typeIn(types_, result));
  if (!type) {
    values_[result] = std::move(value);
    return success();
  }
  const Tensor &tensor = *std::get<std::shared_ptr<const Tensor>>(value);
  if (ArrayRef<int64_t>(tensor.shape) != type.getShape())
    return result.getOwner()->emitOpError("expected result ")
           << result.getResultNumber() << " of type " << type << ", found "
           << RankedTensorType::get(tensor.shape, type.getElementType());
  if (!canEncode(type)) return result.getOwner()->emitOpError("cannot keep a value of ") << type;
  auto bytes = std::make_shared<const std::vector<uint8_t>>(encode(type, tensor));
  values_[result] = std::make_shared<const Tensor>(decode(type, *bytes));
  bytes_[result] = std::move(bytes);
  return success();
}

StepValues StepValues::mapped(const IRMapping &copy) const {
  StepValues mapped;
  for (const auto &[value, bytes] : bytes_) mapped.bytes_[copy.lookup(value)] = bytes;
  return mapped;
}

ArrayRef<uint8_t> StepValues::bytesOf(Value value) const {
  auto found = bytes_.find(value);
  return found == bytes_.end() ? ArrayRef<uint8_t>() : ArrayRef<uint8_t>(*found->second);
}

}  // namespace emel::interpreter
