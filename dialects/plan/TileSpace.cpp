#include "dialects/plan/TileSpace.h"

using namespace mlir;
using namespace emel;
using namespace emel::plan;

TileSpace::TileSpace(LaunchOp launch, TypeRange types) {
  for (auto [i, type] : llvm::enumerate(types)) {
    Part part;
    part.each = Tiles(launch.getTile(i), type).count();
    auto own = dyn_cast<RankedTensorType>(launch.getResult(i).getType());
    ArrayRef<int64_t> dims = launch.getTile(i).getDims();
    if (own && !own.hasStaticShape() && !dims.empty() && dims.front() == 0) {
      auto names = launch.getExtents();
      bool isRows = names && cast<StringAttr>((*names)[i]).getValue() == "m";
      part.grows = isRows ? Grows::WithRows : Grows::WithTokens;
      int64_t whole = cast<RankedTensorType>(type).getDimSize(0);
      // Tiles as large as the bound and larger ones are the same.
      part.size = std::min(launch.getTile(i).getSizes().front(), std::max<int64_t>(whole, 1));
      int64_t along = llvm::divideCeil(whole, part.size);
      part.each = along == 0 ? 0 : part.each / along;
    }
    parts_.push_back(part);
  }
}

int64_t TileSpace::Part::count(Extents extents) const {
  if (grows == Grows::Never) return each;
  return llvm::divideCeil(grows == Grows::WithRows ? extents.rows : extents.tokens, size) * each;
}

int64_t TileSpace::count(Extents extents) const {
  int64_t count = 0;
  for (const Part &part : parts_) count += part.count(extents);
  return count;
}

bool TileSpace::has(TileId tile, Extents extents) const {
  return tile.index < parts_[tile.result].count(extents);
}

int64_t TileSpace::number(TileId tile, Extents extents) const {
  int64_t number = tile.index;
  for (unsigned i = 0; i < tile.result; ++i) number += parts_[i].count(extents);
  return number;
}

void TileSpace::addSteps(Extents bounds, std::vector<int64_t> &tokens,
                         std::vector<int64_t> &rows) const {
  for (const Part &part : parts_) {
    if (part.grows == Grows::Never) continue;
    bool isRows = part.grows == Grows::WithRows;
    for (int64_t at = 1; at <= (isRows ? bounds.rows : bounds.tokens); at += part.size)
      (isRows ? rows : tokens).push_back(at);
  }
}

/// Whether the fractions t/T of the tiles differ: just then some number of workers W has different
/// floor(t W / T).
static bool differ(const TileSpace &a, TileId tileA, const TileSpace &b, TileId tileB, Extents at) {
  return a.number(tileA, at) * b.count(at) != b.number(tileB, at) * a.count(at);
}

static void sortUnique(std::vector<int64_t> &sizes) {
  llvm::sort(sizes);
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
}

std::optional<Extents> plan::findApart(const Schedule &a, TileId tileA, const Schedule &b,
                                       TileId tileB, Extents bounds) {
  bool areOwners = a.kind == LaunchKind::Owner && b.kind == LaunchKind::Owner;
  if (!areOwners || differ(a.tiles, tileA, b.tiles, tileB, bounds)) return bounds;
  if (a.tiles == b.tiles && tileA == tileB) return std::nullopt;

  // Counts are constant between these sizes. A step has a token, but maybe no row of logits.
  std::vector<int64_t> tokens = {1}, rows = {0};
  a.tiles.addSteps(bounds, tokens, rows);
  b.tiles.addSteps(bounds, tokens, rows);
  sortUnique(tokens);
  sortUnique(rows);
  constexpr size_t kMaxSizes = 4096;
  if (tokens.size() * rows.size() > kMaxSizes) return bounds;
  for (int64_t token : tokens)
    for (int64_t row : rows) {
      Extents at{token, row};
      if (a.tiles.has(tileA, at) && b.tiles.has(tileB, at) &&
          differ(a.tiles, tileA, b.tiles, tileB, at))
        return at;
    }
  return std::nullopt;
}

Witness plan::findWitness(const Schedule &a, TileId tileA, const Schedule &b, TileId tileB,
                          Extents at) {
  Witness witness;
  if (a.kind != LaunchKind::Owner || b.kind != LaunchKind::Owner) return witness;
  int64_t numberA = a.tiles.number(tileA, at), countA = a.tiles.count(at);
  int64_t numberB = b.tiles.number(tileB, at), countB = b.tiles.count(at);
  // Fractions that differ do so by at least 1 / (countA countB).
  int64_t most = std::min<int64_t>(countA * countB, 1 << 22);
  for (int64_t workers = 2; workers <= most; ++workers) {
    witness = {workers, numberA * workers / countA, numberB * workers / countB};
    if (witness.workerA != witness.workerB) break;
  }
  return witness;
}
