#include "tests/random/reference.h"

#include "compiler/driver/Diagnostics.h"
#include "tests/random/bounds.h"

#include <absl/strings/str_cat.h>

#include <cmath>

using namespace mlir;

namespace emel::random {
namespace {

RuntimeValue idsOf(const std::vector<int32_t>& numbers) {
  Tensor tensor = Tensor::ofInts({static_cast<int64_t>(numbers.size())});
  llvm::copy(numbers, tensor.ints().begin());
  return wrap(std::move(tensor));
}

// Runs steps op by op, and carries with each value how well it is known.
class Reference {
 public:
  explicit Reference(ModuleOp module) : module_(module), evaluator_(module) {}

  // The logits of a step. Fails where the interpreter does; none where they are not bounded.
  absl::StatusOr<std::optional<Known>> step(const testing::StepTokens& tokens) {
    auto count = static_cast<int64_t>(tokens.tokens.size());
    auto function = entryFor<func::FuncOp>(module_, count);
    std::vector<int32_t> all(count);
    for (int32_t i = 0; i < count; ++i) all[i] = i;
    values_.clear();
    const std::vector<int32_t>* given[] = {&tokens.tokens, &tokens.positions, &tokens.slots, &all};
    for (unsigned i = 0; i < 4; ++i)
      values_[function.getArgument(i)] = {idsOf(*given[i]), std::nullopt};
    while (states_.size() + 4 < function.getNumArguments())
      states_.push_back({std::make_shared<const State>(), std::nullopt});
    for (auto [i, state] : llvm::enumerate(states_)) values_[function.getArgument(i + 4)] = state;
    for (Operation& op : function.front().without_terminator()) {
      auto isBounded = evaluate(&op);
      if (!isBounded.ok()) return isBounded.status();
      if (!*isBounded) return std::optional<Known>();
    }
    auto returned = function.front().getTerminator()->getOperands();
    for (auto [state, value] : llvm::zip(states_, returned.drop_front())) state = values_[value];
    return std::optional(values_[returned[0]]);
  }

 private:
  absl::StatusOr<bool> evaluate(Operation* op) {
    SmallVector<Known> operands;
    SmallVector<RuntimeValue> values;
    bool isExact = true;
    for (Value operand : op->getOperands()) {
      operands.push_back(values_[operand]);
      values.push_back(operands.back().value);
      isExact &= !operands.back().error;
    }
    bool inBits = isExact && (op->getNumOperands() == 0 || promisesBits(op));
    auto results = evaluator_.run(op, values, inBits);
    if (!results)
      return absl::InternalError(absl::StrCat("cannot run ", op->getName().getStringRef().str()));
    for (auto [result, value] : llvm::zip(op->getResults(), *results))
      values_[result] = {value, std::nullopt};
    if (inBits) return true;
    auto error = boundOf(evaluator_, op, operands, results->front());
    if (!error) return false;
    // Integers are known, or not at all.
    bool isInteger = std::holds_alternative<std::shared_ptr<const Tensor>>(results->front()) &&
                     tensorOf(results->front()).isInts();
    if (!isInteger) values_[op->getResult(0)].error = error;
    return true;
  }

  ModuleOp module_;
  Evaluator evaluator_;
  llvm::DenseMap<Value, Known> values_;
  std::vector<Known> states_;
};

// Whether code may have `found` where the interpreter has `value`.
bool isNear(float found, double value, double error, bool isExact) {
  if (isExact)
    return found == static_cast<float>(value) || (std::isnan(found) && std::isnan(value));
  if (!std::isfinite(value) || !std::isfinite(error)) return true;
  if (std::isinf(found)) return std::abs(value) + error > std::numeric_limits<float>::max();
  return std::abs(found - value) <= error;
}

}  // namespace

absl::StatusOr<Comparison> checkReference(ModuleOp entries, const Steps& steps, const Rows& found) {
  OwningOpRef<ModuleOp> module = entries.clone();
  DiagnosticCollector diagnostics(entries.getContext());
  Reference reference(*module);
  Comparison comparison;
  size_t row = 0;
  for (const testing::StepTokens& step : steps) {
    auto logits = reference.step(step);
    if (!logits.ok())
      return absl::InternalError(
          absl::StrCat(logits.status().message(), ": ", diagnostics.status().message()));
    if (!*logits) return comparison;
    const Tensor& value = tensorOf((*logits)->value);
    Tensor error = errorOf(**logits);
    for (int64_t r = 0; r < value.rowCount(); ++r, ++row)
      for (int64_t i = 0; i < value.rowSize(); ++i)
        if (!isNear(found[row][i], value.row(r)[i], error.row(r)[i], !(*logits)->error)) {
          comparison.difference = absl::StrCat(
              "row ", row, ", column ", i, ": ", found[row][i], " for ", value.row(r)[i],
              (*logits)->error ? absl::StrCat(", within ", error.row(r)[i]) : ", to the bit");
          return comparison;
        }
  }
  comparison.isBounded = true;
  return comparison;
}

}  // namespace emel::random
