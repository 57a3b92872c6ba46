// What the verifier of plans is built of, against counting everything one by one.

#include "dialects/RegisterDialects.h"
#include "dialects/plan/Footprint.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

using namespace mlir;
using namespace emel;
using namespace emel::plan;

namespace {

class PlanVerifierTest : public ::testing::Test {
 protected:
  PlanVerifierTest() : context_(knownDialects(), MLIRContext::Threading::DISABLED) {
    context_.loadAllAvailableDialects();
  }

  int64_t pick(int64_t from, int64_t to) {
    return std::uniform_int_distribution<int64_t>(from, to)(random_);
  }
  RankedTensorType type(StringRef text) {
    return cast<RankedTensorType>(parseType(text, &context_));
  }

  /// A launch of one or two results, each of n rows, m rows or a fixed number, in random tiles.
  LaunchOp makeLaunch(Extents bounds, SmallVectorImpl<Type>& types) {
    OpBuilder builder(&context_);
    SmallVector<Type> own;
    SmallVector<Attribute> tiles, extents;
    for (int64_t i = pick(1, 2); i > 0; --i) {
      StringRef name = std::array<StringRef, 3>{"n", "m", ""}[pick(0, 2)];
      own.push_back(type(name.empty() ? "tensor<6x4xf32>" : "tensor<?x4xf32>"));
      types.push_back(withUnknown(own.back(), bounds.sizeOf(name)));
      extents.push_back(builder.getStringAttr(name));
      if (pick(0, 3) == 0)
        tiles.push_back(TileAttr::get(&context_, {1}, {pick(1, 4)}));
      else
        tiles.push_back(TileAttr::get(&context_, {0, 1}, {pick(1, 7), pick(2, 5)}));
    }
    auto launch = builder.create<LaunchOp>(builder.getUnknownLoc(), own, LaunchKind::Owner, "k",
                                           ValueRange(), ArrayAttr(), builder.getArrayAttr(extents),
                                           builder.getArrayAttr(tiles), ArrayAttr(), ArrayAttr());
    launches_.push_back(launch);
    return launch;
  }

  MLIRContext context_;
  std::mt19937 random_{7};
  std::vector<OwningOpRef<LaunchOp>> launches_;
};

std::vector<TileId> tilesOf(const TileSpace& space, size_t results, Extents at) {
  std::vector<TileId> tiles;
  for (unsigned result = 0; result < results; ++result)
    for (TileId tile{result, 0}; space.has(tile, at); ++tile.index) tiles.push_back(tile);
  return tiles;
}

TEST_F(PlanVerifierTest, TilesAreNumberedAsTheyAreCutAtEverySize) {
  for (int trial = 0; trial < 200; ++trial) {
    Extents bounds{pick(1, 9), pick(1, 9)};
    SmallVector<Type> types;
    LaunchOp launch = makeLaunch(bounds, types);
    TileSpace space(launch, types);
    for (int64_t n = 1; n <= bounds.tokens; ++n)
      for (int64_t m = 1; m <= bounds.rows; ++m) {
        int64_t count = 0;
        for (auto [i, name] :
             llvm::enumerate(launch.getExtentsAttr().getAsValueRange<StringAttr>()))
          count += Tiles(launch.getTile(i),
                         withUnknown(launch.getResult(i).getType(), Extents{n, m}.sizeOf(name)))
                       .count();
        std::vector<TileId> tiles = tilesOf(space, types.size(), {n, m});
        ASSERT_EQ(space.count({n, m}), count);
        ASSERT_EQ(static_cast<int64_t>(tiles.size()), count);
        for (auto [i, tile] : llvm::enumerate(tiles))
          ASSERT_EQ(space.number(tile, {n, m}), static_cast<int64_t>(i));
      }
  }
}

/// Whether two tiles run on one worker at every size that has both, however many workers there are.
bool stayTogether(const TileSpace& a, TileId tileA, const TileSpace& b, TileId tileB,
                  Extents bounds) {
  for (int64_t n = 1; n <= bounds.tokens; ++n)
    for (int64_t m = 0; m <= bounds.rows; ++m) {
      Extents at{n, m};
      if (!a.has(tileA, at) || !b.has(tileB, at)) continue;
      int64_t countA = a.count(at), countB = b.count(at);
      for (int64_t workers = 1; workers <= countA * countB; ++workers)
        if (a.number(tileA, at) * workers / countA != b.number(tileB, at) * workers / countB)
          return false;
    }
  return true;
}

TEST_F(PlanVerifierTest, TilesAreApartWhereSomeSizeAndNumberOfWorkersParts) {
  int together = 0;
  for (int trial = 0; trial < 150; ++trial) {
    Extents bounds{pick(1, 7), pick(1, 7)};
    SmallVector<Type> typesA, typesB;
    LaunchOp launchA = makeLaunch(bounds, typesA), launchB = makeLaunch(bounds, typesB);
    Schedule a{LaunchKind::Owner, TileSpace(launchA, typesA)};
    Schedule b{LaunchKind::Owner, TileSpace(launchB, typesB)};
    for (TileId tileA : tilesOf(a.tiles, typesA.size(), bounds))
      for (TileId tileB : tilesOf(b.tiles, typesB.size(), bounds)) {
        std::optional<Extents> at = findApart(a, tileA, b, tileB, bounds);
        ASSERT_EQ(!at, stayTogether(a.tiles, tileA, b.tiles, tileB, bounds));
        together += !at;
        if (!at) continue;
        Witness witness = findWitness(a, tileA, b, tileB, *at);
        ASSERT_NE(witness.workerA, witness.workerB);
        ASSERT_EQ(witness.workerA,
                  a.tiles.number(tileA, *at) * witness.workers / a.tiles.count(*at));
        ASSERT_EQ(witness.workerB,
                  b.tiles.number(tileB, *at) * witness.workers / b.tiles.count(*at));
      }
  }
  EXPECT_GT(together, 100);
}

TEST_F(PlanVerifierTest, OnlyTilesOfOwnersStayTogether) {
  SmallVector<Type> types;
  LaunchOp launch = makeLaunch({1, 1}, types);
  for (LaunchKind kind : {LaunchKind::Dynamic, LaunchKind::Each}) {
    Schedule owner{LaunchKind::Owner, TileSpace(launch, types)}, other{kind, owner.tiles};
    EXPECT_TRUE(findApart(owner, {}, other, {}, {1, 1}));
    EXPECT_TRUE(findApart(other, {}, owner, {}, {1, 1}));
    EXPECT_EQ(findWitness(owner, {}, other, {}, {1, 1}).workers, 2);
  }
}

/// The bytes of a part of a tensor of f32 or i8, one by one.
std::set<int64_t> bytesOf(RankedTensorType type, const Box& box) {
  int64_t size = type.getElementTypeBitWidth() / 8;
  std::set<int64_t> bytes;
  for (int64_t element = 0; element < type.getNumElements(); ++element) {
    int64_t rest = element;
    bool isInside = true;
    for (size_t dim = box.size(); dim-- > 0; rest /= type.getDimSize(dim)) {
      int64_t index = rest % type.getDimSize(dim);
      isInside &= box[dim].begin <= index && index < box[dim].end;
    }
    for (int64_t byte = 0; isInside && byte < size; ++byte) bytes.insert(element * size + byte);
  }
  return bytes;
}

bool share(const std::set<int64_t>& a, const std::set<int64_t>& b, int64_t delta) {
  return llvm::any_of(b, [&](int64_t byte) { return a.contains(byte + delta); });
}

TEST_F(PlanVerifierTest, TilesMeetWhereTheyShareBytes) {
  SmallVector<RankedTensorType> types = {type("tensor<f32>"),      type("tensor<12xf32>"),
                                         type("tensor<3x4xf32>"),  type("tensor<2x3x4xf32>"),
                                         type("tensor<3x2x3xi8>"), type("tensor<24xi8>")};
  auto makeTouch = [&](unsigned result) {
    Touch touch{types[pick(0, types.size() - 1)], {}};
    for (int64_t i = pick(0, 3); i > 0; --i) {
      Box box = wholeOf(touch.type);
      for (Range& range : box) {
        range.begin = pick(0, range.end - 1);
        range.end = pick(range.begin + 1, range.end);
      }
      touch.parts.push_back({{result, i}, box});
    }
    return touch;
  };
  int meetings = 0;
  for (int trial = 0; trial < 5000; ++trial) {
    Touch a = makeTouch(0), b = makeTouch(1);
    int64_t delta = pick(0, 2) == 0 ? 0 : pick(-40, 40);
    bool expected = false;
    for (const TilePart& own : a.parts)
      for (const TilePart& other : b.parts)
        expected |= share(bytesOf(cast<RankedTensorType>(a.type), own.box),
                          bytesOf(cast<RankedTensorType>(b.type), other.box), delta);
    auto meeting = findMeeting(a, b, delta, [](TileId, TileId) { return true; });
    ASSERT_EQ(meeting.has_value(), expected) << trial;
    meetings += expected;
    if (!meeting) continue;
    ASSERT_EQ(meeting->first.tile.result, 0u);
    ASSERT_EQ(meeting->second.tile.result, 1u);
    ASSERT_FALSE(findMeeting(a, b, delta, [](TileId, TileId) { return false; }));
  }
  EXPECT_GT(meetings, 500);
}

TEST_F(PlanVerifierTest, TilesTouchNoMoreInSmallerSteps) {
  auto module = parseSourceString<ModuleOp>(R"mlir(
    plan.kernel @k(%x: tensor<?x64xf32>, %w: tensor<64x64xf32>, %at: tensor<?xi32>) -> tensor<?x64xf32> {
      %q = emel.matmul %x, %w : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
      %qh = emel.reshape %q : tensor<?x64xf32> to tensor<?x8x8xf32>
      %qr = emel.rope neox %qh at %at {base = 1.0e+04 : f32, dims = 8 : i64} : tensor<?x8x8xf32>, tensor<?xi32>
      %y = emel.reshape %qr : tensor<?x8x8xf32> to tensor<?x64xf32>
      plan.return %y : tensor<?x64xf32>
    })mlir",
                                            &context_);
  KernelOp kernel = *module->getOps<KernelOp>().begin();
  auto accessAt = [&](int64_t size) {
    SmallVector<Type> types;
    for (Type type : kernel.getArgumentTypes()) types.push_back(withUnknown(type, size));
    return *KernelAccess::create(kernel, types);
  };
  TileAttr tile = TileAttr::get(&context_, {0, 1}, {3, 24});
  KernelAccess most = accessAt(10);
  for (int64_t size = 1; size < 10; ++size) {
    KernelAccess access = accessAt(size);
    Tiles tiles(tile, access.resultType(0)), all(tile, most.resultType(0));
    for (int64_t t = 0; t < tiles.count(); ++t)
      for (auto [part, whole] :
           llvm::zip_equal(access.reads(0, tiles.part(t)), most.reads(0, all.part(t))))
        for (auto [range, bound] : llvm::zip_equal(*part, *whole))
          EXPECT_TRUE(bound.contains(range));
  }
}

}  // namespace
