#ifndef EMEL_RUNTIME_STATE_SEQUENCES_H_
#define EMEL_RUNTIME_STATE_SEQUENCES_H_

#include "runtime/state/lifecycle.h"
#include "runtime/state/page_pool.h"

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstdint>
#include <vector>

namespace emel::state {

inline constexpr uint32_t kPagePositions = 32;

// A sequence by number: never 0, and never used again once the sequence is destroyed.
using SequenceId = uint64_t;

struct Limits {
  uint32_t sequences = 1;
  uint32_t context = 1;  // positions of a sequence
  uint32_t pages = 0;    // in all; 0: as many as the sequences can need at most
};

// Sequences of tokens and the KV pages that hold their positions. Sequences with a common beginning
// share its pages until one of them writes, which it then does to a copy.
//
//     page table      slot 0: 0 1 4      pages 0 and 1 have two users, slot 1 is a fork of slot 0
//                     slot 1: 0 1 5      at 50 positions: page 1 was copied to whoever wrote first
//
// Nothing is allocated after Create, save for the messages of errors.
class Sequences {
 public:
  static absl::StatusOr<Sequences> Create(const Limits& limits, uint64_t page_bytes);

  // kResourceExhausted: every slot has its sequence.
  absl::StatusOr<SequenceId> Add();
  // A new sequence of the first `positions` of another one.
  absl::StatusOr<SequenceId> Fork(SequenceId from, uint32_t positions);
  // Forgets what comes after the first `positions`.
  absl::Status Truncate(SequenceId sequence, uint32_t positions);
  absl::Status Remove(SequenceId sequence);

  absl::StatusOr<uint32_t> Length(SequenceId sequence) const;

  // A step: Begin gives each sequence pages of its own for the positions that follow its last, all
  // of them or, where it fails, none; Finish then makes them part of the sequence.
  struct Growth {
    SequenceId sequence;
    uint32_t positions;
  };
  absl::Status Begin(absl::Span<const Growth> batch);
  void Finish(absl::Span<const Growth> batch);

  // Where a sequence is in the page table.
  uint32_t SlotOf(SequenceId sequence) const { return static_cast<uint32_t>(sequence) - 1; }
  // Row after row of pages, by slot.
  const uint32_t* page_table() const { return table_.data(); }
  uint64_t page_table_stride() const { return pages_per_slot_; }

  const PagePool& pool() const { return pool_; }
  const Limits& limits() const { return limits_; }

 private:
  struct Slot {
    State state = State::kFree;
    uint32_t generation = 0;
    uint32_t length = 0;
    uint32_t growing = 0;  // positions of the step in progress
    bool copies = false;   // the step writes to a page that others use too
  };

  explicit Sequences(PagePool pool) : pool_(std::move(pool)) {}
  uint32_t* Row(uint32_t slot) { return table_.data() + slot * pages_per_slot_; }
  SequenceId IdOf(uint32_t slot) const {
    return uint64_t{slots_[slot].generation} << 32 | (slot + 1);
  }
  bool Known(SequenceId sequence) const;
  // The slot, after it moved along the lifecycle.
  absl::StatusOr<uint32_t> Fire(Event event, SequenceId sequence);
  absl::StatusOr<uint32_t> TakeSlot();
  absl::Status TryBegin(const Growth& growth);
  absl::Status ReservePages(absl::Span<const Growth> batch);
  uint32_t CountPages(absl::Span<const Growth> batch);
  void Grow(uint32_t slot);
  void DropFrom(uint32_t slot, uint32_t first, uint32_t end);

  Limits limits_;
  PagePool pool_;
  uint64_t pages_per_slot_ = 0;
  std::vector<uint32_t> table_;
  std::vector<Slot> slots_;
};

}  // namespace emel::state

#endif  // EMEL_RUNTIME_STATE_SEQUENCES_H_
