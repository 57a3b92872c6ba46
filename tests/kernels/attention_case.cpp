#include "tests/kernels/attention_case.h"

#include "llvm/Support/FormatVariadic.h"
#include "passes/Passes.h"
#include "passes/Pipelines.h"

#include <cmath>
#include <random>

using namespace mlir;

namespace emel::testing {
namespace {

// Rows of the tables; positions beyond have those of the first ones again.
constexpr int64_t kMostRows = 256;

std::vector<float> NormalNumbers(int64_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> numbers(count);
  for (float& number : numbers) number = normal(random);
  return numbers;
}

}  // namespace

absl::StatusOr<std::unique_ptr<AttentionCase>> AttentionCase::Create(const AttentionSpec& spec) {
  std::unique_ptr<AttentionCase> made(new AttentionCase(spec));
  int64_t rows = made->rows_ = std::min(kMostRows, spec.sequences * spec.positions);
  uint32_t seed = 1;
  auto add = [&](const char* name, std::initializer_list<int64_t> dims) {
    int64_t count = 1;
    for (int64_t dim : dims) count *= dim;
    made->file_.Add(name, TensorOf(dims, "f32"), NormalNumbers(count, seed++));
  };
  add("queries", {rows, spec.heads * spec.key_dim});
  add("keys", {rows, spec.kv_heads * spec.key_dim});
  add("values", {rows, spec.kv_heads * spec.value_dim});
  if (spec.has_sinks) add("sinks", {spec.heads});
  auto module = StepModule::Parse(made->Text());
  if (!module.ok()) return module.status();
  made->module_ = *std::move(module);
  auto status = made->module_->Run([&](PassManager& passes) {
    passes.addPass(createQuantizeActivations({.state = spec.cells}));
  });
  if (!status.ok()) return status;
  return made;
}

std::string AttentionCase::Text() {
  const AttentionSpec& s = spec_;
  int64_t n = -1;
  std::string ids = "tensor<?xi32>",
              kv = llvm::formatv("!emel.kv<{0}x{1}x{2}xf32>", s.kv_heads, s.key_dim, s.value_dim);
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "module attributes {emel.model = {architecture = \"test\", context = "
      << std::max(s.positions, s.bulk) << " : i64, vocab = " << s.heads * s.value_dim
      << " : i64}} {\n"
      << file_.Text() << "  func.func @step(%tokens: " << ids
      << " {emel.dims = [\"n\"]}, %positions: " << ids << " {emel.dims = [\"n\"]}, %slots: " << ids
      << " {emel.dims = [\"n\"]}, %out_rows: " << ids << " {emel.dims = [\"m\"]}, %state: " << kv
      << ") -> (" << TensorOf({n, s.heads * s.value_dim}, "f32") << ", " << kv << ") {\n";
  // Rows of a table, head by head.
  auto read = [&](const char* name, const char* table, int64_t heads, int64_t dim) {
    std::string whole = TensorOf({rows_, heads * dim}, "f32"),
                rows = TensorOf({n, heads * dim}, "f32"), split = TensorOf({n, heads, dim}, "f32");
    out << llvm::formatv("    %{0}0 = emel.get_weight @{1} : {2}\n", name, table, whole)
        << llvm::formatv("    %{0}1 = emel.get_rows %{0}0, %tokens : ({1}, {2}) -> {3}\n", name,
                         whole, ids, rows)
        << llvm::formatv("    %{0} = emel.reshape %{0}1 : {1} to {2}\n", name, rows, split);
    return split;
  };
  std::string q = read("q", "queries", s.heads, s.key_dim),
              k = read("k", "keys", s.kv_heads, s.key_dim),
              v = read("v", "values", s.kv_heads, s.value_dim),
              y = TensorOf({n, s.heads, s.value_dim}, "f32"),
              result = TensorOf({n, s.heads * s.value_dim}, "f32"),
              sinks = TensorOf({s.heads}, "f32");
  out << llvm::formatv(
      "    %new = emel.kv_write %state, %k, %v at %positions in %slots : "
      "({0}, {1}, {2}, {3}, {3}) -> {0}\n",
      kv, k, v, ids);
  if (s.has_sinks) out << "    %sinks = emel.get_weight @sinks : " << sinks << "\n";
  out << "    %y = emel.attention %q, %new at %positions in %slots"
      << (s.has_sinks ? " sinks %sinks" : "")
      << llvm::formatv(
             " {{scale = {0:e} : f32, softcap = {1:e} : f32, max_bias = {2:e} : f32, "
             "window = {3} : i64} : ({4}, {5}, {6}, {6}{7}) -> {8}\n",
             1 / std::sqrt(static_cast<double>(s.key_dim)), s.softcap, s.max_bias, s.window, q, kv,
             ids, s.has_sinks ? ", " + sinks : "", y)
      << llvm::formatv("    %flat = emel.reshape %y : {0} to {1}\n", y, result)
      << llvm::formatv("    %out = emel.get_rows %flat, %out_rows : ({0}, {1}) -> {0}\n", result,
                       ids)
      << llvm::formatv("    return %out, %new : {0}, {1}\n  }\n}\n", result, kv);
  return text;
}

StepTokens AttentionCase::Tokens(absl::Span<const Piece> pieces) const {
  StepTokens step;
  for (const Piece& piece : pieces)
    for (int64_t position = piece.first; position < piece.first + piece.size; ++position) {
      step.tokens.push_back((piece.slot * spec_.positions + position) % rows_);
      step.positions.push_back(position);
      step.slots.push_back(piece.slot);
    }
  return step;
}

absl::StatusOr<std::vector<float>> AttentionCase::Interpret(int64_t slot,
                                                            interpreter::Precision precision) {
  return module_->Interpret(Tokens({{slot, 0, spec_.positions}}).tokens, precision);
}

absl::StatusOr<CompiledKernel> AttentionCase::Compile(const TestForm& form) {
  if (!is_planned_) {
    absl::Status status = module_->Run([&](PassManager& passes) {
      PipelineOptions options;
      passes.addPass(createSpecialize({.small = spec_.small, .bulk = spec_.bulk}));
      addFusionPasses(passes, options);
      addPlanPasses(passes, options);
    });
    if (!status.ok()) return status;
    is_planned_ = true;
  }
  return module_->Compile(form);
}

}  // namespace emel::testing
