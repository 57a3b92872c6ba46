#include "dialects/interpreter/PlanRunner.h"

#include "dialects/interpreter/Encoding.h"
#include "dialects/interpreter/Frame.h"
#include "dialects/interpreter/PlanMachine.h"

using namespace mlir;

namespace emel::interpreter {

/// How large the step is, by the arguments that have unknown dimensions.
FailureOr<plan::Extents> PlanRunner::extentsOf(plan::EntryOp entry,
                                               ArrayRef<RuntimeValue> arguments) {
  if (arguments.size() != entry.getNumArguments()) {
    entry.emitError("expected ") << entry.getNumArguments() << " arguments, found "
                                 << arguments.size();
    return failure();
  }
  plan::Extents most = plan::Extents::of(entry), extents = most;
  for (auto [argument, value] : llvm::zip(entry.getArguments(), arguments)) {
    if (failed(checkValue(entry.getLoc(), argument.getType(), value))) return failure();
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type || type.hasStaticShape()) continue;
    int64_t size = std::get<std::shared_ptr<const Tensor>>(value)->shape.front();
    // Only out_rows has as many elements as there are rows of logits.
    (argument.getArgNumber() == 3 ? extents.rows : extents.tokens) = size;
  }
  if (extents.tokens > most.tokens || extents.rows > most.rows) {
    entry.emitError("expected at most ")
        << most.tokens << " tokens and " << most.rows << " rows, found " << extents.tokens
        << " and " << extents.rows;
    return failure();
  }
  TypeMap types = plan::typesAt(entry, extents);
  for (auto [argument, value] : llvm::zip(entry.getArguments(), arguments))
    if (failed(checkValue(entry.getLoc(), typeIn(types, argument), value))) return failure();
  return extents;
}

FailureOr<StepPlan *> PlanRunner::planOf(plan::EntryOp entry, plan::Extents extents) {
  std::unique_ptr<StepPlan> &plan = plans_[{entry, extents.tokens, extents.rows}];
  if (plan) return plan.get();
  auto created = StepPlan::create(entry, extents, tiles_);
  if (failed(created)) return failure();
  plan = std::move(*created);
  return plan.get();
}

LogicalResult PlanRunner::call(plan::EntryOp entry, ArrayRef<RuntimeValue> arguments,
                               SmallVectorImpl<RuntimeValue> &results) {
  FailureOr<plan::Extents> extents = extentsOf(entry, arguments);
  if (failed(extents)) return failure();
  FailureOr<StepPlan *> plan = nullptr;
  if (entry.isPlaced()) plan = planOf(entry, *extents);
  StepValues values;
  if (failed(plan) || failed(values.compute(interpreter_, entry, *extents, arguments)))
    return failure();
  results.assign(values.returned().begin(), values.returned().end());
  if (!*plan) return success();

  const Options &options = interpreter_.options();
  for (int64_t i = 0; i < options.schedules; ++i) {
    PlanMachine machine(**plan, &values, options.workers);
    if (failed(machine.run(Schedule(options.workers, options.seed + i)))) return failure();
    // What the caller finds in its memory.
    for (auto [result, index] : llvm::zip_equal(results, (*plan)->returned())) {
      const StepValue &value = (*plan)->values()[index];
      auto type = dyn_cast<RankedTensorType>(value.type);
      if (type && value.storage >= 0)
        result = std::make_shared<const Tensor>(decode(type, machine.bytesOf(value)));
    }
  }
  return success();
}

}  // namespace emel::interpreter
