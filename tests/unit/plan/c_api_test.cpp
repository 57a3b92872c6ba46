#include "runtime/include/emel/plan.h"
#include "tests/unit/plan/scarce_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

#define ASSERT_FINE(call) ASSERT_EQ(call, EMEL_PLAN_OK) << emel_plan_get_message()
#define EXPECT_FINE(call) EXPECT_EQ(call, EMEL_PLAN_OK) << emel_plan_get_message()

// Real memory, until `refuse_after` buffers were handed out.
struct Backend {
  uint64_t alignment = 64;
  uint64_t max_size = 0;
  int refuse_after = -1;
  bool misaligned = false;
  emel_planner_t* call_back = nullptr;  // from within alloc
  emel_plan_status_t called_back = EMEL_PLAN_OK;
  std::vector<uint64_t> held;

  static Backend& Of(void* context) { return *static_cast<Backend*>(context); }
  static void* Alloc(void* context, uint64_t bytes, uint64_t alignment) {
    Backend& self = Of(context);
    if (self.call_back) self.called_back = emel_planner_reset(self.call_back);
    if (self.refuse_after == 0) return nullptr;
    if (self.refuse_after > 0) --self.refuse_after;
    self.held.push_back(bytes);
    char* address = static_cast<char*>(std::aligned_alloc(alignment, bytes + alignment));
    return self.misaligned ? address + 1 : address;
  }
  static void Free(void* context, void* address, uint64_t bytes) {
    Backend& self = Of(context);
    const auto found = std::find(self.held.begin(), self.held.end(), bytes);
    ASSERT_NE(found, self.held.end());
    self.held.erase(found);
    std::free(static_cast<char*>(address) - (self.misaligned ? 1 : 0));
  }

  emel_arena_t Arena() {
    return {.struct_size = sizeof(emel_arena_t),
            .context = this,
            .alloc = Alloc,
            .free = Free,
            .max_size = [](void* context) { return Of(context).max_size; },
            .alignment = [](void* context) { return Of(context).alignment; }};
  }
};

class PlanApi : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_FINE(emel_graph_create(&graph_));
    ASSERT_FINE(emel_planner_create(nullptr, &planner_));
  }
  void TearDown() override {
    emel::tests::AllowAllocations(-1);
    EXPECT_FINE(emel_graph_destroy(graph_));
    EXPECT_FINE(emel_planner_destroy(planner_));
    EXPECT_THAT(backend_.held, IsEmpty());
  }

  void UseOptions(emel_planner_options_t options) {
    options.struct_size = sizeof options;
    ASSERT_FINE(emel_planner_destroy(planner_));
    ASSERT_FINE(emel_planner_create(&options, &planner_));
  }
  void AddArena() { AddArena(backend_.Arena()); }
  void AddArena(const emel_arena_t& arena) {
    ASSERT_FINE(emel_planner_add_arena(planner_, &arena, nullptr));
  }

  int32_t Tensor(uint64_t bytes, uint32_t flags = 0, uint32_t arena = 0) {
    int32_t tensor = -1;
    EXPECT_FINE(emel_graph_add_tensor(graph_, bytes, arena, flags, &tensor));
    return tensor;
  }
  int32_t View(int32_t of, uint64_t offset, uint64_t bytes, uint32_t flags = 0) {
    int32_t tensor = -1;
    EXPECT_FINE(emel_graph_add_view(graph_, of, offset, bytes, flags, &tensor));
    return tensor;
  }
  emel_plan_status_t TryNode(const std::vector<int32_t>& sources, int32_t result,
                             bool in_place = false) {
    std::vector<emel_in_place_t> pairs;
    if (in_place) {
      for (const int32_t source : sources) pairs.push_back({source, result});
    }
    const emel_node_t node{.struct_size = sizeof node,
                           .source_count = static_cast<uint32_t>(sources.size()),
                           .result_count = 1,
                           .in_place_count = static_cast<uint32_t>(pairs.size()),
                           .sources = sources.data(),
                           .results = &result,
                           .in_place = pairs.data()};
    return emel_graph_add_node(graph_, &node, nullptr);
  }
  void Node(const std::vector<int32_t>& sources, int32_t result, bool in_place = false) {
    EXPECT_FINE(TryNode(sources, result, in_place));
  }

  // x -> h -> y, all of one size.
  void DescribeChain(uint64_t bytes, bool in_place = false) {
    EXPECT_FINE(emel_graph_clear(graph_));
    const int32_t x = Tensor(bytes, EMEL_TENSOR_INPUT), h = Tensor(bytes);
    const int32_t y = Tensor(bytes, EMEL_TENSOR_OUTPUT);
    Node({x}, h, in_place);
    Node({h}, y, in_place);
  }

  emel_replan_t Plan() {
    emel_replan_t replan{.struct_size = sizeof replan};
    EXPECT_FINE(emel_planner_plan(planner_, graph_, &replan));
    return replan;
  }
  emel_place_t Place(int32_t tensor) {
    emel_place_t place{.struct_size = sizeof place};
    EXPECT_FINE(emel_planner_get_tensor(planner_, tensor, &place));
    return place;
  }
  emel_statistics_t Statistics() {
    emel_statistics_t statistics{.struct_size = sizeof statistics};
    EXPECT_FINE(emel_planner_get_statistics(planner_, &statistics));
    return statistics;
  }
  static std::string Message() { return emel_plan_get_message(); }

  emel_graph_t* graph_ = nullptr;
  emel_planner_t* planner_ = nullptr;
  Backend backend_;
};

auto Reason(int32_t reason, int32_t tensor) {
  return AllOf(Field(&emel_replan_t::reason, reason), Field(&emel_replan_t::tensor, tensor));
}

TEST_F(PlanApi, StatusesHaveNames) {
  EXPECT_EQ(emel_plan_get_version(), static_cast<uint32_t>(EMEL_PLAN_VERSION));
  EXPECT_STREQ(emel_plan_describe_status(EMEL_PLAN_OK), "ok");
  EXPECT_STREQ(emel_plan_describe_status(EMEL_PLAN_INTERNAL), "internal error");
  EXPECT_STREQ(emel_plan_describe_status(-1), "unknown status");
  EXPECT_STREQ(emel_plan_describe_status(EMEL_PLAN_INTERNAL + 1), "unknown status");
}

TEST_F(PlanApi, EachCauseHasItsStatus) {
  AddArena();
  EXPECT_EQ(emel_graph_add_tensor(graph_, 8, 0, 1u << 20, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_planner_allocate(planner_), EMEL_PLAN_BAD_STATE);
  emel_arena_t odd = backend_.Arena();
  odd.alignment = [](void*) { return uint64_t{24}; };
  EXPECT_EQ(emel_planner_add_arena(planner_, &odd, nullptr), EMEL_PLAN_BAD_ALIGNMENT);
  EXPECT_THAT(Message(), HasSubstr("a power of two, found 24"));
  EXPECT_EQ(emel_graph_add_tensor(graph_, ~uint64_t{0}, 0, 0, nullptr), EMEL_PLAN_OVERFLOW);
  Tensor(uint64_t{1} << 62, EMEL_TENSOR_INPUT);
  Tensor(uint64_t{1} << 62, EMEL_TENSOR_INPUT);
  EXPECT_EQ(emel_planner_plan(planner_, graph_, nullptr), EMEL_PLAN_OVERFLOW);
  EXPECT_THAT(Message(), HasSubstr("tensor 1"));
}

TEST_F(PlanApi, CapacityIsALimit) {
  emel_arena_t arena = backend_.Arena();
  arena.capacity = 128;
  AddArena(arena);
  DescribeChain(64);
  EXPECT_EQ(Plan().reason, EMEL_REPLAN_FIRST);
  DescribeChain(65);
  EXPECT_EQ(emel_planner_plan(planner_, graph_, nullptr), EMEL_PLAN_DOES_NOT_FIT);
  EXPECT_THAT(Message(), HasSubstr("arena 0: no plan fits: 256 bytes are live at moment 1"));
  EXPECT_EQ(Place(2).bytes, 64u);  // the plan from before is there
}

TEST_F(PlanApi, NullsAreArguments) {
  AddArena();
  DescribeChain(64);
  EXPECT_EQ(emel_graph_create(nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_graph_clear(nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_graph_destroy(nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_graph_add_tensor(nullptr, 0, 0, 0, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_graph_add_view(nullptr, 0, 0, 0, 0, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_graph_add_node(graph_, nullptr, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_planner_create(nullptr, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_planner_plan(planner_, nullptr, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_planner_measure(planner_, graph_, nullptr, 1), EMEL_PLAN_BAD_ARGUMENT);
  ASSERT_FINE(emel_planner_plan(planner_, graph_, nullptr));
  EXPECT_EQ(emel_planner_get_tensor(planner_, 0, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_planner_get_arena(planner_, 0, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_planner_get_chunk(planner_, 0, 0, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_planner_get_statistics(planner_, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  ASSERT_FINE(emel_planner_allocate(planner_));
  EXPECT_EQ(emel_planner_get_address(planner_, 0, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  emel_planner_t* planner = planner_;
  EXPECT_EQ(emel_planner_add_arena(nullptr, nullptr, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_planner_allocate(nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_planner_reset(nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_planner_destroy(nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(planner, planner_);
  const emel_node_t node{.struct_size = sizeof node, .source_count = 3};
  EXPECT_EQ(emel_graph_add_node(graph_, &node, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(Message(), "expected sources, found a null pointer");
}

TEST_F(PlanApi, DeadAndForeignHandlesAreArguments) {
  emel_graph_t* graph = nullptr;
  emel_planner_t* planner = nullptr;
  ASSERT_FINE(emel_graph_create(&graph));
  ASSERT_FINE(emel_planner_create(nullptr, &planner));
  ASSERT_FINE(emel_graph_destroy(graph));
  ASSERT_FINE(emel_planner_destroy(planner));
  EXPECT_EQ(emel_graph_destroy(graph), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(Message(), "expected a graph, found a null or dead handle");
  EXPECT_EQ(emel_planner_destroy(planner), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_graph_clear(graph), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_planner_plan(planner_, graph, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  int unrelated = 0;
  EXPECT_EQ(emel_planner_reset(reinterpret_cast<emel_planner_t*>(&unrelated)),
            EMEL_PLAN_BAD_ARGUMENT);
}

TEST_F(PlanApi, EveryStateSaysWhatItHas) {
  emel_place_t place{.struct_size = sizeof place};
  emel_arena_plan_t arena_plan{.struct_size = sizeof arena_plan};
  emel_statistics_t statistics{.struct_size = sizeof statistics};
  uint64_t bytes = 0;
  void* address = nullptr;
  const emel_arena_t arena = backend_.Arena();
  // In the order of the table in plan.h.
  const auto statuses = [&] {
    return std::vector<emel_plan_status_t>{emel_planner_get_tensor(planner_, 0, &place),
                                           emel_planner_get_arena(planner_, 0, &arena_plan),
                                           emel_planner_get_chunk(planner_, 0, 0, &bytes),
                                           emel_planner_get_statistics(planner_, &statistics),
                                           emel_planner_get_address(planner_, 0, &address)};
  };
  constexpr auto kNo = EMEL_PLAN_BAD_STATE, kYes = EMEL_PLAN_OK;
  AddArena();
  DescribeChain(64);
  EXPECT_THAT(statuses(), ElementsAre(kNo, kNo, kNo, kNo, kNo));
  EXPECT_EQ(emel_planner_allocate(planner_), kNo);
  EXPECT_EQ(Message(), "expected a planner that is planned or allocated, found one that is open");
  EXPECT_EQ(emel_planner_measure(planner_, graph_, &bytes, 1), kYes);

  Plan();
  EXPECT_THAT(statuses(), ElementsAre(kYes, kYes, kYes, kYes, kNo));
  EXPECT_EQ(emel_planner_add_arena(planner_, &arena, nullptr), kNo);
  EXPECT_EQ(emel_planner_measure(planner_, graph_, &bytes, 1), kYes);

  ASSERT_FINE(emel_planner_allocate(planner_));
  ASSERT_FINE(emel_planner_allocate(planner_));
  EXPECT_THAT(statuses(), ElementsAre(kYes, kYes, kYes, kYes, kYes));
  EXPECT_EQ(emel_planner_add_arena(planner_, &arena, nullptr), kNo);
  EXPECT_EQ(Plan().reason, EMEL_REPLAN_NONE);
  EXPECT_THAT(statuses(), ElementsAre(kYes, kYes, kYes, kYes, kYes));
  DescribeChain(128);
  EXPECT_EQ(Plan().reason, EMEL_REPLAN_SIZE);
  EXPECT_THAT(statuses(), ElementsAre(kYes, kYes, kYes, kYes, kNo));

  ASSERT_FINE(emel_planner_reset(planner_));
  EXPECT_THAT(backend_.held, IsEmpty());
  EXPECT_THAT(statuses(), ElementsAre(kNo, kNo, kNo, kNo, kNo));
  EXPECT_EQ(emel_planner_add_arena(planner_, &arena, nullptr), kYes);
  EXPECT_EQ(Plan().reason, EMEL_REPLAN_FIRST);
}

TEST_F(PlanApi, StructsTellTheirVersionBySize) {
  struct Newer {
    emel_planner_options_t options;
    uint64_t news;
  } newer{{.struct_size = sizeof(Newer)}, 0};
  emel_planner_t* planner = nullptr;
  ASSERT_FINE(emel_planner_create(&newer.options, &planner));
  EXPECT_FINE(emel_planner_destroy(planner));
  newer.news = 1;
  EXPECT_EQ(emel_planner_create(&newer.options, &planner), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(
      Message(),
      "emel_planner_options_t: expected zeros past byte 24, where this version knows no member");
  for (const uint32_t size : {0u, 4u, 23u, 1u << 31}) {
    newer.options.struct_size = size;
    EXPECT_EQ(emel_planner_create(&newer.options, &planner), EMEL_PLAN_BAD_ARGUMENT) << size;
  }
  struct {
    emel_place_t place;
    uint64_t news;
  } result{{.struct_size = sizeof result}, 7};
  AddArena();
  DescribeChain(64);
  Plan();
  EXPECT_FINE(emel_planner_get_tensor(planner_, 1, &result.place));
  EXPECT_EQ(result.place.struct_size, sizeof result);
  EXPECT_EQ(result.news, 7u);
  result.place.struct_size = 8;
  EXPECT_EQ(emel_planner_get_tensor(planner_, 1, &result.place), EMEL_PLAN_BAD_ARGUMENT);
}

TEST_F(PlanApi, OptionsAreChecked) {
  emel_planner_t* planner = nullptr;
  emel_planner_options_t options{.struct_size = sizeof options, .strategy = "fastest"};
  EXPECT_EQ(emel_planner_create(&options, &planner), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_THAT(Message(), HasSubstr("best-fit"));
  options = {.struct_size = sizeof options, .size_class_bits = 9};
  EXPECT_EQ(emel_planner_create(&options, &planner), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(planner, nullptr);
  emel_arena_t half = backend_.Arena();
  half.free = nullptr;
  EXPECT_EQ(emel_planner_add_arena(planner_, &half, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  const emel_arena_t empty{.struct_size = sizeof empty};
  for (int i = 0; i < 256; ++i) AddArena(empty);
  EXPECT_EQ(emel_planner_add_arena(planner_, &empty, nullptr), EMEL_PLAN_OVERFLOW);
}

TEST_F(PlanApi, UnknownIdsAreArguments) {
  AddArena();
  DescribeChain(64);
  Plan();
  ASSERT_FINE(emel_planner_allocate(planner_));
  emel_place_t place{.struct_size = sizeof place};
  emel_arena_plan_t arena{.struct_size = sizeof arena};
  uint64_t bytes = 0;
  void* address = nullptr;
  for (const int32_t tensor : {-1, 3, std::numeric_limits<int32_t>::max()}) {
    EXPECT_EQ(emel_planner_get_tensor(planner_, tensor, &place), EMEL_PLAN_BAD_ARGUMENT);
    EXPECT_EQ(emel_planner_get_address(planner_, tensor, &address), EMEL_PLAN_BAD_ARGUMENT);
  }
  EXPECT_EQ(emel_planner_get_arena(planner_, 1, &arena), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_planner_get_chunk(planner_, 0, 1, &bytes), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_planner_get_chunk(planner_, ~0u, 0, &bytes), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(emel_planner_measure(planner_, graph_, &bytes, 2), EMEL_PLAN_BAD_ARGUMENT);
  Tensor(8, EMEL_TENSOR_INPUT, 1);
  EXPECT_EQ(emel_planner_plan(planner_, graph_, nullptr), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(Message(), "tensor 3: expected one of 1 arenas, found 1");
}

TEST_F(PlanApi, EmptyGraphsAndEmptyTensors) {
  AddArena();
  EXPECT_EQ(Plan().reason, EMEL_REPLAN_FIRST);
  ASSERT_FINE(emel_planner_allocate(planner_));
  EXPECT_THAT(backend_.held, IsEmpty());
  DescribeChain(0);
  EXPECT_THAT(Plan(), Reason(EMEL_REPLAN_TENSOR, 0));
  ASSERT_FINE(emel_planner_allocate(planner_));
  EXPECT_THAT(backend_.held, IsEmpty());
  void* address = &address;
  EXPECT_FINE(emel_planner_get_address(planner_, 1, &address));
  EXPECT_EQ(address, nullptr);
}

TEST_F(PlanApi, ExternalTensorsHaveNoPlace) {
  AddArena();
  const int32_t weight = Tensor(1 << 20, EMEL_TENSOR_EXTERNAL);
  const int32_t rows = View(weight, 1 << 10, 1 << 10);
  const int32_t y = Tensor(64, EMEL_TENSOR_OUTPUT);
  Node({rows}, y);
  Plan();
  ASSERT_FINE(emel_planner_allocate(planner_));
  EXPECT_EQ(Place(weight).arena, -1);
  EXPECT_EQ(Place(rows).arena, -1);
  void* address = nullptr;
  EXPECT_EQ(emel_planner_get_address(planner_, rows, &address), EMEL_PLAN_BAD_ARGUMENT);
  EXPECT_EQ(Statistics().external, 2u);
  EXPECT_THAT(backend_.held, ElementsAre(64));
}

TEST_F(PlanApi, ViewsOfViewsLieInTheirRoot) {
  AddArena();
  const int32_t x = Tensor(256, EMEL_TENSOR_INPUT), v = View(x, 64, 128), w = View(v, 32, 16);
  const int32_t y = Tensor(16, EMEL_TENSOR_OUTPUT);
  Node({w}, y);
  Plan();
  EXPECT_EQ(Place(w).offset, Place(x).offset + 96);
  EXPECT_EQ(Place(w).bytes, 16u);
}

TEST_F(PlanApi, PlansAgainOnlyWhenItMustAndSaysWhy) {
  AddArena();
  DescribeChain(64, /*in_place=*/true);
  EXPECT_THAT(Plan(), Reason(EMEL_REPLAN_FIRST, -1));
  ASSERT_FINE(emel_planner_allocate(planner_));
  for (const uint64_t bytes : {64, 1, 63}) {
    DescribeChain(bytes, /*in_place=*/true);
    EXPECT_THAT(Plan(), Reason(EMEL_REPLAN_NONE, -1));
    EXPECT_EQ(Place(1).bytes, bytes);
  }
  DescribeChain(65, /*in_place=*/true);
  const emel_replan_t grown = Plan();
  EXPECT_THAT(grown, Reason(EMEL_REPLAN_SIZE, 0));
  EXPECT_EQ(grown.planned_bytes, 64u);
  EXPECT_EQ(grown.bytes, 65u);
  DescribeChain(65);
  EXPECT_THAT(Plan(), Reason(EMEL_REPLAN_IN_PLACE, 1));
  Tensor(8, EMEL_TENSOR_INPUT);
  EXPECT_THAT(Plan(), Reason(EMEL_REPLAN_TENSOR, 3));
  const int32_t z = Tensor(8, EMEL_TENSOR_OUTPUT);
  Node({0, 1}, z);
  EXPECT_THAT(Plan(), Reason(EMEL_REPLAN_LIFETIME, 0));
  EXPECT_THAT(Plan(), Reason(EMEL_REPLAN_NONE, -1));
  const emel_statistics_t statistics = Statistics();
  EXPECT_EQ(statistics.plans_made, 5u);
  EXPECT_EQ(statistics.plans_kept, 4u);
}

TEST_F(PlanApi, SizeClassesLeaveRoomToGrow) {
  UseOptions({.size_class_bits = 2});
  AddArena();
  int plans = 0;
  for (uint64_t tokens = 1; tokens <= 1024; ++tokens) {
    DescribeChain(tokens * 256);
    plans += Plan().reason != EMEL_REPLAN_NONE;
  }
  EXPECT_EQ(plans, 4 + 8 * 4);  // at 1, 2, 3 and 4 tokens, then 4 times in each of 8 doublings
}

TEST_F(PlanApi, KeepsBuffersThatAreLargeEnough) {
  backend_.max_size = 64;
  AddArena();
  DescribeChain(64);
  Plan();
  ASSERT_FINE(emel_planner_allocate(planner_));
  EXPECT_THAT(backend_.held, ElementsAre(64, 64));
  const int32_t z = Tensor(32, EMEL_TENSOR_OUTPUT);  // in the place of x, which has ended
  Node({2}, z);
  EXPECT_THAT(Plan(), Reason(EMEL_REPLAN_LIFETIME, 2));
  ASSERT_FINE(emel_planner_allocate(planner_));
  EXPECT_EQ(Statistics().buffers_made, 2u);
  DescribeChain(128);
  Plan();
  EXPECT_EQ(Statistics().buffer_bytes, 128u);
  ASSERT_FINE(emel_planner_allocate(planner_));
  EXPECT_THAT(backend_.held, ElementsAre(128, 128));
  const emel_statistics_t statistics = Statistics();
  EXPECT_EQ(statistics.buffers_made, 4u);
  EXPECT_EQ(statistics.buffers_freed, 2u);
  EXPECT_EQ(statistics.buffer_bytes, 256u);
}

TEST_F(PlanApi, ABackendThatRefusesLeavesNothingBehind) {
  Backend other;
  backend_.max_size = 64;
  AddArena();
  AddArena(other.Arena());
  DescribeChain(64);
  Tensor(64, EMEL_TENSOR_INPUT, 1);
  Plan();
  for (int refuse_after = 0; refuse_after < 2; ++refuse_after) {
    backend_.refuse_after = refuse_after;
    EXPECT_EQ(emel_planner_allocate(planner_), EMEL_PLAN_BACKEND_OUT_OF_MEMORY);
    EXPECT_EQ(Message(),
              "arena 0, chunk " + std::to_string(refuse_after) + ": the backend has no 64 bytes");
    EXPECT_THAT(backend_.held, IsEmpty());
  }
  backend_.refuse_after = -1;
  other.refuse_after = 0;
  EXPECT_EQ(emel_planner_allocate(planner_), EMEL_PLAN_BACKEND_OUT_OF_MEMORY);
  EXPECT_THAT(backend_.held, IsEmpty());
  void* address = nullptr;
  EXPECT_EQ(emel_planner_get_address(planner_, 0, &address), EMEL_PLAN_BAD_STATE);
  EXPECT_EQ(Place(0).arena, 0);
  other.refuse_after = -1;
  EXPECT_FINE(emel_planner_allocate(planner_));
  EXPECT_FINE(emel_planner_reset(planner_));
  EXPECT_THAT(other.held, IsEmpty());
}

TEST_F(PlanApi, ABackendOfCrookedAddresses) {
  backend_.misaligned = true;
  AddArena();
  DescribeChain(64);
  Plan();
  EXPECT_EQ(emel_planner_allocate(planner_), EMEL_PLAN_BAD_ALIGNMENT);
  EXPECT_THAT(backend_.held, IsEmpty());
}

TEST_F(PlanApi, ABackendWithoutMemoryIsForPlans) {
  AddArena({.struct_size = sizeof(emel_arena_t)});
  DescribeChain(100);
  uint64_t bytes = 0;
  EXPECT_FINE(emel_planner_measure(planner_, graph_, &bytes, 1));
  EXPECT_EQ(bytes, 256u);  // two live at a time, of 128 at the default alignment
  Plan();
  EXPECT_EQ(Place(1).offset % 64, 0u);
  EXPECT_EQ(emel_planner_allocate(planner_), EMEL_PLAN_BAD_ARGUMENT);
}

TEST_F(PlanApi, OneCallAtATime) {
  AddArena();
  DescribeChain(64);
  Plan();
  backend_.call_back = planner_;
  EXPECT_FINE(emel_planner_allocate(planner_));
  EXPECT_EQ(backend_.called_back, EMEL_PLAN_BUSY);
}

TEST_F(PlanApi, ThreadsHaveTheirOwnObjectsAndMessages) {
  EXPECT_EQ(emel_graph_clear(nullptr), EMEL_PLAN_BAD_ARGUMENT);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 200; ++k) {
        emel_graph_t* graph = nullptr;
        EXPECT_FINE(emel_graph_create(&graph));
        EXPECT_FINE(emel_graph_add_tensor(graph, 8, 0, 0, nullptr));
        const emel_plan_status_t shared = emel_graph_add_tensor(graph_, 8, 0, 0, nullptr);
        EXPECT_TRUE(shared == EMEL_PLAN_OK || shared == EMEL_PLAN_BUSY);
        EXPECT_FINE(emel_graph_destroy(graph));
        EXPECT_EQ(emel_planner_reset(nullptr), EMEL_PLAN_BAD_ARGUMENT);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Message(), "expected a graph, found a null or dead handle");
}

// Every allocation of a whole use fails in turn; what was begun can be gone on with.
TEST_F(PlanApi, OutOfMemoryIsAStatusAtEveryPoint) {
  AddArena();
  DescribeChain(64, /*in_place=*/true);
  const int32_t sources[] = {0}, results[] = {3};
  const emel_in_place_t in_place[] = {{0, 3}};
  const emel_node_t node{.struct_size = sizeof node,
                         .source_count = 1,
                         .result_count = 1,
                         .in_place_count = 1,
                         .sources = sources,
                         .results = results,
                         .in_place = in_place};
  int failures = 0;
  const auto insist = [&](auto call) {
    for (int64_t allowed = 0;; ++allowed) {
      emel::tests::AllowAllocations(allowed);
      const emel_plan_status_t status = call();
      emel::tests::AllowAllocations(-1);
      if (status == EMEL_PLAN_OK) return;
      ASSERT_EQ(status, EMEL_PLAN_OUT_OF_MEMORY) << Message();
      ++failures;
    }
  };
  emel_graph_t* graph = nullptr;
  emel_planner_t* planner = nullptr;
  void* address = nullptr;
  uint64_t bytes = 0;
  insist([&] { return emel_graph_create(&graph); });
  insist([&] { return emel_planner_create(nullptr, &planner); });
  insist([&] { return emel_graph_add_tensor(graph_, 64, 0, EMEL_TENSOR_OUTPUT, nullptr); });
  insist([&] { return emel_graph_add_node(graph_, &node, nullptr); });
  insist([&] { return emel_planner_measure(planner_, graph_, &bytes, 1); });
  insist([&] { return emel_planner_plan(planner_, graph_, nullptr); });
  insist([&] { return emel_planner_plan(planner_, graph_, nullptr); });
  insist([&] { return emel_planner_allocate(planner_); });
  insist([&] { return emel_planner_get_address(planner_, 3, &address); });
  insist([&] { return emel_planner_reset(planner_); });
  insist([&] { return emel_planner_destroy(planner); });
  insist([&] { return emel_graph_destroy(graph); });
  EXPECT_GT(failures, 50);
}

}  // namespace
