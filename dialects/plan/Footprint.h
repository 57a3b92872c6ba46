#ifndef EMEL_DIALECTS_PLAN_FOOTPRINT_H_
#define EMEL_DIALECTS_PLAN_FOOTPRINT_H_

#include <map>
#include <memory>

#include "dialects/plan/TileSpace.h"

/// What the tiles of launches touch, and where tiles meet.
namespace emel::plan {

struct TilePart {
  TileId tile;
  Box box;
};

/// The parts of one value that the tiles of a launch read, or write. Where storage has a unit of
/// several elements, parts are whole units.
struct Touch {
  mlir::Type type;
  std::vector<TilePart> parts;
};

/// What a launch touches where the step is largest. At every smaller size a tile that there is
/// touches no more than here.
class Footprint {
 public:
  static mlir::FailureOr<std::unique_ptr<Footprint>> create(LaunchOp launch, KernelOp kernel,
                                                            mlir::TypeRange arguments);

  const Schedule &schedule() const { return schedule_; }
  const KernelAccess &access() const { return access_; }
  const Touch &written(unsigned result);
  const Touch &read(unsigned operand);

 private:
  Footprint(LaunchOp launch, KernelAccess access, mlir::TypeRange results);

  KernelAccess access_;
  Schedule schedule_;
  std::vector<Tiles> tiles_;
  std::vector<Touch> written_, read_;
};

/// One footprint for all launches of the same kernel on the same types in the same tiles.
class Footprints {
 public:
  /// That of a launch whose operands have the types that `types` has for them. Fails, with an
  /// error, where the kernel cannot compute with such arguments, or has too many tiles then.
  mlir::FailureOr<Footprint *> get(LaunchOp launch, KernelOp kernel, const TypeMap &types);

 private:
  std::map<std::vector<const void *>, std::unique_ptr<Footprint>> footprints_;
};

/// A part of a value as bytes from its first one, or as heads of a state.
Range storageOf(mlir::Type type, const Box &box);

/// Finds tiles that meet: parts of `a` and `b` that share storage, where `b` begins `delta` bytes
/// after `a`, and that `matters`. Pairs it cannot tell apart within reasonable time do meet.
std::optional<std::pair<TilePart, TilePart>> findMeeting(
    const Touch &a, const Touch &b, int64_t delta,
    llvm::function_ref<bool(TileId, TileId)> matters);

/// Finds tiles of two launches that meet while different workers may run them, in a step of some
/// size up to `bounds`: these must not touch the same storage in one epoch, unless both only read.
std::optional<std::pair<TilePart, TilePart>> findRace(const Schedule &scheduleA, const Touch &a,
                                                      const Schedule &scheduleB, const Touch &b,
                                                      int64_t delta, Extents bounds);

}  // namespace emel::plan

#endif  // EMEL_DIALECTS_PLAN_FOOTPRINT_H_
