#ifndef EMEL_STEP_H_
#define EMEL_STEP_H_

/* What compiled code is given for one step: the contract between an artifact's code and whatever
 * calls it. Needs libc's headers alone; compiles as C11.
 *
 *     emel_step_fn *decode = code + entry.offset;
 *     decode(&step, worker, workers);      on every worker at once, with the same step
 *
 * A step takes n tokens, each with its position in a sequence and the slot that the sequence has in
 * the page table, and writes the logits of the m rows that are wanted, the best tokens of each,
 * both or neither. It changes the arena, the scratch memory, what is wanted and the pages of the
 * positions that it writes, and nothing else. It calls nothing but `barrier`.
 *
 * Whoever calls checks first; code trusts what it is given:
 *   - n and m are between 1 and what the entry allows; m may be 0 where more than one token is
 * allowed;
 *   - tokens are below the vocabulary's size, out_rows below n, positions below the context, slots
 *     below the number of slots;
 *   - a slot's positions in one step ascend by 1, and all positions below are in pages: of layers
 *     with a window, as far as the window reaches;
 *   - every page that is written belongs to one slot alone. */

#include "candidate.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Code of another version is not called. */
#define EMEL_STEP_VERSION 1

/* Positions of a page of the KV cache. */
#define EMEL_PAGE_POSITIONS 32

/* Pages of a sequence for layers with a window: they hold what a step of up to `tokens` writes and
 * all that it sees, and still do when up to `tokens` positions are taken back. */
#define EMEL_WINDOW_PAGES(window, tokens) \
  (((uint64_t)(window) + (tokens) + 2 * EMEL_PAGE_POSITIONS - 3) / EMEL_PAGE_POSITIONS)

/* Bytes from one ticket counter to the next. */
#define EMEL_TICKET_STRIDE 64

typedef struct emel_step_t emel_step_t;

struct emel_step_t {
  uint32_t token_count;     /* n */
  uint32_t row_count;       /* m */
  const int32_t* tokens;    /* [n] */
  const int32_t* positions; /* [n] */
  const int32_t* slots;     /* [n] */
  const int32_t* out_rows;  /* [m] */
  /* [m][vocabulary]; null where they are not wanted, of code that also gives the best tokens */
  float* logits;

  const uint8_t* weights; /* the artifact's weights, aligned to 64 */
  uint8_t* arena;         /* shared memory, aligned as the contract says */
  uint8_t* scratch;       /* the first worker's; the next one's is scratch_stride bytes further */
  uint64_t scratch_stride;

  /* Position p of the sequence in slot s is in page page_table[s * page_table_stride + p / 32],
   * which begins at pages + page * page_bytes. docs/artifact-format.md draws a page. With c classes
   * of pages, layers of class k use page_table[s * page_table_stride + p / 32 * c + k] and the
   * bytes of their class's pages. */
  uint8_t* pages;
  const uint32_t* page_table;
  uint64_t page_table_stride;

  /* A counter for each dynamic launch of the entry, 0 when the step begins. */
  uint8_t* tickets;

  /* Returns when all workers have called it; what they wrote before is seen by all after. */
  void (*barrier)(const emel_step_t* step, uint32_t worker);
  void* user; /* for `barrier` */

  /* [m][K], K as the artifact says, best first, of equal ones the lowest first; null where they are
   * not wanted. Code that gives logits alone does not look here. */
  emel_candidate_t* best;
};

typedef void emel_step_fn(const emel_step_t* step, uint32_t worker, uint32_t workers);

#ifdef __cplusplus
#define EMEL_STEP_PIN(what) static_assert(what, #what)
#else
#define EMEL_STEP_PIN(what) _Static_assert(what, #what)
#endif
EMEL_STEP_PIN(offsetof(emel_step_t, row_count) == 4);
EMEL_STEP_PIN(offsetof(emel_step_t, tokens) == 8);
EMEL_STEP_PIN(offsetof(emel_step_t, positions) == 16);
EMEL_STEP_PIN(offsetof(emel_step_t, slots) == 24);
EMEL_STEP_PIN(offsetof(emel_step_t, out_rows) == 32);
EMEL_STEP_PIN(offsetof(emel_step_t, logits) == 40);
EMEL_STEP_PIN(offsetof(emel_step_t, weights) == 48);
EMEL_STEP_PIN(offsetof(emel_step_t, arena) == 56);
EMEL_STEP_PIN(offsetof(emel_step_t, scratch) == 64);
EMEL_STEP_PIN(offsetof(emel_step_t, scratch_stride) == 72);
EMEL_STEP_PIN(offsetof(emel_step_t, pages) == 80);
EMEL_STEP_PIN(offsetof(emel_step_t, page_table) == 88);
EMEL_STEP_PIN(offsetof(emel_step_t, page_table_stride) == 96);
EMEL_STEP_PIN(offsetof(emel_step_t, tickets) == 104);
EMEL_STEP_PIN(offsetof(emel_step_t, barrier) == 112);
EMEL_STEP_PIN(offsetof(emel_step_t, user) == 120);
EMEL_STEP_PIN(offsetof(emel_step_t, best) == 128);
EMEL_STEP_PIN(sizeof(emel_step_t) == 136);
EMEL_STEP_PIN(sizeof(emel_candidate_t) == 8);

#ifdef __cplusplus
}
#endif

#endif /* EMEL_STEP_H_ */
