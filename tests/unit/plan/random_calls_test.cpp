#include "runtime/include/emel/plan.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <vector>

// Calls in any order with any arguments: each ends in a status, and no buffer is lost.
namespace {

int buffers = 0;

class RandomCalls : public testing::Test {
 protected:
  ~RandomCalls() override {
    for (emel_graph_t* each : graphs_) emel_graph_destroy(each);
    for (emel_planner_t* each : planners_) emel_planner_destroy(each);
    EXPECT_EQ(buffers, 0);
  }

  uint32_t Below(size_t end) { return static_cast<uint32_t>(random_() % end); }
  bool Seldom() { return Below(16) == 0; }
  int32_t Tensor() { return static_cast<int32_t>(Below(12)) - 1; }
  uint64_t Bytes() { return Seldom() ? ~uint64_t{0} >> Below(20) : Below(300); }
  uint32_t Size(size_t right) { return Seldom() ? Below(right) : static_cast<uint32_t>(right); }
  emel_graph_t* AnyGraph() { return graphs_[Below(graphs_.size())]; }
  emel_planner_t* AnyPlanner() { return planners_[Below(planners_.size())]; }

  emel_plan_status_t AddNode() {
    const int32_t sources[] = {Tensor(), Tensor()}, results[] = {Tensor(), Tensor()};
    const emel_in_place_t in_place[] = {{sources[0], results[0]}, {Tensor(), Tensor()}};
    const emel_node_t node{.struct_size = Size(sizeof node),
                           .source_count = Below(3),
                           .result_count = Below(3),
                           .in_place_count = Below(3),
                           .sources = Seldom() ? nullptr : sources,
                           .results = Seldom() ? nullptr : results,
                           .in_place = Seldom() ? nullptr : in_place};
    return emel_graph_add_node(AnyGraph(), &node, nullptr);
  }

  emel_plan_status_t AddArena() {
    emel_arena_t arena{.struct_size = Size(sizeof arena),
                       .max_chunks = Below(4),
                       .capacity = Seldom() ? Below(4096) : 0};
    const auto alloc = [](void*, uint64_t bytes, uint64_t alignment) -> void* {
      if (bytes > 1 << 20) return nullptr;
      ++buffers;
      return std::aligned_alloc(alignment, bytes);
    };
    const auto free = [](void*, void* address, uint64_t) {
      --buffers;
      std::free(address);
    };
    if (!Seldom()) arena.alloc = alloc;
    if (!Seldom()) arena.free = free;
    if (!Seldom()) arena.max_size = [](void*) { return uint64_t{512}; };
    if (Seldom()) arena.alignment = [](void*) { return uint64_t{48}; };
    return emel_planner_add_arena(AnyPlanner(), &arena, nullptr);
  }

  emel_plan_status_t CreatePlanner() {
    const emel_planner_options_t options{
        .struct_size = Size(sizeof options), .size_class_bits = Below(10), .search_nodes = 100};
    planners_.push_back(nullptr);
    return emel_planner_create(&options, &planners_.back());
  }

  emel_plan_status_t CreateGraph() {
    graphs_.push_back(nullptr);
    return emel_graph_create(&graphs_.back());
  }

  emel_plan_status_t Get() {
    emel_place_t place{.struct_size = Size(sizeof place)};
    emel_statistics_t statistics{.struct_size = Size(sizeof statistics)};
    void* address = nullptr;
    switch (Below(3)) {
      case 0:
        return emel_planner_get_tensor(AnyPlanner(), Tensor(), &place);
      case 1:
        return emel_planner_get_statistics(AnyPlanner(), &statistics);
      default:
        return emel_planner_get_address(AnyPlanner(), Tensor(), &address);
    }
  }

  emel_plan_status_t Call() {
    switch (Below(9)) {
      case 0:
        return Seldom() ? emel_graph_clear(AnyGraph()) : AddNode();
      case 1:
        return Seldom() ? emel_graph_destroy(AnyGraph()) : AddNode();
      case 2:
        return Seldom() ? emel_planner_destroy(AnyPlanner()) : Get();
      case 3:
        return Seldom() ? emel_planner_reset(AnyPlanner()) : Get();
      case 4:
        return emel_graph_add_tensor(AnyGraph(), Bytes(), Below(3), Below(9), nullptr);
      case 5:
        return emel_graph_add_view(AnyGraph(), Tensor(), Below(100), Bytes(), 0, nullptr);
      case 6:
        return Seldom() ? CreatePlanner() : emel_planner_allocate(AnyPlanner());
      case 7:
        return Seldom() ? CreateGraph() : emel_planner_plan(AnyPlanner(), AnyGraph(), nullptr);
      default:
        return AddArena();
    }
  }

  std::mt19937 random_{1};
  std::vector<emel_graph_t*> graphs_ = {nullptr, reinterpret_cast<emel_graph_t*>(this)};
  std::vector<emel_planner_t*> planners_ = {nullptr, reinterpret_cast<emel_planner_t*>(this)};
};

TEST_F(RandomCalls, EndInAStatus) {
  std::vector<int> seen(EMEL_PLAN_INTERNAL + 1);
  for (int i = 0; i < 100'000; ++i) {
    const emel_plan_status_t status = Call();
    ASSERT_GE(status, EMEL_PLAN_OK);
    ASSERT_LT(status, EMEL_PLAN_INTERNAL) << emel_plan_get_message();
    ++seen[status];
  }
  EXPECT_GT(seen[EMEL_PLAN_OK], 1000);
  EXPECT_GT(seen[EMEL_PLAN_BAD_STATE], 100);
  EXPECT_GT(seen[EMEL_PLAN_BAD_ALIGNMENT], 10);
  EXPECT_GT(seen[EMEL_PLAN_OVERFLOW], 10);
}

}  // namespace
