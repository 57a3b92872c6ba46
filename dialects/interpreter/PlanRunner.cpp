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
    (argument.getArgNumber() == kOutRowsArgument ? extents.rows : extents.tokens) = size;
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

/// Who touched each byte is kept beside it, for each worker's own ones too: that is more memory
/// than the plan itself asks for, which an error tells better than the machine.
static LogicalResult checkMemory(const StepPlan &plan, int64_t workers) {
  constexpr uint64_t kMostBytes = uint64_t{1} << 28;
  uint64_t bytes = 0;
  for (const Storage &storage : plan.storages())
    bytes = llvm::SaturatingMultiplyAdd<uint64_t>(storage.size, storage.isPerWorker ? workers : 1,
                                                  bytes);
  if (bytes <= kMostBytes) return success();
  plan::EntryOp entry = plan.entry();
  return entry.emitError("needs ")
         << bytes << " bytes of arenas with " << workers
         << " workers, the interpreter runs plans of up to " << kMostBytes;
}

LogicalResult PlanRunner::call(plan::EntryOp entry, ArrayRef<RuntimeValue> arguments,
                               SmallVectorImpl<RuntimeValue> &results) {
  FailureOr<plan::Extents> extents = extentsOf(entry, arguments);
  if (failed(extents)) return failure();
  FailureOr<StepPlan *> plan = nullptr;
  if (entry.isPlaced()) plan = planOf(entry, *extents);
  const Options &options = interpreter_.options();
  if (failed(plan) || (*plan && failed(checkMemory(**plan, options.workers)))) return failure();
  StepValues values;
  if (failed(values.compute(interpreter_, entry, *extents, arguments))) return failure();
  results.assign(values.returned().begin(), values.returned().end());
  if (!*plan) return success();

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
