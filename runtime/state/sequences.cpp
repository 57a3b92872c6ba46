#include "runtime/state/sequences.h"

#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace emel::state {
namespace {

constexpr uint32_t PagesOf(uint32_t positions) {
  return positions / kPagePositions + (positions % kPagePositions != 0);
}

}  // namespace

absl::StatusOr<Sequences> Sequences::Create(const Limits& limits, uint64_t page_bytes) {
  constexpr uint64_t kMostEntries = uint64_t{1} << 26;
  const uint64_t row = PagesOf(limits.context);
  const uint64_t most = row * limits.sequences;
  if (limits.sequences == 0 || limits.context == 0) {
    return absl::InvalidArgumentError(absl::StrCat("expected room for a sequence, found ",
                                                   limits.sequences, " of ", limits.context,
                                                   " positions"));
  }
  if (most > kMostEntries) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot keep ", limits.sequences, " sequences of ", limits.context,
                     " positions: expected at most ", kMostEntries * kPagePositions, " in all"));
  }
  // More could not be used.
  const uint64_t pages = limits.pages == 0 ? most : std::min<uint64_t>(limits.pages, most);
  EMEL_ASSIGN_OR_RETURN(PagePool pool, PagePool::Create(static_cast<uint32_t>(pages), page_bytes));
  Sequences sequences(std::move(pool));
  sequences.limits_ = limits;
  sequences.limits_.pages = static_cast<uint32_t>(pages);
  sequences.pages_per_slot_ = row;
  sequences.table_.resize(most);
  sequences.slots_.resize(limits.sequences);
  return sequences;
}

bool Sequences::Known(SequenceId sequence) const {
  const uint32_t slot = SlotOf(sequence);
  return slot < slots_.size() && slots_[slot].state != State::kFree &&
         slots_[slot].generation == sequence >> 32;
}

absl::StatusOr<uint32_t> Sequences::Fire(Event event, SequenceId sequence) {
  if (!Known(sequence)) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a sequence, found number ", sequence, ", which is none"));
  }
  Slot& slot = slots_[SlotOf(sequence)];
  const Transition& transition =
      kSlotLifecycle[static_cast<size_t>(slot.state)][static_cast<size_t>(event)];
  if (!transition.allowed) {
    return absl::FailedPreconditionError(absl::StrCat("sequence ", sequence, ": ",
                                                      Text(Name(event)), " refused: it is ",
                                                      Text(Name(slot.state))));
  }
  slot.state = transition.next;
  return SlotOf(sequence);
}

absl::StatusOr<uint32_t> Sequences::TakeSlot() {
  for (uint32_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (slot.state != State::kFree) continue;
    slot = {.state = State::kReady, .generation = slot.generation + 1};
    return i;
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("all ", slots_.size(), " sequences of the session are in use"));
}

absl::StatusOr<SequenceId> Sequences::Add() {
  EMEL_ASSIGN_OR_RETURN(const uint32_t slot, TakeSlot());
  return IdOf(slot);
}

absl::StatusOr<SequenceId> Sequences::Fork(SequenceId from, uint32_t positions) {
  EMEL_ASSIGN_OR_RETURN(const uint32_t source, Fire(Event::kFork, from));
  if (positions > slots_[source].length) {
    return absl::InvalidArgumentError(absl::StrCat("sequence ", from, ": cannot fork at ",
                                                   positions, " positions, it has ",
                                                   slots_[source].length));
  }
  EMEL_ASSIGN_OR_RETURN(const uint32_t slot, TakeSlot());
  std::copy_n(Row(source), PagesOf(positions), Row(slot));
  for (uint32_t i = 0; i < PagesOf(positions); ++i) pool_.Share(Row(slot)[i]);
  slots_[slot].length = positions;
  return IdOf(slot);
}

absl::Status Sequences::Truncate(SequenceId sequence, uint32_t positions) {
  EMEL_ASSIGN_OR_RETURN(const uint32_t slot, Fire(Event::kTruncate, sequence));
  uint32_t& length = slots_[slot].length;
  if (positions > length) {
    return absl::InvalidArgumentError(absl::StrCat("sequence ", sequence, ": cannot truncate to ",
                                                   positions, " positions, it has ", length));
  }
  DropFrom(slot, PagesOf(positions), PagesOf(length));
  length = positions;
  return absl::OkStatus();
}

absl::Status Sequences::Remove(SequenceId sequence) {
  EMEL_ASSIGN_OR_RETURN(const uint32_t slot, Fire(Event::kDestroy, sequence));
  DropFrom(slot, 0, PagesOf(slots_[slot].length));
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> Sequences::Length(SequenceId sequence) const {
  if (Known(sequence)) return slots_[SlotOf(sequence)].length;
  return absl::InvalidArgumentError(
      absl::StrCat("expected a sequence, found number ", sequence, ", which is none"));
}

absl::Status Sequences::Begin(absl::Span<const Growth> batch) {
  for (size_t i = 0; i < batch.size(); ++i) {
    absl::Status status = TryBegin(batch[i]);
    if (status.ok() && i + 1 == batch.size()) status = ReservePages(batch);
    if (status.ok()) continue;
    for (const Growth& growth : batch.first(i))
      slots_[SlotOf(growth.sequence)].state = State::kReady;
    return status;
  }
  return absl::OkStatus();
}

absl::Status Sequences::TryBegin(const Growth& growth) {
  const SequenceId sequence = growth.sequence;
  if (Known(sequence) && slots_[SlotOf(sequence)].state == State::kStepping) {
    return absl::InvalidArgumentError(absl::StrCat("sequence ", sequence, " is in the step twice"));
  }
  EMEL_ASSIGN_OR_RETURN(const uint32_t index, Fire(Event::kBegin, sequence));
  Slot& slot = slots_[index];
  slot.growing = growth.positions;
  slot.copies = false;
  if (growth.positions <= limits_.context - slot.length) return absl::OkStatus();
  slot.state = State::kReady;
  return absl::OutOfRangeError(absl::StrCat("sequence ", sequence, ": no room for ",
                                            growth.positions, " more positions, it has ",
                                            slot.length, " of ", limits_.context));
}

absl::Status Sequences::ReservePages(absl::Span<const Growth> batch) {
  const uint32_t needed = CountPages(batch);
  if (needed > pool_.free_count()) {
    slots_[SlotOf(batch.back().sequence)].state = State::kReady;
    return absl::ResourceExhaustedError(absl::StrCat("no KV pages left: the step needs ", needed,
                                                     ", ", pool_.free_count(), " of ",
                                                     pool_.page_count(), " are free"));
  }
  for (const Growth& growth : batch) Grow(SlotOf(growth.sequence));
  return absl::OkStatus();
}

// Marks the sequences that write to a shared page. Of the users of a page, the last one to write
// needs no copy, so each that does leaves it while they are counted.
uint32_t Sequences::CountPages(absl::Span<const Growth> batch) {
  uint32_t count = 0;
  for (const Growth& growth : batch) {
    const uint32_t index = SlotOf(growth.sequence);
    Slot& slot = slots_[index];
    count += PagesOf(slot.length + slot.growing) - PagesOf(slot.length);
    if (slot.growing == 0 || slot.length % kPagePositions == 0) continue;
    const uint32_t page = Row(index)[slot.length / kPagePositions];
    slot.copies = pool_.users(page) > 1;
    if (!slot.copies) continue;
    pool_.Drop(page);
    ++count;
  }
  for (const Growth& growth : batch) {
    const uint32_t index = SlotOf(growth.sequence);
    const Slot& slot = slots_[index];
    if (slot.copies) pool_.Share(Row(index)[slot.length / kPagePositions]);
  }
  return count;
}

void Sequences::Grow(uint32_t index) {
  const Slot& slot = slots_[index];
  if (slot.copies) {
    uint32_t& page = Row(index)[slot.length / kPagePositions];
    const uint32_t shared = page;
    page = pool_.Copy(shared);
    pool_.Drop(shared);
  }
  for (uint32_t i = PagesOf(slot.length); i < PagesOf(slot.length + slot.growing); ++i) {
    Row(index)[i] = pool_.Take();
  }
}

void Sequences::Finish(absl::Span<const Growth> batch) {
  for (const Growth& growth : batch) {
    const auto slot = Fire(Event::kFinish, growth.sequence);
    if (slot.ok()) slots_[*slot].length += slots_[*slot].growing;
  }
}

void Sequences::DropFrom(uint32_t slot, uint32_t first, uint32_t end) {
  while (end > first) pool_.Drop(Row(slot)[--end]);
}

}  // namespace emel::state
