#include "tests/random/run.h"

#include "codegen/cpu/program/StepProgram.h"
#include "compiler/driver/Diagnostics.h"
#include "compiler/pack/Pack.h"
#include "dialects/interpreter/Interpreter.h"
#include "runtime/exec/session.h"
#include "tests/unit/codegen/loaded_image.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>

using namespace mlir;

namespace emel::random {

using interpreter::RuntimeValue;
using interpreter::Tensor;

absl::StatusOr<testing::CompiledKernel> Compiler::compile(ModuleOp plan,
                                                          const testing::TestForm& form,
                                                          const cpu::Checks& checks,
                                                          const ChangeCode& change) {
  DiagnosticCollector diagnostics(plan.getContext());
  auto packing = Packing::create(plan, {});
  if (failed(packing)) return diagnostics.status();
  testing::CompiledKernel made;
  auto append = [&](absl::Span<const uint8_t> bytes) {
    made.weights.insert(made.weights.end(), bytes.begin(), bytes.end());
    return absl::OkStatus();
  };
  if (failed(packing->write(append))) return diagnostics.status();
  cpu::ModelPlaces places;
  for (PackedWeight weight : packing->weights())
    places.weights[weight.weight.getSymName()] = weight.offset;
  places.states = plan::layOutStates(*plan.getOps<plan::EntryOp>().begin());
  made.page_bytes = places.states.classes.front().pageBytes;
  std::vector<SmallVector<char, 0>> code;
  for (auto entry : plan.getOps<plan::EntryOp>()) {
    OwningOpRef<ModuleOp> own = ModuleOp::create(entry.getLoc());
    auto program = cpu::emitStepProgram(entry, form.target, places, *own, checks);
    if (failed(program)) return diagnostics.status(absl::StatusCode::kUnimplemented);
    if (change) change(*own);
    auto object = objects.ObjectOf(*own, form);
    if (failed(object)) return diagnostics.status(absl::StatusCode::kInternal);
    code.push_back(std::move(*object));
    made.scratch_bytes = std::max<uint64_t>(made.scratch_bytes, program->scratchBytes);
    made.entries.push_back({program->symbol, entry.getMaxTokens(), program->tickets});
  }
  auto image = cpu::linkImage(code, plan.getLoc());
  if (failed(image)) return diagnostics.status(absl::StatusCode::kInternal);
  made.image = std::move(*image);
  for (auto arena : plan.getOps<plan::ArenaOp>())
    if (arena.getKind() == plan::ArenaKind::Shared) made.arena_bytes = arena.getBytes();
  auto model = plan->getAttrOfType<DictionaryAttr>(EmelDialect::kModelAttr);
  made.width = model.getAs<IntegerAttr>("vocab").getInt();
  return made;
}

absl::StatusOr<Rows> runCode(const testing::CompiledKernel& kernel, const testing::TestForm& form,
                             const Steps& steps) {
  auto results = testing::RunOn(form, kernel, steps);
  if (!results.ok()) return results.status();
  Rows rows;
  for (const std::vector<float>& step : *results)
    for (size_t at = 0; at < step.size(); at += kernel.width)
      rows.emplace_back(step.begin() + at, step.begin() + at + kernel.width);
  return rows;
}

//===----------------------------------------------------------------------===//
// Sessions
//===----------------------------------------------------------------------===//

namespace {

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

// Segments of a step: tokens of one slot that follow each other.
std::vector<exec::Segment> segmentsOf(const testing::StepTokens& step,
                                      const std::vector<state::SequenceId>& sequences,
                                      bool lastOnly) {
  std::vector<exec::Segment> segments;
  auto tokens = absl::MakeConstSpan(step.tokens);
  for (size_t at = 0, end; at < tokens.size(); at = end) {
    for (end = at; end < tokens.size() && step.slots[end] == step.slots[at];) ++end;
    uint32_t size = static_cast<uint32_t>(end - at);
    segments.push_back({sequences[step.slots[at]], tokens.subspan(at, size), lastOnly ? 1 : size});
  }
  return segments;
}

}  // namespace

absl::StatusOr<Rows> runSession(const testing::CompiledKernel& kernel, const Steps& steps,
                                uint32_t workers, bool lastOnly) {
  cpu::LoadedImage image(kernel.image);
  exec::Program program;
  for (const auto& entry : kernel.entries)
    program.entries.push_back(
        {image.Find<emel_step_fn>(entry.symbol), static_cast<uint32_t>(entry.max_tokens),
         static_cast<uint32_t>(entry.max_tokens), static_cast<uint32_t>(entry.tickets)});
  size_t bytes = (kernel.weights.size() + 63) / 64 * 64 + 64;
  std::unique_ptr<uint8_t, Free> weights(static_cast<uint8_t*>(std::aligned_alloc(64, bytes)));
  std::memset(weights.get(), 0, bytes);
  std::memcpy(weights.get(), kernel.weights.data(), kernel.weights.size());
  program.weights = weights.get();
  program.vocabulary = static_cast<uint32_t>(kernel.width);
  program.context = Graph::kContext;
  program.max_workers = 64;
  program.arena_bytes = kernel.arena_bytes;
  program.scratch_stride = kernel.scratch_bytes;
  program.page_bytes = kernel.page_bytes;
  int32_t slots = 1;
  for (const testing::StepTokens& step : steps)
    for (int32_t slot : step.slots) slots = std::max(slots, slot + 1);
  auto session = exec::Session::Create(
      program, {.workers = workers, .sequences = static_cast<uint32_t>(slots)});
  if (!session.ok()) return session.status();
  std::vector<state::SequenceId> sequences;
  for (int32_t i = 0; i < slots; ++i) sequences.push_back(*(*session)->sequences().Add());
  Rows rows;
  for (const testing::StepTokens& step : steps) {
    auto segments = segmentsOf(step, sequences, lastOnly);
    size_t count = 0;
    for (const exec::Segment& segment : segments) count += segment.rows;
    std::vector<float> logits(count * kernel.width);
    absl::Status status = (*session)->Step(segments, absl::MakeSpan(logits));
    if (!status.ok()) return status;
    size_t at = 0;
    for (const exec::Segment& segment : segments) {
      rows.resize(rows.size() + segment.tokens.size() - segment.rows);
      for (uint32_t i = 0; i < segment.rows; ++i, at += kernel.width)
        rows.emplace_back(logits.begin() + at, logits.begin() + at + kernel.width);
    }
  }
  return rows;
}

//===----------------------------------------------------------------------===//
// Interpreter
//===----------------------------------------------------------------------===//

static RuntimeValue ids(const std::vector<int32_t>& numbers) {
  Tensor tensor = Tensor::ofInts({static_cast<int64_t>(numbers.size())});
  llvm::copy(numbers, tensor.ints().begin());
  return std::make_shared<const Tensor>(std::move(tensor));
}

absl::StatusOr<Rows> interpret(ModuleOp module, const Steps& steps, uint64_t seed,
                               interpreter::Precision precision) {
  DiagnosticCollector diagnostics(module.getContext());
  interpreter::Interpreter interpreter(module, {.precision = precision,
                                                .workers = 1 + static_cast<int64_t>(seed % 4),
                                                .schedules = 3,
                                                .seed = seed % 5});
  SmallVector<RuntimeValue> states;
  Rows rows;
  for (const testing::StepTokens& step : steps) {
    auto count = static_cast<int64_t>(step.tokens.size());
    std::vector<int32_t> all(count);
    for (int32_t i = 0; i < count; ++i) all[i] = i;
    SmallVector<RuntimeValue> arguments{ids(step.tokens), ids(step.positions), ids(step.slots),
                                        ids(all)},
        results;
    auto planned = entryFor<plan::EntryOp>(module, count);
    auto function = entryFor<func::FuncOp>(module, count);
    size_t wanted = planned ? planned.getNumArguments() : function.getNumArguments();
    while (states.size() + 4 < wanted)
      states.push_back(std::make_shared<const interpreter::State>());
    llvm::append_range(arguments, states);
    if (failed(planned ? interpreter.call(planned, arguments, results)
                       : interpreter.call(function, arguments, results)))
      return diagnostics.status();
    states.assign(results.end() - states.size(), results.end());
    const Tensor& logits = *std::get<std::shared_ptr<const Tensor>>(results.front());
    for (int64_t r = 0; r < logits.rowCount(); ++r)
      rows.emplace_back(logits.row(r), logits.row(r) + logits.rowSize());
  }
  return rows;
}

}  // namespace emel::random
