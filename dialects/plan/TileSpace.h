#ifndef EMEL_DIALECTS_PLAN_TILE_SPACE_H_
#define EMEL_DIALECTS_PLAN_TILE_SPACE_H_

#include "dialects/plan/Access.h"

/// Which worker runs which tile, at every size of a step and for every number of workers.
namespace emel::plan {

/// Tile `index` of result `result` of a launch. Since an unknown dimension is the outermost one, a
/// tile has the same index at every size of a step that has it.
struct TileId {
  unsigned result = 0;
  int64_t index = 0;

  bool operator==(const TileId &) const = default;
};

/// The tiles of all results of a launch, as functions of the step's size.
class TileSpace {
 public:
  /// Of results that have the types `types` where the step is largest.
  TileSpace(LaunchOp launch, mlir::TypeRange types);

  int64_t count(Extents extents) const;
  bool has(TileId tile, Extents extents) const;
  /// The place of a tile among all of the launch.
  int64_t number(TileId tile, Extents extents) const;

  /// The sizes up to `bounds` from which on there is another number of tiles than one size before.
  void addSteps(Extents bounds, std::vector<int64_t> &tokens, std::vector<int64_t> &rows) const;

  bool operator==(const TileSpace &) const = default;

 private:
  enum class Grows { Never, WithTokens, WithRows };
  struct Part {
    Grows grows = Grows::Never;
    /// The size of a tile along the unknown dimension.
    int64_t size = 1;
    /// The tiles for each tile of the unknown dimension, or all of them.
    int64_t each = 1;

    bool operator==(const Part &) const = default;
    int64_t count(Extents extents) const;
  };

  llvm::SmallVector<Part, 2> parts_;
};

/// How the tiles of a launch find their workers.
struct Schedule {
  LaunchKind kind;
  TileSpace tiles;
};

/// A size of the step, up to `bounds`, at which two tiles of different launches may run on
/// different workers; none where the same worker runs both, whatever the size and however many
/// workers there are.
std::optional<Extents> findApart(const Schedule &a, TileId tileA, const Schedule &b, TileId tileB,
                                 Extents bounds);

/// The smallest number of workers for which two tiles fall apart, and who runs them then.
struct Witness {
  int64_t workers = 2, workerA = 0, workerB = 1;
};
Witness findWitness(const Schedule &a, TileId tileA, const Schedule &b, TileId tileB, Extents at);

}  // namespace emel::plan

#endif  // EMEL_DIALECTS_PLAN_TILE_SPACE_H_
