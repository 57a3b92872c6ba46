#ifndef EMEL_RUNTIME_EXEC_PROGRAM_H_
#define EMEL_RUNTIME_EXEC_PROGRAM_H_

#include "runtime/include/emel/step.h"
#include "runtime/state/sequences.h"

#include <cstdint>
#include <vector>

namespace emel::exec {

// Compiled code in memory, and what it asks of whoever calls it: of an artifact, or of a test.
struct Program {
  struct Entry {
    emel_step_fn* function = nullptr;
    uint32_t max_tokens = 1;
    uint32_t max_rows = 1;  // of logits
    uint32_t ticket_count = 0;
    // Gives a token the same bits as every other exact one.
    bool exact = true;
  };
  // By max_tokens, ascending, the exact ones first; the last gives logits, and the last exact one.
  std::vector<Entry> entries;
  uint32_t vocabulary = 1;
  uint32_t sample = 0;  // best tokens of a row that the code gives where logits are not wanted
  uint32_t context = 1;
  uint32_t max_workers = 1;
  const uint8_t* weights = nullptr;
  uint64_t arena_bytes = 0;     // wants no more alignment than that of pages of memory
  uint64_t scratch_stride = 0;  // from one worker's to the next one's
  uint64_t page_bytes = 0;
  std::vector<state::Window> windows;  // pages of class 1 and on
};

}  // namespace emel::exec

#endif  // EMEL_RUNTIME_EXEC_PROGRAM_H_
