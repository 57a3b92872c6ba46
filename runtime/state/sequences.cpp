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

absl::StatusOr<Sequences> Sequences::Create(const Limits& limits, uint64_t page_bytes,
                                            absl::Span<const Window> windows) {
  const uint64_t row = PagesOf(limits.context);
  const uint64_t most = row * limits.sequences;
  const uint64_t most_entries = (uint64_t{1} << 26) / (1 + windows.size());
  if (limits.sequences == 0 || limits.context == 0) {
    return absl::InvalidArgumentError(absl::StrCat("expected room for a sequence, found ",
                                                   limits.sequences, " of ", limits.context,
                                                   " positions"));
  }
  if (most > most_entries) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot keep ", limits.sequences, " sequences of ", limits.context,
                     " positions: expected at most ", most_entries * kPagePositions, " in all"));
  }
  // More could not be used.
  const uint64_t pages = limits.pages == 0 ? most : std::min<uint64_t>(limits.pages, most);
  Sequences sequences;
  sequences.limits_ = limits;
  sequences.limits_.pages = static_cast<uint32_t>(pages);
  sequences.pages_per_slot_ = row;
  EMEL_RETURN_IF_ERROR(sequences.Reserve(page_bytes, windows));
  sequences.table_.resize(most * sequences.classes_.size());
  sequences.firsts_.resize(limits.sequences * sequences.classes_.size());
  sequences.slots_.resize(limits.sequences);
  return sequences;
}

// One class behind the other, each from a multiple of its pages' bytes on, so that code finds every
// page from one address.
absl::Status Sequences::Reserve(uint64_t page_bytes, absl::Span<const Window> windows) {
  struct Range {
    uint64_t first, count;
  };
  std::vector<Window> all = {
      {.pages = static_cast<uint32_t>(pages_per_slot_), .page_bytes = page_bytes}};
  all.insert(all.end(), windows.begin(), windows.end());
  std::vector<Range> ranges;
  uint64_t end = 0;
  for (Window& window : all) {
    window.pages = static_cast<uint32_t>(std::min<uint64_t>(window.pages, pages_per_slot_));
    const uint64_t bytes = window.page_bytes, first = bytes == 0 ? 0 : (end + bytes - 1) / bytes;
    const uint64_t most = uint64_t{window.pages} * limits_.sequences;
    ranges.push_back({first, std::min<uint64_t>(limits_.pages, most)});
    const uint64_t last = first + ranges.back().count;
    if (last > UINT32_MAX || __builtin_mul_overflow(last, bytes, &end)) {
      return absl::ResourceExhaustedError(
          absl::StrCat("cannot reserve ", ranges.back().count, " KV pages of ", bytes, " bytes"));
    }
  }
  EMEL_ASSIGN_OR_RETURN(memory_, Reservation::Create(end, "KV pages"));
  for (size_t i = 0; i < all.size(); ++i) {
    classes_.push_back(
        {all[i], PagePool(memory_.data(), static_cast<uint32_t>(ranges[i].first),
                          static_cast<uint32_t>(ranges[i].count), all[i].page_bytes)});
  }
  return absl::OkStatus();
}

uint64_t Sequences::memory_bytes() const {
  uint64_t bytes = 0;
  for (const Class& each : classes_) bytes += each.pool.page_count() * each.pool.page_bytes();
  return bytes;
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

// Whether windows still have what the token after so many positions sees.
absl::Status Sequences::CheckKept(uint32_t slot, uint32_t positions) {
  for (size_t c = 1; c < classes_.size(); ++c) {
    const uint32_t first = First(slot, c), window = classes_[c].window.positions;
    const uint64_t least = uint64_t{first} * kPagePositions + window - 1;
    if (first == 0 || positions == 0 || positions >= least) continue;
    return absl::DataLossError(absl::StrCat(
        "sequence ", IdOf(slot), ": expected 0 or ", least, " to ", slots_[slot].length,
        " positions, found ", positions, ": layers with a window of ", window,
        " have let go of what lies further back; truncate to 0 and feed the sequence again, or "
        "compile with a larger --batch"));
  }
  return absl::OkStatus();
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
  EMEL_RETURN_IF_ERROR(CheckKept(source, positions));
  EMEL_ASSIGN_OR_RETURN(const uint32_t slot, TakeSlot());
  for (size_t c = 0; c < classes_.size(); ++c) {
    if (positions > 0) First(slot, c) = First(source, c);
    for (uint32_t i = First(slot, c); i < PagesOf(positions); ++i) {
      Page(slot, c, i) = Page(source, c, i);
      classes_[c].pool.Share(Page(slot, c, i));
    }
  }
  slots_[slot].length = positions;
  return IdOf(slot);
}

absl::Status Sequences::Truncate(SequenceId sequence, uint32_t positions) {
  EMEL_ASSIGN_OR_RETURN(const uint32_t slot, Fire(Event::kTruncate, sequence));
  const uint32_t length = slots_[slot].length;
  if (positions > length) {
    return absl::InvalidArgumentError(absl::StrCat("sequence ", sequence, ": cannot truncate to ",
                                                   positions, " positions, it has ", length));
  }
  EMEL_RETURN_IF_ERROR(CheckKept(slot, positions));
  Shrink(slot, positions);
  return absl::OkStatus();
}

absl::Status Sequences::Remove(SequenceId sequence) {
  EMEL_ASSIGN_OR_RETURN(const uint32_t slot, Fire(Event::kDestroy, sequence));
  Shrink(slot, 0);
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
  slot.reached = slot.length;
  slot.copies = false;
  if (growth.positions <= limits_.context - slot.length) return absl::OkStatus();
  slot.state = State::kReady;
  return absl::OutOfRangeError(absl::StrCat("sequence ", sequence, ": no room for ",
                                            growth.positions, " more positions, it has ",
                                            slot.length, " of ", limits_.context));
}

absl::Status Sequences::ReservePages(absl::Span<const Growth> batch) {
  const uint32_t needed = CountPages(batch);
  if (const PagePool& pool = classes_[0].pool; needed > pool.free_count()) {
    slots_[SlotOf(batch.back().sequence)].state = State::kReady;
    return absl::ResourceExhaustedError(absl::StrCat("no KV pages left: the step needs ", needed,
                                                     ", ", pool.free_count(), " of ",
                                                     pool.page_count(), " are free"));
  }
  for (const Growth& growth : batch) Grow(SlotOf(growth.sequence));
  return absl::OkStatus();
}

// Marks the sequences that write to a shared page. Of the users of a page, the last one to write
// needs no copy, so each that does leaves it while they are counted.
uint32_t Sequences::CountPages(absl::Span<const Growth> batch) {
  PagePool& pool = classes_[0].pool;
  uint32_t count = 0;
  for (const Growth& growth : batch) {
    const uint32_t index = SlotOf(growth.sequence);
    Slot& slot = slots_[index];
    count += PagesOf(slot.length + slot.growing) - PagesOf(slot.length);
    if (slot.growing == 0 || slot.length % kPagePositions == 0) continue;
    const uint32_t page = Page(index, 0, slot.length / kPagePositions);
    slot.copies = pool.users(page) > 1;
    if (!slot.copies) continue;
    pool.Drop(page);
    ++count;
  }
  for (const Growth& growth : batch) {
    const uint32_t index = SlotOf(growth.sequence);
    const Slot& slot = slots_[index];
    if (slot.copies) pool.Share(Page(index, 0, slot.length / kPagePositions));
  }
  return count;
}

void Sequences::Grow(uint32_t index) {
  const Slot& slot = slots_[index];
  if (slot.copies) Own(index, 0, slot.length / kPagePositions);
  for (uint32_t i = PagesOf(slot.length); i < PagesOf(slot.length + slot.growing); ++i) {
    Page(index, 0, i) = classes_[0].pool.Take();
  }
}

// Makes a page the slot's alone.
void Sequences::Own(uint32_t slot, size_t page_class, uint32_t page) {
  PagePool& pool = classes_[page_class].pool;
  uint32_t& own = Page(slot, page_class, page);
  const uint32_t shared = own;
  own = pool.Copy(shared);
  pool.Drop(shared);
}

void Sequences::Advance(SequenceId sequence, uint32_t positions) {
  const uint32_t index = SlotOf(sequence);
  const uint32_t begin = slots_[index].reached, end = begin + positions;
  for (size_t c = 1; c < classes_.size(); ++c) {
    PagePool& pool = classes_[c].pool;
    uint32_t& first = First(index, c);
    for (; first + classes_[c].window.pages < PagesOf(end); ++first) {
      pool.Drop(Page(index, c, first));
    }
    if (begin % kPagePositions != 0 && pool.users(Page(index, c, begin / kPagePositions)) > 1) {
      Own(index, c, begin / kPagePositions);
    }
    for (uint32_t i = PagesOf(begin); i < PagesOf(end); ++i) Page(index, c, i) = pool.Take();
  }
  slots_[index].reached = end;
}

void Sequences::Finish(absl::Span<const Growth> batch) {
  for (const Growth& growth : batch) {
    const auto slot = Fire(Event::kFinish, growth.sequence);
    if (slot.ok()) slots_[*slot].length += slots_[*slot].growing;
  }
}

void Sequences::Shrink(uint32_t slot, uint32_t positions) {
  uint32_t& length = slots_[slot].length;
  for (size_t c = 0; c < classes_.size(); ++c) {
    const uint32_t left = std::max(PagesOf(positions), First(slot, c));
    for (uint32_t i = PagesOf(length); i > left;) classes_[c].pool.Drop(Page(slot, c, --i));
    if (positions == 0) First(slot, c) = 0;
  }
  length = positions;
}

}  // namespace emel::state
