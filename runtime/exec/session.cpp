#include "runtime/exec/session.h"

#include "runtime/exec/cpus.h"
#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstring>

namespace emel::exec {
namespace {

static_assert(state::kPagePositions == EMEL_PAGE_POSITIONS);

// A number that was asked for, or the most that is possible.
absl::StatusOr<uint32_t> Pick(absl::string_view what, uint32_t wanted, uint32_t most,
                              absl::string_view option) {
  if (wanted == 0) return most;
  if (wanted <= most) return wanted;
  return absl::InvalidArgumentError(absl::StrCat(what, ": expected at most ", most,
                                                 ", which it is compiled for, found ", wanted,
                                                 "; emel-compile --", option, " sets the most"));
}

absl::Span<const Program::Entry> ExactEntries(const Program& program) {
  const auto end = std::find_if(program.entries.begin(), program.entries.end(),
                                [](const auto& each) { return !each.exact; });
  return absl::MakeConstSpan(program.entries)
      .first(static_cast<size_t>(end - program.entries.begin()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> Session::Create(const Program& program,
                                                         const SessionOptions& options) {
  EMEL_ASSIGN_OR_RETURN(uint32_t workers,
                        Pick("threads", options.workers, program.max_workers, "workers"));
  if (options.workers == 0) workers = std::min(workers, DefaultWorkers());
  EMEL_ASSIGN_OR_RETURN(const uint32_t context,
                        Pick("context", options.context, program.context, "context"));
  const auto exact = ExactEntries(program);
  if (exact.empty() || exact.back().max_rows == 0 || program.entries.back().max_rows == 0) {
    return absl::FailedPreconditionError("the largest entry of the code gives no logits");
  }
  EMEL_ASSIGN_OR_RETURN(
      state::Sequences sequences,
      state::Sequences::Create(
          {.sequences = options.sequences, .context = context, .pages = options.pages},
          program.page_bytes, program.windows));
  std::unique_ptr<Session> session(new Session(program, std::move(sequences)));
  EMEL_RETURN_IF_ERROR(session->Reserve(workers));
  EMEL_ASSIGN_OR_RETURN(session->workers_, Workers::Create(workers));
  return session;
}

absl::Status Session::Reserve(uint32_t workers) {
  EMEL_ASSIGN_OR_RETURN(arena_, state::Reservation::Create(program_.arena_bytes, "the arena"));
  uint64_t scratch_bytes;
  if (__builtin_mul_overflow(program_.scratch_stride, workers, &scratch_bytes)) {
    return absl::ResourceExhaustedError("cannot reserve memory for the workers");
  }
  EMEL_ASSIGN_OR_RETURN(scratch_, state::Reservation::Create(scratch_bytes, "the workers"));
  EMEL_ASSIGN_OR_RETURN(spare_row_,
                        state::Reservation::Create(program_.vocabulary * sizeof(float), "logits"));
  uint32_t most_rows = 0;
  for (const Program::Entry& entry : program_.entries) {
    most_rows = std::max(most_rows, entry.max_rows);
  }
  EMEL_ASSIGN_OR_RETURN(
      best_, state::Reservation::Create(
                 uint64_t{most_rows} * program_.sample * sizeof(emel_candidate_t), "tokens"));
  const uint32_t most = program_.entries.back().max_tokens;
  for (auto* array : {&tokens_, &positions_, &slots_, &out_rows_}) array->reserve(most);
  uint32_t tickets = 0;
  for (const Program::Entry& entry : program_.entries) {
    tickets = std::max(tickets, entry.ticket_count);
  }
  tickets_.resize(tickets);
  growths_.reserve(sequences_.limits().sequences);
  step_.weights = program_.weights;
  step_.arena = arena_.data();
  step_.scratch = scratch_.data();
  step_.scratch_stride = program_.scratch_stride;
  step_.pages = sequences_.memory();
  step_.page_table = sequences_.page_table();
  step_.page_table_stride = sequences_.page_table_stride();
  step_.tickets = tickets_.empty() ? nullptr : tickets_.front().bytes;
  return absl::OkStatus();
}

uint64_t Session::memory_bytes() const {
  return arena_.bytes() + scratch_.bytes() + best_.bytes() + sequences_.memory_bytes();
}

absl::Status Session::CheckSegment(const Segment& segment) const {
  const auto bad = [&](const auto&... message) {
    return absl::InvalidArgumentError(
        absl::StrCat("sequence ", segment.sequence, ": ", message...));
  };
  if (segment.tokens.empty() || segment.tokens.size() > program_.context) {
    return bad("expected 1 to ", program_.context, " tokens, found ", segment.tokens.size());
  }
  if (segment.rows > segment.tokens.size()) {
    return bad("expected at most ", segment.tokens.size(), " rows of logits, found ", segment.rows);
  }
  for (size_t i = 0; i < segment.tokens.size(); ++i) {
    const int32_t token = segment.tokens[i];
    if (token >= 0 && static_cast<uint32_t>(token) < program_.vocabulary) continue;
    return bad("token ", i, ": expected a number below ", program_.vocabulary, ", found ", token);
  }
  return absl::OkStatus();
}

absl::Status Session::CheckBatch(absl::Span<const Segment> batch, const Room& room) const {
  if (!workers_->live()) {
    return absl::InvalidArgumentError(
        "this session's threads are those of the process that it was created in; after a fork, "
        "create another one");
  }
  if (batch.size() > sequences_.limits().sequences) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected at most ", sequences_.limits().sequences, " segments, found ", batch.size()));
  }
  uint64_t rows = 0;
  for (const Segment& segment : batch) {
    EMEL_RETURN_IF_ERROR(CheckSegment(segment));
    rows += segment.rows;
  }
  if (room.count >= rows * room.width) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(room.name, ": expected room for ",
                                                 rows * room.width, " ", room.unit, ", found ",
                                                 room.count));
}

// The entries that compute a segment: by its own length, so that its bits do not depend on others.
absl::Span<const Program::Entry> Session::EntriesFor(const Segment& segment) const {
  const auto exact = ExactEntries(program_);
  const auto others = absl::MakeConstSpan(program_.entries).subspan(exact.size());
  return others.empty() || segment.tokens.size() <= exact.back().max_tokens ? exact : others;
}

// As much of a segment as a step takes at most.
Session::Piece Session::Cut(const Segment& segment, uint32_t from) const {
  const Program::Entry& largest = EntriesFor(segment).back();
  const auto size = static_cast<uint32_t>(segment.tokens.size());
  const uint32_t first_row = std::max(from, size - segment.rows);
  uint32_t end = from + std::min(size - from, largest.max_tokens);
  if (end > first_row) end = std::min(end, first_row + largest.max_rows);
  return {end - from, end > first_row ? end - first_row : 0};
}

void Session::Append(const Segment& segment, uint32_t from, Piece piece) {
  const auto slot = static_cast<int32_t>(sequences_.SlotOf(segment.sequence));
  const uint32_t begin = *sequences_.Length(segment.sequence) + from;
  sequences_.Advance(segment.sequence, piece.tokens);
  for (uint32_t i = 0; i < piece.tokens; ++i) {
    if (i >= piece.tokens - piece.rows) out_rows_.push_back(static_cast<int32_t>(tokens_.size()));
    tokens_.push_back(segment.tokens[from + i]);
    positions_.push_back(static_cast<int32_t>(begin + i));
    slots_.push_back(slot);
  }
}

void Session::RunCode(absl::Span<const Program::Entry> entries) {
  const Program::Entry& entry =
      *std::find_if(entries.begin(), entries.end() - 1, [&](const auto& each) {
        return each.max_tokens >= tokens_.size() && each.max_rows >= out_rows_.size();
      });
  // Code for one token takes its row for granted.
  const bool spares_row = entry.max_tokens == 1 && out_rows_.empty();
  PointAtRows();
  if (spares_row) {
    out_rows_.push_back(0);
    step_.logits = program_.sample > 0 ? nullptr : reinterpret_cast<float*>(spare_row_.data());
    step_.best = nullptr;
  }
  step_.token_count = static_cast<uint32_t>(tokens_.size());
  step_.row_count = static_cast<uint32_t>(out_rows_.size());
  step_.tokens = tokens_.data();
  step_.positions = positions_.data();
  step_.slots = slots_.data();
  step_.out_rows = out_rows_.data();
  std::fill_n(tickets_.begin(), entry.ticket_count, Ticket{});
  workers_->Run(entry.function, step_);
  if (!spares_row) TakeRows(step_.row_count);
  for (auto* array : {&tokens_, &positions_, &slots_, &out_rows_}) array->clear();
}

void Session::PointAtRows() {
  step_.logits = logits_out_;
  step_.best = best_out_;
  if (best_out_ != nullptr && best_count_ < program_.sample) {
    step_.best = reinterpret_cast<emel_candidate_t*>(best_.data());
  }
}

void Session::TakeRows(uint32_t rows) {
  if (logits_out_ != nullptr) logits_out_ += uint64_t{rows} * program_.vocabulary;
  if (best_out_ == nullptr) return;
  for (uint32_t row = 0; step_.best != best_out_ && row < rows; ++row) {
    std::copy_n(step_.best + uint64_t{row} * program_.sample, best_count_,
                best_out_ + uint64_t{row} * best_count_);
  }
  best_out_ += uint64_t{rows} * best_count_;
}

absl::Status Session::Step(absl::Span<const Segment> batch, absl::Span<float> logits) {
  EMEL_RETURN_IF_ERROR(
      CheckBatch(batch, {"logits", "numbers", program_.vocabulary, logits.size()}));
  logits_out_ = logits.data();
  best_out_ = nullptr;
  return RunBatch(batch);
}

absl::Status Session::StepBest(absl::Span<const Segment> batch, uint32_t count,
                               absl::Span<emel_candidate_t> best) {
  if (program_.sample == 0) {
    return absl::UnimplementedError(
        "expected code that gives the best tokens, found code that gives logits alone; "
        "emel-compile --sample makes it");
  }
  if (count < 1 || count > program_.sample) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected 1 to ", program_.sample, " of the best tokens, which the code gives, found ",
        count, "; emel-compile --sample sets the most"));
  }
  EMEL_RETURN_IF_ERROR(CheckBatch(batch, {"best", "tokens", count, best.size()}));
  logits_out_ = nullptr;
  best_out_ = best.data();
  best_count_ = count;
  return RunBatch(batch);
}

absl::Status Session::RunBatch(absl::Span<const Segment> batch) {
  growths_.clear();
  for (const Segment& segment : batch) {
    growths_.push_back({segment.sequence, static_cast<uint32_t>(segment.tokens.size())});
  }
  EMEL_RETURN_IF_ERROR(sequences_.Begin(growths_));
  absl::Span<const Program::Entry> entries;
  for (const Segment& segment : batch) {
    const auto own = EntriesFor(segment);
    if (!tokens_.empty() && own.data() != entries.data()) RunCode(entries);
    entries = own;
    for (uint32_t from = 0; from < segment.tokens.size();) {
      const Piece piece = Cut(segment, from);
      if (tokens_.size() + piece.tokens > entries.back().max_tokens ||
          out_rows_.size() + piece.rows > entries.back().max_rows) {
        RunCode(entries);
      }
      Append(segment, from, piece);
      from += piece.tokens;
    }
  }
  if (!tokens_.empty()) RunCode(entries);
  sequences_.Finish(growths_);
  return absl::OkStatus();
}

}  // namespace emel::exec
