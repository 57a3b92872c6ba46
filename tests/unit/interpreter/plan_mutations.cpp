#include "tests/unit/interpreter/plan_mutations.h"

using namespace mlir;

namespace emel::testing {
namespace {

using plan::ArenaKind;
using plan::ArenaOp;
using plan::BarrierOp;
using plan::EntryOp;
using plan::LaunchKind;
using plan::LaunchOp;
using plan::PlaceAttr;
using plan::TileAttr;

int64_t below(Random& random, int64_t limit) {
  return limit > 0 ? static_cast<int64_t>(random() % limit) : 0;
}

template <typename List>
auto* pick(List& list, Random& random) {
  return list.empty() ? nullptr : &list[below(random, list.size())];
}

template <typename OpType>
std::vector<OpType> opsOf(EntryOp entry) {
  auto ops = entry.getBody().front().getOps<OpType>();
  return {ops.begin(), ops.end()};
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

/// A result that has a place.
struct Placed {
  LaunchOp launch;
  unsigned result;

  PlaceAttr place() { return launch.getPlace(result); }
  ArenaOp arena() {
    return SymbolTable::lookupNearestSymbolFrom<ArenaOp>(launch, place().getArena());
  }
  void set(FlatSymbolRefAttr arena, int64_t offset, int64_t bytes) {
    SmallVector<Attribute> places(launch.getPlaces()->getValue());
    places[result] = PlaceAttr::get(launch.getContext(), arena, offset, bytes);
    launch.setPlacesAttr(ArrayAttr::get(launch.getContext(), places));
  }
  void move(int64_t offset) { set(place().getArena(), offset, place().getBytes()); }
};

std::vector<Placed> placesOf(EntryOp entry) {
  std::vector<Placed> placed;
  for (LaunchOp launch : opsOf<LaunchOp>(entry))
    for (unsigned i = 0; i < launch.getNumResults(); ++i)
      if (launch.getPlace(i)) placed.push_back({launch, i});
  return placed;
}

ArenaOp arenaOf(EntryOp entry, ArenaKind kind) {
  for (ArenaOp arena : entry->getParentOfType<ModuleOp>().getOps<ArenaOp>())
    if (arena.getKind() == kind) return arena;
  return {};
}

bool shiftPlace(EntryOp entry, Random& random) {
  auto places = placesOf(entry);
  Placed* placed = pick(places, random);
  if (!placed) return false;
  int64_t units = 1 + below(random, 4), align = placed->arena().getAlign();
  int64_t offset = placed->place().getOffset() + (random() % 2 ? 1 : -1) * units * align;
  placed->move(offset);
  return true;
}

bool misalignPlace(EntryOp entry, Random& random) {
  auto places = placesOf(entry);
  Placed* placed = pick(places, random);
  if (!placed) return false;
  placed->move(placed->place().getOffset() + 4 * (1 + below(random, 8)));
  return true;
}

bool swapPlaces(EntryOp entry, Random& random) {
  auto places = placesOf(entry);
  Placed *a = pick(places, random), *b = pick(places, random);
  if (!a || a == b || a->arena() != b->arena()) return false;
  int64_t offset = a->place().getOffset();
  if (offset == b->place().getOffset()) return false;
  a->move(b->place().getOffset());
  b->move(offset);
  return true;
}

/// Puts a value where another one lies.
bool stackPlaces(EntryOp entry, Random& random) {
  auto places = placesOf(entry);
  Placed *a = pick(places, random), *b = pick(places, random);
  if (!a || a->arena() != b->arena() || a->place().getOffset() == b->place().getOffset())
    return false;
  a->move(b->place().getOffset());
  return true;
}

/// Gives a value memory of its own behind all others.
bool movePlaceToTheEnd(EntryOp entry, Random& random) {
  auto places = placesOf(entry);
  Placed* placed = pick(places, random);
  if (!placed) return false;
  ArenaOp arena = placed->arena();
  auto end = static_cast<int64_t>(llvm::alignTo(arena.getBytes(), arena.getAlign()));
  arena.setBytes(end + placed->place().getBytes() - 64 * below(random, 2));
  placed->move(end);
  return true;
}

bool growPlace(EntryOp entry, Random& random) {
  auto places = placesOf(entry);
  Placed* placed = pick(places, random);
  if (!placed) return false;
  placed->set(placed->place().getArena(), placed->place().getOffset(),
              placed->place().getBytes() + 4 * (1 + below(random, 64)));
  return true;
}

bool shrinkPlace(EntryOp entry, Random& random) {
  auto places = placesOf(entry);
  Placed* placed = pick(places, random);
  if (!placed) return false;
  placed->set(placed->place().getArena(), placed->place().getOffset(),
              std::max<int64_t>(0, placed->place().getBytes() - 4 * (1 + below(random, 64))));
  return true;
}

/// From shared memory to the caller's, or back.
bool changeArena(EntryOp entry, Random& random) {
  auto places = placesOf(entry);
  Placed* placed = pick(places, random);
  if (!placed || placed->arena().getKind() == ArenaKind::Worker) return false;
  bool isShared = placed->arena().getKind() == ArenaKind::Shared;
  ArenaOp other = arenaOf(entry, isShared ? ArenaKind::Caller : ArenaKind::Shared);
  if (!other) return false;
  auto end = static_cast<int64_t>(llvm::alignTo(other.getBytes(), other.getAlign()));
  bool isOwn = random() % 2;
  if (isOwn) other.setBytes(end + placed->place().getBytes());
  placed->set(FlatSymbolRefAttr::get(other.getSymNameAttr()), isOwn ? end : 0,
              placed->place().getBytes());
  return true;
}

ArenaOp pickArena(EntryOp entry, Random& random) {
  auto arenas = entry->getParentOfType<ModuleOp>().getOps<ArenaOp>();
  std::vector<ArenaOp> list(arenas.begin(), arenas.end());
  ArenaOp* arena = pick(list, random);
  return arena ? *arena : ArenaOp();
}

bool growArena(EntryOp entry, Random& random) {
  ArenaOp arena = pickArena(entry, random);
  if (arena) arena.setBytes(arena.getBytes() + 1 + random() % 4096);
  return arena != nullptr;
}

bool shrinkArena(EntryOp entry, Random& random) {
  ArenaOp arena = pickArena(entry, random);
  if (arena) arena.setBytes(arena.getBytes() - std::min(arena.getBytes(), 1 + random() % 256));
  return arena != nullptr;
}

//===----------------------------------------------------------------------===//
// Barriers and order
//===----------------------------------------------------------------------===//

bool dropBarrier(EntryOp entry, Random& random) {
  auto barriers = opsOf<BarrierOp>(entry);
  BarrierOp* barrier = pick(barriers, random);
  if (barrier) barrier->erase();
  return barrier;
}

bool moveBarrier(EntryOp entry, Random& random) {
  auto barriers = opsOf<BarrierOp>(entry);
  BarrierOp* barrier = pick(barriers, random);
  if (!barrier) return false;
  Operation* other = random() % 2 ? (*barrier)->getNextNode() : (*barrier)->getPrevNode();
  if (!other || other->hasTrait<OpTrait::IsTerminator>()) return false;
  if (other->isBeforeInBlock(*barrier))
    (*barrier)->moveBefore(other);
  else
    (*barrier)->moveAfter(other);
  return true;
}

bool addBarrier(EntryOp entry, Random& random) {
  auto launches = opsOf<LaunchOp>(entry);
  LaunchOp* launch = pick(launches, random);
  if (launch) OpBuilder(*launch).create<BarrierOp>(launch->getLoc());
  return launch;
}

/// Whether one op uses what the other computes, or both use a state.
bool areTied(Operation* a, Operation* b) {
  for (Value operand : a->getOperands()) {
    if (operand.getDefiningOp() == b) return true;
    if (isa<KvType>(operand.getType()) && llvm::is_contained(b->getOperands(), operand))
      return true;
  }
  return llvm::any_of(b->getOperands(),
                      [&](Value operand) { return operand.getDefiningOp() == a; });
}

/// Moves a launch up or down past some ops, as far as what it uses allows.
bool moveLaunch(EntryOp entry, Random& random) {
  auto launches = opsOf<LaunchOp>(entry);
  LaunchOp* launch = pick(launches, random);
  if (!launch) return false;
  bool isUp = random() % 2, hasMoved = false;
  for (int64_t steps = 1 + below(random, 4); steps > 0; --steps) {
    Operation* other = isUp ? (*launch)->getPrevNode() : (*launch)->getNextNode();
    if (!other || other->hasTrait<OpTrait::IsTerminator>() || areTied(*launch, other)) break;
    if (isUp)
      (*launch)->moveBefore(other);
    else
      (*launch)->moveAfter(other);
    hasMoved = true;
  }
  return hasMoved;
}

//===----------------------------------------------------------------------===//
// Tiles and kinds
//===----------------------------------------------------------------------===//

bool changeKind(EntryOp entry, Random& random) {
  auto launches = opsOf<LaunchOp>(entry);
  LaunchOp* launch = pick(launches, random);
  if (!launch || launch->getKind() == LaunchKind::Each) return false;
  launch->setKind(launch->getKind() == LaunchKind::Owner ? LaunchKind::Dynamic : LaunchKind::Owner);
  return true;
}

/// Lets workers share what each computed for itself, in shared memory behind all other values.
bool shareEach(EntryOp entry, Random& random) {
  auto launches = opsOf<LaunchOp>(entry);
  LaunchOp* launch = pick(launches, random);
  ArenaOp arena = arenaOf(entry, ArenaKind::Shared);
  if (!launch || !arena || launch->getKind() != LaunchKind::Each) return false;
  launch->setKind(LaunchKind::Owner);
  for (unsigned i = 0; i < launch->getNumResults(); ++i) {
    Placed placed{*launch, i};
    auto end = static_cast<int64_t>(llvm::alignTo(arena.getBytes(), arena.getAlign()));
    arena.setBytes(end + placed.place().getBytes());
    placed.set(FlatSymbolRefAttr::get(arena.getSymNameAttr()), end, placed.place().getBytes());
  }
  return true;
}

void setTile(LaunchOp launch, unsigned result, ArrayRef<int64_t> dims, ArrayRef<int64_t> sizes) {
  SmallVector<Attribute> tiles(launch.getTiles()->getValue());
  tiles[result] = TileAttr::get(launch.getContext(), dims, sizes);
  launch.setTilesAttr(ArrayAttr::get(launch.getContext(), tiles));
}

bool changeTileSize(EntryOp entry, Random& random) {
  auto launches = opsOf<LaunchOp>(entry);
  LaunchOp* launch = pick(launches, random);
  if (!launch || launch->getNumResults() == 0) return false;
  unsigned result = below(random, launch->getNumResults());
  TileAttr tile = launch->getTile(result);
  if (tile.getDims().empty()) return false;
  SmallVector<int64_t> sizes(tile.getSizes());
  int64_t& size = sizes[below(random, sizes.size())];
  switch (random() % 3) {
    case 0:
      size = std::max<int64_t>(1, size / 2);
      break;
    case 1:
      size *= 2;
      break;
    default:
      size += 1 + below(random, 3);
  }
  setTile(*launch, result, tile.getDims(), sizes);
  return sizes != SmallVector<int64_t>(tile.getSizes());
}

/// Divides another dimension, or none.
bool changeTileDims(EntryOp entry, Random& random) {
  auto launches = opsOf<LaunchOp>(entry);
  LaunchOp* launch = pick(launches, random);
  if (!launch || launch->getNumResults() == 0) return false;
  unsigned result = below(random, launch->getNumResults());
  auto type = dyn_cast<RankedTensorType>(launch->getResult(result).getType());
  int64_t rank = type ? type.getRank() : 1, dim = below(random, rank + 1);
  TileAttr before = launch->getTile(result);
  if (dim == rank)
    setTile(*launch, result, {}, {});
  else
    setTile(*launch, result, {dim}, {int64_t{1} << below(random, 6)});
  return launch->getTile(result) != before;
}

}  // namespace

const std::vector<PlanMutation>& planMutations() {
  static const std::vector<PlanMutation> mutations = {
      {"shift a place", shiftPlace},
      {"misalign a place", misalignPlace},
      {"swap two places", swapPlaces},
      {"stack two places", stackPlaces},
      {"move a place to the end", movePlaceToTheEnd},
      {"grow a place", growPlace},
      {"shrink a place", shrinkPlace},
      {"change the arena of a place", changeArena},
      {"grow an arena", growArena},
      {"shrink an arena", shrinkArena},
      {"drop a barrier", dropBarrier},
      {"move a barrier", moveBarrier},
      {"add a barrier", addBarrier},
      {"move a launch", moveLaunch},
      {"change owner and dynamic", changeKind},
      {"share what each computes", shareEach},
      {"change the size of tiles", changeTileSize},
      {"change the dimension of tiles", changeTileDims},
  };
  return mutations;
}

}  // namespace emel::testing
