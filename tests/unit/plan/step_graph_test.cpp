#include "runtime/include/emel/plan.h"
#include "tests/unit/plan/every_strategy.h"

#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <vector>

// The graph of one step of a decoder, op by op as a library of tensor ops has it, in the shape of a
// model of a billion parameters.
namespace {

#define EXPECT_FINE(call) EXPECT_EQ(call, EMEL_PLAN_OK) << emel_plan_get_message()

constexpr uint64_t kDim = 2048, kKv = 512, kHeads = 32, kFf = 8192, kVocab = 128256;
constexpr int kLayers = 16;

class StepGraph {
 public:
  explicit StepGraph(emel_graph_t* graph) : graph_(graph) {}

  void Describe(uint64_t tokens, uint64_t positions) {
    EXPECT_FINE(emel_graph_clear(graph_));
    n_ = tokens;
    positions_ = positions;
    const int32_t ids = Tensor(n_, EMEL_TENSOR_INPUT);
    mask_ = Tensor(n_ * positions_, EMEL_TENSOR_INPUT);
    at_ = Tensor(n_, EMEL_TENSOR_INPUT);
    int32_t x = Op(n_ * kDim, {Weight(kVocab * kDim), ids});
    for (int layer = 0; layer < kLayers; ++layer) x = FeedForward(Attention(x));
    Op(kVocab, {Norm(x), Weight(kVocab * kDim)}, EMEL_TENSOR_OUTPUT);
  }

 private:
  int32_t Tensor(uint64_t floats, uint32_t flags) {
    int32_t tensor = -1;
    EXPECT_FINE(emel_graph_add_tensor(graph_, floats * 4, 0, flags, &tensor));
    return tensor;
  }
  int32_t Weight(uint64_t floats) { return Tensor(floats, EMEL_TENSOR_EXTERNAL); }
  int32_t View(int32_t of, uint64_t floats) {
    int32_t tensor = -1;
    EXPECT_FINE(emel_graph_add_view(graph_, of, 0, floats * 4, 0, &tensor));
    return tensor;
  }
  void Node(const std::vector<int32_t>& sources, int32_t result, bool in_place) {
    const emel_in_place_t pair{.source = sources[0], .result = result};
    const emel_node_t node{.struct_size = sizeof node,
                           .source_count = static_cast<uint32_t>(sources.size()),
                           .result_count = 1,
                           .in_place_count = in_place,
                           .sources = sources.data(),
                           .results = &result,
                           .in_place = &pair};
    EXPECT_FINE(emel_graph_add_node(graph_, &node, nullptr));
  }
  int32_t Op(uint64_t floats, const std::vector<int32_t>& sources, uint32_t flags = 0) {
    const int32_t result = Tensor(floats, flags);
    Node(sources, result, /*in_place=*/false);
    return result;
  }
  int32_t InPlace(uint64_t floats, const std::vector<int32_t>& sources) {
    const int32_t result = Tensor(floats, 0);
    Node(sources, result, /*in_place=*/true);
    return result;
  }
  // What is written into the cache is read from it later.
  int32_t Cached(int32_t rows) {
    const int32_t cache = Weight(positions_ * kKv);
    Node({rows, at_}, View(cache, n_ * kKv), /*in_place=*/false);
    return View(cache, positions_ * kKv);
  }

  int32_t Norm(int32_t x) { return InPlace(n_ * kDim, {Op(n_ * kDim, {x}), Weight(kDim)}); }

  int32_t Attention(int32_t x) {
    const int32_t h = Norm(x);
    const int32_t q = Op(n_ * kDim, {h, Weight(kDim * kDim)});
    const int32_t k = Op(n_ * kKv, {h, Weight(kDim * kKv)});
    const int32_t v = Op(n_ * kKv, {h, Weight(kDim * kKv)});
    const int32_t turned = InPlace(n_ * kDim, {View(q, n_ * kDim), at_});
    const int32_t keys = Cached(InPlace(n_ * kKv, {View(k, n_ * kKv), at_}));
    const int32_t values = Cached(v);
    const uint64_t scores = n_ * kHeads * positions_;
    const int32_t weights = InPlace(scores, {Op(scores, {keys, View(turned, n_ * kDim)}), mask_});
    const int32_t heads = View(Op(n_ * kDim, {values, weights}), n_ * kDim);
    const int32_t out = Op(n_ * kDim, {Op(n_ * kDim, {heads}), Weight(kDim * kDim)});
    return InPlace(n_ * kDim, {out, x});
  }

  int32_t FeedForward(int32_t x) {
    const int32_t h = Norm(x);
    const int32_t gate = Op(n_ * kFf, {h, Weight(kDim * kFf)});
    const int32_t up = Op(n_ * kFf, {h, Weight(kDim * kFf)});
    const int32_t wide = InPlace(n_ * kFf, {InPlace(n_ * kFf, {gate}), up});
    return InPlace(n_ * kDim, {Op(n_ * kDim, {wide, Weight(kDim * kFf)}), x});
  }

  emel_graph_t* graph_;
  uint64_t n_ = 0, positions_ = 0;
  int32_t mask_ = -1, at_ = -1;
};

class Step : public testing::TestWithParam<std::string> {
 protected:
  void Create(uint32_t size_class_bits) {
    const emel_planner_options_t options{.struct_size = sizeof options,
                                         .size_class_bits = size_class_bits,
                                         .strategy = GetParam().c_str()};
    const emel_arena_t arena{.struct_size = sizeof arena};
    EXPECT_FINE(emel_graph_create(&graph_));
    EXPECT_FINE(emel_planner_create(&options, &planner_));
    EXPECT_FINE(emel_planner_add_arena(planner_, &arena, nullptr));
  }
  void TearDown() override {
    EXPECT_FINE(emel_graph_destroy(graph_));
    EXPECT_FINE(emel_planner_destroy(planner_));
  }
  int32_t Plan(uint64_t tokens, uint64_t positions) {
    StepGraph(graph_).Describe(tokens, positions);
    emel_replan_t replan{.struct_size = sizeof replan};
    EXPECT_FINE(emel_planner_plan(planner_, graph_, &replan));
    return replan.reason;
  }
  emel_statistics_t Statistics() {
    emel_statistics_t statistics{.struct_size = sizeof statistics};
    EXPECT_FINE(emel_planner_get_statistics(planner_, &statistics));
    return statistics;
  }

  emel_graph_t* graph_ = nullptr;
  emel_planner_t* planner_ = nullptr;
};

TEST_P(Step, AllocatesForFewOfItsTensors) {
  Create(0);
  for (const uint64_t tokens : {1, 8, 512}) {
    SCOPED_TRACE(tokens);
    Plan(tokens, 2048);
    const emel_statistics_t s = Statistics();
    EXPECT_EQ(s.tensors, s.external + s.allocated + s.pooled + s.reused);
    const uint64_t tensors = s.tensors - s.external;
    EXPECT_GT(tensors, 400u);
    EXPECT_LE(s.allocated * 2, tensors);
    EXPECT_LE(s.bytes * 2, s.no_reuse_bytes);
    EXPECT_LE(s.bytes * 100, s.lower_bound_bytes * 103);
    // The table of docs/c-api.md.
    std::cout << "| " << tokens << " | " << tensors << " | " << s.allocated << " | " << s.pooled
              << " | " << s.reused << " | " << s.bytes << " | " << s.lower_bound_bytes << " | "
              << s.no_reuse_bytes << " |\n";
  }
}

TEST_P(Step, PlansForDecodingFewTimes) {
  Create(2);
  int plans = 0;
  for (uint64_t position = 1; position <= 2048; position += 3) {
    plans += Plan(1, position) != EMEL_REPLAN_NONE;
  }
  EXPECT_LE(plans, 40);
}

INSTANTIATE_TEST_SUITE_P(All, Step, testing::ValuesIn(emel::tests::EveryStrategy()),
                         emel::tests::StrategyInName);

}  // namespace
