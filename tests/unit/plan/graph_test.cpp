#include "runtime/plan/graph.h"

#include "runtime/plan/graph_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace emel::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A graph that is known to be right: every call succeeds.
class Builder {
 public:
  int32_t Tensor(uint64_t bytes, uint32_t flags = 0, uint32_t arena = 0) {
    return *graph.AddTensor(bytes, arena, flags);
  }
  int32_t View(int32_t of, uint64_t offset, uint64_t bytes, uint32_t flags = 0) {
    return *graph.AddView(of, offset, bytes, flags);
  }
  // All pairs of a source and a result may share.
  void Node(std::vector<int32_t> sources, std::vector<int32_t> results) {
    plan::Node node{.sources = sources, .results = results};
    for (const int32_t from : sources) {
      for (const int32_t into : results) node.in_place.push_back({from, into});
    }
    ASSERT_TRUE(graph.AddNode(node).ok());
  }
  std::vector<std::pair<int32_t, int32_t>> InPlace() {
    std::vector<std::pair<int32_t, int32_t>> pairs;
    const auto lifetimes = graph.FindLifetimes();
    for (const auto& [from, into] : lifetimes->in_place) pairs.emplace_back(from, into);
    return pairs;
  }

  Graph graph;
};

using Pairs = std::vector<std::pair<int32_t, int32_t>>;

TEST(Graph, LifetimesFollowFromTheNodes) {
  Builder b;
  const int32_t x = b.Tensor(8, Graph::kInput), unread = b.Tensor(8, Graph::kInput);
  const int32_t h = b.Tensor(4), dead = b.Tensor(2), y = b.Tensor(1, Graph::kOutput);
  b.Node({x}, {h, dead});
  b.Node({h, x}, {y});
  const auto lifetimes = b.graph.FindLifetimes();
  ASSERT_TRUE(lifetimes.ok());
  const auto is = [&](int32_t t, int64_t lower, int64_t upper, int64_t size) {
    const Buffer& found = lifetimes->buffers[t];
    return found.lower == lower && found.upper == upper && found.size == size;
  };
  EXPECT_TRUE(is(x, 0, 3, 8));
  EXPECT_TRUE(is(unread, 0, 1, 8));
  EXPECT_TRUE(is(h, 1, 3, 4));
  EXPECT_TRUE(is(dead, 1, 2, 2));
  EXPECT_TRUE(is(y, 2, 4, 1));
}

TEST(Graph, ViewsKeepTheirRootAndTakeNothing) {
  Builder b;
  const int32_t x = b.Tensor(16, Graph::kInput), v = b.View(x, 4, 12), w = b.View(v, 4, 8);
  const int32_t h = b.Tensor(4), y = b.Tensor(4);
  b.Node({x}, {h});
  b.Node({w, h}, {y});
  const auto lifetimes = b.graph.FindLifetimes();
  EXPECT_EQ(lifetimes->buffers.size(), 3u);
  EXPECT_EQ(lifetimes->buffers[0].upper, 3);
  EXPECT_THAT(lifetimes->buffer_of, ElementsAre(0, 0, 0, 1, 2));
  EXPECT_EQ(b.graph.tensors()[w].offset, 8);
}

TEST(Graph, NodesMayWriteIntoParts) {
  Builder b;
  const int32_t x = b.Tensor(8, Graph::kInput), whole = b.Tensor(16, Graph::kOutput);
  const int32_t left = b.View(whole, 0, 8), right = b.View(whole, 8, 8);
  b.Node({x}, {left});
  b.Node({x}, {right});
  const auto lifetimes = b.graph.FindLifetimes();
  ASSERT_TRUE(lifetimes.ok());
  EXPECT_EQ(lifetimes->buffers[1].lower, 1);
  EXPECT_THAT(lifetimes->in_place, IsEmpty());  // the result has its bytes already
}

TEST(Graph, OutputOfAViewKeepsTheRoot) {
  Builder b;
  const int32_t x = b.Tensor(8, Graph::kInput), h = b.Tensor(8);
  b.View(h, 0, 4, Graph::kOutput);
  const int32_t last = b.Tensor(8);
  b.Node({x}, {h});
  b.Node({h}, {last});
  EXPECT_EQ(b.InPlace(), (Pairs{{0, 1}}));
  EXPECT_EQ(b.graph.FindLifetimes()->buffers[1].upper, 4);
}

TEST(Graph, PermissionsThatAreVoid) {
  {
    Builder b;  // x is read later, e is external
    const int32_t x = b.Tensor(8, Graph::kInput), e = b.Tensor(8, Graph::kExternal);
    const int32_t h = b.Tensor(8), y = b.Tensor(8);
    b.Node({x, e}, {h});
    b.Node({x, h}, {y});
    EXPECT_EQ(b.InPlace(), (Pairs{{0, 2}, {1, 2}}));
  }
  {
    Builder b;  // outputs survive, even those that the last node reads
    const int32_t x = b.Tensor(8, Graph::kInput | Graph::kOutput), y = b.Tensor(8);
    b.Node({x}, {y});
    EXPECT_THAT(b.InPlace(), IsEmpty());
  }
  {
    Builder b;  // a node that reads a part of x beside x, and one that writes a part
    const int32_t x = b.Tensor(8, Graph::kInput), part = b.View(x, 4, 4), y = b.Tensor(8);
    b.Node({x, part}, {y});
    EXPECT_THAT(b.InPlace(), IsEmpty());
    Builder c;
    const int32_t z = c.Tensor(8, Graph::kInput), slice = c.View(z, 0, 4), w = c.Tensor(8);
    c.Node({z}, {slice, w});
    EXPECT_THAT(c.InPlace(), IsEmpty());
  }
  {
    Builder b;  // a whole view is as good as its root
    const int32_t x = b.Tensor(8, Graph::kInput), whole = b.View(x, 0, 8), y = b.Tensor(8);
    b.Node({x, whole}, {y});
    EXPECT_EQ(b.InPlace(), (Pairs{{0, 1}, {0, 1}}));
  }
}

TEST(Graph, RefusesWithAReasonAndStaysAsItWas) {
  Builder b;
  const int32_t x = b.Tensor(8, Graph::kInput), h = b.Tensor(8), later = b.Tensor(8);
  b.Node({x}, {h});
  const auto message = [](const auto& result) { return std::string(result.status().message()); };
  Graph& graph = b.graph;
  EXPECT_THAT(message(graph.AddTensor(uint64_t{1} << 63, 0, 0)), HasSubstr("at most 2^63 - 1"));
  EXPECT_THAT(message(graph.AddTensor(8, 0, 8)), HasSubstr("flags within 7, found 8"));
  EXPECT_THAT(message(graph.AddTensor(8, 1u << 31, 0)), HasSubstr("no arena"));
  EXPECT_THAT(message(graph.AddView(3, 0, 0, 0)), HasSubstr("one of 3 tensors, found 3"));
  EXPECT_THAT(message(graph.AddView(-1, 0, 0, 0)), HasSubstr("found -1"));
  EXPECT_THAT(message(graph.AddView(x, 4, 8, 0)), HasSubstr("within 8 bytes"));
  EXPECT_THAT(message(graph.AddView(x, ~uint64_t{0}, 8, 0)), HasSubstr("past 2^64 - 1"));
  EXPECT_THAT(message(graph.AddView(x, 0, 8, Graph::kInput)), HasSubstr("flags within 2"));
  EXPECT_THAT(message(graph.AddNode({{later}, {later}})), HasSubstr("no earlier node writes"));
  EXPECT_THAT(message(graph.AddNode({{9}, {later}})), HasSubstr("found 9"));
  EXPECT_THAT(message(graph.AddNode({{x}, {9}})), HasSubstr("found 9"));
  EXPECT_THAT(message(graph.AddNode({{x}, {h}})), HasSubstr("the result of node 0"));
  EXPECT_THAT(message(graph.AddNode({{h}, {x}})), HasSubstr("an input"));
  EXPECT_THAT(message(graph.AddNode({{h}, {later, later}})), HasSubstr("twice"));
  EXPECT_THAT(message(graph.AddNode({{h}, {later}, {{x, later}}})),
              HasSubstr("one of its sources"));
  EXPECT_THAT(message(graph.AddNode({std::vector<int32_t>(5000, x), {later}})),
              HasSubstr("at most 4096"));
  EXPECT_EQ(graph.tensors().size(), 3u);
  EXPECT_EQ(graph.nodes().size(), 1u);
  EXPECT_THAT(message(graph.FindLifetimes()), HasSubstr("tensor 2 is no input, and no node"));
}

TEST(SizeClass, RoundsUp) {
  EXPECT_EQ(*SizeClass(0, 0, 64), 0);
  EXPECT_EQ(*SizeClass(65, 0, 64), 128);
  EXPECT_EQ(*SizeClass(1000, 0, 1), 1000);
  EXPECT_EQ(*SizeClass(1000, 2, 1), 1024);  // 512, 640, 768, 896, 1024
  EXPECT_EQ(*SizeClass(769, 2, 1), 896);
  EXPECT_EQ(*SizeClass(768, 2, 1), 768);
  EXPECT_EQ(*SizeClass(3, 2, 1), 3);
  for (int64_t bytes = 1; bytes < 5000; ++bytes) {
    const int64_t size = *SizeClass(bytes, 3, 1);
    EXPECT_GE(size, bytes);
    EXPECT_LE((size - bytes) * 8, bytes);
    EXPECT_EQ(*SizeClass(size, 3, 1), size);
  }
  EXPECT_EQ(SizeClass(kUnlimited, 0, 2).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(SizeClass(kUnlimited, 8, 1).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(*SizeClass(kUnlimited, 0, 1), kUnlimited);
}

TEST(GraphPlan, ArenasShareOnlyByPermissionAndAlignment) {
  Builder b;
  const int32_t x = b.Tensor(64, Graph::kInput, 0), y = b.Tensor(64, 0, 1), z = b.Tensor(64, 0, 2);
  b.Node({x}, {y});
  b.Node({y}, {z});
  const ArenaLimits limits[] = {{.alignment = 32}, {.alignment = 8}, {.alignment = 64}};
  const auto plan = PlanGraph(b.graph, limits, {}, 0);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->arena_of, ElementsAre(0, 0, 2));
  EXPECT_EQ(plan->arenas[1].total, 0);
}

}  // namespace
}  // namespace emel::plan
