/* A complete use of the C API: plans the memory of a small graph, runs it in that memory, and
 * grows.
 *
 *     x --up--> a --square--> b --down--> c --add x--> y        n tokens, all of them float
 *
 * b may take a's bytes, and y those of c or x. Exits with 0 if everything came out right. */
#include <emel/plan.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { kNarrow = 8, kWide = 32, kTensors = 5 };
static const char* const kNames[kTensors] = {"x", "a", "b", "c", "y"};

static void check(emel_plan_status_t status) {
  if (status == EMEL_PLAN_OK) return;
  fprintf(stderr, "%s: %s\n", emel_plan_describe_status(status), emel_plan_get_message());
  exit(1);
}

/* The backend: ordinary memory. Chunks are multiples of the alignment, as aligned_alloc wants. */
static void* get_memory(void* context, uint64_t bytes, uint64_t alignment) {
  ++*(int*)context;
  return aligned_alloc((size_t)alignment, (size_t)bytes);
}

static void give_memory(void* context, void* address, uint64_t bytes) {
  (void)bytes;
  --*(int*)context;
  free(address);
}

static int32_t add_tensor(emel_graph_t* graph, uint64_t floats, uint32_t flags) {
  int32_t tensor;
  check(emel_graph_add_tensor(graph, floats * sizeof(float), 0, flags, &tensor));
  return tensor;
}

/* A node with one result, which may take the bytes of any source of its size. */
static void add_node(emel_graph_t* graph, uint32_t count, const int32_t* sources, int32_t result) {
  emel_in_place_t in_place[2];
  for (uint32_t i = 0; i < count; ++i) in_place[i] = (emel_in_place_t){sources[i], result};
  const emel_node_t node = {.struct_size = sizeof node,
                            .source_count = count,
                            .result_count = 1,
                            .in_place_count = count,
                            .sources = sources,
                            .results = &result,
                            .in_place = in_place};
  check(emel_graph_add_node(graph, &node, NULL));
}

static void describe(emel_graph_t* graph, uint64_t n) {
  check(emel_graph_clear(graph));
  const int32_t x = add_tensor(graph, n * kNarrow, EMEL_TENSOR_INPUT);
  const int32_t a = add_tensor(graph, n * kWide, 0);
  const int32_t b = add_tensor(graph, n * kWide, 0);
  const int32_t c = add_tensor(graph, n * kNarrow, 0);
  const int32_t y = add_tensor(graph, n * kNarrow, EMEL_TENSOR_OUTPUT);
  add_node(graph, 1, &x, a);
  add_node(graph, 1, &a, b);
  add_node(graph, 1, &b, c);
  add_node(graph, 2, (int32_t[]){c, x}, y);
}

/* Runs the graph in the planner's memory; 0 if y is not what it should be. */
static int run(emel_planner_t* planner, uint64_t n) {
  float* at[kTensors];
  for (int32_t t = 0; t < kTensors; ++t) {
    void* address;
    check(emel_planner_get_address(planner, t, &address));
    at[t] = address;
  }
  float *x = at[0], *a = at[1], *b = at[2], *c = at[3], *y = at[4];
  for (uint64_t i = 0; i < n * kNarrow; ++i) x[i] = (float)i;
  for (uint64_t i = 0; i < n * kWide; ++i) a[i] = x[i % (n * kNarrow)];
  for (uint64_t i = 0; i < n * kWide; ++i) b[i] = a[i] * a[i];
  for (uint64_t i = 0; i < n * kNarrow; ++i) c[i] = b[i] + b[i + 3 * n * kNarrow];
  for (uint64_t i = 0; i < n * kNarrow; ++i) y[i] = c[i] + x[i];
  for (uint64_t i = 0; i < n * kNarrow; ++i) {
    const float v = (float)i;
    if (y[i] != 2 * v * v + v) return 0;
  }
  return 1;
}

static int step(emel_planner_t* planner, emel_graph_t* graph, uint64_t n) {
  emel_replan_t replan = {.struct_size = sizeof replan};
  describe(graph, n);
  check(emel_planner_plan(planner, graph, &replan));
  check(emel_planner_allocate(planner));
  printf("%" PRIu64 " tokens: ", n);
  if (replan.reason == EMEL_REPLAN_NONE) {
    printf("the plan serves\n");
  } else if (replan.reason == EMEL_REPLAN_SIZE) {
    printf("new plan, since %s grew from %" PRIu64 " to %" PRIu64 " bytes\n", kNames[replan.tensor],
           replan.planned_bytes, replan.bytes);
  } else {
    printf("first plan\n");
  }
  return run(planner, n);
}

static void print(emel_planner_t* planner) {
  for (int32_t t = 0; t < kTensors; ++t) {
    emel_place_t place = {.struct_size = sizeof place};
    check(emel_planner_get_tensor(planner, t, &place));
    printf("  %s  chunk %" PRId32 "  offset %5" PRIu64 "  bytes %5" PRIu64 "\n", kNames[t],
           place.chunk, place.offset, place.bytes);
  }
  emel_statistics_t statistics = {.struct_size = sizeof statistics};
  check(emel_planner_get_statistics(planner, &statistics));
  printf("%" PRIu64 " tensors: %" PRIu64 " allocated, %" PRIu64 " pooled, %" PRIu64
         " reused; %" PRIu64 " bytes, %" PRIu64 " without reuse\n",
         statistics.tensors, statistics.allocated, statistics.pooled, statistics.reused,
         statistics.bytes, statistics.no_reuse_bytes);
}

int main(void) {
  int buffers = 0;
  const emel_arena_t arena = {
      .struct_size = sizeof arena, .context = &buffers, .alloc = get_memory, .free = give_memory};
  emel_graph_t* graph;
  emel_planner_t* planner;
  check(emel_graph_create(&graph));
  check(emel_planner_create(NULL, &planner));
  check(emel_planner_add_arena(planner, &arena, NULL));

  uint64_t bytes;
  describe(graph, 4);
  check(emel_planner_measure(planner, graph, &bytes, 1));
  printf("4 tokens need %" PRIu64 " bytes\n", bytes);

  const int right = step(planner, graph, 4) && step(planner, graph, 3) && step(planner, graph, 16);
  print(planner);

  check(emel_planner_destroy(planner));
  check(emel_graph_destroy(graph));
  const emel_plan_status_t twice = emel_graph_destroy(graph);
  printf("destroyed twice: %s\n", emel_plan_describe_status(twice));
  return right && buffers == 0 && twice == EMEL_PLAN_BAD_ARGUMENT ? 0 : 1;
}
