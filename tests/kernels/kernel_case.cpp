#include "tests/kernels/kernel_case.h"

#include "codegen/cpu/StepProgram.h"
#include "compiler/driver/Diagnostics.h"
#include "compiler/pack/Pack.h"
#include "dialects/RegisterDialects.h"
#include "dialects/emel/Layouts.h"
#include "dialects/emel/Semirings.h"
#include "dialects/interpreter/Interpreter.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Passes.h"
#include "passes/Pipelines.h"
#include "runtime/gguf/dequantize.h"
#include "runtime/gguf/quantize.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numeric>
#include <random>
#include <unistd.h>

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

std::string TensorOf(std::initializer_list<int64_t> dims, llvm::StringRef element,
                     llvm::StringRef encoding = "") {
  std::string text = "tensor<";
  for (int64_t dim : dims)
    if (dim) text += (dim < 0 ? "?" : std::to_string(dim)) + "x";
  return text + element.str() + encoding.str() + ">";
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

const CompiledKernel::Entry& CompiledKernel::EntryFor(int64_t tokens) const {
  for (const Entry& entry : entries)
    if (entry.max_tokens >= tokens) return entry;
  return entries.back();
}

KernelCase::KernelCase(const KernelSpec& spec)
    : spec_(spec), context_(knownDialects(), MLIRContext::Threading::DISABLED) {
  static int count = 0;
  path_ = std::filesystem::temp_directory_path().string() + "/emel-kernel-" +
          std::to_string(getpid()) + "-" + std::to_string(count++);
  context_.loadDialect<arith::ArithDialect, cf::ControlFlowDialect, LLVM::LLVMDialect,
                       math::MathDialect, scf::SCFDialect, vector::VectorDialect>();
}

KernelCase::~KernelCase() { std::filesystem::remove(path_); }

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
  std::vector<float> scores = made->ChooseExperts();
  std::ofstream file(made->path_, std::ios::binary);
  auto write = [&](int part, const void* data, size_t size) {
    made->offsets_[part] = made->bytes_;
    file.write(static_cast<const char*>(data), size);
    made->bytes_ += size;
  };
  write(0, made->inputs_.data(), made->inputs_.size() * sizeof(float));
  write(1, weight.data(), weight.size());
  write(2, scores.data(), scores.size() * sizeof(float));
  file.close();

  DiagnosticCollector diagnostics(&made->context_);
  made->module_ = parseSourceString<ModuleOp>(made->Text(), &made->context_);
  if (!made->module_) return diagnostics.status();
  if (product.input == cpu::Input::Float || spec.has_tiles) return made;
  PassManager passes(&made->context_);
  passes.addPass(createQuantizeActivations());
  if (failed(passes.run(*made->module_))) return diagnostics.status();
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

std::string KernelCase::Text() const {
  const KernelSpec& s = spec_;
  MLIRContext context(knownDialects(), MLIRContext::Threading::DISABLED);
  context.loadDialect<EmelDialect>();
  std::string element;
  llvm::raw_string_ostream(element) << getElementType(&context, s.kernel.product.weight.type);
  bool is_packed = s.kernel.product.weight.layout == layout::Layout::kR16;
  int64_t width = s.rows * (s.experts ? kUsed : 1), n = -1;
  std::string text = R"(
module attributes {emel.model = {architecture = "test", context = 1024 : i64, vocab = WIDTH : i64}} {
  emel.shard @file "PATH" bytes BYTES
  emel.weight @x : TABLE in @file at 0 bytes INPUT_BYTES
  emel.weight @w : STORED in @file at WEIGHT_AT bytes WEIGHT_BYTES PACKED
  SCORES_WEIGHT
  func.func @step(%tokens: tensor<?xi32> {emel.dims = ["n"]}, %positions: tensor<?xi32> {emel.dims = ["n"]},
      %slots: tensor<?xi32> {emel.dims = ["n"]}, %out_rows: tensor<?xi32> {emel.dims = ["m"]}) -> RESULT {
    %table = emel.get_weight @x : TABLE
    %all = emel.get_rows %table, %tokens : (TABLE, tensor<?xi32>) -> ROWS
    %x = emel.get_rows %all, %out_rows : (ROWS, tensor<?xi32>) -> ROWS
    %w = emel.get_weight @w : WEIGHT
    PRODUCT
    return %y : RESULT
  }
})";
  std::string product = "%y = emel.matmul %x, %w semiring " +
                        stringifySemiring(s.kernel.semiring).str() + " : (ROWS, WEIGHT) -> RESULT";
  std::string scores;
  if (s.experts) {
    scores = "emel.weight @g : SCORES in @file at " + std::to_string(offsets_[2]) + " bytes " +
             std::to_string(bytes_ - offsets_[2]);
    product = R"(%g = emel.get_weight @g : SCORES
    %h = emel.get_rows %g, %tokens : (SCORES, tensor<?xi32>) -> CHOSEN
    %i = emel.get_rows %h, %out_rows : (CHOSEN, tensor<?xi32>) -> CHOSEN
    %ids = emel.top_k %i k 2 : (CHOSEN) -> tensor<?x2xi32>
    %z = emel.matmul_id %x, %w, %ids : (ROWS, WEIGHT, tensor<?x2xi32>) -> PAIRS
    %y = emel.reshape %z : PAIRS to RESULT)";
  }
  return Replace(text, {{"SCORES_WEIGHT", scores},
                        {"PRODUCT", product},
                        {"INPUT_BYTES", std::to_string(offsets_[1])},
                        {"WEIGHT_AT", std::to_string(offsets_[1])},
                        {"WEIGHT_BYTES", std::to_string(offsets_[2] - offsets_[1])},
                        {"BYTES", std::to_string(bytes_)},
                        {"WIDTH", std::to_string(width)},
                        {"PATH", path_},
                        {"PACKED", is_packed ? "packed <r16>" : ""},
                        {"TABLE", TensorOf({s.tokens, s.columns}, "f32")},
                        {"STORED", TensorOf({s.experts, s.rows, s.columns}, element)},
                        {"WEIGHT", TensorOf({s.experts, s.rows, s.columns}, element,
                                            is_packed ? ", #emel.layout<r16>" : "")},
                        {"SCORES", TensorOf({s.tokens, s.experts}, "f32")},
                        {"CHOSEN", TensorOf({n, s.experts}, "f32")},
                        {"PAIRS", TensorOf({n, kUsed, s.rows}, "f32")},
                        {"ROWS", TensorOf({n, s.columns}, "f32")},
                        {"RESULT", TensorOf({n, width}, "f32")}});
}

absl::StatusOr<std::vector<float>> KernelCase::Interpret() {
  DiagnosticCollector diagnostics(&context_);
  interpreter::Interpreter interpreter(*module_, {});
  interpreter::Session session(interpreter);
  std::vector<int32_t> tokens(spec_.tokens);
  std::iota(tokens.begin(), tokens.end(), 0);
  auto step = session.step(tokens);
  if (failed(step)) return diagnostics.status();
  return std::vector<float>(step->reals().begin(), step->reals().end());
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
  DiagnosticCollector diagnostics(&context_);
  PipelineOptions options;
  PassManager passes(&context_);
  passes.addPass(createSpecialize({.small = 1, .bulk = spec_.tokens}));
  if (spec_.has_tiles) passes.addPass(createQuantizeActivations({.bulkFrom = 2}));
  passes.addPass(createGroupExperts());
  addFusionPasses(passes, options);
  addPlanPasses(passes, options);
  if (failed(passes.run(*module_))) return diagnostics.status();
  is_planned_ = true;
  return absl::OkStatus();
}

absl::StatusOr<CompiledKernel> KernelCase::Compile(const cpu::Target& target) {
  if (absl::Status status = Plan(); !status.ok()) return status;
  DiagnosticCollector diagnostics(&context_);
  auto packing = Packing::create(*module_, {});
  if (failed(packing)) return diagnostics.status();
  CompiledKernel made;
  auto append = [&](absl::Span<const uint8_t> bytes) {
    made.weights.insert(made.weights.end(), bytes.begin(), bytes.end());
    return absl::OkStatus();
  };
  if (failed(packing->write(append))) return diagnostics.status();
  cpu::ModelPlaces places;
  for (PackedWeight weight : packing->weights()) {
    places.weights[weight.weight.getSymName()] = weight.offset;
    if (weight.weight.getSymName() == "w") made.product_bytes = weight.bytes;
  }
  std::vector<SmallVector<char, 0>> objects;
  for (auto entry : module_->getOps<plan::EntryOp>()) {
    OwningOpRef<ModuleOp> own = ModuleOp::create(entry.getLoc());
    auto program = cpu::emitStepProgram(entry, target, places, *own);
    if (failed(program) || failed(cpu::lowerToLlvm(*own))) return diagnostics.status();
    auto object = cpu::emitCode(*own, target, cpu::CodeKind::Object);
    if (failed(object)) return diagnostics.status();
    objects.push_back(std::move(*object));
    made.scratch_bytes = std::max<uint64_t>(made.scratch_bytes, program->scratchBytes);
    made.entries.push_back({program->symbol, entry.getMaxTokens(), program->tickets});
  }
  auto image = cpu::linkImage(objects, module_->getLoc());
  if (failed(image)) return diagnostics.status();
  made.image = std::move(*image);
  for (auto arena : module_->getOps<plan::ArenaOp>()) {
    if (arena.getKind() == plan::ArenaKind::Shared) made.arena_bytes = arena.getBytes();
  }
  made.width = spec_.rows * (spec_.experts ? kUsed : 1);
  return made;
}

absl::StatusOr<std::string> KernelCase::Assembly(const cpu::Target& target) {
  if (absl::Status status = Plan(); !status.ok()) return status;
  DiagnosticCollector diagnostics(&context_);
  std::string text;
  for (auto entry : module_->getOps<plan::EntryOp>()) {
    OwningOpRef<ModuleOp> own = ModuleOp::create(entry.getLoc());
    if (failed(cpu::emitStepProgram(entry, target, {}, *own)) || failed(cpu::lowerToLlvm(*own)))
      return diagnostics.status();
    auto code = cpu::emitCode(*own, target, cpu::CodeKind::Assembly);
    if (failed(code)) return diagnostics.status();
    text.append(code->begin(), code->end());
  }
  return text;
}

}  // namespace emel::testing
