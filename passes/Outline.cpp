#include "dialects/emel/Provenance.h"
#include "dialects/emel/Shapes.h"
#include "dialects/plan/Plan.h"
#include "dialects/plan/UnknownSizes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Grouping.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_OUTLINE
#include "passes/Passes.h.inc"

namespace {

/// What a group takes from outside: values of the step, weights, and constants that it gets a copy
/// of.
struct Captures {
  llvm::SetVector<Value> inputs, weights, constants;
};

Captures findCaptures(Operation *group) {
  Captures captures;
  group->walk([&](Operation *op) {
    for (Value operand : op->getOperands()) {
      Operation *producer = operand.getDefiningOp();
      if (producer && group->isAncestor(producer)) continue;
      if (!isWeight(operand))
        captures.inputs.insert(operand);
      else if (isa<GetWeightOp>(producer))
        captures.weights.insert(operand);
      else
        captures.constants.insert(operand);
    }
  });
  return captures;
}

/// Symbols are words: other characters become underscores.
std::string symbolFor(StringRef name) {
  std::string symbol;
  for (char c : name) symbol += llvm::isAlnum(c) || c == '.' ? c : '_';
  if (symbol.empty()) return "kernel";
  // Names that arenas have.
  return llvm::is_contained({"arena", "scratch", "logits", "best"}, symbol) ? symbol + "_kernel"
                                                                            : symbol;
}

class Outline : public impl::OutlineBase<Outline> {
  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    record_ = &record;
    SmallVector<func::FuncOp> entries;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr(EmelDialect::kEntryAttr)) entries.push_back(function);
    SymbolTable symbols(getOperation());
    symbols_ = &symbols;
    kernels_.clear();
    for (func::FuncOp entry : entries)
      if (failed(outline(entry))) return signalPassFailure();
  }

  LogicalResult outline(func::FuncOp function) {
    if (failed(findExtents(function))) return failure();
    for (Value value : function.front().getTerminator()->getOperands())
      if (isWeight(value))
        return function.emitError(
                   "cannot be planned: returns a weight or a constant, expected what an op "
                   "computes, found '")
               << value.getDefiningOp()->getName() << "'";
    OpBuilder builder(function);
    auto entry = builder.create<plan::EntryOp>(
        function.getLoc(), function.getSymName(), function.getFunctionType(),
        function.getArgAttrsAttr(), function.getResAttrsAttr());
    entry->setAttr(EmelDialect::kEntryAttr, function->getAttr(EmelDialect::kEntryAttr));
    entry_ = entry;
    Block *body = &entry.getBody().emplaceBlock();
    IRMapping map;
    for (BlockArgument argument : function.getArguments())
      map.map(argument, body->addArgument(argument.getType(), argument.getLoc()));
    builder.setInsertionPointToEnd(body);
    for (Operation &op : function.front().without_terminator())
      if (isCompute(&op)) addLaunch(builder, &op, map);
    SmallVector<Value> results;
    for (Value value : function.front().getTerminator()->getOperands())
      results.push_back(map.lookup(value));
    builder.create<plan::ReturnOp>(function.getLoc(), results);
    symbols_->erase(function);
    symbols_->insert(entry, Block::iterator(entry));
    return success();
  }

  /// Finds out which unknown dimension is the number of tokens and which that of rows: those that
  /// follow from two sizes that nothing else has.
  LogicalResult findExtents(func::FuncOp function) {
    using plan::kRowsSize, plan::kTokensSize;
    extents_.clear();
    TypeMap types;
    for (BlockArgument argument : function.getArguments())
      types[argument] =
          withUnknown(argument.getType(),
                      argument.getArgNumber() == kOutRowsArgument ? kRowsSize : kTokensSize);
    if (failed(inferTypes(function.front(), types))) return failure();
    for (Operation &op : function.front())
      for (OpResult result : op.getResults()) {
        auto type = dyn_cast<RankedTensorType>(result.getType());
        if (!type || type.hasStaticShape()) continue;
        int64_t size = cast<RankedTensorType>(types[result]).getDimSize(0);
        if (!type.isDynamicDim(0) || type.getNumDynamicDims() != 1 ||
            (size != kTokensSize && size != kRowsSize))
          return op.emitError(
                     "cannot be planned: expected the outermost dimension alone to be unknown, and "
                     "to be the number of tokens or of rows, found ")
                 << type;
        extents_[result] = size == kTokensSize ? "n" : "m";
      }
    // Within groups any dimension may be unknown.
    if (Value other = plan::findOtherExtent(function, types))
      return other.getDefiningOp()->emitError(
                 "cannot be planned: expected unknown dimensions that are the number of tokens or "
                 "of rows, found ")
             << other.getType();
    return success();
  }

  void addLaunch(OpBuilder &builder, Operation *group, IRMapping &map) {
    Captures captures = findCaptures(group);
    plan::KernelOp kernel = getKernel(group, captures);
    SmallVector<Value> inputs;
    for (Value value : captures.inputs) inputs.push_back(map.lookup(value));
    SmallVector<Attribute> weights, extents;
    for (Value value : captures.weights)
      weights.push_back(value.getDefiningOp<GetWeightOp>().getWeightAttr());
    for (Value result : group->getResults())
      extents.push_back(builder.getStringAttr(extents_.lookup(result)));
    bool hasExtents = llvm::any_of(group->getResults(), [&](Value v) { return extents_.count(v); });
    auto launch = builder.create<plan::LaunchOp>(
        group->getLoc(), group->getResultTypes(),
        plan::LaunchKindAttr::get(&getContext(), plan::LaunchKind::Owner),
        FlatSymbolRefAttr::get(kernel), inputs,
        weights.empty() ? ArrayAttr() : builder.getArrayAttr(weights),
        hasExtents ? builder.getArrayAttr(extents) : ArrayAttr(), ArrayAttr(), ArrayAttr(),
        ArrayAttr());
    map.map(group->getResults(), launch.getResults());
    record_->count("launches");
  }

  /// The kernel of a group: a new one, unless an equal one is there.
  plan::KernelOp getKernel(Operation *group, const Captures &captures) {
    OpBuilder builder(&getContext());
    SmallVector<Value> arguments(captures.inputs.begin(), captures.inputs.end());
    arguments.append(captures.weights.begin(), captures.weights.end());
    auto kernel = builder.create<plan::KernelOp>(
        group->getLoc(), "kernel",
        builder.getFunctionType(TypeRange(ValueRange(arguments)), group->getResultTypes()),
        ArrayAttr(), ArrayAttr());
    fillKernel(kernel, group, arguments, captures.constants.getArrayRef());
    std::string text;
    llvm::raw_string_ostream stream(text);
    kernel->print(stream, OpPrintingFlags().useLocalScope());
    auto [known, isNew] = kernels_.try_emplace(text, kernel);
    if (!isNew) {
      kernel->erase();
      return known->second;
    }
    auto fuse = dyn_cast<FuseOp>(group);
    std::string name = fuse ? fuse.getName().str() : nameFor(group);
    kernel.setSymName(symbolFor(name));
    symbols_->insert(kernel, Block::iterator(entry_));
    record_->count("kernels");
    return kernel;
  }

  void fillKernel(plan::KernelOp kernel, Operation *group, ArrayRef<Value> arguments,
                  ArrayRef<Value> constants) {
    Block *body = &kernel.getBody().emplaceBlock();
    OpBuilder builder = OpBuilder::atBlockEnd(body);
    IRMapping map;
    for (Value argument : arguments)
      map.map(argument, body->addArgument(argument.getType(), kernel.getLoc()));
    for (Value constant : constants) builder.clone(*constant.getDefiningOp(), map);
    SmallVector<Value> results;
    if (auto fuse = dyn_cast<FuseOp>(group)) {
      for (Operation &op : fuse.getBody().front().without_terminator()) builder.clone(op, map);
      for (Value value : fuse.getYielded()) results.push_back(map.lookup(value));
    } else {
      results = builder.clone(*group, map)->getResults();
    }
    builder.create<plan::ReturnOp>(kernel.getLoc(), results);
  }

  plan::EntryOp entry_;  // kernels go before it
  SymbolTable *symbols_ = nullptr;
  llvm::StringMap<plan::KernelOp> kernels_;
  DenseMap<Value, StringRef> extents_;

  Record *record_ = nullptr;
};

}  // namespace
}  // namespace emel
