#include "runtime/include/emel/plan.h"
#include "tests/unit/plan/every_strategy.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

// Random graphs run in the memory that is planned for them: every byte remembers which tensor wrote
// it last, and a node, and whoever takes the outputs, must find its own.
namespace {

#define EXPECT_FINE(call) EXPECT_EQ(call, EMEL_PLAN_OK) << emel_plan_get_message()

constexpr uint32_t kArenas = 2;

struct Tensor {
  uint64_t bytes = 0;
  uint64_t offset = 0;  // of a view, in its root
  int32_t root = 0;
  uint32_t flags = 0;
  uint32_t arena = 0;
};
struct Node {
  std::vector<int32_t> sources, results;
};

class RandomGraph : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { EXPECT_FINE(emel_graph_create(&graph_)); }
  void TearDown() override { EXPECT_FINE(emel_graph_destroy(graph_)); }

  uint64_t Below(uint64_t end) { return random_() % end; }

  // A new generator draws the same graph; `divisor` makes all tensors smaller alike.
  void Draw(uint32_t seed, uint64_t divisor) {
    random_.seed(seed);
    tensors_.clear();
    nodes_.clear();
    readable_.clear();
    EXPECT_FINE(emel_graph_clear(graph_));
    for (uint64_t i = 0, count = 1 + Below(4); i < count; ++i) {
      AddTensor(Below(64) / divisor, EMEL_TENSOR_INPUT | (Below(4) ? 0 : EMEL_TENSOR_OUTPUT));
      readable_.push_back(Last());
    }
    for (uint64_t i = 0, count = 1 + Below(30); i < count; ++i) AddNode(divisor);
  }

  int32_t Last() const { return static_cast<int32_t>(tensors_.size()) - 1; }
  int32_t AnyReadable() { return readable_[Below(readable_.size())]; }

  void AddTensor(uint64_t bytes, uint32_t flags) {
    const auto arena = static_cast<uint32_t>(Below(kArenas));
    tensors_.push_back({.bytes = bytes,
                        .root = static_cast<int32_t>(tensors_.size()),
                        .flags = flags,
                        .arena = arena});
    EXPECT_FINE(emel_graph_add_tensor(graph_, bytes, arena, flags, nullptr));
  }

  void AddView(int32_t of) {
    const Tensor parent = tensors_[of];
    const bool whole = Below(3) == 0;
    const uint64_t offset = whole ? 0 : Below(parent.bytes + 1);
    const uint64_t bytes = whole ? parent.bytes : Below(parent.bytes - offset + 1);
    const uint32_t flags = Below(8) ? 0 : EMEL_TENSOR_OUTPUT;
    tensors_.push_back({.bytes = bytes,
                        .offset = parent.offset + offset,
                        .root = parent.root,
                        .flags = flags,
                        .arena = parent.arena});
    EXPECT_FINE(emel_graph_add_view(graph_, of, offset, bytes, flags, nullptr));
  }

  void AddNode(uint64_t divisor) {
    Node node;
    for (uint64_t i = 0, count = Below(4); i < count; ++i) node.sources.push_back(AnyReadable());
    for (uint64_t i = 0, count = 1 + Below(2); i < count; ++i) {
      const int32_t model = AnyReadable();
      if (Below(4) == 0) {
        AddView(model);
      } else {
        const uint64_t bytes = Below(2) ? tensors_[model].bytes : Below(64) / divisor;
        AddTensor(bytes, Below(6) ? 0 : EMEL_TENSOR_OUTPUT);
      }
      node.results.push_back(Last());
    }
    std::vector<emel_in_place_t> in_place;
    for (const int32_t source : node.sources) {
      for (const int32_t result : node.results) {
        if (Below(3)) in_place.push_back({source, result});
      }
    }
    const emel_node_t description{.struct_size = sizeof description,
                                  .source_count = static_cast<uint32_t>(node.sources.size()),
                                  .result_count = static_cast<uint32_t>(node.results.size()),
                                  .in_place_count = static_cast<uint32_t>(in_place.size()),
                                  .sources = node.sources.data(),
                                  .results = node.results.data(),
                                  .in_place = in_place.data()};
    EXPECT_FINE(emel_graph_add_node(graph_, &description, nullptr));
    readable_.insert(readable_.end(), node.results.begin(), node.results.end());
    nodes_.push_back(std::move(node));
    if (Below(3) == 0) {
      AddView(AnyReadable());
      readable_.push_back(Last());
    }
  }

  // The bytes of a tensor, as places in `memory_`.
  template <typename Function>
  void EachByte(emel_planner_t* planner, int32_t tensor, Function function) {
    emel_place_t place{.struct_size = sizeof place};
    EXPECT_FINE(emel_planner_get_tensor(planner, tensor, &place));
    for (uint64_t i = 0; i < place.bytes; ++i) {
      function(memory_[{{place.arena, place.chunk}, place.offset + i}]);
    }
  }

  void Run(emel_planner_t* planner) {
    memory_.clear();
    const auto write = [&](int32_t t) {
      EachByte(planner, t, [&](int32_t& byte) { byte = tensors_[t].root; });
    };
    const auto read = [&](int32_t t) {
      EachByte(planner, t, [&](int32_t& byte) { EXPECT_EQ(byte, tensors_[t].root); });
    };
    for (int32_t t = 0; t <= Last(); ++t) {
      if (tensors_[t].flags & EMEL_TENSOR_INPUT) write(t);
    }
    for (const Node& node : nodes_) {
      for (const int32_t source : node.sources) read(source);
      for (const int32_t result : node.results) write(result);
      for (const int32_t result : node.results) read(result);
    }
    for (int32_t t = 0; t <= Last(); ++t) {
      if (tensors_[t].flags & EMEL_TENSOR_OUTPUT) read(tensors_[t].root);
    }
  }

  std::mt19937 random_;
  emel_graph_t* graph_ = nullptr;
  std::vector<Tensor> tensors_;
  std::vector<Node> nodes_;
  std::vector<int32_t> readable_;
  std::map<std::pair<std::pair<int32_t, int32_t>, uint64_t>, int32_t> memory_;
};

TEST_P(RandomGraph, RunsInItsMemory) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const emel_planner_options_t options{.struct_size = sizeof options,
                                         .size_class_bits = seed % 4,
                                         .strategy = GetParam().c_str(),
                                         .search_nodes = 500};
    emel_planner_t* planner = nullptr;
    ASSERT_EQ(emel_planner_create(&options, &planner), EMEL_PLAN_OK);
    for (uint32_t arena = 0; arena < kArenas; ++arena) {
      const emel_arena_t description{.struct_size = sizeof description,
                                     .max_chunks = 1 + seed % 5,
                                     .max_size = [](void*) { return uint64_t{96}; },
                                     .alignment = arena ? [](void*) { return uint64_t{4}; }
                                                        : [](void*) { return uint64_t{1}; }};
      EXPECT_FINE(emel_planner_add_arena(planner, &description, nullptr));
    }
    Draw(seed, 1);
    EXPECT_FINE(emel_planner_plan(planner, graph_, nullptr));
    Run(planner);
    Draw(seed, 2);  // draws other views, so that some of these plans serve and others do not
    EXPECT_FINE(emel_planner_plan(planner, graph_, nullptr));
    Run(planner);
    EXPECT_FINE(emel_planner_destroy(planner));
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(All, RandomGraph, testing::ValuesIn(emel::tests::EveryStrategy()),
                         emel::tests::StrategyInName);

}  // namespace
