#include "runtime/include/emel/plan.h"
#include "tests/unit/plan/every_strategy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

// The scenarios with which ggml tests its graph allocator, through our C API and with every
// strategy. Graphs go in the order in which ggml walks them: from the last tensor back, sources
// first, from left to right. Bounds are those that ggml's tests assert; best fit is held to what
// ggml itself needs.
namespace {

using testing::ElementsAre;

constexpr uint64_t kNoLimit = 0;
constexpr uintptr_t kBase = 16;

#define ASSERT_FINE(call) ASSERT_EQ(call, EMEL_PLAN_OK) << emel_plan_get_message()
#define EXPECT_FINE(call) EXPECT_EQ(call, EMEL_PLAN_OK) << emel_plan_get_message()

// A backend without memory: it only counts. All its buffers have the same address.
struct DummyBackend {
  uint64_t max_size = kNoLimit;
  uint64_t alignment = 8;
  std::vector<uint64_t> buffers;  // held now

  uint64_t total() const {
    uint64_t sum = 0;
    for (const uint64_t bytes : buffers) sum += bytes;
    return sum;
  }

  emel_arena_t Arena() {
    return {.struct_size = sizeof(emel_arena_t),
            .context = this,
            .alloc =
                [](void* self, uint64_t bytes, uint64_t) {
                  EXPECT_GT(bytes, 0u);
                  static_cast<DummyBackend*>(self)->buffers.push_back(bytes);
                  return reinterpret_cast<void*>(kBase);
                },
            .free =
                [](void* self, void* address, uint64_t bytes) {
                  EXPECT_EQ(address, reinterpret_cast<void*>(kBase));
                  auto& buffers = static_cast<DummyBackend*>(self)->buffers;
                  const auto found = std::find(buffers.begin(), buffers.end(), bytes);
                  ASSERT_NE(found, buffers.end());
                  buffers.erase(found);
                },
            .max_size = [](void* self) { return static_cast<DummyBackend*>(self)->max_size; },
            .alignment = [](void* self) { return static_cast<DummyBackend*>(self)->alignment; }};
  }
};

struct T {
  uint64_t bytes = 0;
  std::vector<int> sources;
  bool in_place = false;
  int view_of = -1;
  uint64_t offset = 0;
  uint32_t flags = 0;
  uint32_t arena = 0;
};

// Tensors refer to each other by their place in `tensors`; the last one is the output.
class Drawing {
 public:
  int In(uint64_t bytes, uint32_t arena = 0) {
    return Add({.bytes = bytes, .flags = EMEL_TENSOR_INPUT, .arena = arena});
  }
  int External(uint64_t bytes, uint32_t arena) {
    return Add({.bytes = bytes, .flags = EMEL_TENSOR_EXTERNAL, .arena = arena});
  }
  int Op(uint64_t bytes, std::vector<int> sources, uint32_t arena = 0) {
    return Add({.bytes = bytes, .sources = std::move(sources), .arena = arena});
  }
  // As large as its first source, over whose bytes, or those of any other, it may run.
  int InPlace(std::vector<int> sources, uint32_t arena = 0) {
    const uint64_t bytes = tensors[sources[0]].bytes;
    return Add({.bytes = bytes, .sources = std::move(sources), .in_place = true, .arena = arena});
  }
  int View(int of, uint64_t bytes, uint64_t offset = 0) {
    return Add({.bytes = bytes, .view_of = of, .offset = offset, .arena = tensors[of].arena});
  }

  // Fills ids, roots and order.
  void Build(emel_graph_t* graph) {
    tensors.back().flags |= EMEL_TENSOR_OUTPUT;
    ids.assign(tensors.size(), -1);
    order.clear();
    Visit(graph, static_cast<int>(tensors.size()) - 1);
  }

  int Root(int t) const { return tensors[t].view_of < 0 ? t : Root(tensors[t].view_of); }

  std::vector<T> tensors;
  std::vector<int32_t> ids;
  std::vector<int> order;  // tensors that a node writes

 private:
  int Add(T tensor) {
    tensors.push_back(std::move(tensor));
    return static_cast<int>(tensors.size()) - 1;
  }

  void Visit(emel_graph_t* graph, int t) {
    if (ids[t] >= 0) return;
    const T& tensor = tensors[t];
    if (tensor.view_of >= 0) {
      Visit(graph, tensor.view_of);
      EXPECT_FINE(emel_graph_add_view(graph, ids[tensor.view_of], tensor.offset, tensor.bytes,
                                      tensor.flags, &ids[t]));
      return;
    }
    for (const int source : tensor.sources) Visit(graph, source);
    EXPECT_FINE(emel_graph_add_tensor(graph, tensor.bytes, tensor.arena, tensor.flags, &ids[t]));
    if (tensor.sources.empty()) return;
    std::vector<int32_t> sources;
    std::vector<emel_in_place_t> in_place;
    for (const int source : tensor.sources) {
      sources.push_back(ids[source]);
      if (tensor.in_place) in_place.push_back({.source = ids[source], .result = ids[t]});
    }
    const emel_node_t node{.struct_size = sizeof node,
                           .source_count = static_cast<uint32_t>(sources.size()),
                           .result_count = 1,
                           .in_place_count = static_cast<uint32_t>(in_place.size()),
                           .sources = sources.data(),
                           .results = &ids[t],
                           .in_place = in_place.data()};
    EXPECT_FINE(emel_graph_add_node(graph, &node, nullptr));
    order.push_back(t);
  }
};

class Scenario : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const emel_planner_options_t options{.struct_size = sizeof options,
                                         .strategy = GetParam().c_str()};
    ASSERT_FINE(emel_planner_create(&options, &planner_));
    ASSERT_FINE(emel_graph_create(&graph_));
  }

  void TearDown() override {
    EXPECT_FINE(emel_graph_destroy(graph_));
    EXPECT_FINE(emel_planner_destroy(planner_));
    for (const auto& [id, backend] : backends_) EXPECT_THAT(backend.buffers, ElementsAre());
  }

  void AddBackend(uint64_t max_size, uint64_t alignment) {
    const auto id = static_cast<uint32_t>(backends_.size());
    DummyBackend& backend = backends_[id];
    backend = {.max_size = max_size, .alignment = alignment};
    const emel_arena_t arena = backend.Arena();
    ASSERT_FINE(emel_planner_add_arena(planner_, &arena, nullptr));
  }

  // Measures, plans and allocates, which all have to agree, and checks that all tensors have bytes
  // that nothing else has while they matter.
  void Run(Drawing& drawing, bool within_max_size = true) {
    ASSERT_FINE(emel_graph_clear(graph_));
    drawing.Build(graph_);
    std::vector<uint64_t> measured(backends_.size());
    ASSERT_FINE(emel_planner_measure(planner_, graph_, measured.data(), measured.size()));
    ASSERT_FINE(emel_planner_plan(planner_, graph_, nullptr));
    ASSERT_FINE(emel_planner_allocate(planner_));
    for (auto& [id, backend] : backends_) EXPECT_EQ(backend.total(), measured[id]);
    CheckPlaces(drawing, within_max_size);
    CheckOverlaps(drawing);
  }

  uint64_t Total(uint32_t arena = 0) { return backends_[arena].total(); }
  void ExpectOfBestFit(uint64_t found, uint64_t expected) const {
    if (GetParam() == "best-fit") {
      EXPECT_EQ(found, expected);
    }
  }

  emel_place_t Place(int32_t id) {
    emel_place_t place{.struct_size = sizeof place};
    EXPECT_FINE(emel_planner_get_tensor(planner_, id, &place));
    return place;
  }

  void CheckPlaces(const Drawing& drawing, bool within_max_size) {
    for (size_t t = 0; t < drawing.tensors.size(); ++t) {
      if (drawing.tensors[t].flags & EMEL_TENSOR_EXTERNAL) continue;
      SCOPED_TRACE(t);
      const emel_place_t place = Place(drawing.ids[t]);
      void* address = nullptr;
      ASSERT_FINE(emel_planner_get_address(planner_, drawing.ids[t], &address));
      EXPECT_EQ(reinterpret_cast<uintptr_t>(address), kBase + place.offset);
      EXPECT_EQ(place.bytes, drawing.tensors[t].bytes);
      uint64_t chunk = 0;
      ASSERT_FINE(emel_planner_get_chunk(planner_, place.arena, place.chunk, &chunk));
      EXPECT_LE(place.offset + place.bytes, chunk);
      const uint64_t most = backends_[place.arena].max_size;
      if (within_max_size && most != kNoLimit) {
        EXPECT_LE(place.offset + place.bytes, most);
      }
    }
  }

  // Whether the tensor's bytes still matter when `order[from]` runs and writes.
  static bool Matters(const Drawing& drawing, int root, size_t from) {
    for (size_t t = 0; t < drawing.tensors.size(); ++t) {
      const bool output = drawing.tensors[t].flags & EMEL_TENSOR_OUTPUT;
      if (output && drawing.Root(static_cast<int>(t)) == root) return true;
    }
    for (size_t i = from; i < drawing.order.size(); ++i) {
      const T& node = drawing.tensors[drawing.order[i]];
      if (i == from && node.in_place) continue;
      for (const int source : node.sources) {
        if (drawing.Root(source) == root) return true;
      }
    }
    return false;
  }

  // What is written before the node that writes `later`: all inputs, and earlier nodes' results.
  static bool Earlier(const Drawing& drawing, int tensor, size_t later) {
    if (drawing.tensors[tensor].flags & EMEL_TENSOR_INPUT) return true;
    for (size_t i = 0; i < later; ++i) {
      if (drawing.order[i] == tensor) return true;
    }
    return false;
  }

  bool Overlap(int32_t a, int32_t b) {
    const emel_place_t x = Place(a), y = Place(b);
    return x.arena >= 0 && x.arena == y.arena && x.chunk == y.chunk &&
           x.offset < y.offset + y.bytes && y.offset < x.offset + x.bytes;
  }

  void CheckOverlaps(const Drawing& drawing) {
    for (int t = 0; t < static_cast<int>(drawing.tensors.size()); ++t) {
      if (drawing.Root(t) != t) continue;
      for (size_t i = 0; i < drawing.order.size(); ++i) {
        const int later = drawing.order[i];
        if (later == t || !Earlier(drawing, t, i) || !Matters(drawing, t, i)) continue;
        EXPECT_FALSE(Overlap(drawing.ids[t], drawing.ids[later])) << "x" << t << ", x" << later;
      }
      for (int u = 0; u < t; ++u) {
        if (!(drawing.tensors[t].flags & drawing.tensors[u].flags & EMEL_TENSOR_INPUT)) continue;
        EXPECT_FALSE(Overlap(drawing.ids[t], drawing.ids[u])) << "inputs x" << t << ", x" << u;
      }
    }
  }

  emel_planner_t* planner_ = nullptr;
  emel_graph_t* graph_ = nullptr;
  std::map<uint32_t, DummyBackend> backends_;
};

TEST_P(Scenario, 1MaxSizeTooManyTensors) {
  AddBackend(16, 8);
  Drawing d;
  const int x0 = d.In(8), x1 = d.In(8), x2 = d.In(8);
  const int x3 = d.InPlace({x0, x1}), x4 = d.InPlace({x1, x2}), x5 = d.InPlace({x3, x0});
  d.InPlace({x4, x5});
  Run(d);
  EXPECT_LE(Total(), 32u);
  ExpectOfBestFit(Total(), 24);
}

TEST_P(Scenario, 2MaxSizeTensorTooLarge) {
  AddBackend(32, 8);
  Drawing d;
  const int x0 = d.In(16), x1 = d.In(8);
  d.Op(24, {x0, x1});
  Run(d);
  EXPECT_LE(Total(), 56u);
  ExpectOfBestFit(Total(), 48);
}

TEST_P(Scenario, 3TensorLargerThanMaxSize) {
  AddBackend(16, 8);
  Drawing d;
  const int x0 = d.In(24);
  d.InPlace({x0});
  Run(d, /*within_max_size=*/false);
  EXPECT_EQ(Total(), 24u);
  EXPECT_THAT(backends_[0].buffers, ElementsAre(24));
}

TEST_P(Scenario, 4NotEnoughChunks) {
  AddBackend(8, 8);
  Drawing d;
  std::vector<int> inputs;
  for (int i = 0; i < 17; ++i) inputs.push_back(d.In(8));
  int sum = inputs[0];
  for (int i = 1; i < 17; ++i) sum = d.InPlace({sum, inputs[i]});
  Run(d, /*within_max_size=*/false);
  EXPECT_EQ(Total(), 136u);
  ASSERT_EQ(backends_[0].buffers.size(), 16u);
  EXPECT_EQ(backends_[0].buffers.back(), 16u);
}

TEST_P(Scenario, 5FillLeftoverSpace) {
  AddBackend(16, 8);
  Drawing d;
  const int x0 = d.In(8), x1 = d.Op(16, {x0});
  d.Op(4, {x1});
  Run(d);
  EXPECT_LE(Total(), 28u);
  ExpectOfBestFit(Total(), 24);
}

TEST_P(Scenario, 6ViewInPlace) {
  AddBackend(32, 8);
  Drawing d;
  const int x0 = d.In(16), x1 = d.View(x0, 16), x2 = d.View(x1, 16), x3 = d.View(x2, 8, 4);
  const int x4 = d.In(8);
  d.InPlace({x3, x4});
  Run(d);
  EXPECT_LE(Total(), 24u);
}

TEST_P(Scenario, 7ReuseAndFree) {
  AddBackend(40, 8);
  Drawing d;
  const int x0 = d.In(24), x1 = d.In(8), x2 = d.In(8), x3 = d.InPlace({x1, x2});
  const int x4 = d.Op(32, {x0}), x5 = d.InPlace({x4}), x6 = d.InPlace({x4, x5});
  const int x7 = d.View(x6, 8, 8);
  d.InPlace({x3, x7});
  Run(d);
  EXPECT_LE(Total(), 104u);
  ExpectOfBestFit(Total(), 72);
}

Drawing MergeFreeBlock() {
  Drawing d;
  const int x0 = d.In(16), x1 = d.In(16), x2 = d.In(16);
  const int x3 = d.Op(4, {x0}), x4 = d.Op(4, {x1}), x5 = d.Op(24, {x2});
  const int x6 = d.InPlace({x3, x4}), x7 = d.Op(24, {x6});
  d.InPlace({x5, x7});
  return d;
}

TEST_P(Scenario, 8MergeFreeBlock) {
  AddBackend(32, 8);
  Drawing d = MergeFreeBlock();
  Run(d);
  EXPECT_LE(Total(), 88u);
  ExpectOfBestFit(Total(), 72);
}

TEST_P(Scenario, 9MergeFreeBlockInOneBuffer) {
  AddBackend(kNoLimit, 8);
  Drawing d = MergeFreeBlock();
  Run(d);
  EXPECT_LE(Total(), 88u);
  EXPECT_EQ(backends_[0].buffers.size(), 1u);
  ExpectOfBestFit(Total(), 72);
}

TEST_P(Scenario, 10PreferAlreadyAllocatedMemory) {
  AddBackend(32, 4);
  Drawing d;
  const int x0 = d.In(24), x1 = d.Op(4, {x0});
  d.Op(4, {x1});
  Run(d);
  EXPECT_LE(Total(), 28u);
}

TEST_P(Scenario, 11MultipleBufferTypes) {
  constexpr uint32_t kA = 0, kB = 1;
  AddBackend(32, 8);
  AddBackend(kNoLimit, 8);
  Drawing d;
  const int a0 = d.External(16, kA), a1 = d.External(16, kA);
  const int b0 = d.External(24, kB), b1 = d.External(4, kB);
  const int x0 = d.In(16, kA), x1 = d.InPlace({x0, a0}, kA), x2 = d.Op(24, {x1}, kA);
  const int x3 = d.InPlace({x2, b0}, kB), x4 = d.Op(4, {x3}, kB), x5 = d.InPlace({x4, b1}, kB);
  const int x6 = d.Op(16, {x5}, kB), x7 = d.InPlace({x6, a1}, kA);
  d.InPlace({x7}, kA);
  Run(d);
  constexpr uint64_t kOutside = 32;  // of each of the two, which ggml's assertion counts in
  EXPECT_LE(Total(kA) + kOutside, 88u);
  EXPECT_LE(Total(kB) + kOutside, 56u);
  ExpectOfBestFit(Total(kA) + kOutside, 72);
  EXPECT_EQ(Place(d.ids[x3]).arena, static_cast<int32_t>(kA));
}

TEST_P(Scenario, 12BufferSizeZero) {
  AddBackend(kNoLimit, 8);
  AddBackend(kNoLimit, 8);
  Drawing d;
  const int x0 = d.In(16);
  d.InPlace({x0});
  Run(d);
  EXPECT_EQ(Total(0), 16u);
  EXPECT_THAT(backends_[1].buffers, ElementsAre());
}

TEST_P(Scenario, 13Reallocation) {
  AddBackend(32, 4);
  Drawing d;
  const int x0 = d.In(24), x1 = d.In(16), x2 = d.View(x0, 16);
  d.InPlace({x2, x1});
  Run(d);
  EXPECT_EQ(Total(), 40u);

  Drawing e;
  const int y0 = e.In(20), y1 = e.In(20);
  e.InPlace({y0, y1});
  Run(e);
  EXPECT_EQ(Total(), 40u);
  EXPECT_THAT(backends_[0].buffers, ElementsAre(20, 20));
}

INSTANTIATE_TEST_SUITE_P(All, Scenario, testing::ValuesIn(emel::tests::EveryStrategy()),
                         emel::tests::StrategyInName);

}  // namespace
