#include "tests/unit/models/compiled_model.h"

#include "runtime/artifact/cpu.h"
#include "tests/support/process.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <unistd.h>

namespace emel::testing {
namespace {

constexpr size_t kMostEntries = 4;

/// Lets workers run one at a time, from barrier to barrier, in an order that changes from one
/// barrier to the next. Static, since code that is called by address has no other state.
class Turns {
 public:
  static exec::Program wrap(exec::Program program) {
    Turns& own = turns();
    own.arenaBytes_ = program.arena_bytes;
    own.pageBytes_ = {program.page_bytes};
    for (const state::Window& window : program.windows) own.pageBytes_.push_back(window.page_bytes);
    own.vocabulary_ = program.vocabulary;
    own.next_ = 0;
    own.workers_.clear();
    own.seen_.clear();
    static constexpr emel_step_fn* kWrapped[kMostEntries] = {call<0>, call<1>, call<2>, call<3>};
    for (size_t i = 0; i < program.entries.size(); ++i)
      own.functions_[i] = std::exchange(program.entries[i].function, kWrapped[i]);
    return program;
  }
  static std::vector<size_t> turnsAtWork(uint32_t workers) {
    std::vector<size_t> counts;
    for (uint32_t w = 0; w < workers; ++w) counts.push_back(turns().workers_[w].turnsAtWork);
    return counts;
  }

 private:
  struct Worker {
    size_t turns = 0, turnsAtWork = 0;
  };

  static Turns& turns() {
    static Turns own;
    return own;
  }

  template <size_t kEntry>
  static void call(const emel_step_t* step, uint32_t worker, uint32_t workers) {
    Turns& own = turns();
    {
      std::lock_guard lock(own.mutex_);
      own.workers_.resize(workers);
    }
    emel_step_t ours = *step;
    ours.barrier = [](const emel_step_t* of, uint32_t who) {
      turns().pass(*of, who);
      turns().wait(*of, who);
    };
    own.wait(ours, worker);
    own.functions_[kEntry](&ours, worker, workers);
    own.pass(ours, worker);
  }

  void wait(const emel_step_t& step, uint32_t worker) {
    std::unique_lock lock(mutex_);
    size_t count = workers_.size(), round = workers_[worker].turns++;
    size_t mine = round * count + (worker + count - round % count) % count;
    changed_.wait(lock, [&] { return next_ == mine; });
    if (seen_.empty()) seen_ = contents(step);
  }

  void pass(const emel_step_t& step, uint32_t worker) {
    std::lock_guard lock(mutex_);
    std::vector<uint8_t> now = contents(step);
    workers_[worker].turnsAtWork += now != seen_;
    seen_ = std::move(now);
    ++next_;
    changed_.notify_all();
  }

  /// All that a step of one new sequence may change for others to read.
  std::vector<uint8_t> contents(const emel_step_t& step) const {
    std::vector<uint8_t> bytes(step.arena, step.arena + arenaBytes_);
    auto append = [&](const void* data, size_t size) {
      auto begin = static_cast<const uint8_t*>(data);
      bytes.insert(bytes.end(), begin, begin + size);
    };
    append(step.logits, size_t{step.row_count} * vocabulary_ * sizeof(float));
    const uint32_t* number = step.page_table;
    for (uint32_t page = 0; page * EMEL_PAGE_POSITIONS < step.token_count; ++page)
      for (uint64_t size : pageBytes_) append(step.pages + *number++ * size, size);
    return bytes;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  size_t next_ = 0;
  std::vector<Worker> workers_;
  std::vector<uint8_t> seen_;
  std::array<emel_step_fn*, kMostEntries> functions_{};
  uint64_t arenaBytes_ = 0, vocabulary_ = 0;
  std::vector<uint64_t> pageBytes_;  // of each class
};

/// The rows of a step, one for each token of the first segment and for the last of the others; only
/// those of the first are kept.
void step(exec::Session& session, const std::vector<exec::Segment>& batch,
          std::vector<double>& rows) {
  uint64_t count = 0, width = session.program().vocabulary;
  for (const exec::Segment& segment : batch) count += segment.rows;
  std::vector<float> logits(count * width);
  absl::Status status = session.Step(batch, absl::MakeSpan(logits));
  ASSERT_TRUE(status.ok()) << status;
  auto end = logits.begin() + static_cast<ptrdiff_t>(batch.front().rows * width);
  rows.insert(rows.end(), logits.begin(), end);
}

std::unique_ptr<exec::Session> makeSession(const exec::Program& program, uint32_t workers,
                                           uint32_t sequences = 1) {
  auto session = exec::Session::Create(program, {.workers = workers, .sequences = sequences});
  EXPECT_TRUE(session.ok()) << session.status();
  return *std::move(session);
}

// The compiler of another build where one is named: with sanitizers it takes minutes.
std::string compiler() {
  const char* folder = std::getenv("EMEL_TEST_COMPILER");
  return std::string(folder != nullptr ? folder : EMEL_BINARY_DIR "/bin") + "/emel-compile";
}

}  // namespace

CompiledModel::CompiledModel(const std::string& gguf, const std::vector<std::string>& variants,
                             const std::vector<std::string>& options)
    : path_(
          std::filesystem::path(::testing::TempDir()) /
          ("emel_compiled_" + std::to_string(getpid()) + "_" + std::to_string(made_++) + ".emel")) {
  std::string names;
  for (const std::string& variant : variants) names += (names.empty() ? "" : ",") + variant;
  std::vector<std::string> command = {compiler(), gguf, "--cpu=" + names, "-o", path_};
  command.insert(command.end(), options.begin(), options.end());
  Outcome outcome = Run(command);
  if (outcome.code != 0) error_ = "exit code " + std::to_string(outcome.code) + ": " + outcome.err;
}

CompiledModel::~CompiledModel() { std::filesystem::remove(path_); }

bool CompiledModel::isUnsupported() const {
  return error_.find("exit code 3: ") == 0 && error_.find("op has no code on") != error_.npos;
}

std::shared_ptr<const exec::Model> CompiledModel::load(const std::string& variant) const {
  auto model = exec::Model::Load(path_, {.verify = true, .variant = variant});
  EXPECT_TRUE(model.ok()) << model.status();
  return *std::move(model);
}

std::vector<std::string> variantsHere() {
  std::vector<std::string> names;
  for (const artifact::CpuVariant& variant : artifact::KnownVariants())
    if (artifact::ChooseVariantHere({&variant, 1}).ok()) names.push_back(variant.name);
  return names;
}

std::vector<double> feed(const exec::Program& program, const std::vector<int32_t>& tokens,
                         uint32_t workers, size_t chunk) {
  std::vector<double> rows;
  auto session = makeSession(program, workers);
  auto sequence = *session->sequences().Add();
  for (size_t i = 0; i < tokens.size(); i += std::min(chunk, tokens.size())) {
    auto piece = absl::MakeConstSpan(tokens).subspan(i, chunk);
    step(*session, {{sequence, piece, static_cast<uint32_t>(piece.size())}}, rows);
  }
  return rows;
}

std::vector<double> feedInCompany(const exec::Program& program, const std::vector<int32_t>& tokens,
                                  uint32_t workers, size_t chunk) {
  std::vector<double> rows;
  auto session = makeSession(program, workers, 3);
  auto sequence = *session->sequences().Add(), second = *session->sequences().Add(),
       third = *session->sequences().Add();
  // One decodes beside it, the other is fed pieces of a prompt.
  std::vector<int32_t> others(tokens.rbegin(), tokens.rend());
  auto company = absl::MakeConstSpan(others);
  for (size_t i = 0, n = 0; i < tokens.size(); i += std::min(chunk, tokens.size()), ++n) {
    auto piece = absl::MakeConstSpan(tokens).subspan(i, chunk);
    std::vector<exec::Segment> batch = {{sequence, piece, static_cast<uint32_t>(piece.size())}};
    batch.push_back({second, company.subspan(n % company.size(), 1), 1});
    batch.push_back({third, company.subspan(0, std::min<size_t>(3, company.size())), 1});
    step(*session, batch, rows);
    // So that it never runs out of positions.
    EXPECT_TRUE(session->sequences().Truncate(third, n % 2 * 3).ok());
  }
  return rows;
}

std::vector<int32_t> generate(const exec::Program& program, std::vector<int32_t> tokens,
                              size_t count) {
  std::vector<int32_t> ids;
  auto session = makeSession(program, 2);
  auto sequence = *session->sequences().Add();
  while (ids.size() < count) {
    std::vector<double> row;
    step(*session, {{sequence, tokens, 1}}, row);
    if (row.empty()) break;
    ids.push_back(static_cast<int32_t>(std::max_element(row.begin(), row.end()) - row.begin()));
    tokens = {ids.back()};
  }
  return ids;
}

TurnsOfWorkers feedInTurns(const exec::Program& program, const std::vector<int32_t>& tokens,
                           uint32_t workers) {
  TurnsOfWorkers result;
  if (program.entries.size() > kMostEntries) {
    ADD_FAILURE() << "expected at most " << kMostEntries << " entries";
    return result;
  }
  result.logits = feed(Turns::wrap(program), tokens, workers);
  result.turnsAtWork = Turns::turnsAtWork(workers);
  return result;
}

}  // namespace emel::testing
