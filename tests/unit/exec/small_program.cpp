#include "tests/unit/exec/small_program.h"

#include <atomic>
#include <cstring>

namespace emel::exec {
namespace {

constexpr int32_t kWeight = 3;

int32_t* TokenAt(const emel_step_t& step, int32_t slot, int32_t position) {
  const uint32_t page = step.page_table[static_cast<uint64_t>(slot) * step.page_table_stride +
                                        static_cast<uint64_t>(position / EMEL_PAGE_POSITIONS)];
  auto* tokens = reinterpret_cast<int32_t*>(step.pages + page * sizeof(int32_t[32]));
  return tokens + position % EMEL_PAGE_POSITIONS;
}

// Before the barrier: what only this worker touches.
void WriteTokens(const emel_step_t& step, uint32_t worker, uint32_t workers, SmallArena& arena) {
  for (uint32_t i = worker; i < step.token_count; i += workers) {
    *TokenAt(step, step.slots[i], step.positions[i]) = step.tokens[i];
    ++arena.written_by[worker];
  }
  std::memset(step.scratch + worker * step.scratch_stride, static_cast<int>(worker + 1), 24);
}

void ComputeRows(const emel_step_t& step, uint32_t worker, SmallArena& arena) {
  auto& ticket = *reinterpret_cast<std::atomic<uint32_t>*>(step.tickets + EMEL_TICKET_STRIDE);
  int32_t weight;
  std::memcpy(&weight, step.weights, sizeof weight);
  for (uint32_t row; (row = ticket++) < step.row_count;) {
    const int32_t last = step.out_rows[row];
    float* out = step.logits + uint64_t{row} * kSmallVocabulary;
    for (uint32_t v = 0; v < kSmallVocabulary; ++v) {
      uint32_t sum = 0;
      for (int32_t p = 0; p <= step.positions[last]; ++p) {
        sum = sum * 31 + static_cast<uint32_t>(*TokenAt(step, step.slots[last], p) * weight) + v;
      }
      out[v] = static_cast<float>(sum % 1000);
    }
    ++arena.rows_of[worker];
  }
  const uint8_t* scratch = step.scratch + worker * step.scratch_stride;
  if (scratch[0] == worker + 1 && scratch[23] == worker + 1) {
    std::atomic_ref<uint32_t>(arena.scratch_apart).fetch_add(1);
  }
}

template <int kEntry>
void Step(const emel_step_t* step, uint32_t worker, uint32_t workers) {
  auto& arena = *reinterpret_cast<SmallArena*>(step->arena);
  if (worker == 0) ++arena.steps[kEntry];
  WriteTokens(*step, worker, workers, arena);
  step->barrier(step, worker);
  ComputeRows(*step, worker, arena);
}

}  // namespace

Program SmallProgram() {
  static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t));
  static constexpr int32_t kWeights[16] = {kWeight};
  Program program;
  program.entries = {{Step<0>, kSmallEntries[0], 1, 2},
                     {Step<1>, kSmallEntries[1], 4, 2},
                     {Step<2>, kSmallEntries[2], 8, 2}};
  program.vocabulary = kSmallVocabulary;
  program.context = kSmallContext;
  program.max_workers = kSmallWorkers;
  program.weights = reinterpret_cast<const uint8_t*>(kWeights);
  program.arena_bytes = sizeof(SmallArena);
  program.scratch_stride = 64;
  program.page_bytes = sizeof(int32_t[32]);
  return program;
}

std::vector<float> SmallLogits(const std::vector<int32_t>& tokens) {
  std::vector<float> row(kSmallVocabulary);
  for (uint32_t v = 0; v < kSmallVocabulary; ++v) {
    uint32_t sum = 0;
    for (int32_t token : tokens) sum = sum * 31 + static_cast<uint32_t>(token * kWeight) + v;
    row[v] = static_cast<float>(sum % 1000);
  }
  return row;
}

}  // namespace emel::exec
