#include "tests/kernels/kernel_case.h"

#include "dialects/RegisterDialects.h"
#include "dialects/emel/Layouts.h"
#include "dialects/emel/Semirings.h"
#include "passes/Passes.h"
#include "passes/Pipelines.h"
#include "runtime/gguf/dequantize.h"
#include "runtime/gguf/quantize.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>

using namespace mlir;

namespace emel::testing {
namespace {

constexpr int64_t kUsed = 2;  // experts of a token

// A row of blocks whose bits are random, but for those that are no numbers or large ones.
void FillRandomly(gguf::TensorType type, absl::Span<uint8_t> row, std::mt19937& random) {
  const gguf::TensorTypeInfo& info = gguf::GetInfo(type);
  std::vector<float> values(info.block_elements);
  for (size_t at = 0; at < row.size(); at += info.block_bytes) {
    absl::Span<uint8_t> block = row.subspan(at, info.block_bytes);
    // A double that is nothing as a float is none beside an infinity.
    auto is_usable = [&](float value) {
      return std::abs(value) <= 256 && (type != gguf::TensorType::kF64 || value != 0);
    };
    do {
      for (uint8_t& byte : block) byte = static_cast<uint8_t>(random());
    } while (!gguf::Dequantize(type, block, absl::MakeSpan(values)).ok() ||
             !llvm::all_of(values, is_usable));
  }
}

bool IsFloat(gguf::TensorType type) {
  return type == gguf::TensorType::kF32 || type == gguf::TensorType::kF16 ||
         type == gguf::TensorType::kBF16;
}

// Makes a few numbers of row `row`, of a table or a weight, what is no finite number.
void MakeSpecial(int64_t row, absl::Span<float> values) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  switch (row % 16) {
    case 9:
      values[values.size() / 2] = kInfinity;
      break;
    case 10:
      values.back() = std::numeric_limits<float>::quiet_NaN();
      break;
    case 12:
      for (size_t k = 0; k < values.size(); k += 3) values[k] = -kInfinity;
      break;
    case 13:
      std::fill(values.begin(), values.end(), row < 16 ? -kInfinity : kInfinity);
      break;
    case 14:
      values[3] = kInfinity, values[5] = -kInfinity;
      break;
  }
}

// What sets apart a few true ones where all that counts is whether a number is 0.
void MakeSparse(float share, std::mt19937& random, absl::Span<float> values) {
  std::bernoulli_distribution is_true(share);
  for (float& value : values) value = is_true(random) ? value : 0;
}

// Every other row as files have it, the others with all that bits can say. Of many rows, those
// after the first ones are the same again.
std::vector<uint8_t> MakeWeight(const KernelSpec& spec, int64_t rows) {
  constexpr int64_t kDifferent = 512;
  gguf::TensorType type = spec.kernel.product.weight.type;
  int64_t columns = spec.columns;
  const gguf::TensorTypeInfo& info = gguf::GetInfo(type);
  int64_t row_bytes = columns / info.block_elements * info.block_bytes;
  std::vector<uint8_t> bytes(rows * row_bytes);
  std::mt19937 random(static_cast<uint32_t>(type) + 1);
  std::normal_distribution<float> normal(0, 0.05f);
  std::vector<float> values(columns);
  bool has_quantizer = gguf::HasQuantizer(type);
  for (int64_t r = 0; r < rows; ++r) {
    auto row = absl::MakeSpan(bytes).subspan(r * row_bytes, row_bytes);
    if (r >= kDifferent) {
      std::memcpy(row.data(), row.data() - kDifferent * row_bytes, row_bytes);
      continue;
    }
    for (float& value : values) value = normal(random);
    bool is_given = IsFloat(type) && (spec.has_specials || spec.kernel.semiring == Semiring::OrAnd);
    if (is_given && spec.kernel.semiring == Semiring::OrAnd)
      MakeSparse(0.5, random, absl::MakeSpan(values));
    if (is_given && spec.has_specials) MakeSpecial(r, absl::MakeSpan(values));
    bool is_odd = r % 2 == 1 && !is_given && !spec.is_typical;
    if (!has_quantizer || is_odd || !gguf::Quantize(type, values, row).ok())
      FillRandomly(type, row, random);
  }
  return bytes;
}

// Rows of several magnitudes; one of zeros, one that is almost so.
std::vector<float> MakeInputs(const KernelSpec& spec) {
  int64_t rows = spec.tokens, columns = spec.columns;
  std::vector<float> inputs(rows * columns);
  std::mt19937 random(42);
  std::normal_distribution<float> normal(0, 1);
  for (int64_t r = 0; r < rows; ++r) {
    float scale = spec.is_typical ? 1
                  : r % 8 == 3    ? 0
                  : r % 8 == 6    ? 1e-37f
                                  : std::pow(10.0f, static_cast<float>(r % 5 - 2));
    for (int64_t k = 0; k < columns; ++k)
      inputs[r * columns + k] = normal(random) * (k % 29 == 5 ? 8 * scale : scale);
    auto row = absl::MakeSpan(inputs).subspan(r * columns, columns);
    if (spec.kernel.semiring == Semiring::OrAnd)
      MakeSparse(2.0f / static_cast<float>(columns), random, row);
    if (spec.has_specials) MakeSpecial(r, row);
  }
  return inputs;
}

std::string Replace(std::string text,
                    std::initializer_list<std::pair<const char*, std::string>> by) {
  for (auto& [name, value] : by)
    for (size_t at; (at = text.find(name)) != std::string::npos;)
      text.replace(at, std::string(name).size(), value);
  return text;
}

}  // namespace

std::string KernelRow::name() const {
  return product.name() +
         (semiring == Semiring::PlusTimes ? "" : " " + stringifySemiring(semiring).str());
}

std::vector<KernelRow> KernelRows() {
  std::vector<KernelRow> rows;
  for (const SemiringInfo& info : knownSemirings())
    for (const cpu::Product& product : cpu::knownProducts()) {
      bool is_shown =
          IsFloat(product.weight.type) || product.weight.type == gguf::TensorType::kIQ2_XXS;
      if (info.semiring == Semiring::PlusTimes || (is_shown && product.input == cpu::Input::Float))
        rows.push_back({product, info.semiring});
    }
  return rows;
}

absl::StatusOr<std::unique_ptr<KernelCase>> KernelCase::Create(const KernelSpec& spec) {
  std::unique_ptr<KernelCase> made(new KernelCase(spec));
  const cpu::Product& product = spec.kernel.product;
  gguf::TensorType type = product.weight.type;
  int64_t rows = spec.rows * std::max<int64_t>(1, spec.experts);
  made->inputs_ = MakeInputs(spec);
  std::vector<uint8_t> weight = MakeWeight(spec, rows);
  made->weights_.resize(rows * spec.columns);
  if (auto status = gguf::Dequantize(type, weight, absl::MakeSpan(made->weights_)); !status.ok())
    return status;
  std::string element;
  MLIRContext context(knownDialects(), MLIRContext::Threading::DISABLED);
  context.loadDialect<EmelDialect>();
  llvm::raw_string_ostream(element) << getElementType(&context, type);
  made->file_.Add("x", TensorOf({spec.tokens, spec.columns}, "f32"), made->inputs_);
  bool is_packed = product.weight.layout == layout::Layout::kR16;
  made->file_.Add("w", TensorOf({spec.experts, spec.rows, spec.columns}, element), weight,
                  is_packed ? "packed <r16>" : "");
  if (spec.experts)
    made->file_.Add("g", TensorOf({spec.tokens, spec.experts}, "f32"), made->ChooseExperts());
  auto module = StepModule::Parse(made->Text(element));
  if (!module.ok()) return module.status();
  made->module_ = *std::move(module);
  if (product.input == cpu::Input::Float) return made;
  auto status = made->module_->Run([&](PassManager& passes) {
    QuantizeActivationsOptions options;
    if (product.input == cpu::Input::Bfloat16) {
      passes.addPass(createSpecialize({.small = 1, .bulk = spec.tokens}));
      options.bulkFrom = 2;
    }
    passes.addPass(createQuantizeActivations(options));
  });
  if (!status.ok()) return status;
  return made;
}

std::vector<float> KernelCase::ChooseExperts() {
  std::vector<float> scores;
  std::vector<int64_t> order(spec_.experts);
  std::iota(order.begin(), order.end(), 0);
  std::mt19937 random(3);
  for (int64_t t = 0; spec_.experts && t < spec_.tokens; ++t) {
    for (int64_t i = 1; i < spec_.experts; ++i) std::swap(order[i], order[random() % (i + 1)]);
    size_t first = scores.size();
    scores.resize(first + spec_.experts);
    for (int64_t place = 0; place < spec_.experts; ++place)
      scores[first + order[place]] = static_cast<float>(-place);
    chosen_.insert(chosen_.end(), order.begin(), order.begin() + kUsed);
  }
  return scores;
}

std::string KernelCase::Text(const std::string& element) {
  const KernelSpec& s = spec_;
  bool is_packed = s.kernel.product.weight.layout == layout::Layout::kR16;
  int64_t width = s.rows * (s.experts ? kUsed : 1), n = -1;
  std::string text = R"(
module attributes {emel.model = {architecture = "test", context = 1024 : i64, vocab = WIDTH : i64}} {
  WEIGHTS
  func.func @step(%tokens: tensor<?xi32> {emel.dims = ["n"]}, %positions: tensor<?xi32> {emel.dims = ["n"]},
      %slots: tensor<?xi32> {emel.dims = ["n"]}, %out_rows: tensor<?xi32> {emel.dims = ["m"]}) -> RESULT {
    %table = emel.get_weight @x : TABLE
    %all = emel.get_rows %table, %tokens : (TABLE, tensor<?xi32>) -> ROWS
    %x = emel.get_rows %all, %out_rows : (ROWS, tensor<?xi32>) -> ROWS
    %w = emel.get_weight @w : MATRIX
    PRODUCT
    return %y : RESULT
  }
})";
  std::string product = "%y = emel.matmul %x, %w semiring " +
                        stringifySemiring(s.kernel.semiring).str() + " : (ROWS, MATRIX) -> RESULT";
  if (s.experts)
    product = R"(%g = emel.get_weight @g : SCORES
    %h = emel.get_rows %g, %tokens : (SCORES, tensor<?xi32>) -> CHOSEN
    %i = emel.get_rows %h, %out_rows : (CHOSEN, tensor<?xi32>) -> CHOSEN
    %ids = emel.top_k %i k 2 : (CHOSEN) -> tensor<?x2xi32>
    %z = emel.matmul_id %x, %w, %ids : (ROWS, MATRIX, tensor<?x2xi32>) -> PAIRS
    %y = emel.reshape %z : PAIRS to RESULT)";
  return Replace(text, {{"PRODUCT", product},
                        {"WEIGHTS", file_.Text()},
                        {"WIDTH", std::to_string(width)},
                        {"TABLE", TensorOf({s.tokens, s.columns}, "f32")},
                        {"MATRIX", TensorOf({s.experts, s.rows, s.columns}, element,
                                            is_packed ? ", #emel.layout<r16>" : "")},
                        {"SCORES", TensorOf({s.tokens, s.experts}, "f32")},
                        {"CHOSEN", TensorOf({n, s.experts}, "f32")},
                        {"PAIRS", TensorOf({n, kUsed, s.rows}, "f32")},
                        {"ROWS", TensorOf({n, s.columns}, "f32")},
                        {"RESULT", TensorOf({n, width}, "f32")}});
}

absl::StatusOr<std::vector<float>> KernelCase::Interpret(interpreter::Precision precision) {
  std::vector<int32_t> tokens(spec_.tokens);
  std::iota(tokens.begin(), tokens.end(), 0);
  return module_->Interpret(tokens, precision);
}

std::vector<double> KernelCase::Magnitudes() const {
  std::vector<double> sums;
  int64_t used = spec_.experts ? kUsed : 1;
  for (int64_t pair = 0; pair < spec_.tokens * used; ++pair)
    for (int64_t row = 0; row < spec_.rows; ++row) {
      const float* x = &inputs_[pair / used * spec_.columns];
      const float* w =
          &weights_[((spec_.experts ? chosen_[pair] : 0) * spec_.rows + row) * spec_.columns];
      double& sum = sums.emplace_back(0);
      for (int64_t k = 0; k < spec_.columns; ++k) sum += std::abs(static_cast<double>(x[k]) * w[k]);
    }
  return sums;
}

absl::Status KernelCase::Plan() {
  if (is_planned_) return absl::OkStatus();
  absl::Status status = module_->Run([&](PassManager& passes) {
    PipelineOptions options;
    passes.addPass(createSpecialize({.small = 1, .bulk = spec_.tokens}));
    passes.addPass(createGroupExperts());
    addFusionPasses(passes, options);
    addPlanPasses(passes, options);
  });
  is_planned_ = status.ok();
  return status;
}

absl::StatusOr<CompiledKernel> KernelCase::Compile(const TestForm& form) {
  if (absl::Status status = Plan(); !status.ok()) return status;
  return module_->Compile(form);
}

absl::StatusOr<std::string> KernelCase::Assembly(const cpu::Target& target) {
  if (absl::Status status = Plan(); !status.ok()) return status;
  return module_->Assembly(target);
}

}  // namespace emel::testing
