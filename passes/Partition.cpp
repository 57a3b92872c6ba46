#include "dialects/plan/Device.h"
#include "dialects/plan/EntryShapes.h"
#include "passes/Grouping.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_PARTITION
#include "passes/Passes.h.inc"

namespace {

using plan::EntryOp;
using plan::KernelAccess;
using plan::LaunchKind;
using plan::LaunchOp;
using plan::TileAttr;

/// How many indices of a dimension a tile has at least, so that tiles do no work twice and packed
/// rows stay whole.
struct Cut {
  int64_t dim, extent, unit;
};

bool isAboutEqual(double a, double b) { return std::abs(a - b) <= 0.001 * std::max(a, b); }

/// A range of one dimension, all of the others.
Box slab(const Box &whole, int64_t dim, Range range) {
  Box part = whole;
  part[dim] = range;
  return part;
}

int64_t countElements(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? tensor.getNumElements() : 0;
}

class Partition : public impl::PartitionBase<Partition> {
 public:
  using PartitionBase::PartitionBase;

  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    record_ = &record;
    if (failed(readDevice())) return signalPassFailure();
    for (EntryOp entry : getOperation().getOps<EntryOp>()) {
      auto shapes = plan::EntryShapes::create(entry, plan::Extents::of(entry));
      if (failed(shapes)) return signalPassFailure();
      for (LaunchOp launch : entry.getBody().front().getOps<LaunchOp>())
        partition(entry, launch, shapes->accessOf(launch));
    }
  }

 private:
  /// What the device wants, or whoever runs the pass.
  LogicalResult readDevice() {
    if (tileColumns < 0 || tileRows < 0 || redundant < -1 || dynamicFrom < -1)
      return getOperation().emitError(
                 "expected 'columns' and 'rows' of at least 0, and 'redundant' and 'dynamic-from' "
                 "of at least -1, found ")
             << static_cast<int64_t>(tileColumns) << ", " << static_cast<int64_t>(tileRows) << ", "
             << static_cast<int64_t>(redundant) << " and " << static_cast<int64_t>(dynamicFrom);
    FailureOr<const plan::Device *> device = plan::deviceOf(getOperation());
    if (failed(device)) return failure();
    device_ = *device;
    rules_ = device_->launches;
    tiles_ = device_->tiles;
    if (tileColumns > 0) tiles_.columns = tileColumns;
    if (tileRows > 0) tiles_.rows = tileRows;
    if (redundant >= 0) rules_.eachElements = redundant;
    if (dynamicFrom >= 0) rules_.dynamicTokens = dynamicFrom;
    return success();
  }

  void partition(EntryOp entry, LaunchOp launch, const KernelAccess &access) {
    bool heavy = isHeavy(launch.getKernelOp());
    tilesWanted_ = device_->tilesWanted(activationForm(launch.getKernelOp()));
    SmallVector<Attribute> tiles;
    int64_t count = 0;
    for (unsigned i = 0; i < launch.getNumResults(); ++i) {
      TileAttr tile = chooseTile(launch, access, i, heavy);
      count += plan::Tiles(tile, access.resultType(i)).count();
      tiles.push_back(tile);
    }
    LaunchKind kind = chooseKind(entry, launch, access, heavy, count);
    if (kind == LaunchKind::Each)
      for (Attribute &tile : tiles) tile = TileAttr::get(&getContext(), {}, {});
    launch.setKind(kind);
    launch.setTilesAttr(ArrayAttr::get(&getContext(), tiles));
    record_->count("tiles", kind == LaunchKind::Each ? 1 : count);
  }

  /// Small work that all workers can do for themselves saves a barrier; many tokens make tiles that
  /// take unequal time.
  LaunchKind chooseKind(EntryOp entry, LaunchOp launch, const KernelAccess &access, bool heavy,
                        int64_t count) {
    bool takesTurns = entry.getMaxTokens() > rules_.dynamicTokens && count > 1;
    LaunchKind divided =
        rules_.mayOwn && !(heavy && takesTurns) ? LaunchKind::Owner : LaunchKind::Dynamic;
    if (heavy) return divided;
    int64_t elements = 0, rows = 0;
    for (auto [i, type] : llvm::enumerate(launch.getResultTypes())) {
      if (plan::leavesEntry(launch.getResult(i)) || isa<KvType>(type)) return divided;
      auto result = cast<RankedTensorType>(access.resultType(i));
      elements += result.getNumElements();
      if (result.getRank() > 0) rows = std::max(rows, result.getDimSize(0));
    }
    bool isSmall = elements <= rules_.eachElements && (!rules_.eachRows || rows <= rules_.eachRows);
    return isSmall ? LaunchKind::Each : divided;
  }

  /// The smallest unit along a dimension that divides the work without doing any of it twice; none
  /// where there is no such one below all of it.
  std::optional<Cut> findCut(const KernelAccess &access, unsigned result, int64_t dim, bool reads) {
    Box whole = plan::wholeOf(access.resultType(result));
    int64_t extent = whole[dim].end;
    if (extent > 1 && access.dividesWhole(result, slab(whole, dim, {0, 1}))) return std::nullopt;
    double all = access.countFlops(result, whole, kContext);
    for (int64_t unit = 1; unit < extent; ++unit) {
      if (extent % unit != 0 && unit % tiles_.panel != 0) continue;
      if (extent % unit == 0) {
        // Of what the extent stands for, the last unit may have less than the others.
        auto flopsOf = [&](int64_t begin) {
          return access.countFlops(result, slab(whole, dim, {begin, begin + unit}), kContext);
        };
        if (!isAboutEqual(flopsOf(0) * (extent / unit - 1) + flopsOf(extent - unit), all)) continue;
      }
      if (extent % unit != 0 && !isDividedBy(access, result, dim, unit, all)) continue;
      if (reads && !keepsPanels(access, result, dim, unit)) continue;
      return Cut{dim, extent, unit};
    }
    return std::nullopt;
  }

  bool isDividedBy(const KernelAccess &access, unsigned result, int64_t dim, int64_t unit,
                   double all) {
    Box whole = plan::wholeOf(access.resultType(result));
    double sum = 0;
    for (int64_t begin = 0; begin < whole[dim].end; begin += unit)
      sum += access.countFlops(
          result, slab(whole, dim, {begin, std::min(begin + unit, whole[dim].end)}), kContext);
    return isAboutEqual(sum, all);
  }

  /// Whether tiles of the unit read whole panels of every weight that they divide.
  bool keepsPanels(const KernelAccess &access, unsigned result, int64_t dim, int64_t unit) {
    Box whole = plan::wholeOf(access.resultType(result));
    auto reads = access.reads(result, slab(whole, dim, {0, unit}));
    for (auto [i, read] : llvm::enumerate(reads)) {
      auto type = dyn_cast<RankedTensorType>(access.argumentType(i));
      if (!read || !type || type.getRank() < 2) continue;
      Box all = plan::wholeOf(type);
      Range rows = (*read)[type.getRank() - 2];
      bool isWeight = isa<BlockType>(type.getElementType()) || type.getEncoding();
      if (isWeight && rows != all[type.getRank() - 2] && rows.end % tiles_.panel != 0) return false;
    }
    return true;
  }

  /// How many neighbouring units should stay together since they read the same cells of a state: a
  /// few, and only where that leaves tiles enough.
  int64_t cellSharers(const Cut &cut, const KernelAccess &access, unsigned result) {
    Box whole = plan::wholeOf(access.resultType(result));
    bool isCutByRows = cut.dim > 0 && whole[0].end > tiles_.block;
    int64_t units = cut.extent / cut.unit;
    for (auto [i, read] : llvm::enumerate(access.reads(result, whole))) {
      auto state = dyn_cast<KvType>(access.argumentType(i));
      if (!read || !state || cut.extent % (cut.unit * state.getHeads()) != 0) continue;
      for (int64_t count : {4, 3, 2})
        if (units / state.getHeads() % count == 0 &&
            (isCutByRows || units / count >= tiles_.ofCells))
          return count;
    }
    return 1;
  }

  /// Heavy work is divided by columns (rows of weights, heads) and, where that leaves few tiles, by
  /// tokens too; light work by tokens.
  TileAttr chooseTile(LaunchOp launch, const KernelAccess &access, unsigned result, bool heavy) {
    Box whole = plan::wholeOf(access.resultType(result));
    SmallVector<int64_t> dims, sizes;
    if (!heavy) {
      bool isTensor = isa<RankedTensorType>(access.resultType(result));
      std::optional<Cut> cut;
      if (isTensor && !whole.empty() && whole[0].end > 1) cut = findCut(access, result, 0, false);
      if (cut) {
        dims.push_back(0);
        sizes.push_back(llvm::alignTo(tiles_.rows, cut->unit));
      }
      return TileAttr::get(&getContext(), dims, sizes);
    }
    // Where several dimensions could be divided, the one with the most units: columns rather than
    // slots of experts.
    std::optional<Cut> columns;
    auto count = [](const Cut &cut) { return llvm::divideCeil(cut.extent, cut.unit); };
    for (int64_t dim = isa<KvType>(access.resultType(result)) ? 0 : 1;
         dim < static_cast<int64_t>(whole.size()); ++dim) {
      std::optional<Cut> cut = findCut(access, result, dim, true);
      if (cut && (!columns || count(*cut) > count(*columns))) columns = cut;
    }
    if (columns) {
      dims.push_back(columns->dim);
      columns->unit *= cellSharers(*columns, access, result);
      sizes.push_back(chooseSize(*columns, access, result));
    }
    if (auto byRows = cutRows(access, result, columns, sizes)) {
      dims.insert(dims.begin(), 0);
      sizes.insert(sizes.begin(), *byRows);
    }
    return TileAttr::get(&getContext(), dims, sizes);
  }

  /// As many units as make about `columns` columns of a weight, as long as there are tiles enough
  /// for many workers.
  int64_t chooseSize(const Cut &cut, const KernelAccess &access, unsigned result) {
    int64_t units = llvm::divideCeil(cut.extent, cut.unit);
    int64_t width = std::max<int64_t>(1, countElements(access.resultType(result)) / cut.extent);
    auto tensor = dyn_cast<RankedTensorType>(access.resultType(result));
    if (tensor && tensor.getRank() > 1) width /= std::max<int64_t>(1, tensor.getDimSize(0));
    int64_t perTile =
        std::max<int64_t>(1, tiles_.columns / (cut.unit * std::max<int64_t>(1, width)));
    int64_t balanced = std::max<int64_t>(1, units / tilesWanted_);
    return cut.unit * std::min(perTile, balanced);
  }

  std::optional<int64_t> cutRows(const KernelAccess &access, unsigned result,
                                 std::optional<Cut> columns, ArrayRef<int64_t> sizes) {
    Box whole = plan::wholeOf(access.resultType(result));
    if (isa<KvType>(access.resultType(result)) || whole.empty() || whole[0].end <= tiles_.block ||
        (columns && columns->dim == 0))
      return std::nullopt;
    int64_t count = columns ? llvm::divideCeil(columns->extent, sizes.back()) : 1;
    std::optional<Cut> cut;
    if (count < tilesWanted_) cut = findCut(access, result, 0, false);
    if (!cut) return std::nullopt;
    return llvm::alignTo(tiles_.block, cut->unit);
  }

  /// Cells that a sequence is taken to have where work is compared.
  static constexpr int64_t kContext = 256;

  const plan::Device *device_ = nullptr;
  plan::LaunchRules rules_;
  plan::TileRules tiles_;
  int64_t tilesWanted_ = 1;
  Record *record_ = nullptr;
};

}  // namespace
}  // namespace emel
