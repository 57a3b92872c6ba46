#ifndef EMEL_TESTS_UNIT_EXEC_SMALL_PROGRAM_H_
#define EMEL_TESTS_UNIT_EXEC_SMALL_PROGRAM_H_

#include "runtime/exec/program.h"

#include <vector>

namespace emel::exec {

// A program whose code is written by hand: the KV pages hold tokens, and a row of logits is made of
// all tokens up to its own. Workers write the tokens by owner, meet at a barrier, and take rows by
// ticket. Its arena begins with a SmallArena.
Program SmallProgram();

inline constexpr uint32_t kSmallVocabulary = 50, kSmallContext = 200, kSmallWorkers = 64;
inline constexpr uint32_t kSmallEntries[] = {1, 4, 16};  // max_tokens

struct SmallArena {
  uint32_t steps[3];                   // with each entry
  uint32_t rows_of[kSmallWorkers];     // that each worker computed
  uint32_t written_by[kSmallWorkers];  // tokens that each worker wrote
  uint32_t scratch_apart;              // workers whose scratch memory is theirs alone
};

// The row after `tokens`.
std::vector<float> SmallLogits(const std::vector<int32_t>& tokens);

}  // namespace emel::exec

#endif  // EMEL_TESTS_UNIT_EXEC_SMALL_PROGRAM_H_
