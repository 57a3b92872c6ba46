/* A complete use of the C API: feeds a prompt to a compiled model, continues it in two ways at
 * once, and takes one of them back. Exits with 0 if everything came out right.
 *
 *     emel_demo m.emel */
#include <emel/emel.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(emel_status_t status) {
  if (status == EMEL_OK) return;
  fprintf(stderr, "%s: %s\n", emel_describe_status(status), emel_get_message());
  exit(1);
}

static int32_t most_likely(const float* logits, uint32_t vocabulary) {
  uint32_t best = 0;
  for (uint32_t i = 1; i < vocabulary; ++i) {
    if (logits[i] > logits[best]) best = i;
  }
  return (int32_t)best;
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: emel_demo ARTIFACT\n");
    return 2;
  }
  emel_model_t* model;
  check(emel_model_load(argv[1], NULL, &model));
  emel_model_info_t info = {.struct_size = sizeof info};
  check(emel_model_get_info(model, &info));
  printf("code for %s, %" PRIu32 " tokens, %" PRIu32 " positions\n", info.variant, info.vocabulary,
         info.context);

  const emel_session_options_t options = {
      .struct_size = sizeof options, .threads = 2, .max_sequences = 2};
  emel_session_t* session;
  check(emel_session_create(model, &options, &session));
  check(emel_model_destroy(model)); /* the session keeps what it needs */

  /* A prompt, of which the last token gives a row of logits. */
  const int32_t prompt[] = {1, 5, 7};
  const uint32_t vocabulary = info.vocabulary;
  float* logits = malloc(2 * (size_t)vocabulary * sizeof *logits);
  emel_sequence_t left, right;
  check(emel_sequence_create(session, &left));
  const emel_segment_t first = {left, prompt, 3, 1};
  check(emel_session_step(session, &first, 1, logits, vocabulary));

  /* Two ways on from there, in the same steps. They share the prompt's pages until they write. */
  check(emel_sequence_fork(session, left, 3, &right));
  int32_t said[2] = {most_likely(logits, vocabulary), 3};
  for (int i = 0; i < 4; ++i) {
    const emel_segment_t both[] = {{left, &said[0], 1, 1}, {right, &said[1], 1, 1}};
    check(emel_session_step(session, both, 2, logits, 2 * (uint64_t)vocabulary));
    for (int s = 0; s < 2; ++s) said[s] = most_likely(logits + s * vocabulary, vocabulary);
    printf("%" PRId32 " %" PRId32 "\n", said[0], said[1]);
  }

  /* The last step of one of them again. */
  float* again = malloc(vocabulary * sizeof *again);
  uint32_t length;
  check(emel_sequence_get_length(session, right, &length));
  check(emel_sequence_truncate(session, right, length - 3));
  const emel_segment_t other = {right, prompt, 3, 1};
  check(emel_session_step(session, &other, 1, again, vocabulary));
  check(emel_sequence_truncate(session, left, 0));
  const emel_segment_t whole = {left, (int32_t[]){1, 5, 7, 3, 1, 5, 7}, 7, 1};
  check(emel_session_step(session, &whole, 1, logits, vocabulary));
  const int same = memcmp(again, logits, vocabulary * sizeof *again) == 0;
  printf("rolled back and fed at once: %s\n", same ? "the same bits" : "other bits");

  check(emel_session_destroy(session));
  printf("destroyed twice: %s\n", emel_describe_status(emel_session_destroy(session)));
  free(again);
  free(logits);
  return !same;
}
