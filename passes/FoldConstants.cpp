#include "dialects/interpreter/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {

#define GEN_PASS_DEF_FOLDCONSTANTS
#include "passes/Passes.h.inc"

namespace {

using interpreter::RuntimeValue;
using interpreter::Tensor;

/// The tensor as an attribute. The interpreter has rounded its numbers to the type already.
DenseElementsAttr toAttribute(RankedTensorType type, const Tensor &tensor) {
  Builder builder(type.getContext());
  SmallVector<Attribute> values;
  if (tensor.isInts()) {
    for (int64_t value : tensor.ints())
      values.push_back(builder.getIntegerAttr(type.getElementType(), value));
  } else {
    for (double value : tensor.reals())
      values.push_back(builder.getFloatAttr(type.getElementType(), value));
  }
  if (llvm::all_equal(values) && !values.empty()) values.resize(1);  // prints as one number
  return DenseElementsAttr::get(type, values);
}

struct FoldConstantsPass : impl::FoldConstantsBase<FoldConstantsPass> {
  using FoldConstantsBase::FoldConstantsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    Record record(module, getArgument());
    interpreter::Options options;
    options.shardFolders.assign(shardFolders.begin(), shardFolders.end());
    interpreter::Interpreter interpreter(module, options);
    llvm::SetVector<Operation *> constants;
    // Walking forwards, an op comes after those that it depends on.
    WalkResult walk = module.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (!isFoldable(op)) return WalkResult::advance();
      if (failed(fold(op, interpreter, constants))) return WalkResult::interrupt();
      record.count("ops");
      return WalkResult::skip();
    });
    if (walk.wasInterrupted()) return signalPassFailure();
    for (Operation *constant : constants)
      record.count("bytes",
                   *getStorageBytes(cast<RankedTensorType>(constant->getResultTypes()[0])));
  }

  bool isSmall(Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape() || !getTensorType(tensor.getElementType()))
      return false;
    std::optional<int64_t> bytes = getStorageBytes(tensor);
    return bytes && *bytes <= maxBytes;
  }

  /// Whether `op` computes something, from constants and weights alone.
  bool isFoldable(Operation *op) {
    if (op->getNumOperands() == 0 || op->getNumResults() == 0 || op->getNumRegions() != 0 ||
        !isPure(op) || op->hasTrait<OpTrait::IsTerminator>())
      return false;
    bool isConstant = llvm::all_of(op->getOperands(), [&](Value operand) {
      Operation *source = operand.getDefiningOp();
      return source && isSmall(operand.getType()) &&
             (isa<GetWeightOp>(source) || matchPattern(source, m_Constant()));
    });
    return isConstant && llvm::all_of(op->getResultTypes(), [&](Type type) {
             auto tensor = dyn_cast<RankedTensorType>(type);
             return isSmall(type) && !tensor.getEncoding() &&
                    tensor.getElementType().isIntOrFloat();
           });
  }

  /// Runs `op` in a function of its own and puts constants in its place.
  LogicalResult fold(Operation *op, interpreter::Interpreter &interpreter,
                     llvm::SetVector<Operation *> &constants) {
    OpBuilder builder(&getContext());
    OwningOpRef<func::FuncOp> function = func::FuncOp::create(
        op->getLoc(), "fold", builder.getFunctionType({}, op->getResultTypes()));
    builder.setInsertionPointToStart(function->addEntryBlock());
    IRMapping copies;
    llvm::SetVector<Operation *> sources;
    for (Value operand : op->getOperands())
      if (sources.insert(operand.getDefiningOp())) builder.clone(*operand.getDefiningOp(), copies);
    sources.insert(op);
    builder.create<func::ReturnOp>(op->getLoc(), builder.clone(*op, copies)->getResults());
    SmallVector<RuntimeValue> results;
    if (failed(interpreter.call(*function, {}, results))) return failure();

    builder.setInsertionPoint(op);
    SmallVector<Location> origins;
    for (Operation *source : llvm::reverse(sources)) origins.push_back(source->getLoc());
    Location location = FusedLoc::get(&getContext(), origins);
    for (auto [old, value] : llvm::zip(op->getResults(), results)) {
      auto type = cast<RankedTensorType>(old.getType());
      const Tensor &tensor = *std::get<std::shared_ptr<const Tensor>>(value);
      auto constant = builder.create<arith::ConstantOp>(location, type, toAttribute(type, tensor));
      constants.insert(constant);
      old.replaceAllUsesWith(constant);
    }
    for (Operation *source : llvm::reverse(sources))
      if (source == op || isOpTriviallyDead(source)) {
        constants.remove(source);
        source->erase();
      }
    return success();
  }
};

}  // namespace
}  // namespace emel
