#include "dialects/emel/Emel.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {

#define GEN_PASS_DEF_FUSEATTENTION
#include "passes/Passes.h.inc"

namespace {

/// The operand of the permutation that `value` is, if its order is that one.
Value permutedBy(Value value, ArrayRef<int64_t> order) {
  auto permute = value ? value.getDefiningOp<PermuteOp>() : PermuteOp();
  return permute && permute.getOrder() == order ? permute.getInput() : Value();
}

/// The ordinary product that is the only one to compute `value`, and is used by one op alone.
MatmulOp productOf(Value value) {
  auto product = value ? value.getDefiningOp<MatmulOp>() : MatmulOp();
  bool isPlain = product && product->hasOneUse() && product.getSemiring() == Semiring::PlusTimes;
  return isPlain ? product : MatmulOp();
}

/// Whether an op in the place of `at` may still read the state.
bool isReadable(Value state, Operation *at) {
  return llvm::all_of(state.getUses(), [&](OpOperand &use) {
    auto write = dyn_cast<StateOpInterface>(use.getOwner());
    bool consumes = write ? write.consumesState(use)
                          : isa<CallOpInterface>(use.getOwner()) ||
                                use.getOwner()->hasTrait<OpTrait::ReturnLike>();
    return !consumes ||
           (use.getOwner()->getBlock() == at->getBlock() && at->isBeforeInBlock(use.getOwner()));
  });
}

/// permute(softmax(q k^T) v)  ->  flash_attention(q, k, v), where q, k and v are [n, heads, row]
/// and their products have the heads outermost.
FlashAttentionOp formFlashAttention(PermuteOp root, OpBuilder &builder) {
  constexpr int64_t kSwap[] = {1, 0, 2}, kRowsLast[] = {1, 2, 0};
  MatmulOp output = productOf(permutedBy(root, kSwap));
  auto softmax = output ? output.getInput().getDefiningOp<SoftmaxOp>() : SoftmaxOp();
  MatmulOp logits = softmax && softmax->hasOneUse() ? productOf(softmax.getInput()) : MatmulOp();
  if (!logits) return {};
  Value query = permutedBy(logits.getInput(), kSwap), key = permutedBy(logits.getWeight(), kSwap),
        value = permutedBy(output.getWeight(), kRowsLast);
  if (!query || !key || !value || !isa<FloatType>(getElementTypeOrSelf(value))) return {};
  Location origin = builder.getFusedLoc(
      {logits.getInput().getLoc(), logits.getWeight().getLoc(), logits.getLoc(), softmax.getLoc(),
       output.getWeight().getLoc(), output.getLoc(), root.getLoc()});
  builder.setInsertionPoint(root);
  auto flash = builder.create<FlashAttentionOp>(
      origin, query, key, value, softmax.getMask(), softmax.getSinks(), softmax.getScaleAttr(),
      builder.getF32FloatAttr(0), softmax.getMaxBiasAttr());
  if (flash.getType() == root.getType()) return flash;
  flash.erase();
  return {};
}

/// flash_attention(q, kv_read(state))  ->  attention(q, state)
AttentionOp formAttention(FlashAttentionOp flash, OpBuilder &builder) {
  auto read = flash.getKey().getDefiningOp<KvReadOp>();
  if (!read || flash.getKey() != read.getKey() || flash.getValue() != read.getValue() ||
      flash.getMask() != read.getMask() || !isReadable(read.getState(), flash))
    return {};
  // Attention puts distances where it has a bias, and stored cells are read as they are.
  Type cell = read.getState().getType().getElementType(), none = builder.getF32Type();
  auto holds = [&](Value value) {
    Type element = getElementTypeOrSelf(value);
    return element == cell || element == none;
  };
  if (read.getDistance() == flash.getMaxBias().isZero() || !holds(read.getKey()) ||
      !holds(read.getValue()))
    return {};
  builder.setInsertionPoint(flash);
  return builder.create<AttentionOp>(
      builder.getFusedLoc({read.getLoc(), flash.getLoc()}), flash.getType(), flash.getQuery(),
      read.getState(), read.getPositions(), read.getSlots(), flash.getSinks(), flash.getScaleAttr(),
      flash.getSoftcapAttr(), flash.getMaxBiasAttr(), read.getWindowAttr(),
      read.getBidirectionalAttr());
}

struct FuseAttentionPass : impl::FuseAttentionBase<FuseAttentionPass> {
  using FuseAttentionBase::FuseAttentionBase;

  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    OpBuilder builder(&getContext());
    SmallVector<Operation *> left;
    if (products)
      getOperation().walk([&](PermuteOp root) {
        FlashAttentionOp flash = formFlashAttention(root, builder);
        if (!flash) return;
        record.count("products");
        root.replaceAllUsesWith(flash.getResult());
        left.push_back(root);
      });
    getOperation().walk([&](FlashAttentionOp flash) {
      AttentionOp attention = formAttention(flash, builder);
      if (!attention) return;
      record.count("reads");
      flash.replaceAllUsesWith(attention.getResult());
      left.push_back(flash);
    });
    for (Operation *op : left) eraseDead(op);
  }

  /// Erases an op that nothing uses, and then those that only it used. What came in their place
  /// has their origins.
  void eraseDead(Operation *op) {
    llvm::SetVector<Operation *> sources;
    for (Value operand : op->getOperands())
      if (Operation *source = operand.getDefiningOp()) sources.insert(source);
    op->erase();
    for (Operation *source : sources)
      if (isOpTriviallyDead(source)) eraseDead(source);
  }
};

}  // namespace
}  // namespace emel
