#ifndef EMEL_TOOLS_RUN_GENERATOR_H_
#define EMEL_TOOLS_RUN_GENERATOR_H_

#include "runtime/exec/model.h"
#include "runtime/exec/session.h"
#include "runtime/sample/sampler.h"
#include "runtime/text/tokenizer.h"
#include "tools/run/options.h"

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace emel::tools {

// A loaded model with one sequence of tokens, which it continues:
//
//   Feed ─▶ Choose ─▶ Feed of what was chosen ─▶ Choose ─▶ …
class Generator {
 public:
  // `options` outlive it.
  static absl::StatusOr<std::unique_ptr<Generator>> Load(const RunOptions& options);

  const exec::Model& model() const { return *model_; }
  uint32_t workers() const { return session_->worker_count(); }
  uint32_t vocabulary() const { return model_->plan().vocabulary; }
  uint32_t context() const { return session_->sequences().limits().context; }
  const std::vector<int32_t>& tokens() const { return tokens_; }  // of the sequence

  // Each is read when it is first wanted. A model without a vocabulary is an error.
  absl::StatusOr<const gguf::Model*> Metadata();
  absl::StatusOr<const text::Tokenizer*> Tokenizer();

  // Appends tokens and keeps what the model says after the last of them. In pieces as large as the
  // code takes at once; `between` pieces an error ends it.
  using Between = absl::FunctionRef<absl::Status()>;
  absl::Status Feed(absl::Span<const int32_t> tokens);
  absl::Status Feed(absl::Span<const int32_t> tokens, Between between);
  // The same, handing on the rows of the last `count` of them.
  using TakeRows = absl::FunctionRef<absl::Status(absl::Span<const float> rows)>;
  absl::Status FeedForRows(absl::Span<const int32_t> tokens, size_t count, TakeRows take);
  // Goes back, as far as the model can: to `positions` or to the beginning.
  absl::Status Rewind(size_t positions);

  // The next token by the samplers, or the most likely one, the lowest of equals.
  absl::StatusOr<int32_t> Choose();
  // Of the latest choice, the `count` most likely that samplers left over; 0: all.
  absl::Span<const sample::Candidate> Candidates(size_t count);

 private:
  explicit Generator(const RunOptions& options) : options_(options) {}
  absl::Status Open();
  absl::Status MakeSampler();
  absl::Status Step(absl::Span<const int32_t> tokens, uint32_t rows, bool best);
  size_t LargestPiece() const;

  const RunOptions& options_;
  std::shared_ptr<const exec::Model> model_;
  std::optional<gguf::Model> metadata_;
  std::unique_ptr<text::Tokenizer> tokenizer_;
  std::unique_ptr<exec::Session> session_;
  state::SequenceId sequence_ = 0;
  std::optional<sample::Sampler> sampler_;
  std::vector<sample::Candidate> candidates_;
  std::vector<int32_t> tokens_;
  std::vector<float> rows_;  // of the latest step
  emel_candidate_t best_{};  // of its last row, in place of these
  bool has_best_ = false;
};

}  // namespace emel::tools

#endif  // EMEL_TOOLS_RUN_GENERATOR_H_
