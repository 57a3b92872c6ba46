#include "dialects/interpreter/Interpreter.h"

using namespace mlir;

namespace emel::interpreter {

static int64_t getBound(DictionaryAttr bounds, StringRef name) {
  return bounds.getAs<IntegerAttr>(name).getInt();
}

Session::Session(Interpreter &interpreter) : interpreter_(interpreter) {
  for (auto function : interpreter.module().getOps<FunctionOpInterface>()) {
    auto bounds = function->getAttrOfType<DictionaryAttr>(EmelDialect::kEntryAttr);
    if (bounds)
      entries_.push_back(
          {function, std::min(getBound(bounds, "tokens"), getBound(bounds, "rows"))});
    else if (function.getName() == EmelDialect::kStep)
      entries_.push_back({function, INT64_MAX});
  }
  llvm::stable_sort(entries_, [](const Entry &a, const Entry &b) { return a.most < b.most; });
  if (entries_.empty()) return;
  for (Type type : entries_.front().function.getArgumentTypes())
    if (isa<KvType>(type)) states_.push_back(std::make_shared<const State>());
}

/// Joins the logits of two steps.
static void appendRows(Tensor &all, const Tensor &rows) {
  llvm::append_range(all.reals(), rows.reals());
  all.shape[0] += rows.shape[0];
}

FailureOr<Tensor> Session::step(ArrayRef<int32_t> tokens, int64_t slot) {
  ModuleOp module = interpreter_.module();
  // The attribute makes the verifier check what follows relies on: the types of the entries.
  auto model = module->getAttrOfType<DictionaryAttr>(EmelDialect::kModelAttr);
  if (!model) return module.emitError("is no model: it has no attribute 'emel.model'");
  int64_t count = static_cast<int64_t>(tokens.size()), next = nextPosition_[slot];
  int64_t context = getBound(model, "context");
  if (next + count > context)
    return entries_.front().function.emitError("expected at most ")
           << context << " positions, the model's context, found " << next + count;
  std::optional<Tensor> all;
  do {
    auto piece = std::min<int64_t>(tokens.size(), entries_.back().most);
    FailureOr<Tensor> rows = stepOnce(tokens.take_front(piece), slot);
    if (failed(rows)) return failure();
    if (all)
      appendRows(*all, *rows);
    else
      all = std::move(*rows);
    tokens = tokens.drop_front(piece);
  } while (!tokens.empty());
  return *std::move(all);
}

/// Whether a function's shapes allow so many tokens.
static bool takes(FunctionOpInterface function, int64_t tokens) {
  auto type = cast<RankedTensorType>(function.getArgumentTypes().front());
  return type.isDynamicDim(0) || type.getDimSize(0) == tokens;
}

/// One call of the smallest entry that takes so many tokens.
FailureOr<Tensor> Session::stepOnce(ArrayRef<int32_t> tokens, int64_t slot) {
  int64_t count = static_cast<int64_t>(tokens.size()), &next = nextPosition_[slot];
  FunctionOpInterface function = entries_.back().function;
  for (const Entry &entry : llvm::reverse(entries_))
    if (entry.most >= count && takes(entry.function, count)) function = entry.function;
  Tensor ids = Tensor::ofInts({count}), positions = ids, slots = ids, rows = ids;
  for (int64_t i = 0; i < count; ++i) {
    ids.ints()[i] = tokens[i];
    positions.ints()[i] = next++;
    slots.ints()[i] = slot;
    rows.ints()[i] = i;
  }
  SmallVector<RuntimeValue> arguments, results;
  for (Tensor *tensor : {&ids, &positions, &slots, &rows})
    arguments.push_back(std::make_shared<const Tensor>(std::move(*tensor)));
  llvm::append_range(arguments, states_);
  auto entry = dyn_cast<plan::EntryOp>(*function);
  if (failed(entry ? interpreter_.call(entry, arguments, results)
                   : interpreter_.call(dyn_cast<func::FuncOp>(*function), arguments, results)))
    return failure();
  states_.assign(results.end() - states_.size(), results.end());
  if (results.size() > states_.size() + 1)
    best_ = std::get<std::shared_ptr<const Tensor>>(results[1]);
  const Tensor &logits = *std::get<std::shared_ptr<const Tensor>>(results.front());
  if (logits.shape.front() != count)
    return function.emitError("expected a row of logits for each of ")
           << count << " tokens, found " << logits.shape.front();
  return logits;
}

}  // namespace emel::interpreter
