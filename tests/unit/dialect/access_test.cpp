// What tiles of hand-made kernels read, and which results may take the place of an argument.

#include "dialects/plan/Access.h"

#include "dialects/RegisterDialects.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using namespace emel;
using namespace emel::plan;

namespace emel {
void PrintTo(Range range, std::ostream* out) {
  *out << "[" << range.begin << ", " << range.end << ")";
}
}  // namespace emel

namespace {

using ::testing::ElementsAre;

std::string text(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

class AccessTest : public ::testing::Test {
 protected:
  AccessTest() : context_(knownDialects(), MLIRContext::Threading::DISABLED) {}

  ModuleOp parse(StringRef text) {
    module_ = parseSourceString<ModuleOp>(text, &context_);
    EXPECT_TRUE(module_);
    return *module_;
  }
  /// The only kernel of `text`, where unknown dimensions are `size`.
  KernelAccess access(StringRef text, int64_t size = 5) {
    KernelOp kernel = *parse(text).getOps<KernelOp>().begin();
    SmallVector<Type> types;
    for (Type type : kernel.getArgumentTypes()) types.push_back(withUnknown(type, size));
    auto access = KernelAccess::create(kernel, types);
    EXPECT_TRUE(succeeded(access));
    return *access;
  }
  RankedTensorType type(StringRef text) {
    context_.getOrLoadDialect<EmelDialect>();
    return cast<RankedTensorType>(parseType(text, &context_));
  }
  TileAttr tile(ArrayRef<int64_t> dims, ArrayRef<int64_t> sizes) {
    context_.getOrLoadDialect<PlanDialect>();
    return TileAttr::get(&context_, dims, sizes);
  }

  MLIRContext context_;
  OwningOpRef<ModuleOp> module_;
};

TEST_F(AccessTest, HeadsOfProjectionsReadTheirRowsOfWeights) {
  KernelAccess access = this->access(R"mlir(
    plan.kernel @qkv(%x: tensor<?x64xf32>, %at: tensor<?xi32>, %slots: tensor<?xi32>, %kv: !emel.kv<2x8x8xf32>,
                     %wq: tensor<64x64xf32>, %wk: tensor<16x64xf32>, %wv: tensor<16x64xf32>)
        -> (tensor<?x8x8xf32>, !emel.kv<2x8x8xf32>) {
      %q = emel.matmul %x, %wq : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
      %qh = emel.reshape %q : tensor<?x64xf32> to tensor<?x8x8xf32>
      %qr = emel.rope neox %qh at %at {base = 1.0e+04 : f32, dims = 8 : i64} : tensor<?x8x8xf32>, tensor<?xi32>
      %k = emel.matmul %x, %wk : (tensor<?x64xf32>, tensor<16x64xf32>) -> tensor<?x16xf32>
      %kh = emel.reshape %k : tensor<?x16xf32> to tensor<?x2x8xf32>
      %kr = emel.rope neox %kh at %at {base = 1.0e+04 : f32, dims = 8 : i64} : tensor<?x2x8xf32>, tensor<?xi32>
      %v = emel.matmul %x, %wv : (tensor<?x64xf32>, tensor<16x64xf32>) -> tensor<?x16xf32>
      %vh = emel.reshape %v : tensor<?x16xf32> to tensor<?x2x8xf32>
      %new = emel.kv_write %kv, %kr, %vh at %at in %slots
          : (!emel.kv<2x8x8xf32>, tensor<?x2x8xf32>, tensor<?x2x8xf32>, tensor<?xi32>, tensor<?xi32>)
          -> !emel.kv<2x8x8xf32>
      plan.return %qr, %new : tensor<?x8x8xf32>, !emel.kv<2x8x8xf32>
    })mlir");
  EXPECT_THAT(access.reads(0, {{1, 3}, {2, 4}, {0, 8}}),
              ElementsAre(Box{{1, 3}, {0, 64}}, Box{{1, 3}}, std::nullopt, std::nullopt,
                          Box{{16, 32}, {0, 64}}, std::nullopt, std::nullopt));
  EXPECT_THAT(access.reads(1, {{1, 2}}),
              ElementsAre(Box{{0, 5}, {0, 64}}, Box{{0, 5}}, Box{{0, 5}}, Box{{1, 2}}, std::nullopt,
                          Box{{8, 16}, {0, 64}}, Box{{8, 16}, {0, 64}}));
  EXPECT_TRUE(access.isElementwise(1, 3));
  EXPECT_FALSE(access.isElementwise(0, 0));
  EXPECT_FALSE(access.isElementwise(0, 3));
  EXPECT_EQ(text(access.argumentType(0)), "tensor<5x64xf32>");
  EXPECT_EQ(text(access.resultType(0)), "tensor<5x8x8xf32>");
}

TEST_F(AccessTest, GatedColumnsReadTheSameRowsOfBothWeights) {
  KernelAccess access = this->access(R"mlir(
    plan.kernel @gate_up(%x: tensor<?x64xf32>, %a: tensor<172x64x!emel.q8_0>, %b: tensor<172x64x!emel.q8_0>)
        -> tensor<?x172xf32> {
      %g = emel.matmul %x, %a : (tensor<?x64xf32>, tensor<172x64x!emel.q8_0>) -> tensor<?x172xf32>
      %u = emel.matmul %x, %b : (tensor<?x64xf32>, tensor<172x64x!emel.q8_0>) -> tensor<?x172xf32>
      %y = emel.glu swiglu %g, %u : tensor<?x172xf32>
      plan.return %y : tensor<?x172xf32>
    })mlir");
  EXPECT_THAT(access.reads(0, {{0, 5}, {16, 32}}),
              ElementsAre(Box{{0, 5}, {0, 64}}, Box{{16, 32}, {0, 64}}, Box{{16, 32}, {0, 64}}));
}

TEST_F(AccessTest, OnlyTheResidualMayBeOverwritten) {
  KernelAccess access = this->access(R"mlir(
    plan.kernel @down(%h: tensor<?x64xf32>, %x: tensor<?x64xf32>, %w: tensor<64x64xf32>) -> tensor<?x64xf32> {
      %d = emel.matmul %h, %w : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
      %y = emel.add %x, %d : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
      plan.return %y : tensor<?x64xf32>
    })mlir");
  EXPECT_FALSE(access.isElementwise(0, 0));
  EXPECT_TRUE(access.isElementwise(0, 1));
  EXPECT_FALSE(access.isElementwise(0, 2));
  EXPECT_THAT(access.reads(0, {{0, 1}, {8, 16}}),
              ElementsAre(Box{{0, 1}, {0, 64}}, Box{{0, 1}, {8, 16}}, Box{{8, 16}, {0, 64}}));
}

TEST_F(AccessTest, AnArgumentThatIsAlsoReadElsewhereMayNotBeOverwritten) {
  KernelAccess access = this->access(R"mlir(
    plan.kernel @norm_add(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
      %n = emel.rms_norm %x eps 9.99999974E-6 : tensor<?x64xf32>
      %y = emel.add %x, %n : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
      plan.return %y : tensor<?x64xf32>
    })mlir");
  EXPECT_FALSE(access.isElementwise(0, 0));
  EXPECT_THAT(access.reads(0, {{2, 3}, {8, 16}}), ElementsAre(Box{{2, 3}, {0, 64}}));
}

TEST_F(AccessTest, AnElementwiseResultOfAnotherTypeMayNotTakeThePlace) {
  KernelAccess access = this->access(R"mlir(
    plan.kernel @half(%x: tensor<?x64xf32>) -> tensor<?x64xf16> {
      %y = emel.cast %x : tensor<?x64xf32> to tensor<?x64xf16>
      plan.return %y : tensor<?x64xf16>
    })mlir");
  EXPECT_FALSE(access.isElementwise(0, 0));
}

TEST_F(AccessTest, SlicesOfAFusedProjectionReadTheirRows) {
  KernelAccess access = this->access(R"mlir(
    plan.kernel @phi3(%x: tensor<?x64xf32>, %w: tensor<96x64xf32>, %gu: tensor<64x64xf32>)
        -> (tensor<?x8x8xf32>, tensor<?x2x8xf32>, tensor<?x32xf32>) {
      %p = emel.matmul %x, %w : (tensor<?x64xf32>, tensor<96x64xf32>) -> tensor<?x96xf32>
      %q = emel.slice %p dim 1 from 0 size 64 : (tensor<?x96xf32>) -> tensor<?x64xf32>
      %qh = emel.reshape %q : tensor<?x64xf32> to tensor<?x8x8xf32>
      %k = emel.slice %p dim 1 from 64 size 16 : (tensor<?x96xf32>) -> tensor<?x16xf32>
      %kh = emel.reshape %k : tensor<?x16xf32> to tensor<?x2x8xf32>
      %both = emel.matmul %x, %gu : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
      %g = emel.slice %both dim 1 from 0 size 32 : (tensor<?x64xf32>) -> tensor<?x32xf32>
      %u = emel.slice %both dim 1 from 32 size 32 : (tensor<?x64xf32>) -> tensor<?x32xf32>
      %y = emel.glu swiglu %g, %u : tensor<?x32xf32>
      plan.return %qh, %kh, %y : tensor<?x8x8xf32>, tensor<?x2x8xf32>, tensor<?x32xf32>
    })mlir");
  EXPECT_THAT(access.reads(0, {{0, 5}, {7, 8}, {0, 8}}),
              ElementsAre(Box{{0, 5}, {0, 64}}, Box{{56, 64}, {0, 64}}, std::nullopt));
  EXPECT_THAT(access.reads(1, {{0, 5}, {1, 2}, {0, 8}}),
              ElementsAre(Box{{0, 5}, {0, 64}}, Box{{72, 80}, {0, 64}}, std::nullopt));
  // Two parts of one value: the smallest range that holds both.
  EXPECT_THAT(access.reads(2, {{0, 5}, {4, 8}}),
              ElementsAre(Box{{0, 5}, {0, 64}}, std::nullopt, Box{{4, 40}, {0, 64}}));
}

TEST_F(AccessTest, QueryHeadsReadTheHeadOfKeysThatTheyShare) {
  KernelAccess access = this->access(R"mlir(
    plan.kernel @attend(%q: tensor<?x8x8xf32>, %kv: !emel.kv<2x8x8xf32>, %at: tensor<?xi32>,
                        %slots: tensor<?xi32>, %sinks: tensor<8xf32>) -> tensor<?x64xf32> {
      %y = emel.attention %q, %kv at %at in %slots sinks %sinks {scale = 1.250000e-01 : f32}
          : (tensor<?x8x8xf32>, !emel.kv<2x8x8xf32>, tensor<?xi32>, tensor<?xi32>, tensor<8xf32>)
          -> tensor<?x8x8xf32>
      %flat = emel.reshape %y : tensor<?x8x8xf32> to tensor<?x64xf32>
      plan.return %flat : tensor<?x64xf32>
    })mlir");
  EXPECT_THAT(
      access.reads(0, {{2, 3}, {40, 48}}),
      ElementsAre(Box{{2, 3}, {5, 6}, {0, 8}}, Box{{1, 2}}, Box{{2, 3}}, Box{{2, 3}}, Box{{5, 6}}));
  EXPECT_THAT(access.reads(0, {{0, 5}, {24, 48}})[1], Box({{0, 2}}));
  EXPECT_FALSE(access.isElementwise(0, 0));
}

TEST_F(AccessTest, ExpertsAreReadWhole) {
  KernelAccess access = this->access(R"mlir(
    plan.kernel @experts(%x: tensor<?x64xf32>, %ids: tensor<?x2xi32>, %w: tensor<4x32x64xf32>) -> tensor<?x2x32xf32> {
      %y = emel.matmul_id %x, %w, %ids : (tensor<?x64xf32>, tensor<4x32x64xf32>, tensor<?x2xi32>) -> tensor<?x2x32xf32>
      plan.return %y : tensor<?x2x32xf32>
    })mlir");
  EXPECT_THAT(
      access.reads(0, {{1, 2}, {1, 2}, {8, 16}}),
      ElementsAre(Box{{1, 2}, {0, 64}}, Box{{1, 2}, {1, 2}}, Box{{0, 4}, {8, 16}, {0, 64}}));
}

TEST_F(AccessTest, TypesFollowFromTheSizeOfAStep) {
  ModuleOp module = parse(R"mlir(
    plan.kernel @pass(%x: tensor<?xi32>, %y: tensor<?xi32>) -> (tensor<?xi32>, tensor<?xi32>) {
      plan.return %x, %y : tensor<?xi32>, tensor<?xi32>
    }
    plan.entry @small(%t: tensor<?xi32>, %p: tensor<?xi32>, %s: tensor<?xi32>, %r: tensor<?xi32>)
        attributes {emel.entry = {tokens = 8, rows = 2}} {
      %a, %b = plan.launch owner @pass(%t, %r) extents ["n", "m"]
          : (tensor<?xi32>, tensor<?xi32>) -> (tensor<?xi32>, tensor<?xi32>)
      plan.return
    })mlir");
  EntryOp entry = *module.getOps<EntryOp>().begin();
  TypeMap types = typesAt(entry, Extents::of(entry));
  LaunchOp launch = *entry.getBody().front().getOps<LaunchOp>().begin();
  EXPECT_EQ(text(typeIn(types, entry.getArgument(0))), "tensor<8xi32>");
  EXPECT_EQ(text(typeIn(types, entry.getArgument(3))), "tensor<2xi32>");
  EXPECT_EQ(text(typeIn(types, launch.getResult(0))), "tensor<8xi32>");
  EXPECT_EQ(text(typeIn(types, launch.getResult(1))), "tensor<2xi32>");
}

TEST_F(AccessTest, TheLastTiledDimensionGoesFastest) {
  Tiles tiles(tile({0, 1}, {2, 3}), type("tensor<3x7xf32>"));
  ASSERT_EQ(tiles.count(), 6);
  EXPECT_EQ(tiles.part(0), Box({{0, 2}, {0, 3}}));
  EXPECT_EQ(tiles.part(2), Box({{0, 2}, {6, 7}}));
  EXPECT_EQ(tiles.part(3), Box({{2, 3}, {0, 3}}));
  EXPECT_EQ(tiles.part(5), Box({{2, 3}, {6, 7}}));
}

TEST_F(AccessTest, DimensionsWithoutTileAreWhole) {
  Tiles rows(tile({1}, {4}), type("tensor<3x7xf32>"));
  ASSERT_EQ(rows.count(), 2);
  EXPECT_EQ(rows.part(1), Box({{0, 3}, {4, 7}}));
  Tiles one(tile({}, {}), type("tensor<3x7xf32>"));
  ASSERT_EQ(one.count(), 1);
  EXPECT_EQ(one.part(0), Box({{0, 3}, {0, 7}}));
  EXPECT_EQ(Tiles(tile({0}, {4}), type("tensor<0x7xf32>")).count(), 0);
  Tiles heads(tile({0}, {1}), KvType::get(&context_, 4, 8, 8, Float32Type::get(&context_)));
  ASSERT_EQ(heads.count(), 4);
  EXPECT_EQ(heads.part(3), Box({{3, 4}}));
}

TEST_F(AccessTest, HullsOfBytesHoldTheWholePart) {
  EXPECT_EQ(byteHull(type("tensor<2x8xf32>"), {{1, 2}, {2, 4}}), (Range{40, 48}));
  EXPECT_EQ(byteHull(type("tensor<2x8xf32>"), {{0, 2}, {2, 4}}), (Range{8, 48}));
  EXPECT_EQ(byteHull(type("tensor<3x2x4xf16>"), {{1, 3}, {1, 2}, {0, 4}}), (Range{24, 48}));
  EXPECT_EQ(byteHull(type("tensor<2x8xf32>"), {{1, 1}, {2, 4}}), (Range{0, 0}));
  EXPECT_EQ(byteHull(type("tensor<f32>"), {}), (Range{0, 4}));
  // A row of 64 elements is two blocks of 34 bytes.
  EXPECT_EQ(byteHull(type("tensor<4x64x!emel.q8_0>"), {{1, 3}, {0, 64}}), (Range{68, 204}));
  EXPECT_EQ(byteHull(type("tensor<4x64x!emel.q8_0>"), {{1, 2}, {40, 41}}), (Range{68, 136}));
}

/// Work is counted at the shapes of a step.
TEST_F(AccessTest, ContractionsAndAttentionCountTheirWork) {
  ModuleOp module = parse(R"mlir(
    func.func @f(%x: tensor<?x64xf32>, %w: tensor<32x64xf32>, %e: tensor<4x32x64xf32>, %ids: tensor<?x2xi32>,
                 %q: tensor<?x8x16xf32>, %k: tensor<?x2x16xf32>, %kv: !emel.kv<2x16x12xf32>, %at: tensor<?xi32>) {
      %0 = emel.matmul %x, %w : (tensor<?x64xf32>, tensor<32x64xf32>) -> tensor<?x32xf32>
      %1 = emel.matmul_id %x, %e, %ids : (tensor<?x64xf32>, tensor<4x32x64xf32>, tensor<?x2xi32>) -> tensor<?x2x32xf32>
      %2 = emel.out_prod %x, %0 : (tensor<?x64xf32>, tensor<?x32xf32>) -> tensor<64x32xf32>
      %3 = emel.flash_attention %q, %k, %k {scale = 1.0 : f32}
          : (tensor<?x8x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>) -> tensor<?x8x16xf32>
      %4 = emel.attention %q, %kv at %at in %at {scale = 1.0 : f32}
          : (tensor<?x8x16xf32>, !emel.kv<2x16x12xf32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x8x12xf32>
      %5 = emel.attention %q, %kv at %at in %at {scale = 1.0 : f32, window = 10 : i64}
          : (tensor<?x8x16xf32>, !emel.kv<2x16x12xf32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x8x12xf32>
      return
    })mlir");
  std::vector<double> counts;
  module.walk([&](CostOpInterface op) {
    auto shapeOf = [&](Value value) -> ArrayRef<int64_t> {
      Type known = withUnknown(value.getType(), 3);
      return cast<RankedTensorType>(known).getShape();
    };
    counts.push_back(op.countFlops(shapeOf, /*context=*/100));
  });
  EXPECT_THAT(counts, ElementsAre(2. * 3 * 32 * 64, 2. * 3 * 2 * 32 * 64, 2. * 3 * 64 * 32,
                                  2. * 8 * 3 * 3 * (16 + 16), 2. * 8 * 3 * 100 * (16 + 12),
                                  2. * 8 * 3 * 10 * (16 + 12)));
}

}  // namespace
