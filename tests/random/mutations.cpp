#include "tests/random/mutations.h"

#include "codegen/cpu/emit/Emit.h"
#include "dialects/plan/Plan.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "runtime/include/emel/step.h"

using namespace mlir;

namespace emel::random {
namespace {

using cpu::Emit;

// One of the ops of a kind that a condition fits; null where there is none.
template <typename OpType>
OpType pickOp(ModuleOp module, Random& random, llvm::function_ref<bool(OpType)> fits = nullptr) {
  SmallVector<OpType> found;
  module.walk([&](OpType op) {
    if (!fits || fits(op)) found.push_back(op);
  });
  return found.empty() ? OpType() : found[random.below(found.size())];
}

Value constantLike(OpBuilder& b, Location loc, Value old, int64_t value) {
  TypedAttr number = b.getIntegerAttr(getElementTypeOrSelf(old.getType()), value);
  if (auto vector = dyn_cast<VectorType>(old.getType()))
    number = DenseElementsAttr::get(vector, number);
  return b.create<arith::ConstantOp>(loc, number);
}

// `operand` of an op, with a number added.
void addTo(Operation* op, unsigned operand, int64_t number) {
  OpBuilder b(op);
  Value old = op->getOperand(operand);
  Value by = constantLike(b, op->getLoc(), old, number);
  op->setOperand(operand, b.create<arith::AddIOp>(op->getLoc(), old, by));
}

bool isKernel(Operation* op) {
  auto function = op->getParentOfType<LLVM::LLVMFuncOp>();
  return function && function.getLinkage() == LLVM::Linkage::Internal;
}

//===----------------------------------------------------------------------===//
// Plans
//===----------------------------------------------------------------------===//

bool loseBarrier(ModuleOp module, Random& random) {
  auto barrier = pickOp<plan::BarrierOp>(module, random);
  if (barrier) barrier.erase();
  return barrier != nullptr;
}

struct Result {
  plan::LaunchOp launch;
  unsigned index;
};

// Puts a value over another one that is still needed: the one that an op reads last.
bool aliasWrongly(ModuleOp module, Random& random) {
  SmallVector<Result> results;
  module.walk([&](plan::LaunchOp launch) {
    for (unsigned i = 0; i < launch.getNumResults(); ++i)
      if (launch.getPlace(i)) results.push_back({launch, i});
  });
  if (results.size() < 2) return false;
  Result moved = results[random.below(results.size())];
  for (Result other : results) {
    plan::PlaceAttr own = moved.launch.getPlace(moved.index),
                    theirs = other.launch.getPlace(other.index);
    bool isBefore = other.launch->getBlock() == moved.launch->getBlock() &&
                    other.launch->isBeforeInBlock(moved.launch);
    if (!isBefore || own.getArena() != theirs.getArena() || own.getOffset() == theirs.getOffset())
      continue;
    SmallVector<Attribute> places(moved.launch.getPlaces()->getValue());
    places[moved.index] = plan::PlaceAttr::get(module.getContext(), own.getArena(),
                                               theirs.getOffset(), own.getBytes());
    moved.launch.setPlacesAttr(ArrayAttr::get(module.getContext(), places));
    return true;
  }
  return false;
}

bool takeOtherWeight(ModuleOp module, Random& random) {
  auto launch = pickOp<plan::LaunchOp>(module, random, [&](plan::LaunchOp launch) {
    auto weights = launch.getWeights();
    auto types = launch.getKernelOp().getArgumentTypes().drop_front(launch.getInputs().size());
    return weights && weights->size() > 1 && (*weights)[0] != (*weights)[1] && types[0] == types[1];
  });
  if (!launch) return false;
  SmallVector<Attribute> weights(launch.getWeights()->getValue());
  std::swap(weights[0], weights[1]);
  launch.setWeightsAttr(ArrayAttr::get(module.getContext(), weights));
  return true;
}

bool sliceNextTo(ModuleOp module, Random& random) {
  auto slice = pickOp<SliceOp>(module, random, [](SliceOp op) {
    auto type = cast<RankedTensorType>(op.getInput().getType());
    return op.getOffset() + op.getSize() <
           static_cast<uint64_t>(type.getDimSize(static_cast<int64_t>(op.getDim())));
  });
  if (slice) slice.setOffset(slice.getOffset() + 1);
  return slice != nullptr;
}

bool forgetWindow(ModuleOp module, Random& random) {
  auto attention =
      pickOp<AttentionOp>(module, random, [](AttentionOp op) { return op.getWindow() > 0; });
  if (attention) attention.setWindow(attention.getWindow() + 1);
  return attention != nullptr;
}

//===----------------------------------------------------------------------===//
// Loops, tiles and memory
//===----------------------------------------------------------------------===//

// Of what is left of a row the last element is not stored.
bool shortenTail(ModuleOp module, Random& random) {
  auto store = pickOp<LLVM::MaskedStoreOp>(module, random);
  if (!store) return false;
  auto compare = store.getMask().getDefiningOp<arith::CmpIOp>();
  if (!compare) return false;
  addTo(compare, 1, -1);
  return true;
}

bool endLoopEarly(ModuleOp module, Random& random, bool inKernel) {
  auto loop = pickOp<scf::ForOp>(module, random, [&](scf::ForOp op) {
    return isKernel(op) == inKernel && Emit::constant(op.getStep()) == 1;
  });
  if (loop) addTo(loop, 1, -1);
  return loop != nullptr;
}

// Every worker leaves out the last of its tiles.
bool loseTile(ModuleOp module, Random& random) { return endLoopEarly(module, random, false); }
bool dropRow(ModuleOp module, Random& random) { return endLoopEarly(module, random, true); }

// Workers that draw tiles leave out the last one.
bool losePlace(ModuleOp module, Random& random) {
  auto loop = pickOp<scf::WhileOp>(module, random);
  if (!loop) return false;
  auto condition = cast<scf::ConditionOp>(loop.getBefore().front().getTerminator());
  auto compare = condition.getCondition().getDefiningOp<arith::CmpIOp>();
  if (!compare) return false;
  addTo(compare, 1, -1);
  return true;
}

// What a kernel keeps for itself is not written before it is read.
bool leaveScratch(ModuleOp module, Random& random) {
  auto store = pickOp<LLVM::StoreOp>(module, random, [](LLVM::StoreOp op) {
    Value at = op.getAddr();
    while (auto place = at.getDefiningOp<LLVM::GEPOp>()) at = place.getBase();
    return isKernel(op) && at.getDefiningOp<LLVM::AllocaOp>();
  });
  if (store) store.erase();
  return store != nullptr;
}

// The row after the right one.
bool addressNext(ModuleOp module, Random& random) {
  auto product = pickOp<arith::MulIOp>(module, random, [](arith::MulIOp op) {
    return isKernel(op) && op.getType().isInteger(64) && Emit::constant(op.getRhs()) &&
           llvm::any_of(op->getUsers(), [](Operation* user) { return isa<LLVM::GEPOp>(user); });
  });
  if (product) addTo(product, 0, 1);
  return product != nullptr;
}

bool takeOtherPage(ModuleOp module, Random& random) {
  auto division = pickOp<arith::DivUIOp>(module, random, [](arith::DivUIOp op) {
    return Emit::constant(op.getRhs()) == EMEL_PAGE_POSITIONS;
  });
  auto shift = division ? arith::ShRUIOp() : pickOp<arith::ShRUIOp>(module, random, [](auto op) {
    return Emit::constant(op.getRhs()) == 5;
  });
  Operation* op = division ? division.getOperation() : shift ? shift.getOperation() : nullptr;
  if (op) addTo(op, 0, 1);
  return op;
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

template <typename OpType>
bool swapOperands(ModuleOp module, Random& random) {
  auto op = pickOp<OpType>(module, random,
                           [](OpType op) { return isKernel(op) && op.getLhs() != op.getRhs(); });
  if (!op) return false;
  Value left = op.getLhs();
  op->setOperand(0, op.getRhs());
  op->setOperand(1, left);
  return true;
}

bool swapDifference(ModuleOp module, Random& random) {
  return swapOperands<arith::SubFOp>(module, random);
}
bool swapQuotient(ModuleOp module, Random& random) {
  return swapOperands<arith::DivFOp>(module, random);
}

// Lanes are folded with those beside the right ones, so that some count twice.
bool foldWrongLanes(ModuleOp module, Random& random) {
  auto shuffle = pickOp<vector::ShuffleOp>(module, random);
  if (!shuffle) return false;
  SmallVector<Attribute> mask(shuffle.getMask().getValue());
  if (mask.size() < 2) return false;
  mask[0] = mask[1];
  shuffle->setAttr("mask", ArrayAttr::get(module.getContext(), mask));
  return true;
}

template <typename From, typename To>
bool replaceOp(ModuleOp module, Random& random) {
  auto op = pickOp<From>(module, random, [](From op) { return isKernel(op); });
  if (!op) return false;
  OpBuilder b(op);
  Value made = b.create<To>(op.getLoc(), op->getOperands());
  op->getResult(0).replaceAllUsesWith(made);
  op->erase();
  return true;
}

bool truncateRounding(ModuleOp module, Random& random) {
  return replaceOp<math::RoundEvenOp, math::RoundOp>(module, random);
}
bool takeMinimum(ModuleOp module, Random& random) {
  return replaceOp<arith::MaximumFOp, arith::MinimumFOp>(module, random);
}
bool ignoreNans(ModuleOp module, Random& random) {
  return replaceOp<arith::MaximumFOp, arith::MaxNumFOp>(module, random);
}

bool splitFma(ModuleOp module, Random& random) {
  auto fma = pickOp<math::FmaOp>(module, random, [](math::FmaOp op) { return isKernel(op); });
  if (!fma) return false;
  OpBuilder b(fma);
  Value product = b.create<arith::MulFOp>(fma.getLoc(), fma.getA(), fma.getB());
  fma.getResult().replaceAllUsesWith(b.create<arith::AddFOp>(fma.getLoc(), product, fma.getC()));
  fma.erase();
  return true;
}

// A product and a sum are rounded once.
bool contractProduct(ModuleOp module, Random& random) {
  auto sum = pickOp<arith::AddFOp>(module, random, [](arith::AddFOp op) {
    return isKernel(op) && op.getLhs().getDefiningOp<arith::MulFOp>();
  });
  if (!sum) return false;
  auto product = sum.getLhs().getDefiningOp<arith::MulFOp>();
  OpBuilder b(sum);
  sum.getResult().replaceAllUsesWith(
      b.create<math::FmaOp>(sum.getLoc(), product.getLhs(), product.getRhs(), sum.getRhs()));
  sum.erase();
  return true;
}

bool allowEqual(ModuleOp module, Random& random) {
  auto compare = pickOp<arith::CmpFOp>(module, random, [](arith::CmpFOp op) {
    return isKernel(op) && op.getPredicate() == arith::CmpFPredicate::OGT;
  });
  if (compare) compare.setPredicate(arith::CmpFPredicate::OGE);
  return compare != nullptr;
}

// A number of a formula is a little off.
bool changeConstant(ModuleOp module, Random& random) {
  auto constant = pickOp<arith::ConstantOp>(module, random, [](arith::ConstantOp op) {
    auto splat = dyn_cast<DenseFPElementsAttr>(op.getValue());
    return splat && splat.isSplat() && splat.getElementType().isF32() &&
           std::isfinite(splat.getSplatValue<float>()) && splat.getSplatValue<float>() != 0;
  });
  if (!constant) return false;
  auto splat = cast<DenseFPElementsAttr>(constant.getValue());
  constant.setValueAttr(
      DenseElementsAttr::get(splat.getType(), splat.getSplatValue<float>() * 1.001f));
  return true;
}

// The scale of another group, of those that lie beside each other in a packed panel.
bool takeOtherScale(ModuleOp module, Random& random) {
  auto load = pickOp<LLVM::LoadOp>(module, random, [](LLVM::LoadOp op) {
    Type type = getElementTypeOrSelf(op.getType());
    return isKernel(op) && isa<VectorType>(op.getType()) && type.isF16();
  });
  if (!load) return false;
  OpBuilder b(load);
  Value two = b.create<arith::ConstantOp>(load.getLoc(), b.getI64IntegerAttr(-2));
  load.getAddrMutable().assign(b.create<LLVM::GEPOp>(load.getLoc(), load.getAddr().getType(),
                                                     b.getI8Type(), load.getAddr(), two));
  return true;
}

}  // namespace

const std::vector<Mutation>& mutations() {
  static const std::vector<Mutation> all = {
      {"lost-barrier", "a barrier between two launches is left out", loseBarrier},
      {"wrong-alias", "a value lies over another that is still needed", aliasWrongly},
      {"other-weight", "two weights of a launch change places", takeOtherWeight, nullptr,
       "emel.layer_norm"},
      {"next-slice", "a slice begins one index too late", sliceNextTo, nullptr, "emel.slice"},
      {"wide-window", "a window has one position more", forgetWindow, nullptr, "emel.attention"},
      {"short-tail", "the last element of a part of a vector is not stored", nullptr, shortenTail},
      {"lost-tile", "workers leave out their last tile", nullptr, loseTile},
      {"lost-draw", "workers do not draw the last tile", nullptr, losePlace},
      {"dropped-row", "a loop of a kernel ends one iteration early", nullptr, dropRow},
      {"stale-scratch", "a kernel does not write what it reads again", nullptr, leaveScratch,
       "emel.attention"},
      {"next-row", "an address is that of the next row", nullptr, addressNext},
      {"other-page", "a position is looked for one page boundary too early", nullptr, takeOtherPage,
       "emel.attention"},
      {"swapped-minus", "the operands of a difference are swapped", nullptr, swapDifference,
       "emel.sub"},
      {"swapped-quotient", "the operands of a quotient are swapped", nullptr, swapQuotient,
       "emel.div"},
      {"wrong-lane", "a fold of lanes takes one twice", nullptr, foldWrongLanes, "emel.rms_norm"},
      {"other-scale", "the scale of another row", nullptr, takeOtherScale, "emel.matmul"},
      {"half-away", "halves are rounded away from zero, not to even", nullptr, truncateRounding,
       "emel.quantize"},
      {"min-for-max", "the smaller of two numbers", nullptr, takeMinimum, "emel.unary | relu"},
      {"lost-nan", "a maximum that ignores NaNs", nullptr, ignoreNans, "emel.unary | relu"},
      {"split-fma", "a product is rounded before it is added", nullptr, splitFma, "emel.rms_norm"},
      {"contracted", "a product is not rounded before it is added", nullptr, contractProduct,
       "emel.scale"},
      {"or-equal", "a comparison is true of equal numbers too", nullptr, allowEqual,
       "emel.unary | step"},
      {"near-constant", "a number of a formula is a thousandth too large", nullptr, changeConstant,
       "emel.unary | tanh"},
  };
  return all;
}

const Mutation* findMutation(const std::string& name) {
  for (const Mutation& mutation : mutations())
    if (mutation.name == name) return &mutation;
  return nullptr;
}

}  // namespace emel::random
