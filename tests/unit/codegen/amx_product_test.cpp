#include "codegen/cpu/products/AmxProduct.h"
#include "codegen/cpu/program/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "runtime/gguf/dequantize.h"
#include "runtime/gguf/integer_blocks.h"
#include "runtime/gguf/quantize.h"
#include "runtime/layout/layout.h"
#include "tests/kernels/test_form.h"
#include "tests/support/depth.h"
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
using testing::IsOk;
using testing::TestForm;

// Columns `begin` to `begin + size` of the products of rows with a matrix.
using Multiply = void(const uint8_t* matrix, const uint16_t* input, float* out, int64_t first,
                      int64_t rows, int64_t begin, int64_t size, void* frame);

struct Case {
  TensorType type;
  int64_t columns;  // of the weight
};
constexpr int64_t kOutputs = 83, kMostRows = 150;
constexpr int64_t kFrameBytes = 1 << 20;

MLIRContext& Context() {
  static MLIRContext& context = *[] {
    auto* made = new MLIRContext(MLIRContext::Threading::DISABLED);
    made->loadDialect<arith::ArithDialect, math::MathDialect, scf::SCFDialect,
                      vector::VectorDialect, LLVM::LLVMDialect>();
    return made;
  }();
  return context;
}

// "lined_up" for rows whose distance is known, "apart" for rows that lie in reverse order.
FailureOr<Image> ImageOf(const TestForm& form, Case own) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&Context()));
  Emit emit(module->getLoc(), &Context());
  for (bool isApart : {false, true}) {
    emit.setInsertionPointToEnd(module->getBody());
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&Context()),
                                            {emit.ptr(), emit.ptr(), emit.ptr(), emit.i64(),
                                             emit.i64(), emit.i64(), emit.i64(), emit.ptr()});
    auto function = emit.create<LLVM::LLVMFuncOp>(isApart ? "apart" : "lined_up", type);
    function.setPassthroughAttr(functionAttributes(emit, form.target));
    Block* body = function.addEntryBlock(emit);
    emit.setInsertionPointToStart(body);
    emit.setFrame(body->getArgument(7));
    auto product = AmxProduct::create(emit, form.target, own.type, own.columns);
    if (!product) return failure();
    int64_t input = own.columns * 2, out = kOutputs * 4;
    auto address = [&](int64_t argument, Value row, int64_t stride) {
      if (isApart) row = emit.sub(emit.i64(kMostRows - 1), row);
      return emit.at(body->getArgument(argument), emit.mul(row, stride));
    };
    product->multiply(body->getArgument(0),
                      {body->getArgument(5), body->getArgument(6), kOutputs, 1},
                      {{body->getArgument(3), body->getArgument(4), kMostRows},
                       [&](Value row) { return address(1, row, input); },
                       [&](Value row) { return address(2, row, out); },
                       isApart ? 0 : out});
    emit.create<LLVM::ReturnOp>(ValueRange{});
  }
  EXPECT_LE(emit.frameBytes(), kFrameBytes);
  auto object = testing::FormCompiler().ObjectOf(*module, form);
  if (failed(object)) return failure();
  return linkImage({*object}, module->getLoc());
}

uint16_t ToBfloat16(float x) {
  const auto bits = std::bit_cast<uint32_t>(x);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
float FromBfloat16(uint16_t bits) { return std::bit_cast<float>(uint32_t{bits} << 16); }

class AmxProducts : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    int64_t columns = GetParam().columns;
    std::vector<float> values(kOutputs * columns);
    for (float& value : values) value = normal(random);
    const gguf::TensorTypeInfo& info = gguf::GetInfo(GetParam().type);
    std::vector<uint8_t> source(kOutputs * columns / info.block_elements * info.block_bytes);
    ASSERT_THAT(gguf::Quantize(info.type, values, absl::MakeSpan(source)), IsOk());
    weights_.resize(values.size());
    ASSERT_THAT(gguf::Dequantize(info.type, source, absl::MakeSpan(weights_)), IsOk());
    const auto packed = testing::Packed({layout::Layout::kR16, info.type},
                                        {1, kOutputs, static_cast<uint64_t>(columns)}, source);
    lines_.resize(packed.size() / sizeof(Line));
    std::memcpy(lines_.data(), packed.data(), packed.size());
    input_.resize(kMostRows * columns);
    for (uint16_t& x : input_) x = ToBfloat16(normal(random));
  }

  // Row `row` of the input by row `output` of the weight, and what rounding can make of it.
  std::pair<double, double> Expected(int64_t row, int64_t output) const {
    int64_t columns = GetParam().columns;
    double sum = 0, size = 0;
    for (int64_t k = 0; k < columns; ++k) {
      double product = double(FromBfloat16(input_[row * columns + k])) *
                       FromBfloat16(ToBfloat16(weights_[output * columns + k]));
      sum += product;
      size += std::abs(product);
    }
    // The decoder rounds once less than the code, which can be half a step of bf16 for an element.
    return {sum, size * 1e-4 + 1e-4};
  }

  std::vector<float> Run(const char* name, int64_t first, int64_t rows, int64_t begin,
                         int64_t size) const {
    std::vector<float> out(kMostRows * kOutputs, -7);
    struct alignas(64) Line {
      uint8_t bytes[64];
    };
    std::vector<Line> frame(kFrameBytes / 64);
    // Code takes lines of 64 bytes for granted.
    image_->Find<Multiply>(name)(reinterpret_cast<const uint8_t*>(lines_.data()), input_.data(),
                                 out.data(), first, rows, begin, size, frame.data());
    return out;
  }

  // They do not depend on what is computed beside them, nor do rows that lie apart; and nothing is
  // written outside.
  void ExpectThoseOfRoundedFactors() const {
    const auto all = Run("lined_up", 0, kMostRows, 0, kOutputs);
    for (int64_t row = 0; row < kMostRows; row += 7)
      for (int64_t output = 0; output < kOutputs; ++output) {
        auto [sum, bound] = Expected(row, output);
        ASSERT_NEAR(all[row * kOutputs + output], sum, bound) << row << ", " << output;
      }
    for (auto [first, rows] : {std::pair(0, 1), {3, 31}, {5, 32}, {7, 33}, {1, 100}})
      for (auto [begin, size] : {std::pair(0, 32), {0, 16}, {5, 1}, {17, 40}, {80, 3}})
        for (bool isApart : {false, true}) {
          const auto some = Run(isApart ? "apart" : "lined_up", first, rows, begin, size);
          for (int64_t row = 0; row < kMostRows; ++row) {
            const int64_t number = isApart ? kMostRows - 1 - row : row;
            for (int64_t output = 0; output < kOutputs; ++output) {
              const bool isInside = number >= first && number < first + rows && output >= begin &&
                                    output < begin + size;
              ASSERT_EQ(some[row * kOutputs + output], isInside ? all[row * kOutputs + output] : -7)
                  << "rows " << first << " + " << rows << ", columns " << begin << " + " << size
                  << " at " << row << ", " << output;
            }
          }
        }
  }

  std::vector<float> weights_;
  struct alignas(layout::kR16Line) Line {
    uint8_t bytes[layout::kR16Line];
  };
  std::vector<Line> lines_;
  std::vector<uint16_t> input_;
  std::unique_ptr<LoadedImage> image_;
};

TEST_P(AmxProducts, AreThoseOfRoundedFactors) {
  if (testing::IsLeftToChecks(2)) GTEST_SKIP() << testing::kLeftToChecks;
  for (const TestForm& form : testing::KnownForms()) {
    if (!form.target.hasAmx || !testing::RunnerOf(form).ok()) continue;
    SCOPED_TRACE(form.name());
    auto image = ImageOf(form, GetParam());
    ASSERT_TRUE(succeeded(image));
    image_ = std::make_unique<LoadedImage>(*image);
    ASSERT_NO_FATAL_FAILURE(ExpectThoseOfRoundedFactors());
  }
}

std::vector<Case> Cases() {
  // An odd number of columns, and so many that they are no whole tiles.
  std::vector<Case> cases{{TensorType::kBF16, 45}, {TensorType::kBF16, 2096}};
  for (layout::Format format : layout::Formats()) {
    if (format.layout != layout::Layout::kR16 || !gguf::FindIntegerForm(format.type)) continue;
    const int64_t block = gguf::GetInfo(format.type).block_elements;
    // Less than what is decoded at once, and more with an end that is no whole unit.
    for (int64_t columns : {3 * block, (2048 / block + 1) * block})
      cases.push_back({format.type, columns});
  }
  return cases;
}
INSTANTIATE_TEST_SUITE_P(Formats, AmxProducts, ::testing::ValuesIn(Cases()), [](const auto& info) {
  return std::string(gguf::GetInfo(info.param.type).name) + "_" +
         std::to_string(info.param.columns);
});

TEST(AmxProduct, IsForTargetsThatHaveIt) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&Context()));
  Emit emit(module->getLoc(), &Context());
  for (const Target& target : knownTargets())
    EXPECT_EQ(AmxProduct::create(emit, target, TensorType::kQ4_0, 64) != nullptr, target.hasAmx);
  EXPECT_EQ(AmxProduct::create(emit, *findTarget("sapphirerapids"), TensorType::kF32, 64), nullptr);
}

}  // namespace
}  // namespace emel::cpu
