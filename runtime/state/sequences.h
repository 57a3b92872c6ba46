#ifndef EMEL_RUNTIME_STATE_SEQUENCES_H_
#define EMEL_RUNTIME_STATE_SEQUENCES_H_

#include "runtime/state/lifecycle.h"
#include "runtime/state/page_pool.h"
#include "runtime/state/reservation.h"

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

// Layers whose tokens see no further back than their last `positions`, their own included. Of a
// sequence they keep its last `pages` pages, of `page_bytes` each.
struct Window {
  uint32_t positions = 1;
  uint32_t pages = 1;
  uint64_t page_bytes = 0;
};

// Sequences of tokens and the KV pages that hold their positions. Sequences with a common beginning
// share its pages until one of them writes, which it then does to a copy.
//
//     page table      slot 0: 0 1 4      pages 0 and 1 have two users, slot 1 is a fork of slot 0
//                     slot 1: 0 1 5      at 50 positions: page 1 was copied to whoever wrote first
//
// Layers with windows have pages of their own. Each is in use only while one of class 0, that of
// the layers without, is in use for the same positions of the same sequences: as many pages are
// enough for them, and where class 0 has a page left, so have they.
//
// Nothing is allocated after Create, save for the messages of errors.
class Sequences {
 public:
  // `page_bytes` are those of the layers that see everything; class c is that of windows[c - 1].
  static absl::StatusOr<Sequences> Create(const Limits& limits, uint64_t page_bytes,
                                          absl::Span<const Window> windows = {});

  // kResourceExhausted: every slot has its sequence.
  absl::StatusOr<SequenceId> Add();
  // A new sequence of the first `positions` of another one. kDataLoss: what its next token would
  // see is gone from the layers with windows.
  absl::StatusOr<SequenceId> Fork(SequenceId from, uint32_t positions);
  // Forgets what comes after the first `positions`. kDataLoss: as above, save that 0 is always
  // left.
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
  // In between: gives the next of these positions pages of the layers with windows, which let
  // others go. Those of a window hold what it sees of so many positions, and them.
  void Advance(SequenceId sequence, uint32_t positions);
  void Finish(absl::Span<const Growth> batch);

  // Where a sequence is in the page table.
  uint32_t SlotOf(SequenceId sequence) const { return static_cast<uint32_t>(sequence) - 1; }
  // Row after row of pages, by slot: for each 32 positions one of each class. Those that a window
  // has let go are somebody else's.
  const uint32_t* page_table() const { return table_.data(); }
  uint64_t page_table_stride() const { return pages_per_slot_ * classes_.size(); }

  size_t class_count() const { return classes_.size(); }
  const PagePool& pool(size_t page_class = 0) const { return classes_[page_class].pool; }
  uint8_t* memory() const { return memory_.data(); }
  uint64_t memory_bytes() const;  // of all pages
  const Limits& limits() const { return limits_; }

 private:
  struct Slot {
    State state = State::kFree;
    uint32_t generation = 0;
    uint32_t length = 0;
    uint32_t growing = 0;  // positions of the step in progress
    uint32_t reached = 0;  // of these and all before, those that windows have pages for
    bool copies = false;   // the step writes to a page that others use too
  };

  struct Class {
    Window window;
    PagePool pool;
  };

  Sequences() = default;
  absl::Status Reserve(uint64_t page_bytes, absl::Span<const Window> windows);
  uint32_t& Page(uint32_t slot, size_t page_class, uint32_t page) {
    return table_[slot * page_table_stride() + page * classes_.size() + page_class];
  }
  // The first page that a slot has of a class.
  uint32_t& First(uint32_t slot, size_t page_class) {
    return firsts_[slot * classes_.size() + page_class];
  }
  SequenceId IdOf(uint32_t slot) const {
    return uint64_t{slots_[slot].generation} << 32 | (slot + 1);
  }
  bool Known(SequenceId sequence) const;
  // The slot, after it moved along the lifecycle.
  absl::StatusOr<uint32_t> Fire(Event event, SequenceId sequence);
  absl::StatusOr<uint32_t> TakeSlot();
  absl::Status CheckKept(uint32_t slot, uint32_t positions);
  absl::Status TryBegin(const Growth& growth);
  absl::Status ReservePages(absl::Span<const Growth> batch);
  uint32_t CountPages(absl::Span<const Growth> batch);
  void Grow(uint32_t slot);
  void Own(uint32_t slot, size_t page_class, uint32_t page);
  void Shrink(uint32_t slot, uint32_t positions);

  Limits limits_;
  Reservation memory_;
  std::vector<Class> classes_;
  uint64_t pages_per_slot_ = 0;
  std::vector<uint32_t> table_, firsts_;
  std::vector<Slot> slots_;
};

}  // namespace emel::state

#endif  // EMEL_RUNTIME_STATE_SEQUENCES_H_
