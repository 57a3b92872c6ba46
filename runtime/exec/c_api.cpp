#include "runtime/border/handles.h"
#include "runtime/border/structs.h"
#include "runtime/exec/model.h"
#include "runtime/exec/session.h"
#include "runtime/include/emel/emel.h"

#include <algorithm>
#include <new>
#include <utility>

// The border to C: handles, struct sizes and statuses. What happens behind it is model.h and
// session.h.
namespace emel::exec {
namespace {

using border::CheckSize;
using border::Expect;
using border::ReadStruct;
using border::WriteStruct;

using ModelPointer = std::shared_ptr<const Model>;

struct OpenSession {
  ModelPointer model;  // goes last
  std::unique_ptr<Session> session;
  std::vector<Segment> segments;  // room for a step's
};

using Models = border::Handles<emel_model_t, ModelPointer>;
using Sessions = border::Handles<emel_session_t, OpenSession>;

thread_local char message[1024] = "no call has failed";

emel_status_t Fail(emel_status_t status, absl::string_view text) {
  const size_t size = std::min(text.size(), sizeof message - 1);
  std::memcpy(message, text.data(), size);
  message[size] = '\0';
  return status;
}

// What a status means depends on what was done.
enum class Doing { kLoading, kCreating, kUsing };

emel_status_t CodeOf(absl::StatusCode code, Doing doing) {
  switch (code) {
    case absl::StatusCode::kOk:
      return EMEL_OK;
    case absl::StatusCode::kInternal:
      return EMEL_INTERNAL;
    case absl::StatusCode::kUnimplemented:
      return doing == Doing::kUsing ? EMEL_UNSUPPORTED : EMEL_INTERNAL;
    case absl::StatusCode::kFailedPrecondition:
      return doing == Doing::kUsing ? EMEL_BUSY : EMEL_UNSUPPORTED;
    case absl::StatusCode::kOutOfRange:
      return doing == Doing::kLoading ? EMEL_BAD_FILE : EMEL_NO_ROOM;
    case absl::StatusCode::kResourceExhausted:
      return doing == Doing::kUsing ? EMEL_NO_ROOM : EMEL_OUT_OF_MEMORY;
    case absl::StatusCode::kDataLoss:
      return doing == Doing::kUsing ? EMEL_GONE : EMEL_BAD_FILE;
    case absl::StatusCode::kUnavailable:
      return doing == Doing::kLoading ? EMEL_BAD_FILE : EMEL_OUT_OF_MEMORY;
    default:
      return doing == Doing::kLoading ? EMEL_BAD_FILE : EMEL_BAD_ARGUMENT;
  }
}

emel_status_t Report(const absl::Status& status, Doing doing) {
  return status.ok() ? EMEL_OK : Fail(CodeOf(status.code(), doing), status.message());
}
emel_status_t BadArgument(const absl::Status& status) {
  return Fail(EMEL_BAD_ARGUMENT, status.message());
}

template <typename T, typename Out>
emel_status_t Give(const absl::StatusOr<T>& result, Out* out) {
  if (!result.ok()) return Report(result.status(), Doing::kUsing);
  *out = *result;
  return EMEL_OK;
}

// Runs what is behind the border. Nothing of ours throws, but the standard library does.
template <typename Function>
emel_status_t Run(Function function) {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return Fail(EMEL_OUT_OF_MEMORY, "there is no memory left");
  } catch (const std::exception& error) {
    return Fail(EMEL_INTERNAL, error.what());
  } catch (...) {
    return Fail(EMEL_INTERNAL, "an exception of unknown type");
  }
}

// Runs `function(object)` on a handle's object.
template <typename Objects, typename Handle, typename Function>
emel_status_t With(const Handle* handle, const char* what, Function function) {
  return Run([&] {
    const auto use = Objects::Get().Find(handle);
    if (use) return function(*use);
    if (use.busy()) return Fail(EMEL_BUSY, absl::StrCat("the ", what, " serves another call"));
    return Fail(EMEL_BAD_ARGUMENT,
                absl::StrCat("expected a ", what, ", found a null or dead handle"));
  });
}

template <typename Function>
emel_status_t WithModel(const emel_model_t* handle, Function function) {
  return With<Models>(handle, "model", function);
}
template <typename Function>
emel_status_t WithSession(const emel_session_t* handle, Function function) {
  return With<Sessions>(handle, "session", function);
}

absl::StatusOr<LoadOptions> ReadOptions(const emel_model_options_t* options) {
  LoadOptions ours;
  if (options == nullptr) return ours;
  EMEL_ASSIGN_OR_RETURN(const emel_model_options_t read,
                        ReadStruct(options, "emel_model_options_t"));
  if (read.flags & ~uint32_t{EMEL_LOAD_VERIFY | EMEL_LOAD_PROFILE}) {
    return absl::InvalidArgumentError(
        absl::StrCat("flags: expected EMEL_LOAD_VERIFY and EMEL_LOAD_PROFILE, found ", read.flags));
  }
  ours.verify = read.flags & EMEL_LOAD_VERIFY;
  ours.profile = read.flags & EMEL_LOAD_PROFILE;
  if (read.variant != nullptr) ours.variant = read.variant;
  return ours;
}

absl::StatusOr<SessionOptions> ReadOptions(const emel_session_options_t* options) {
  if (options == nullptr) return SessionOptions{};
  EMEL_ASSIGN_OR_RETURN(const emel_session_options_t read,
                        ReadStruct(options, "emel_session_options_t"));
  if (read.reserved != 0) {
    return absl::InvalidArgumentError(absl::StrCat("reserved: expected 0, found ", read.reserved));
  }
  return SessionOptions{.workers = read.threads,
                        .sequences = std::max<uint32_t>(read.max_sequences, 1),
                        .context = read.context,
                        .pages = read.max_pages};
}

emel_model_info_t Describe(const Model& model) {
  const artifact::Plan& plan = model.plan();
  return {.vocabulary = plan.vocabulary,
          .context = plan.context,
          .max_threads = plan.max_workers,
          .step_tokens = plan.entries.back().max_tokens,
          .page_positions = plan.page_positions,
          .weights_bytes = plan.weights_bytes,
          .arena_bytes = plan.arena_bytes,
          .scratch_bytes = plan.scratch_bytes,
          .page_bytes = plan.page_bytes,
          .variant = model.variant().c_str(),
          .contract = model.artifact().contract().data(),
          .contract_bytes = model.artifact().contract().size(),
          .sample = model.artifact().sample()};
}

emel_session_info_t Describe(const Session& session) {
  const state::Sequences& sequences = session.sequences();
  return {.threads = session.worker_count(),
          .max_sequences = sequences.limits().sequences,
          .context = sequences.limits().context,
          .pages = sequences.pool().page_count(),
          .free_pages = sequences.pool().free_count(),
          .reserved_bytes = session.memory_bytes()};
}

// A result that is a struct.
template <typename T, typename Object>
emel_status_t GiveStruct(T* theirs, const char* name, const Object& object) {
  if (absl::Status status = CheckSize(theirs, name); !status.ok()) return BadArgument(status);
  WriteStruct(Describe(object), theirs);
  return EMEL_OK;
}

emel_status_t CreateSession(const ModelPointer& model, const emel_session_options_t* options,
                            emel_session_t** session) {
  if (absl::Status status = Expect(session, "session"); !status.ok()) return BadArgument(status);
  const auto read = ReadOptions(options);
  if (!read.ok()) return BadArgument(read.status());
  auto created = Session::Create(model->program(), *read);
  if (!created.ok()) return Report(created.status(), Doing::kCreating);
  OpenSession open{model, *std::move(created), {}};
  open.segments.reserve(read->sequences);
  *session = Sessions::Get().Create(std::move(open));
  return EMEL_OK;
}

// Calls `run` with a batch as sessions take it.
template <typename Run>
emel_status_t Step(OpenSession& open, absl::Span<const emel_segment_t> batch, Run run) {
  if (batch.size() > open.session->sequences().limits().sequences) {
    return Fail(EMEL_BAD_ARGUMENT, absl::StrCat("segments: expected at most ",
                                                open.session->sequences().limits().sequences,
                                                ", found ", batch.size()));
  }
  open.segments.clear();
  for (const emel_segment_t& segment : batch) {
    if (absl::Status status = Expect(segment.tokens, "tokens"); !status.ok()) {
      return BadArgument(status);
    }
    open.segments.push_back({segment.sequence,
                             absl::MakeConstSpan(segment.tokens, segment.token_count),
                             segment.row_count});
  }
  return Report(run(*open.session, open.segments), Doing::kUsing);
}

// The same for a call: `out`, of which there are `out_count`, is called `name`.
template <typename Out, typename Run>
emel_status_t StepWith(emel_session_t* session, const emel_segment_t* segments,
                       uint32_t segment_count, Out* out, uint64_t out_count, const char* name,
                       Run run) {
  return WithSession(session, [&](OpenSession& object) {
    absl::Status status;
    if (segment_count != 0) status = Expect(segments, "segments");
    if (status.ok() && out_count != 0) status = Expect(out, name);
    if (!status.ok()) return BadArgument(status);
    return Step(object, absl::MakeConstSpan(segments, segment_count),
                [&](Session& open, absl::Span<const Segment> batch) {
                  return run(open, batch, absl::MakeSpan(out, out_count));
                });
  });
}

}  // namespace
}  // namespace emel::exec

using namespace emel::exec;

uint32_t emel_get_version(void) { return EMEL_VERSION; }

const char* emel_describe_status(emel_status_t status) {
  static constexpr const char* kNames[] = {"ok",       "bad argument",   "busy",
                                           "bad file", "unsupported",    "out of memory",
                                           "no room",  "internal error", "gone"};
  if (status < 0 || status > EMEL_GONE) return "unknown status";
  return kNames[status];
}

const char* emel_get_message(void) { return message; }

emel_status_t emel_model_load(const char* path, const emel_model_options_t* options,
                              emel_model_t** model) {
  return Run([&] {
    absl::Status status = Expect(path, "path");
    if (status.ok()) status = Expect(model, "model");
    if (!status.ok()) return BadArgument(status);
    const auto read = ReadOptions(options);
    if (!read.ok()) return BadArgument(read.status());
    auto loaded = Model::Load(path, *read);
    if (!loaded.ok()) return Report(loaded.status(), Doing::kLoading);
    *model = Models::Get().Create(*std::move(loaded));
    return emel_status_t{EMEL_OK};
  });
}

emel_status_t emel_model_destroy(emel_model_t* model) {
  return WithModel(model, [&](ModelPointer&) {
    Models::Get().Remove(model);
    return emel_status_t{EMEL_OK};
  });
}

emel_status_t emel_model_get_info(emel_model_t* model, emel_model_info_t* info) {
  return WithModel(
      model, [&](ModelPointer& object) { return GiveStruct(info, "emel_model_info_t", *object); });
}

emel_status_t emel_session_create(emel_model_t* model, const emel_session_options_t* options,
                                  emel_session_t** session) {
  return WithModel(model,
                   [&](ModelPointer& object) { return CreateSession(object, options, session); });
}

emel_status_t emel_session_destroy(emel_session_t* session) {
  return WithSession(session, [&](OpenSession&) {
    Sessions::Get().Remove(session);
    return emel_status_t{EMEL_OK};
  });
}

emel_status_t emel_session_get_info(emel_session_t* session, emel_session_info_t* info) {
  return WithSession(session, [&](OpenSession& object) {
    return GiveStruct(info, "emel_session_info_t", std::as_const(*object.session));
  });
}

emel_status_t emel_sequence_create(emel_session_t* session, emel_sequence_t* sequence) {
  return WithSession(session, [&](OpenSession& object) {
    if (absl::Status status = Expect(sequence, "sequence"); !status.ok()) {
      return BadArgument(status);
    }
    return Give(object.session->sequences().Add(), sequence);
  });
}

emel_status_t emel_sequence_fork(emel_session_t* session, emel_sequence_t from, uint32_t positions,
                                 emel_sequence_t* sequence) {
  return WithSession(session, [&](OpenSession& object) {
    if (absl::Status status = Expect(sequence, "sequence"); !status.ok()) {
      return BadArgument(status);
    }
    return Give(object.session->sequences().Fork(from, positions), sequence);
  });
}

emel_status_t emel_sequence_truncate(emel_session_t* session, emel_sequence_t sequence,
                                     uint32_t positions) {
  return WithSession(session, [&](OpenSession& object) {
    return Report(object.session->sequences().Truncate(sequence, positions), Doing::kUsing);
  });
}

emel_status_t emel_sequence_destroy(emel_session_t* session, emel_sequence_t sequence) {
  return WithSession(session, [&](OpenSession& object) {
    return Report(object.session->sequences().Remove(sequence), Doing::kUsing);
  });
}

emel_status_t emel_sequence_get_length(emel_session_t* session, emel_sequence_t sequence,
                                       uint32_t* positions) {
  return WithSession(session, [&](OpenSession& object) {
    if (absl::Status status = Expect(positions, "positions"); !status.ok()) {
      return BadArgument(status);
    }
    return Give(object.session->sequences().Length(sequence), positions);
  });
}

emel_status_t emel_session_step(emel_session_t* session, const emel_segment_t* segments,
                                uint32_t segment_count, float* logits, uint64_t logits_count) {
  return StepWith(session, segments, segment_count, logits, logits_count, "logits",
                  [](Session& open, auto batch, auto rows) { return open.Step(batch, rows); });
}

emel_status_t emel_session_step_best(emel_session_t* session, const emel_segment_t* segments,
                                     uint32_t segment_count, uint32_t count, emel_candidate_t* best,
                                     uint64_t best_count) {
  return StepWith(
      session, segments, segment_count, best, best_count, "best",
      [&](Session& open, auto batch, auto rows) { return open.StepBest(batch, count, rows); });
}
