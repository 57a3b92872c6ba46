#ifndef EMEL_EMEL_H_
#define EMEL_EMEL_H_

/* Runs compiled models.
 *
 *     emel_model_t        an artifact: its code and weights, mapped from the file
 *          |
 *          v
 *     emel_session_t      memory, workers, KV pages         sequences: numbers of a session
 *
 *     emel_model_load("m.emel", NULL, &model);
 *     emel_session_create(model, NULL, &session);
 *     emel_sequence_create(session, &sequence);
 *     emel_segment_t prompt = {sequence, tokens, token_count, 1};
 *     emel_session_step(session, &prompt, 1, logits, vocabulary);
 *
 * Code in an artifact is a program: load only what you would run. Checksums find damage, not
 * malice.
 *
 * A sequence is one of three things; a call that fails leaves it as it was.
 *
 *                        NONE       READY      STEPPING (within emel_session_step)
 *     create, fork into  READY      -          -
 *     fork from          error      READY      busy
 *     truncate           error      READY      busy
 *     step               error      READY      busy
 *     destroy            error      NONE       busy
 *
 * Handles and sequences are numbers that are never used again: a call with one that is null or was
 * destroyed is EMEL_BAD_ARGUMENT. A session goes on when its model is destroyed: what it needs
 * stays until it goes too.
 *
 * Threads: all functions may be called from any thread. One object serves one call at a time; a
 * second one is EMEL_BUSY. A session's threads do not survive fork(2): the child creates its own.
 * No exception leaves a function. After emel_session_create, steps and sequences allocate nothing,
 * save for what describes an error.
 *
 * Structs with a `struct_size`: set it to sizeof. What a struct of an older header lacks has its
 * default, which is 0 everywhere; what a newer header added and this library does not know must be
 * 0. Nothing is written through a result pointer by a call that fails. */

#include "candidate.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 1.1 adds to 1.0; 2.0 breaks with it. */
#define EMEL_VERSION_MAJOR 1
#define EMEL_VERSION_MINOR 1
#define EMEL_VERSION (EMEL_VERSION_MAJOR * 65536 + EMEL_VERSION_MINOR)

/* Of the library that is linked. */
uint32_t emel_get_version(void);

typedef int32_t emel_status_t;
enum {
  EMEL_OK = 0,
  EMEL_BAD_ARGUMENT = 1,  /* null, a dead handle, a token beyond the vocabulary, ... */
  EMEL_BUSY = 2,          /* another call has the object */
  EMEL_BAD_FILE = 3,      /* cannot be read, is no artifact, or is damaged */
  EMEL_UNSUPPORTED = 4,   /* the artifact is newer than this library, or has no code for this CPU or
                             for what is asked for */
  EMEL_OUT_OF_MEMORY = 5, /* or threads */
  EMEL_NO_ROOM = 6,       /* every sequence is in use, a context is full, or no KV page is left */
  EMEL_INTERNAL = 7,      /* our own fault */
  EMEL_GONE = 8           /* positions that layers with a window have let go of */
};

/* "bad argument"; "unknown status" for a number that is none. */
const char* emel_describe_status(emel_status_t status);

/* What went wrong in this thread's latest call that failed: what was expected and what was found.
 * Never null, valid until this thread's next call that fails. */
const char* emel_get_message(void);

/* ---- model ---- */

typedef struct emel_model_t emel_model_t;

enum {
  EMEL_LOAD_VERIFY = 1, /* the weights' checksum as well, which reads all of them */
  EMEL_LOAD_PROFILE = 2 /* a copy of the code in memory, whose kernels perf knows by name */
};

typedef struct emel_model_options_t {
  uint32_t struct_size;
  uint32_t flags;      /* EMEL_LOAD_... */
  const char* variant; /* "x86-64-v3", ...; null: the best one for this CPU */
} emel_model_options_t;

/* `path` is an artifact, or an executable that ends in one. `options` may be null. The file is
 * mapped for as long as the model lasts: replace it by renaming another one, since whoever writes
 * into it changes running code, and reading beyond the end of one that was cut short raises SIGBUS.
 */
emel_status_t emel_model_load(const char* path, const emel_model_options_t* options,
                              emel_model_t** model);
emel_status_t emel_model_destroy(emel_model_t* model);

typedef struct emel_model_info_t {
  uint32_t struct_size;
  uint32_t vocabulary;     /* tokens are below it; numbers of a row of logits */
  uint32_t context;        /* positions of a sequence, at most */
  uint32_t max_threads;    /* of a session */
  uint32_t step_tokens;    /* that the code takes at once; longer batches are cut */
  uint32_t page_positions; /* of a KV page */
  uint64_t weights_bytes;  /* mapped, shared between processes */
  uint64_t arena_bytes;    /* of a session */
  uint64_t scratch_bytes;  /* of each thread */
  uint64_t page_bytes;     /* of a KV page, all layers but those with a window */
  const char* variant;     /* of the code in use */
  const char* contract; /* JSON, of contract_bytes bytes; both strings live as long as the model */
  uint64_t contract_bytes;
  uint32_t sample; /* how many of the best tokens a step can give in place of logits; 0: none */
  uint32_t reserved;
} emel_model_info_t;

emel_status_t emel_model_get_info(emel_model_t* model, emel_model_info_t* info);

/* ---- session ---- */

typedef struct emel_session_t emel_session_t;

typedef struct emel_session_options_t {
  uint32_t struct_size;
  uint32_t threads;       /* the caller's included; 0: as many as there are CPUs for */
  uint32_t max_sequences; /* at once; 0: 1 */
  uint32_t context;       /* positions of a sequence; 0: what the model allows */
  uint32_t max_pages;     /* KV pages in all; 0: as many as the sequences can need */
  uint32_t reserved;
} emel_session_options_t;

/* Reserves all memory, which becomes resident as it is used, and starts the threads. `options` may
 * be null. */
emel_status_t emel_session_create(emel_model_t* model, const emel_session_options_t* options,
                                  emel_session_t** session);
/* With all its sequences. */
emel_status_t emel_session_destroy(emel_session_t* session);

typedef struct emel_session_info_t {
  uint32_t struct_size;
  uint32_t threads;
  uint32_t max_sequences;
  uint32_t context;
  uint32_t pages;
  uint32_t free_pages;
  uint64_t reserved_bytes; /* arena, scratch, pages, and the best tokens of a step; resident as far
                              as they were used */
} emel_session_info_t;

emel_status_t emel_session_get_info(emel_session_t* session, emel_session_info_t* info);

/* ---- sequences ---- */

typedef uint64_t emel_sequence_t;

emel_status_t emel_sequence_create(emel_session_t* session, emel_sequence_t* sequence);
/* A new sequence of the first `positions` of another one. It shares that one's pages; whichever
 * writes to one of them first gets a copy. */
emel_status_t emel_sequence_fork(emel_session_t* session, emel_sequence_t from, uint32_t positions,
                                 emel_sequence_t* sequence);
/* Forgets what comes after the first `positions`. Layers with a window keep what they see and what
 * they need to go back by step_tokens from the furthest position that there was: beyond that it is
 * EMEL_GONE, as a fork is, and only 0 positions are left to go on from. */
emel_status_t emel_sequence_truncate(emel_session_t* session, emel_sequence_t sequence,
                                     uint32_t positions);
emel_status_t emel_sequence_destroy(emel_session_t* session, emel_sequence_t sequence);
emel_status_t emel_sequence_get_length(emel_session_t* session, emel_sequence_t sequence,
                                       uint32_t* positions);

/* ---- step ---- */

/* Tokens that a sequence continues with. The last `row_count` of them give a row each:
 * 0 for a part of a prompt, 1 to choose the next token, all of them to check a draft. */
typedef struct emel_segment_t {
  emel_sequence_t sequence;
  const int32_t* tokens;
  uint32_t token_count;
  uint32_t row_count;
} emel_segment_t;

/* Appends segments to different sequences, all of them or none. `logits` gets the rows, segment
 * after segment; it has room for `logits_count` numbers and may be null if that is 0. */
emel_status_t emel_session_step(emel_session_t* session, const emel_segment_t* segments,
                                uint32_t segment_count, float* logits, uint64_t logits_count);

/* The same, and of each row `best` gets the `count` tokens of the largest logits, best first, of
 * equal ones the lowest first, a NaN behind all numbers; the logits of the others are never
 * written. `count` is 1 to the model's `sample`, and `best` has room for `best_count` tokens.
 * EMEL_UNSUPPORTED where `sample` is 0: emel-compile --sample makes code for it. */
emel_status_t emel_session_step_best(emel_session_t* session, const emel_segment_t* segments,
                                     uint32_t segment_count, uint32_t count, emel_candidate_t* best,
                                     uint64_t best_count);

/* Layouts are part of the interface. */
#ifdef __cplusplus
#define EMEL_ASSERT(condition) static_assert(condition, #condition)
#else
#define EMEL_ASSERT(condition) _Static_assert(condition, #condition)
#endif
#define EMEL_ASSERT_SIZE(type, size) EMEL_ASSERT(sizeof(void*) != 8 || sizeof(type) == (size))
EMEL_ASSERT_SIZE(emel_model_options_t, 16);
EMEL_ASSERT_SIZE(emel_model_info_t, 88);
EMEL_ASSERT_SIZE(emel_session_options_t, 24);
EMEL_ASSERT_SIZE(emel_session_info_t, 32);
EMEL_ASSERT_SIZE(emel_segment_t, 24);
#undef EMEL_ASSERT_SIZE
#undef EMEL_ASSERT

#ifdef __cplusplus
}
#endif

#endif /* EMEL_EMEL_H_ */
