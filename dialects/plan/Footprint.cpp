#include "dialects/plan/Footprint.h"

#include "dialects/emel/Inference.h"

using namespace mlir;
using namespace emel;
using namespace emel::plan;

/// Along the innermost dimension, how many elements of a tensor are stored as a unit.
static int64_t unitOf(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? blockElements(tensor.getElementType()) : 1;
}

static void addPart(Touch &touch, TileId tile, Box box) {
  if (int64_t unit = unitOf(touch.type); unit > 1 && !box.empty()) {
    emel::Range &inner = box.back();
    inner = {inner.begin / unit * unit,
             static_cast<int64_t>(llvm::divideCeil(inner.end, unit)) * unit};
  }
  if (llvm::none_of(box, [](emel::Range range) { return range.isEmpty(); }))
    touch.parts.push_back({tile, std::move(box)});
}

Footprint::Footprint(LaunchOp launch, KernelAccess access, TypeRange results)
    : access_(std::move(access)), schedule_{launch.getKind(), TileSpace(launch, results)} {
  for (auto [i, type] : llvm::enumerate(results)) tiles_.emplace_back(launch.getTile(i), type);
  read_.resize(launch.getNumOperands());
  written_.resize(results.size());
}

FailureOr<std::unique_ptr<Footprint>> Footprint::create(LaunchOp launch, KernelOp kernel,
                                                        TypeRange arguments) {
  FailureOr<KernelAccess> access = KernelAccess::create(kernel, arguments);
  if (failed(access)) return failure();
  constexpr uint64_t kMostTiles = 1 << 16;
  uint64_t tiles = 0;
  SmallVector<Type> results;
  for (unsigned i = 0; i < launch.getNumResults(); ++i) {
    results.push_back(access->resultType(i));
    tiles = llvm::SaturatingAdd<uint64_t>(tiles, Tiles(launch.getTile(i), results.back()).count());
  }
  if (tiles > kMostTiles)
    return launch.emitOpError("(P1) expected at most ") << kMostTiles << " tiles, found " << tiles;
  return std::unique_ptr<Footprint>(new Footprint(launch, std::move(*access), results));
}

const Touch &Footprint::written(unsigned result) {
  Touch &touch = written_[result];
  if (touch.type) return touch;
  touch.type = access_.resultType(result);
  for (int64_t t = 0; t < tiles_[result].count(); ++t)
    addPart(touch, {result, t}, tiles_[result].part(t));
  return touch;
}

const Touch &Footprint::read(unsigned operand) {
  if (read_[operand].type) return read_[operand];
  for (auto [i, touch] : llvm::enumerate(read_)) touch.type = access_.argumentType(i);
  for (auto [result, tiles] : llvm::enumerate(tiles_))
    for (int64_t t = 0; t < tiles.count(); ++t) {
      auto reads = access_.reads(result, tiles.part(t));
      for (auto [i, touch] : llvm::enumerate(read_))
        if (reads[i]) addPart(touch, {static_cast<unsigned>(result), t}, *reads[i]);
    }
  return read_[operand];
}

FailureOr<Footprint *> Footprints::get(LaunchOp launch, KernelOp kernel, const TypeMap &types) {
  // Weights have the types that the kernel gives its last arguments.
  SmallVector<Type> arguments(kernel.getArgumentTypes());
  for (auto [i, input] : llvm::enumerate(launch.getInputs())) arguments[i] = typeIn(types, input);
  std::vector<const void *> key = {
      kernel.getOperation(), launch.getTilesAttr().getAsOpaquePointer(),
      launch.getExtentsAttr().getAsOpaquePointer(), launch.getKindAttr().getAsOpaquePointer()};
  for (Type type : arguments) key.push_back(type.getAsOpaquePointer());
  std::unique_ptr<Footprint> &footprint = footprints_[key];
  if (!footprint) {
    auto made = Footprint::create(launch, kernel, arguments);
    if (failed(made)) return failure();
    footprint = std::move(*made);
  }
  return footprint.get();
}
