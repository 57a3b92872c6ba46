#ifndef EMEL_RUNTIME_EXEC_SESSION_H_
#define EMEL_RUNTIME_EXEC_SESSION_H_

#include "runtime/exec/program.h"
#include "runtime/exec/workers.h"
#include "runtime/state/sequences.h"

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace emel::exec {

struct SessionOptions {
  uint32_t workers = 0;    // 0: as many as there are CPUs for, and at most what the code allows
  uint32_t sequences = 1;  // at once
  uint32_t context = 0;    // positions of a sequence; 0: what the code allows
  uint32_t pages = 0;      // in all; 0: as many as the sequences can need at most
};

// Tokens that a sequence continues with, and how many of the last of them give rows.
struct Segment {
  state::SequenceId sequence;
  absl::Span<const int32_t> tokens;
  uint32_t rows;
};

// A program with memory, workers and sequences. One call at a time. Nothing is allocated after
// Create, save for the messages of errors.
class Session {
 public:
  // The program's code and weights outlive the session.
  static absl::StatusOr<std::unique_ptr<Session>> Create(const Program& program,
                                                         const SessionOptions& options);

  // Appends each segment to its sequence and writes the wanted rows to `logits`, segment after
  // segment. All of it happens, or nothing.
  //
  // What takes more than one step of the code is cut where the segment itself says, never where
  // others in the batch end, and its length alone says whether entries with bits of their own
  // compute it: what a sequence gets does not depend on its company.
  absl::Status Step(absl::Span<const Segment> batch, absl::Span<float> logits);

  // The same with the `count` best tokens of each row instead of its logits.
  absl::Status StepBest(absl::Span<const Segment> batch, uint32_t count,
                        absl::Span<emel_candidate_t> best);

  state::Sequences& sequences() { return sequences_; }
  const state::Sequences& sequences() const { return sequences_; }
  const Program& program() const { return program_; }
  uint32_t worker_count() const { return workers_->count(); }
  uint64_t parked_count() const { return workers_->parked_count(); }
  // Reserved for everything, resident as far as it was used.
  uint64_t memory_bytes() const;

 private:
  struct Piece {
    uint32_t tokens, rows;
  };
  Session(const Program& program, state::Sequences sequences)
      : program_(program), sequences_(std::move(sequences)) {}
  absl::Status Reserve(uint32_t workers);
  // What a caller has for rows: room for so many numbers or tokens, each row having `width`.
  struct Room {
    absl::string_view name, unit;
    uint64_t width, count;
  };
  absl::Status CheckBatch(absl::Span<const Segment> batch, const Room& room) const;
  absl::Status RunBatch(absl::Span<const Segment> batch);
  absl::Status CheckSegment(const Segment& segment) const;
  Piece Cut(const Segment& segment, uint32_t from) const;
  void Append(const Segment& segment, uint32_t from, Piece piece);
  absl::Span<const Program::Entry> EntriesFor(const Segment& segment) const;
  void RunCode(absl::Span<const Program::Entry> entries);
  // Sets where the next rows go, and moves on behind those that were written.
  void PointAtRows();
  void TakeRows(uint32_t rows);

  const Program program_;
  state::Sequences sequences_;
  state::Reservation arena_, scratch_;
  state::Reservation spare_row_;  // for logits that nobody wants, of code that always gives them
  state::Reservation best_;       // what code gives where a caller wants fewer tokens
  std::unique_ptr<Workers> workers_;

  emel_step_t step_{};
  // Where the rest of a batch's rows go: one of the two.
  float* logits_out_ = nullptr;
  emel_candidate_t* best_out_ = nullptr;
  uint32_t best_count_ = 0;                                     // of a row
  std::vector<int32_t> tokens_, positions_, slots_, out_rows_;  // of a step
  struct alignas(EMEL_TICKET_STRIDE) Ticket {
    uint8_t bytes[EMEL_TICKET_STRIDE];
  };
  std::vector<Ticket> tickets_;
  std::vector<state::Sequences::Growth> growths_;
};

}  // namespace emel::exec

#endif  // EMEL_RUNTIME_EXEC_SESSION_H_
