#include "dialects/interpreter/Frame.h"

using namespace mlir;

namespace emel::interpreter {

/// Rounded activations are the same with --f64: the scheme says how they come about.
static LogicalResult quantize(QuantizeOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  RoundedRows groups;
  std::vector<float> numbers(gguf::kActivationGroup);
  for (int64_t i = 0; i < input.size(); i += gguf::kActivationGroup) {
    for (int64_t k = 0; k < gguf::kActivationGroup; ++k)
      numbers[k] = static_cast<float>(input.reals()[i + k]);
    groups.push_back(gguf::RoundGroup(numbers.data()));
  }
  return frame.set(op.getResult(), Tensor{input.shape, std::move(groups)});
}

void addQuantizationHandlers(HandlerTable &table) { addHandler<QuantizeOp, quantize>(table); }

}  // namespace emel::interpreter
