#include "codegen/cpu/products/Decode.h"

#include "codegen/cpu/program/Kernel.h"
#include "dialects/emel/Layouts.h"
#include "llvm/Support/FormatVariadic.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/Passes.h"
#include "passes/Pipelines.h"
#include "runtime/gguf/dequantize.h"
#include "runtime/gguf/quantize.h"
#include "tests/kernels/run_kernel.h"
#include "tests/support/build_kind.h"
#include "tests/support/matchers.h"
#include "tests/unit/codegen/loaded_image.h"
#include "tests/unit/codegen/packed.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

using namespace mlir;

namespace emel::cpu {
namespace {

using gguf::TensorType;
using layout::Format;
using testing::IsOk;
using testing::TestForm;

// Decodes the columns from `begin` on of a row.
using Decode = void(const uint8_t* table, int64_t row, int64_t begin, int64_t size, float* out);

MLIRContext& RowContext() {
  static MLIRContext& context = *[] {
    auto* made = new MLIRContext(MLIRContext::Threading::DISABLED);
    made->loadDialect<EmelDialect, arith::ArithDialect, math::MathDialect, scf::SCFDialect,
                      vector::VectorDialect, LLVM::LLVMDialect>();
    return made;
  }();
  return context;
}

std::string NameOf(Format format) {
  std::string name(gguf::GetInfo(format.type).name);
  return name + "_" + std::string(layout::Name(format.layout));
}

// Stacks of matrices whose last panel is not full, and whose rows end within a unit.
RankedTensorType TableOf(Format format) {
  int64_t block = gguf::GetInfo(format.type).block_elements;
  auto layout = LayoutAttr::get(
      &RowContext(), format.layout == layout::Layout::kR16 ? Layout::R16 : Layout::RowMajor);
  return RankedTensorType::get({3, 19, block == 1 ? 37 : 5 * block},
                               getElementType(&RowContext(), format.type), layout);
}

// A function for any columns, and one for all of them.
LogicalResult EmitDecoders(ModuleOp module, const Target& target, Format format) {
  Emit emit(module.getLoc(), &RowContext());
  RankedTensorType table = TableOf(format);
  std::string name = NameOf(format);
  for (bool isWhole : {false, true}) {
    emit.setInsertionPointToEnd(module.getBody());
    auto type =
        LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&RowContext()),
                                    {emit.ptr(), emit.i64(), emit.i64(), emit.i64(), emit.ptr()});
    auto function = emit.create<LLVM::LLVMFuncOp>(isWhole ? name + "_whole" : name, type);
    function.setPassthroughAttr(functionAttributes(emit, target));
    Block* body = function.addEntryBlock(emit);
    emit.setInsertionPointToStart(body);
    Span columns{body->getArgument(2), body->getArgument(3), table.getShape().back()};
    if (isWhole)
      columns = {emit.i64(0), emit.i64(table.getShape().back()), table.getShape().back()};
    if (failed(emitDecodeRow(emit, target, table, body->getArgument(0), body->getArgument(1),
                             columns, body->getArgument(4))))
      return failure();
    emit.create<LLVM::ReturnOp>(ValueRange{});
  }
  return success();
}

FailureOr<Image> ImageOf(testing::FormCompiler& compiler, const TestForm& form,
                         absl::Span<const Format> formats) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&RowContext()));
  for (Format format : formats)
    if (failed(EmitDecoders(*module, form.target, format))) return failure();
  auto object = compiler.ObjectOf(*module, form);
  if (failed(object)) return failure();
  return linkImage({*object}, module->getLoc());
}

// Where both are no numbers, which ones they are is not said.
void ExpectSame(absl::Span<const float> found, absl::Span<const float> expected) {
  for (size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i]) && std::isnan(found[i])) continue;
    ASSERT_EQ(std::bit_cast<uint32_t>(found[i]), std::bit_cast<uint32_t>(expected[i]))
        << "column " << i << ": " << found[i] << " for " << expected[i];
  }
}

// A step that gives rows of a table, chosen by token.
absl::StatusOr<std::unique_ptr<testing::StepModule>> RowsModule(Format format, int64_t rows,
                                                                int64_t columns,
                                                                testing::WeightFile& file,
                                                                absl::Span<const uint8_t> bytes) {
  std::string element;
  llvm::raw_string_ostream(element) << getElementType(&RowContext(), format.type);
  bool is_packed = format.layout == layout::Layout::kR16;
  file.Add("w", testing::TensorOf({rows, columns}, element), bytes,
           is_packed ? "packed <r16>" : "");
  std::string table =
      testing::TensorOf({rows, columns}, element, is_packed ? ", #emel.layout<r16>" : "");
  std::string result = testing::TensorOf({-1, columns}, "f32");
  auto module = testing::StepModule::Parse(llvm::formatv(R"(
module attributes {{emel.model =
    {{architecture = "test", context = 1024 : i64, vocab = {0} : i64}} {{
  {1}
  func.func @step(%tokens: {2} {{emel.dims = ["n"]}, %positions: {2} {{emel.dims = ["n"]},
      %slots: {2} {{emel.dims = ["n"]}, %out_rows: {2} {{emel.dims = ["m"]}) -> {4} {{
    %w = emel.get_weight @w : {3}
    %x = emel.get_rows %w, %tokens : ({3}, {2}) -> {4}
    %y = emel.get_rows %x, %out_rows : ({4}, {2}) -> {4}
    return %y : {4}
  }
})",
                                                         columns, file.Text(), "tensor<?xi32>",
                                                         table, result));
  if (!module.ok()) return module;
  absl::Status status = (*module)->Run([&](PassManager& passes) {
    PipelineOptions options;
    passes.addPass(createSpecialize({.small = 1, .bulk = rows}));
    addFusionPasses(passes, options);
    addPlanPasses(passes, options);
  });
  if (!status.ok()) return status;
  return module;
}

class EveryFormat : public ::testing::TestWithParam<Format> {
 protected:
  // Decodes every row of what Dequantize decodes.
  void ExpectReferenceValues(const LoadedImage& image, const std::vector<uint8_t>& source) {
    const std::vector<uint8_t> packed = testing::Packed(GetParam(), shape_, source);
    std::string name = NameOf(GetParam());
    auto *decode = image.Find<Decode>(name), *whole = image.Find<Decode>(name + "_whole");
    ASSERT_TRUE(decode != nullptr && whole != nullptr);
    int64_t columns = shape_.columns, block = info_.block_elements;
    std::vector<float> expected(columns), found(columns);
    for (uint64_t row = 0; row < shape_.matrices * shape_.rows; ++row) {
      SCOPED_TRACE("row " + std::to_string(row));
      auto bytes = absl::MakeSpan(source).subspan(row * row_bytes_, row_bytes_);
      ASSERT_THAT(gguf::Dequantize(info_.type, bytes, absl::MakeSpan(expected)), IsOk());
      whole(packed.data(), row, 0, 0, found.data());
      ASSERT_NO_FATAL_FAILURE(ExpectSame(found, expected));
      int64_t begin = block * (row % 3), size = (columns / block - row % 7 % 4) * block - begin;
      found.assign(columns, 1.5f);
      decode(packed.data(), row, begin, size, found.data());
      ASSERT_NO_FATAL_FAILURE(ExpectSame(absl::MakeSpan(found).first(size),
                                         absl::MakeSpan(expected).subspan(begin, size)));
      for (int64_t i = size; i < columns; ++i) ASSERT_EQ(found[i], 1.5f) << "beyond the columns";
    }
  }

  // Blocks of any bits; and what numbers become where there is a quantizer.
  std::vector<std::vector<uint8_t>> Sources() const {
    std::vector<std::vector<uint8_t>> sources;
    for (uint32_t seed = 0; seed < 4; ++seed) {
      std::mt19937 random(seed);
      std::vector<uint8_t>& source = sources.emplace_back(bytes_);
      for (uint8_t& byte : source) byte = static_cast<uint8_t>(random());
    }
    if (gguf::HasQuantizer(info_.type)) {
      std::mt19937 random(7);
      std::normal_distribution<float> normal(0, 0.05f);
      std::vector<float> values(shape_.matrices * shape_.rows * shape_.columns);
      for (float& value : values) value = normal(random);
      std::vector<uint8_t>& source = sources.emplace_back(bytes_);
      EXPECT_THAT(gguf::Quantize(info_.type, values, absl::MakeSpan(source)), IsOk());
    }
    return sources;
  }

  const gguf::TensorTypeInfo& info_ = gguf::GetInfo(GetParam().type);
  layout::Shape shape_ = getMatrices(TableOf(GetParam()));
  uint64_t row_bytes_ = shape_.columns / info_.block_elements * info_.block_bytes;
  uint64_t bytes_ = shape_.matrices * shape_.rows * row_bytes_;
};

TEST_P(EveryFormat, HasTheValuesOfTheReference) {
  const std::vector<std::vector<uint8_t>> sources = Sources();
  testing::FormCompiler compiler;
  for (const TestForm& form : testing::KnownForms()) {
    auto runner = testing::RunnerOf(form);
    if (!runner.ok() || *runner != testing::Runner::kNative) continue;
    SCOPED_TRACE(form.name());
    auto image = ImageOf(compiler, form, {GetParam()});
    ASSERT_TRUE(succeeded(image));
    LoadedImage loaded(*image);
    for (const std::vector<uint8_t>& source : sources)
      ASSERT_NO_FATAL_FAILURE(ExpectReferenceValues(loaded, source));
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryFormat, ::testing::ValuesIn(layout::Formats()),
                         [](const auto& info) { return NameOf(info.param); });

// What an emulator can run is a step, which here gives rows of float32.
class EveryTable : public EveryFormat {};

TEST_P(EveryTable, HasTheValuesOfTheReferenceWhereItIsEmulated) {
  if (testing::kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
  const Target& target = *findTarget("aarch64");
  if (auto runner = testing::RunnerOf(target); !runner.ok())
    GTEST_SKIP() << runner.status().message();
  std::vector<uint8_t> source;
  for (const std::vector<uint8_t>& part : Sources())
    source.insert(source.end(), part.begin(), part.end());
  const int64_t rows = source.size() / row_bytes_, columns = shape_.columns;
  testing::WeightFile file;
  auto module = RowsModule(GetParam(), rows, columns, file, source);
  ASSERT_THAT(module, IsOk());
  auto compiled = (*module)->Compile(target);
  ASSERT_THAT(compiled, IsOk());
  auto results =
      testing::RunOn(target, *compiled, {testing::FirstTokens(rows), testing::FirstTokens(1)});
  ASSERT_THAT(results, IsOk());
  std::vector<float> expected(rows * columns);
  ASSERT_THAT(gguf::Dequantize(info_.type, source, absl::MakeSpan(expected)), IsOk());
  ASSERT_NO_FATAL_FAILURE(ExpectSame((*results)[0], expected));
  ASSERT_NO_FATAL_FAILURE(ExpectSame((*results)[1], absl::MakeSpan(expected).first(columns)));
}

std::vector<Format> Tables() {
  std::vector<Format> tables;
  for (Format format : layout::Formats()) {
    Type element = getElementType(&RowContext(), format.type);
    if (!isa<IntegerType>(element) && !element.isF64()) tables.push_back(format);
  }
  return tables;
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryTable, ::testing::ValuesIn(Tables()),
                         [](const auto& info) { return NameOf(info.param); });

TEST(Decode, EveryTargetHasEveryFormat) {
  testing::FormCompiler compiler;
  for (const Target& target : knownTargets()) {
    SCOPED_TRACE(target.name.str());
    EXPECT_TRUE(succeeded(ImageOf(compiler, target, layout::Formats())));
  }
}

TEST(Decode, RefusesTablesThatAreNoWeights) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&RowContext()));
  Emit emit(module->getLoc(), &RowContext());
  emit.setInsertionPointToEnd(module->getBody());
  std::string message;
  ScopedDiagnosticHandler handler(&RowContext(), [&](Diagnostic& found) { message = found.str(); });
  auto table = RankedTensorType::get({4, 32}, emit.getI1Type());
  Value zero = emit.i64(0);
  Span columns{zero, emit.i64(32), 32};
  EXPECT_TRUE(
      failed(emitDecodeRow(emit, *findTarget("x86-64-v3"), table, zero, zero, columns, zero)));
  EXPECT_EQ(message, "expected a table of weights, found 'tensor<4x32xi1>'");
}

}  // namespace
}  // namespace emel::cpu
