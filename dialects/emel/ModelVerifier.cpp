#include "dialects/emel/ModelVerifier.h"

#include "dialects/emel/Shapes.h"
#include "llvm/ADT/STLExtras.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace emel;

namespace {

/// How many of the best tokens the model's steps return beside logits; 0 where none.
int64_t sampleOf(DictionaryAttr model) {
  auto sample = model.getAs<IntegerAttr>(EmelDialect::kSample);
  return sample ? sample.getInt() : 0;
}

LogicalResult verifyModelAttribute(ModuleOp module, Attribute attribute) {
  auto dict = dyn_cast<DictionaryAttr>(attribute);
  if (!dict) return module.emitOpError("(M1) 'emel.model' must be a dictionary");
  if (!dict.getAs<StringAttr>("architecture"))
    return module.emitOpError("(M1) 'emel.model' needs a string 'architecture'");
  for (StringRef key : {"context", "vocab"}) {
    auto value = dict.getAs<IntegerAttr>(key);
    if (!value || value.getInt() <= 0)
      return module.emitOpError("(M1) 'emel.model' needs a positive integer '") << key << "'";
  }
  int64_t vocab = dict.getAs<IntegerAttr>("vocab").getInt(), sample = sampleOf(dict);
  if (dict.contains(EmelDialect::kSample) && (sample < 1 || sample > vocab))
    return module.emitOpError("(M1) 'sample' in 'emel.model' must be an integer from 1 to ")
           << vocab;
  return success();
}

/// Types that only this dialect knows how to handle.
bool isGuarded(Type type) {
  if (isa<KvType, BlockType, ActivationType>(type)) return true;
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && (isa<BlockType, ActivationType>(tensor.getElementType()) ||
                    isa_and_nonnull<LayoutAttr>(tensor.getEncoding()));
}

bool mayTouchGuarded(Operation *op) {
  return isa<EmelDialect>(op->getDialect()) || isa<FunctionOpInterface>(op) ||
         isa<CallOpInterface>(op) || isa<StateOpInterface>(op) ||
         op->hasTrait<OpTrait::ReturnLike>();
}

LogicalResult verifyBoundary(Operation *op) {
  // A missing operand is another verifier's finding, and this one may come first.
  bool isWhole = llvm::all_of(op->getOperands(), [](Value operand) { return bool(operand); });
  if (!isWhole || mayTouchGuarded(op)) return success();
  for (Type type : llvm::concat<const Type>(SmallVector<Type>(op->getOperandTypes()),
                                            SmallVector<Type>(op->getResultTypes())))
    if (isGuarded(type)) return op->emitOpError("(M2) only emel ops may touch ") << type;
  return success();
}

/// Whether `use` ends the life of the state value it uses.
bool consumes(OpOperand &use) {
  Operation *owner = use.getOwner();
  if (auto stateOp = dyn_cast<StateOpInterface>(owner)) return stateOp.consumesState(use);
  return owner->hasTrait<OpTrait::ReturnLike>() || isa<CallOpInterface>(owner);
}

/// The op of the state's own block in which a use happens.
Operation *userInBlock(Value state, Operation *user) {
  return state.getParentBlock()->findAncestorOpInBlock(*user);
}

LogicalResult verifyLinearUse(Value state) {
  Operation *consumer = nullptr;
  for (OpOperand &use : state.getUses()) {
    if (!consumes(use)) continue;
    Operation *second = userInBlock(state, use.getOwner());
    if (consumer == second) return second->emitOpError("(M3) consumes a state twice");
    if (!consumer) {
      consumer = second;
      continue;
    }
    // Uses come in no order; the later op is the one to blame.
    if (consumer->getBlock() == second->getBlock() && second->isBeforeInBlock(consumer))
      std::swap(consumer, second);
    InFlightDiagnostic diag = second->emitOpError("(M3) consumes a state again");
    diag.attachNote(consumer->getLoc()) << "it is also consumed here";
    return diag;
  }
  if (!consumer) {
    // A kernel may read a state that lives on in its caller.
    auto argument = dyn_cast<BlockArgument>(state);
    Operation *owner = argument ? argument.getOwner()->getParentOp() : nullptr;
    if (owner && !isa<func::FuncOp>(owner) && !owner->hasAttr(EmelDialect::kEntryAttr))
      return success();
    return emitError(state.getLoc(), "(M3) state is never consumed");
  }
  for (Operation *nested : state.getUsers()) {
    Operation *user = userInBlock(state, nested);
    if (user != consumer && !user->isBeforeInBlock(consumer)) {
      InFlightDiagnostic diag = nested->emitOpError("(M3) reads a state after it was consumed");
      diag.attachNote(consumer->getLoc()) << "it is consumed here";
      return diag;
    }
  }
  return success();
}

LogicalResult verifyStates(Operation *op) {
  auto verifyAll = [](auto values) {
    for (Value value : values)
      if (isa<KvType>(value.getType()) && failed(verifyLinearUse(value))) return failure();
    return success();
  };
  if (failed(verifyAll(op->getResults()))) return failure();
  for (Region &region : op->getRegions())
    for (Block &block : region)
      if (failed(verifyAll(block.getArguments()))) return failure();
  return success();
}

/// Checks the logits, and the best tokens, that come before the states; returns how many results
/// they are.
FailureOr<unsigned> verifyOutputs(FunctionOpInterface step, DictionaryAttr model) {
  ArrayRef<Type> results = step.getResultTypes();
  auto isTable = [&](unsigned i, int64_t columns, auto isElement) {
    auto type = i < results.size() ? dyn_cast<RankedTensorType>(results[i]) : RankedTensorType();
    return type && type.getRank() == 2 && type.getDimSize(1) == columns &&
           isElement(type.getElementType());
  };
  int64_t vocab = model.getAs<IntegerAttr>("vocab").getInt(), sample = sampleOf(model);
  if (!isTable(0, vocab, [](Type type) { return type.isF32(); }))
    return step.emitOpError("(M4) must return logits of ")
           << vocab << " columns of f32, found " << results[0];
  if (sample == 0) return 1;
  if (isTable(1, sample, [](Type type) { return type.isInteger(64); })) return 2;
  return step.emitOpError("(M4) must return the best ")
         << sample << " tokens of each row as candidates of i64";
}

/// What @step and its specialisations take and return.
LogicalResult verifyStep(FunctionOpInterface step, DictionaryAttr model) {
  constexpr unsigned kIds = kOutRowsArgument + 1;
  ArrayRef<Type> inputs = step.getArgumentTypes(), results = step.getResultTypes();
  if (inputs.size() < kIds || results.empty())
    return step.emitOpError(
        "(M4) must take tokens, positions, slots and out_rows and return logits");
  for (Type input : inputs.take_front(kIds))
    if (auto tensor = dyn_cast<RankedTensorType>(input);
        !tensor || tensor.getRank() != 1 || !tensor.getElementType().isInteger(32))
      return step.emitOpError("(M4) must take tokens, positions, slots and out_rows as ")
             << "vectors of i32, found " << input;
  FailureOr<unsigned> outputs = verifyOutputs(step, model);
  if (failed(outputs)) return failure();
  if (inputs.drop_front(kIds) != results.drop_front(*outputs))
    return step.emitOpError("(M4) must return the states it takes, in the same order");
  for (Type state : results.drop_front(*outputs))
    if (!isa<KvType>(state)) return step.emitOpError("(M4) expected a state, found ") << state;
  return success();
}

LogicalResult verifySteps(ModuleOp module, DictionaryAttr model) {
  SmallVector<FunctionOpInterface> entries;
  for (auto function : module.getOps<FunctionOpInterface>())
    if (function->hasAttr(EmelDialect::kEntryAttr)) entries.push_back(function);
  if (auto step = module.lookupSymbol<FunctionOpInterface>(EmelDialect::kStep))
    entries.push_back(step);
  if (entries.empty()) return module.emitOpError("(M4) has no function @step");
  for (FunctionOpInterface entry : entries)
    if (failed(verifyStep(entry, model))) return failure();
  return success();
}

LogicalResult verifyWeights(ModuleOp module) {
  for (WeightOp weight : module.getOps<WeightOp>()) {
    auto shard = module.lookupSymbol<ShardOp>(weight.getShardAttr());
    if (!shard)
      return weight.emitOpError("(M5) names ") << weight.getShardAttr() << ", which is no shard";
    uint64_t size = shard.getSize();
    if (weight.getOffset() > size || weight.getSize() > size - weight.getOffset())
      return weight.emitOpError("(M5) ends beyond shard ")
             << weight.getShardAttr() << " of " << size << " bytes";
  }
  return success();
}

}  // namespace

LogicalResult emel::verifyModel(ModuleOp module, Attribute model) {
  if (failed(verifyModelAttribute(module, model))) return failure();
  // A module's attributes are verified before its ops, on whose shape all below relies.
  for (Operation &op : *module.getBody())
    if (failed(verify(&op))) return failure();
  WalkResult walk = module.walk([](Operation *op) {
    return failed(verifyBoundary(op)) || failed(verifyStates(op)) ? WalkResult::interrupt()
                                                                  : WalkResult::advance();
  });
  if (walk.wasInterrupted() || failed(verifyWeights(module))) return failure();
  return verifySteps(module, cast<DictionaryAttr>(model));
}
