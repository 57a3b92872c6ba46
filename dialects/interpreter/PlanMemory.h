#ifndef EMEL_DIALECTS_INTERPRETER_PLAN_MEMORY_H_
#define EMEL_DIALECTS_INTERPRETER_PLAN_MEMORY_H_

#include "dialects/interpreter/StepPlan.h"

/// The memory of a step, and who touched what of it.
namespace emel::interpreter {

/// One tile at work.
struct Access {
  unsigned epoch = 0;
  int64_t worker = 0;
  /// Tiles of a dynamic launch may run on any worker: each counts as a worker of its own.
  int64_t agent = 0;
  int launch = 0;
  int64_t tile = 0;

  bool races(const Access &other) const { return epoch == other.epoch && agent != other.agent; }
};

/// What is wrong with an access.
struct Violation {
  enum Kind { Race, Unwritten, Overwritten, Differs } kind;
  /// Where it shows, in units of the storage.
  int64_t at = 0;
  /// Race: what the other access is and does. Overwritten: the value that lies there.
  Access other;
  bool otherWrites = false;
  unsigned holds = 0;
};

/// One arena, one worker's copy of one, or one state. Nothing can be read before it was written.
class Cells {
 public:
  explicit Cells(const Storage &storage);

  /// Puts a value there before the step begins.
  void hold(unsigned value, Range range);
  /// Reads a run of `value`; `expected` are the bytes that must lie there, or null.
  std::optional<Violation> read(unsigned value, Range range, const uint8_t *expected,
                                uint32_t access, llvm::ArrayRef<Access> accesses);
  std::optional<Violation> write(unsigned value, Range range, const uint8_t *bytes, uint32_t access,
                                 llvm::ArrayRef<Access> accesses);
  llvm::ArrayRef<uint8_t> bytes(Range range) const {
    return {bytes_.get() + range.begin, static_cast<size_t>(range.end - range.begin)};
  }

 private:
  /// Values and accesses count from 1; 0 is none.
  struct Cell {
    uint32_t holds, writer;
    /// A reader of the last epoch in which there was one, and another by another worker.
    uint32_t reader, otherReader;

    bool operator==(const Cell &) const = default;
  };
  struct Free {
    void operator()(void *memory) const { std::free(memory); }
  };

  /// Arenas may be far larger than what a step touches: pages come when they are touched.
  std::unique_ptr<Cell[], Free> cells_;
  std::unique_ptr<uint8_t[], Free> bytes_;
  /// The memory of one worker has no races.
  bool isShared_;
};

}  // namespace emel::interpreter

#endif  // EMEL_DIALECTS_INTERPRETER_PLAN_MEMORY_H_
