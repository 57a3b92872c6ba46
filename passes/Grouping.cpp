#include "passes/Grouping.h"

#include "dialects/emel/Provenance.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace emel;

bool emel::isCompute(Operation *op) {
  return !op->hasTrait<OpTrait::IsTerminator>() && !op->hasTrait<OpTrait::ConstantLike>() &&
         op->getNumOperands() + op->getNumRegions() > 0;
}

Operation *emel::groupOf(Operation *op) {
  auto fuse = dyn_cast<FuseOp>(op->getParentOp());
  return fuse ? fuse.getOperation() : op;
}

bool emel::isHeavy(Operation *group) {
  return group->walk([](CostOpInterface) { return WalkResult::interrupt(); }).wasInterrupted();
}

std::optional<ActivationForm> emel::activationForm(Operation *group) {
  std::optional<ActivationForm> form;
  group->walk([&](ContractionOpInterface op) {
    Type input = getElementTypeOrSelf(op->getOperand(0));
    if (isa<ActivationType>(input)) form = ActivationForm::A8;
    if (input.isBF16()) form = ActivationForm::BF16;
    return form ? WalkResult::interrupt() : WalkResult::advance();
  });
  return form;
}

bool emel::isInGroup(Value value, Operation *group) {
  Operation *op = value.getDefiningOp();
  return op && groupOf(op) == group;
}

bool emel::isWeight(Value value) {
  Operation *op = value.getDefiningOp();
  return op && !isCompute(op);
}

std::string emel::nameFor(ArrayRef<Operation *> ops) {
  llvm::SetVector<StringRef> heavy, all;
  for (Operation *op : ops)
    for (StringAttr origin : getOrigin(op->getLoc()).ops) {
      StringRef name = origin.getValue();
      if (name.consume_front("blk.")) name = name.substr(name.find('.') + 1);
      all.insert(name);
      if (isa<CostOpInterface>(op)) heavy.insert(name);
    }
  ArrayRef<StringRef> names = heavy.empty() ? all.getArrayRef() : heavy.getArrayRef();
  return names.empty() ? "group" : llvm::join(names.take_front(4), "_");
}

//===----------------------------------------------------------------------===//
// Merging
//===----------------------------------------------------------------------===//

/// Top-level users of what an op of the block computes.
static SmallVector<Operation *> usersInBlock(Operation *op) {
  SmallVector<Operation *> users;
  for (Operation *user : op->getUsers())
    users.push_back(op->getBlock()->findAncestorOpInBlock(*user));
  return users;
}

/// The ops outside of the set that use what it computes, directly or not, and come before its last
/// op; in order. None where one of them is needed by the set.
static std::optional<SmallVector<Operation *>> findFollowers(
    const llvm::SetVector<Operation *> &set, Operation *last) {
  llvm::SetVector<Operation *> reached;
  SmallVector<Operation *> work(set.begin(), set.end());
  while (!work.empty())
    for (Operation *user : usersInBlock(work.pop_back_val())) {
      if (set.contains(user) || !user->isBeforeInBlock(last)) continue;
      if (reached.insert(user)) work.push_back(user);
    }
  for (Operation *op : reached)
    if (llvm::any_of(usersInBlock(op), [&](Operation *user) { return set.contains(user); }))
      return std::nullopt;
  SmallVector<Operation *> followers = reached.takeVector();
  llvm::sort(followers, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return followers;
}

/// The ops of the groups, in order.
static SmallVector<Operation *> flatten(ArrayRef<Operation *> groups) {
  SmallVector<Operation *> ops;
  for (Operation *group : groups) {
    auto fuse = dyn_cast<FuseOp>(group);
    if (!fuse)
      ops.push_back(group);
    else
      for (Operation &op : fuse.getBody().front().without_terminator()) ops.push_back(&op);
  }
  return ops;
}

/// Whether ops that move behind `last` would carry the use of a state past the op that replaces it;
/// those of `along` keep their order to them.
static bool overtakesState(ArrayRef<Operation *> moved, ArrayRef<Operation *> along,
                           Operation *last) {
  auto isOvertaken = [&](Operation *mover, OpOperand &use) {
    Operation *user = mover->getBlock()->findAncestorOpInBlock(*use.getOwner());
    auto op = dyn_cast<StateOpInterface>(use.getOwner());
    return op && op.consumesState(use) && !llvm::is_contained(along, user) &&
           mover->isBeforeInBlock(user) && !last->isBeforeInBlock(user);
  };
  auto overtakes = [&](Operation *mover, Value value) {
    return isa<KvType>(value.getType()) &&
           llvm::any_of(value.getUses(), [&](OpOperand &use) { return isOvertaken(mover, use); });
  };
  return llvm::any_of(moved, [&](Operation *mover) {
    auto visit = [&](Operation *op) {
      bool hit = llvm::any_of(op->getOperands(), [&](Value v) { return overtakes(mover, v); });
      return hit ? WalkResult::interrupt() : WalkResult::advance();
    };
    return mover->walk(visit).wasInterrupted();
  });
}

/// What ops outside of the set use: results of its groups, in their order, and what these stand for
/// within the groups. Users inside get the latter.
static std::pair<SmallVector<Value>, SmallVector<Value>> openGroups(
    const llvm::SetVector<Operation *> &set, ArrayRef<Operation *> ordered) {
  std::pair<SmallVector<Value>, SmallVector<Value>> values;
  for (Operation *group : ordered) {
    auto isInside = [&](OpOperand &use) {
      return set.contains(group->getBlock()->findAncestorOpInBlock(*use.getOwner()));
    };
    auto fuse = dyn_cast<FuseOp>(group);
    for (OpResult result : group->getResults()) {
      Value value = fuse ? fuse.getYielded()[result.getResultNumber()] : Value(result);
      if (fuse) result.replaceUsesWithIf(value, isInside);
      if (llvm::all_of(result.getUses(), isInside)) continue;
      values.first.push_back(result);
      values.second.push_back(value);
    }
  }
  return values;
}

FuseOp emel::mergeGroups(ArrayRef<Operation *> groups, StringRef name, StringRef pass) {
  llvm::SetVector<Operation *> set(groups.begin(), groups.end());
  SmallVector<Operation *> ordered(set.begin(), set.end());
  llvm::sort(ordered, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  Operation *last = ordered.back();
  auto followers = findFollowers(set, last);
  auto refuse = [&](const char *reason) {
    missed(pass, last, [&] { return reason; });
    return FuseOp();
  };
  if (!followers) return refuse("another op would have to run both before and after the group");
  SmallVector<Operation *> along(ordered);
  llvm::append_range(along, *followers);
  if (overtakesState(ordered, along, last) || overtakesState(*followers, *followers, last))
    return refuse("a state would be read after the op that replaces it");

  SmallVector<Operation *> ops = flatten(ordered);
  auto [outer, inner] = openGroups(set, ordered);
  OpBuilder builder(last);
  SmallVector<Location> locations;
  for (Operation *op : ops) locations.push_back(op->getLoc());
  auto fused =
      builder.create<FuseOp>(builder.getFusedLoc(locations), TypeRange(ValueRange(inner)), name);
  Block *body = builder.createBlock(&fused.getBody());
  for (auto [i, value] : llvm::enumerate(outer))
    value.replaceUsesWithIf(fused.getResult(i), [&](OpOperand &use) {
      return !set.contains(body->getParentOp()->getBlock()->findAncestorOpInBlock(*use.getOwner()));
    });
  for (Operation *op : ops) op->moveBefore(body, body->end());
  builder.setInsertionPointToEnd(body);
  builder.create<YieldOp>(fused.getLoc(), inner);
  Operation *after = fused;
  for (Operation *follower : *followers) {
    follower->moveAfter(after);
    after = follower;
  }
  for (Operation *group : ordered)
    if (isa<FuseOp>(group)) group->erase();
  return fused;
}

//===----------------------------------------------------------------------===//
// Dimensions
//===----------------------------------------------------------------------===//

static int64_t countDims(Value value) {
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  return tensor ? tensor.getRank() : 1;
}

/// The dimension of a heavy op's result that picks rows of a weight, or heads of a state.
static std::optional<int64_t> columnsOfHeavy(OpResult result) {
  auto tileOp = dyn_cast<TileOpInterface>(result.getOwner());
  if (!tileOp) return std::nullopt;
  for (OpOperand &operand : result.getOwner()->getOpOperands()) {
    bool isLarge = isWeight(operand.get()) && countDims(operand.get()) > 1;
    if (!isLarge && !isa<KvType>(operand.get().getType())) continue;
    for (int64_t dim = countDims(result) - 1; dim >= 0; --dim)
      if (tileOp.mapTile(result.getResultNumber(), dim, operand.getOperandNumber())) return dim;
  }
  return std::nullopt;
}

/// The value that a group's result stands for.
static Value throughGroup(Value value) {
  auto fuse = value.getDefiningOp<FuseOp>();
  return fuse ? fuse.getYielded()[cast<OpResult>(value).getResultNumber()] : value;
}

std::optional<int64_t> emel::columnsOf(Value value) {
  auto result = dyn_cast<OpResult>(throughGroup(value));
  if (!result) return std::nullopt;
  Operation *op = result.getOwner();
  if (isa<CostOpInterface>(op)) return columnsOfHeavy(result);
  auto tileOp = dyn_cast<TileOpInterface>(op);
  if (!tileOp) return std::nullopt;
  for (OpOperand &operand : op->getOpOperands()) {
    Operation *producer = operand.get().getDefiningOp();
    if (!producer || groupOf(producer) != groupOf(op)) continue;
    std::optional<int64_t> columns = columnsOf(operand.get());
    for (int64_t dim = 0; columns && dim < countDims(result); ++dim) {
      auto map = tileOp.mapTile(result.getResultNumber(), dim, operand.getOperandNumber());
      if (map && map->dim == *columns) return dim;
    }
  }
  return std::nullopt;
}

/// Whether a range of dimension `dim` of the op's result needs, of every value inside, such a range
/// of its columns.
static bool followsAlong(TileOpInterface op, int64_t dim, function_ref<bool(Value)> inside) {
  return llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
    if (!inside(operand.get())) return true;
    std::optional<int64_t> columns = columnsOf(operand.get());
    auto map = op.mapTile(0, dim, operand.getOperandNumber());
    return columns && map && map->dim == *columns;
  });
}

bool emel::followsColumns(Operation *op, function_ref<bool(Value)> inside) {
  auto tileOp = dyn_cast<TileOpInterface>(op);
  if (!tileOp || op->getNumResults() != 1 || isHeavy(op)) return false;
  for (int64_t dim = 0; dim < countDims(op->getResult(0)); ++dim)
    if (followsAlong(tileOp, dim, inside)) return true;
  return false;
}

bool emel::isRowWise(Operation *op) {
  if (auto fuse = dyn_cast<FuseOp>(op))
    return llvm::all_of(fuse.getBody().front().without_terminator(),
                        [](Operation &nested) { return isRowWise(&nested); });
  auto tileOp = dyn_cast<TileOpInterface>(op);
  if (!tileOp || op->getNumResults() != 1 || isHeavy(op) ||
      !isa<RankedTensorType>(op->getResult(0).getType()) || countDims(op->getResult(0)) == 0)
    return false;
  return llvm::any_of(op->getOpOperands(), [&](OpOperand &operand) {
    auto map = tileOp.mapTile(0, 0, operand.getOperandNumber());
    return !isWeight(operand.get()) && map && map->isIdentity(0);
  });
}

bool emel::needsOnlyRowsOf(Operation *op, function_ref<bool(Value)> inside) {
  auto tileOp = dyn_cast<TileOpInterface>(op);
  return tileOp && llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
           if (!inside(operand.get())) return true;
           auto map = tileOp.mapTile(0, 0, operand.getOperandNumber());
           return map && map->isIdentity(0);
         });
}

//===----------------------------------------------------------------------===//
// Growing groups
//===----------------------------------------------------------------------===//

namespace {

/// One pass over the groups of a module.
struct Growth {
  StringRef pass;
  Joining joining;
  Refuses refuses;

  /// Whether a user of a group's value may join it; says why not.
  bool mayJoin(Operation *group, Operation *user) const {
    if (user->getBlock() != group->getBlock() || !isCompute(user)) return false;
    Refusal refusal = refuses(group, user);
    if (refusal && !refusal->empty())
      missed(pass, user, [&] { return refusal->str() + " (the group of " + nameOf(group) + ")"; });
    return !refusal;
  }

  static std::string nameOf(Operation *group) { return nameFor(flatten({group})); }

  /// Outside users of a value that may join its group: all of them or, where values may have other
  /// users too, some.
  SmallVector<Operation *> findJoiners(Operation *group, Value value) const {
    llvm::SetVector<Operation *> users, joiners;
    for (Operation *user : value.getUsers()) users.insert(groupOf(user));
    for (Operation *user : users)
      if (mayJoin(group, user)) joiners.insert(user);
    bool enough = joining == Joining::SomeUsers || joiners.size() == users.size();
    if (enough) return joiners.takeVector();
    for (Operation *joiner : joiners)
      missed(pass, joiner, [&] {
        return "another user of the same value cannot join (the group of " + nameOf(group) + ")";
      });
    return {};
  }

  /// Lets users of one group join it, once; null where none can.
  FuseOp growOnce(Operation *group) const {
    for (Value value : group->getResults()) {
      SmallVector<Operation *> members = findJoiners(group, value);
      if (members.empty()) continue;
      members.push_back(group);
      if (FuseOp fused = mergeGroups(members, nameFor(flatten(members)), pass)) {
        passed(pass, fused, [] { return "ops joined a group"; });
        return fused;
      }
    }
    return {};
  }

  int64_t grow(func::FuncOp function) const {
    int64_t grown = 0, before = -1;
    while (grown != before) {
      before = grown;
      for (Operation *op = &function.front().front(); op; op = op->getNextNode())
        while (isCompute(op)) {
          FuseOp fused = growOnce(op);
          if (!fused) break;
          op = fused;
          ++grown;
        }
    }
    return grown;
  }
};

}  // namespace

int64_t emel::growGroups(ModuleOp module, StringRef pass, Joining joining, Refuses refuses) {
  int64_t grown = 0;
  for (auto function : module.getOps<func::FuncOp>())
    if (!function.isExternal()) grown += Growth{pass, joining, refuses}.grow(function);
  return grown;
}
