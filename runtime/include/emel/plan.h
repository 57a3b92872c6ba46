#ifndef EMEL_PLAN_H_
#define EMEL_PLAN_H_

/* Memory plans for graphs that you build yourself.
 *
 *     emel_graph_t    tensors and nodes, in execution order
 *          |
 *          v
 *     emel_planner_t  arenas (memory of a backend) --> places --> buffers of the backend
 *
 * A planner is in one of three states; a call that a state does not have is EMEL_PLAN_BAD_STATE and
 * changes nothing. Calls that are not in the table go in every state, and stay in it.
 *
 *                      OPEN        PLANNED         ALLOCATED
 *     add_arena        OPEN        -               -
 *     plan             PLANNED     PLANNED         ALLOCATED if the plan still serves,
 *                                                  PLANNED if it had to be made again
 *     allocate         -           ALLOCATED       ALLOCATED
 *     get_tensor, get_arena, get_chunk, get_statistics
 *                      -           PLANNED         ALLOCATED
 *     get_address      -           -               ALLOCATED
 *     reset            OPEN        OPEN            OPEN
 *
 * A call that fails leaves its object as it was, but for an `allocate` that the backend refuses: it
 * gives back every buffer of the planner and leaves it PLANNED. Nothing is written through a result
 * pointer by a call that fails.
 *
 * Handles are numbers that are never used again: a call with one that is null or was destroyed is
 * EMEL_PLAN_BAD_ARGUMENT.
 *
 * Threads: all functions may be called from any thread. One object serves one call at a time; a
 * second one, also one from within a callback, is EMEL_PLAN_BUSY. No exception leaves a function,
 * and none may leave a callback.
 *
 * Structs that you hand over begin with `struct_size`: set it to sizeof. What a struct of an older
 * header lacks has its default, which is 0 everywhere; what a newer header added and this library
 * does not know must be 0. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 1.1 adds to 1.0; 2.0 breaks with it. */
#define EMEL_PLAN_VERSION_MAJOR 1
#define EMEL_PLAN_VERSION_MINOR 0
#define EMEL_PLAN_VERSION (EMEL_PLAN_VERSION_MAJOR * 65536 + EMEL_PLAN_VERSION_MINOR)

/* Of the library that is linked. */
uint32_t emel_plan_get_version(void);

typedef int32_t emel_plan_status_t;
enum {
  EMEL_PLAN_OK = 0,
  EMEL_PLAN_BAD_ARGUMENT = 1,  /* null, a dead handle, an unknown id, an ill-formed graph */
  EMEL_PLAN_BAD_STATE = 2,     /* the planner's state does not have this call */
  EMEL_PLAN_BUSY = 3,          /* another call has the object */
  EMEL_PLAN_BAD_ALIGNMENT = 4, /* no power of two; a backend's address that is no multiple */
  EMEL_PLAN_OVERFLOW = 5,      /* sizes beyond 2^63 - 1 in sum, or too many of something */
  EMEL_PLAN_OUT_OF_MEMORY = 6, /* this library's own malloc */
  EMEL_PLAN_BACKEND_OUT_OF_MEMORY = 7, /* the backend's alloc gave NULL */
  EMEL_PLAN_DOES_NOT_FIT = 8,          /* no plan within an arena's capacity */
  EMEL_PLAN_INTERNAL = 9               /* our own fault */
};

/* "bad argument"; "unknown status" for a number that is none. */
const char* emel_plan_describe_status(emel_plan_status_t status);

/* What went wrong in this thread's latest call that failed: what was expected and what was found.
 * Never null, valid until this thread's next call that fails. */
const char* emel_plan_get_message(void);

/* ---- graph ---- */

typedef struct emel_graph_t emel_graph_t;

emel_plan_status_t emel_graph_create(emel_graph_t** graph);
emel_plan_status_t emel_graph_destroy(emel_graph_t* graph);
/* No tensors and no nodes: as new. */
emel_plan_status_t emel_graph_clear(emel_graph_t* graph);

enum {
  EMEL_TENSOR_INPUT = 1,   /* you write it before the first node runs */
  EMEL_TENSOR_OUTPUT = 2,  /* you read it after the last node ran: its bytes survive */
  EMEL_TENSOR_EXTERNAL = 4 /* your memory (weights, caches): planned for nothing, always readable */
};

/* Ids count from 0. `tensor` may be null. */
emel_plan_status_t emel_graph_add_tensor(emel_graph_t* graph, uint64_t bytes, uint32_t arena,
                                         uint32_t flags, int32_t* tensor);

/* Bytes of another tensor, which may be a view too. It costs nothing and keeps that tensor alive. A
 * node whose result is a view writes into the other tensor. `flags`: 0 or EMEL_TENSOR_OUTPUT.
 * `tensor` may be null. */
emel_plan_status_t emel_graph_add_view(emel_graph_t* graph, int32_t of, uint64_t offset,
                                       uint64_t bytes, uint32_t flags, int32_t* tensor);

/* The node may write `result` over the bytes of `source`. It is a permission: void where another
 * node needs the source later, where it is an output, external, or a part of a larger tensor that
 * the node reads or writes as well, or where the sizes differ. Between arenas it puts the result
 * into the source's arena: permit it only where the node's backend reaches that. */
typedef struct emel_in_place_t {
  int32_t source;
  int32_t result;
} emel_in_place_t;

/* At most 4096 of each. An array may be null if its count is 0. Earlier permissions are preferred.
 */
typedef struct emel_node_t {
  uint32_t struct_size;
  uint32_t source_count;
  uint32_t result_count;
  uint32_t in_place_count;
  const int32_t* sources;
  const int32_t* results;
  const emel_in_place_t* in_place;
} emel_node_t;

/* Nodes run in the order in which they are added: what one reads is an input, external, or an
 * earlier node's result. `node` may be null. */
emel_plan_status_t emel_graph_add_node(emel_graph_t* graph, const emel_node_t* description,
                                       int32_t* node);

/* ---- planner ---- */

typedef struct emel_planner_t emel_planner_t;

typedef struct emel_planner_options_t {
  uint32_t struct_size;
  /* How large a size class is, within which a tensor may change without a new plan. 0: the arena's
   * alignment. b: 2^b classes from one power of two to the next, so at most 2^-b too many bytes. */
  uint32_t size_class_bits; /* at most 8 */
  /* "greedy", "best-fit", ...; null: the best of all. */
  const char* strategy;
  /* How many placements a search may try in each arena. 0: 100000, about a second at the
   * worst. It counts rather than measures time, so that equal graphs get equal plans. */
  uint64_t search_nodes;
} emel_planner_options_t;

/* `options` may be null. */
emel_plan_status_t emel_planner_create(const emel_planner_options_t* options,
                                       emel_planner_t** planner);
/* Gives all buffers back, as reset does. */
emel_plan_status_t emel_planner_destroy(emel_planner_t* planner);
/* No plan, no buffers, counts of 0; the arenas stay. */
emel_plan_status_t emel_planner_reset(emel_planner_t* planner);

/* Memory of a backend. Every function gets `context`. A backend whose `alloc` and `free` are null
 * has no memory: plans can be made for it, and sizes be asked. */
typedef struct emel_arena_t {
  uint32_t struct_size;
  /* Once there are this many, the last grows beyond max_size. 0: 16. */
  uint32_t max_chunks;
  /* Bytes of all chunks together. 0: no limit. */
  uint64_t capacity;
  void* context;
  /* The address of that many bytes, a multiple of the alignment; null: there are none. The planner
   * does not touch them, so it may be an address of another device. */
  void* (*alloc)(void* context, uint64_t bytes, uint64_t alignment);
  void (*free)(void* context, void* address, uint64_t bytes);
  /* Bytes of the largest chunk. Null, or 0: no limit. A tensor that is larger gets a chunk of its
   * size, which alloc may refuse. */
  uint64_t (*max_size)(void* context);
  /* Of every tensor; a power of two. Null: 64. Both are asked once, by emel_planner_add_arena. */
  uint64_t (*alignment)(void* context);
} emel_arena_t;

/* Arenas count from 0; at most 256. `arena` may be null. */
emel_plan_status_t emel_planner_add_arena(emel_planner_t* planner, const emel_arena_t* description,
                                          uint32_t* arena);

/* The bytes that each arena would need for the graph, nothing else: the planner stays as it is.
 * `arena_bytes` has room for `count` arenas, which is how many there are. */
emel_plan_status_t emel_planner_measure(emel_planner_t* planner, const emel_graph_t* graph,
                                        uint64_t* arena_bytes, uint32_t count);

/* Why a plan had to be made; `tensor` is the first that made it necessary. */
enum {
  EMEL_REPLAN_NONE = 0,   /* the plan still serves */
  EMEL_REPLAN_FIRST = 1,  /* there was no plan */
  EMEL_REPLAN_SIZE = 2,   /* the tensor grew out of its size class */
  EMEL_REPLAN_TENSOR = 3, /* the tensor is new, gone, or in another arena, or is a view or external
                             and was not, or the other way round */
  EMEL_REPLAN_LIFETIME = 4, /* the tensor starts or ends at another node */
  EMEL_REPLAN_IN_PLACE = 5  /* the tensor has other permissions */
};

typedef struct emel_replan_t {
  uint32_t struct_size;
  int32_t reason;
  int32_t tensor; /* -1 for NONE and FIRST */
  uint32_t reserved;
  uint64_t planned_bytes; /* for SIZE: that the old plan had for the tensor */
  uint64_t bytes;         /* for SIZE: of the tensor now */
} emel_replan_t;

/* Makes a plan, unless the one that there is serves: same tensors, arenas, lifetimes and
 * permissions, and no size beyond its class. Buffers stay until `allocate` knows which of them go.
 * `replan` may be null. */
emel_plan_status_t emel_planner_plan(emel_planner_t* planner, const emel_graph_t* graph,
                                     emel_replan_t* replan);

/* Gets buffers for the chunks of the plan. An arena keeps the ones it has if each is large enough;
 * otherwise all of them are given back first. A chunk of no bytes gets none. */
emel_plan_status_t emel_planner_allocate(emel_planner_t* planner);

typedef struct emel_place_t {
  uint32_t struct_size;
  int32_t arena; /* -1: external, no place */
  int32_t chunk;
  uint32_t reserved;
  uint64_t offset; /* in the chunk */
  uint64_t bytes;
} emel_place_t;

/* Where a tensor of the graph last planned lies. */
emel_plan_status_t emel_planner_get_tensor(emel_planner_t* planner, int32_t tensor,
                                           emel_place_t* place);
/* Its address; a tensor of no bytes may have null. External tensors have none: BAD_ARGUMENT. */
emel_plan_status_t emel_planner_get_address(emel_planner_t* planner, int32_t tensor,
                                            void** address);

typedef struct emel_arena_plan_t {
  uint32_t struct_size;
  uint32_t chunk_count;
  uint64_t bytes;             /* of all chunks */
  uint64_t lower_bound_bytes; /* live at the peak; no plan that uses permissions alike has fewer */
} emel_arena_plan_t;

emel_plan_status_t emel_planner_get_arena(emel_planner_t* planner, uint32_t arena,
                                          emel_arena_plan_t* plan);

emel_plan_status_t emel_planner_get_chunk(emel_planner_t* planner, uint32_t arena, uint32_t chunk,
                                          uint64_t* bytes);

/* Each tensor that is not external is one of three: `allocated`, it lies at least in part in bytes
 * that no earlier tensor had; `pooled`, all its bytes were those of tensors that have ended;
 * `reused`, it is a view, or took over the bytes of a source in place. */
typedef struct emel_statistics_t {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t tensors;
  uint64_t external;
  uint64_t allocated;
  uint64_t pooled;
  uint64_t reused;
  uint64_t allocated_bytes; /* of those tensors, as the plan has them */
  uint64_t pooled_bytes;
  uint64_t reused_bytes;
  uint64_t bytes;             /* of all arenas */
  uint64_t lower_bound_bytes; /* of all arenas */
  uint64_t no_reuse_bytes;    /* if no tensor but a view shared bytes */
  uint64_t plans_made;        /* from here on: since the planner is OPEN */
  uint64_t plans_kept;
  uint64_t buffers_made;
  uint64_t buffers_freed;
  uint64_t buffer_bytes; /* of the buffers it has now */
} emel_statistics_t;

emel_plan_status_t emel_planner_get_statistics(emel_planner_t* planner,
                                               emel_statistics_t* statistics);

/* Layouts are part of the interface. */
#ifdef __cplusplus
#define EMEL_PLAN_ASSERT(condition) static_assert(condition, #condition)
#else
#define EMEL_PLAN_ASSERT(condition) _Static_assert(condition, #condition)
#endif
#define EMEL_PLAN_ASSERT_SIZE(type, size) \
  EMEL_PLAN_ASSERT(sizeof(void*) != 8 || sizeof(type) == (size))
EMEL_PLAN_ASSERT_SIZE(emel_in_place_t, 8);
EMEL_PLAN_ASSERT_SIZE(emel_node_t, 40);
EMEL_PLAN_ASSERT_SIZE(emel_planner_options_t, 24);
EMEL_PLAN_ASSERT_SIZE(emel_arena_t, 56);
EMEL_PLAN_ASSERT_SIZE(emel_replan_t, 32);
EMEL_PLAN_ASSERT_SIZE(emel_place_t, 32);
EMEL_PLAN_ASSERT_SIZE(emel_arena_plan_t, 24);
EMEL_PLAN_ASSERT_SIZE(emel_statistics_t, 136);
#undef EMEL_PLAN_ASSERT_SIZE
#undef EMEL_PLAN_ASSERT

#ifdef __cplusplus
}
#endif

#endif /* EMEL_PLAN_H_ */
