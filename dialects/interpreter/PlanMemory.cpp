#include "dialects/interpreter/PlanMemory.h"

#include <cstdlib>
#include <cstring>

using namespace mlir;

namespace emel::interpreter {

template <typename Element>
static Element *allocate(int64_t count) {
  void *memory = std::calloc(std::max<int64_t>(count, 1), sizeof(Element));
  if (!memory) llvm::report_bad_alloc_error("no memory for the arenas of a plan");
  return static_cast<Element *>(memory);
}

Cells::Cells(const Storage &storage)
    : cells_(allocate<Cell>(storage.size)),
      bytes_(allocate<uint8_t>(storage.isState ? 0 : storage.size)),
      isShared_(!storage.isPerWorker) {}

void Cells::hold(unsigned value, Range range) {
  for (int64_t i = range.begin; i < range.end; ++i) cells_[i].holds = value + 1;
}

static Violation race(int64_t at, const Access &other, bool otherWrites) {
  return {Violation::Race, at, other, otherWrites};
}

std::optional<Violation> Cells::read(unsigned value, Range range, const uint8_t *expected,
                                     uint32_t access, ArrayRef<Access> accesses) {
  const Access &own = accesses[access - 1];
  Cell before{}, after{};
  for (int64_t i = range.begin; i < range.end; ++i) {
    Cell &cell = cells_[i];
    // Neighbours mostly have the same history.
    if (i > range.begin && cell == before) {
      cell = after;
      continue;
    }
    before = cell;
    if (isShared_ && cell.writer && accesses[cell.writer - 1].races(own))
      return race(i, accesses[cell.writer - 1], true);
    if (cell.holds == 0) return Violation{Violation::Unwritten, i};
    if (cell.holds != value + 1)
      return Violation{Violation::Overwritten, i, {}, false, cell.holds - 1};
    bool isNewEpoch = !cell.reader || accesses[cell.reader - 1].epoch != own.epoch;
    if (isNewEpoch)
      cell.reader = access, cell.otherReader = 0;
    else if (!cell.otherReader && accesses[cell.reader - 1].races(own))
      cell.otherReader = access;
    after = cell;
  }
  if (expected && std::memcmp(expected, bytes_.get() + range.begin, range.end - range.begin) != 0)
    return Violation{Violation::Differs, range.begin};
  return std::nullopt;
}

std::optional<Violation> Cells::write(unsigned value, Range range, const uint8_t *bytes,
                                      uint32_t access, ArrayRef<Access> accesses) {
  const Access &own = accesses[access - 1];
  Cell before{}, after{};
  for (int64_t i = range.begin; i < range.end; ++i) {
    Cell &cell = cells_[i];
    if (i > range.begin && cell == before) {
      cell = after;
      continue;
    }
    before = cell;
    if (isShared_)
      for (uint32_t other : {cell.writer, cell.reader, cell.otherReader})
        if (other && accesses[other - 1].races(own))
          return race(i, accesses[other - 1], other == cell.writer);
    cell.holds = value + 1;
    cell.writer = access;
    after = cell;
  }
  if (bytes) std::memcpy(bytes_.get() + range.begin, bytes, range.end - range.begin);
  return std::nullopt;
}

}  // namespace emel::interpreter
