// The portable instructions of tests/kernels beside the CPUs' own, over numbers at their borders.

#include "codegen/cpu/program/Kernel.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"
#include "runtime/artifact/cpu.h"
#include "runtime/include/emel/step.h"
#include "tests/kernels/run_kernel.h"
#include "tests/support/build_kind.h"
#include "tests/support/matchers.h"

#include <absl/strings/str_split.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <random>
#include <regex>
#include <sstream>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

using namespace mlir;

namespace emel::testing {
namespace {

using Bytes = std::vector<uint8_t>;

MLIRContext& Context() {
  static MLIRContext& context = *[] {
    auto* made = new MLIRContext(MLIRContext::Threading::DISABLED);
    made->loadDialect<arith::ArithDialect, cf::ControlFlowDialect, math::MathDialect,
                      scf::SCFDialect, vector::VectorDialect, LLVM::LLVMDialect>();
    return made;
  }();
  return context;
}

ModuleOp PortableInstructions() {
  static OwningOpRef<ModuleOp>& module =
      *new OwningOpRef<ModuleOp>(parseSourceFile<ModuleOp>(PortableInstructionsPath(), &Context()));
  return *module;
}

// By name; those of tiles, or all others. Read from the text, since tests have names before main.
std::vector<std::string> InstructionNames(bool of_tiles) {
  std::stringstream text;
  text << std::ifstream(PortableInstructionsPath()).rdbuf();
  static const std::regex kFunction(R"(llvm\.func @((?:x86|aarch64)\.[\w.]+)\((%state)?)");
  std::vector<std::string> names;
  std::string line;
  for (std::smatch match; std::getline(text, line);)
    if (std::regex_search(line, match, kFunction) && match[2].matched == of_tiles)
      names.push_back(match[1]);
  return names;
}

// "+avx2"
std::string FeaturesOf(StringRef name) {
  auto function = PortableInstructions().lookupSymbol<LLVM::LLVMFuncOp>(name);
  auto feature = cast<ArrayAttr>((*function.getPassthrough())[0]);
  return cast<StringAttr>(feature[1]).str();
}

// The least demanding target of the instruction's family, which vectors may have any size for.
cpu::Target TargetOf(StringRef name) {
  cpu::Target target = *cpu::findTarget(name.starts_with("x86") ? "x86-64-v3" : "aarch64");
  target.vectorBits = 512;
  return target;
}

// Whether this CPU, or an emulator, has the instruction; if not, what is missing.
absl::Status HasInstruction(const std::string& name) {
  auto runner = RunnerOf(TargetOf(name));
  if (!runner.ok() || *runner == Runner::kEmulator) return runner.status();
  std::string features = FeaturesOf(name);
  for (absl::string_view feature : absl::StrSplit(features, ',')) {
    bool is_found = false;
    for (int bit = 0; bit < 64; ++bit)
      is_found |= "+" + artifact::ToString({uint64_t{1} << bit}) == feature &&
                  artifact::DetectCpu().Has(static_cast<artifact::CpuFeature>(bit));
    if (!is_found)
      return absl::FailedPreconditionError(name + " needs " + std::string(feature.substr(1)) +
                                           ", which this CPU lacks");
  }
  return features.find("amx") == features.npos ? absl::OkStatus() : artifact::RequestAmx();
}

// A step that computes `results` bytes, at the second address, from the weights, at the first.
struct Program {
  std::string features;
  Bytes weights;
  int64_t results;
  std::function<void(cpu::Emit&, Value, Value)> body;
};

absl::StatusOr<Bytes> ResultsOf(const Program& program, const TestForm& form) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&Context()));
  cpu::Emit emit(module->getLoc(), &Context());
  emit.setInsertionPointToEnd(module->getBody());
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&Context()),
                                          {emit.ptr(), emit.i32(), emit.i32()});
  auto function = emit.create<LLVM::LLVMFuncOp>("step", type);
  SmallVector<Attribute> attributes(cpu::functionAttributes(emit, form.target).getValue());
  // LLVM has registers of 512 bits for a feature of their own.
  std::string features = program.features;
  if (features.find("avx512") != features.npos) features += ",+evex512";
  attributes.push_back(emit.getStrArrayAttr({"target-features", features}));
  function.setPassthroughAttr(emit.getArrayAttr(attributes));
  Block* block = function.addEntryBlock(emit);
  emit.setInsertionPointToStart(block);
  auto field = [&](size_t offset) {
    return emit.load(emit.ptr(), emit.at(block->getArgument(0), offset), 8);
  };
  program.body(emit, field(offsetof(emel_step_t, weights)), field(offsetof(emel_step_t, logits)));
  emit.create<LLVM::ReturnOp>(ValueRange{});
  auto object = FormCompiler().ObjectOf(*module, form);
  if (failed(object)) return absl::InternalError("cannot be compiled");
  auto image = cpu::linkImage({*object}, module->getLoc());
  if (failed(image)) return absl::InternalError("cannot be linked");
  CompiledKernel kernel;
  kernel.image = std::move(*image);
  kernel.entries = {{"step", 1, 0}};
  kernel.weights = program.weights;
  kernel.width = program.results / static_cast<int64_t>(sizeof(float));
  auto results = RunOn(form, kernel, {FirstTokens(1)});
  if (!results.ok()) return results.status();
  Bytes bytes(program.results);
  std::memcpy(bytes.data(), results->front().data(), bytes.size());
  return bytes;
}

//===----------------------------------------------------------------------===//
// Instructions of vectors
//===----------------------------------------------------------------------===//

constexpr int64_t kCases = 2048;

int64_t BytesOf(Type type) {
  auto vector = cast<VectorType>(type);
  return vector.getNumElements() * vector.getElementTypeBitWidth() / 8;
}

template <typename Number>
void Put(uint8_t* at, Number number) {
  std::memcpy(at, &number, sizeof(number));
}

// Floats near borders of bf16 and of float32, and any bits.
float OddFloat(std::mt19937& random) {
  constexpr uint32_t kBorders[] = {0,          1,          0x007fffff, 0x00800000, 0x3f800000,
                                   0x3f808000, 0x3f818000, 0x3f807fff, 0x3f808001, 0x7f7f7fff,
                                   0x7f7f8000, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fbfffff,
                                   0x7fc00000, 0x7fffffff, 0x00008000, 0x007f8000, 0x00808000};
  uint32_t bits = random() % 2 ? static_cast<uint32_t>(random())
                               : kBorders[random() % std::size(kBorders)] ^ (random() % 2 << 31);
  return std::bit_cast<float>(bits);
}

// Numbers of a vector: any, or the least, the greatest and those about 0, as bytes or as elements.
void Fill(VectorType type, uint8_t* to, std::mt19937& random) {
  constexpr uint8_t kBytes[] = {0x00, 0x01, 0x0f, 0x10, 0x7f, 0x80, 0x81, 0xff};
  int64_t bytes = BytesOf(type), size = type.getElementTypeBitWidth() / 8;
  uint32_t kind = random() % 3;
  for (int64_t i = 0; i < bytes; ++i)
    to[i] = kind == 0 ? static_cast<uint8_t>(random()) : kBytes[random() % std::size(kBytes)];
  if (type.getElementType().isF32())
    for (int64_t i = 0; i < bytes; i += size) Put(to + i, OddFloat(random));
  else if (kind == 2)
    for (int64_t i = 0; i < bytes; i += size) {
      int64_t least = -(int64_t{1} << (8 * size - 1)), odd[] = {least, ~least, 0, -1, 1};
      std::memcpy(to + i, &odd[random() % std::size(odd)], size);
    }
}

class EveryInstruction : public ::testing::TestWithParam<std::string> {
 protected:
  static Program ProgramOf(LLVM::LLVMFuncOp function) {
    Type result = function.getResultTypes()[0];
    SmallVector<VectorType> types;
    int64_t bytes = 0;
    for (Type type : function.getArgumentTypes()) {
      types.push_back(cast<VectorType>(type));
      bytes += BytesOf(type);
    }
    Program program{FeaturesOf(function.getName()), Bytes(kCases * bytes),
                    kCases * BytesOf(result)};
    std::mt19937 random(1);
    uint8_t* to = program.weights.data();
    for (int64_t i = 0; i < kCases; ++i)
      for (VectorType type : types) Fill(type, std::exchange(to, to + BytesOf(type)), random);
    program.body = [=](cpu::Emit& emit, Value from, Value to) {
      emit.loop(emit.i64(0), emit.i64(kCases), 1, [&](Value i) {
        SmallVector<Value> arguments;
        Value at = emit.at(from, emit.mul(i, bytes));
        for (VectorType type : types) {
          arguments.push_back(emit.load(type, at));
          at = emit.at(at, BytesOf(type));
        }
        emit.store(emit.intrinsic(result, "llvm." + GetParam(), arguments),
                   emit.at(to, emit.mul(i, BytesOf(result))));
      });
    };
    return program;
  }
};

TEST_P(EveryInstruction, IsWhatItsPortableFormIs) {
  if (kSanitized) GTEST_SKIP() << "the compiler takes long with sanitizers";
  if (auto status = HasInstruction(GetParam()); !status.ok()) GTEST_SKIP() << status.message();
  auto function = PortableInstructions().lookupSymbol<LLVM::LLVMFuncOp>(GetParam());
  ASSERT_TRUE(function);
  Program program = ProgramOf(function);
  auto own = ResultsOf(program, TargetOf(GetParam()));
  auto portable = ResultsOf(program, PortableFormOf(TargetOf(GetParam())));
  ASSERT_THAT(own, IsOk());
  ASSERT_THAT(portable, IsOk());
  for (size_t i = 0; i < own->size(); ++i)
    ASSERT_EQ((*portable)[i], (*own)[i]) << "byte " << i << " of " << own->size();
}

INSTANTIATE_TEST_SUITE_P(Vectors, EveryInstruction, ::testing::ValuesIn(InstructionNames(false)),
                         [](const auto& info) {
                           return std::regex_replace(info.param, std::regex("\\W"), "_");
                         });

//===----------------------------------------------------------------------===//
// Instructions of tiles
//===----------------------------------------------------------------------===//

// A case is a configuration and tiles of factors and sums; of it come the sums, the first factors,
// as they were loaded, and a tile of zeros, in rows that are further apart than a tile's. Bytes
// between them stay as they are.
constexpr int64_t kTileCases = 96, kTile = 1024, kCaseBytes = 64 + 3 * kTile;
constexpr int64_t kStride = 80, kResultBytes = 16 * kStride;
constexpr int64_t kSums = 0, kA = 4, kB = 6;  // tiles

struct TileSizes {
  int64_t rows, columns, pairs;  // of the sums, and how many are multiplied for each
};
TileSizes SizesOf(int64_t index) {
  if (index % 2 == 0) return {16, 16, 16};
  return {1 + index * 5 % 16, 1 + index * 3 % 16, 1 + index * 7 % 16};
}

void Configure(TileSizes sizes, uint8_t* to) {
  auto set = [&](int64_t tile, int64_t rows, int64_t columns) {
    Put(to + 16 + 2 * tile, static_cast<uint16_t>(4 * columns));
    to[48 + tile] = static_cast<uint8_t>(rows);
  };
  to[0] = 1;
  set(kSums, sizes.rows, sizes.columns);
  set(kA, sizes.rows, sizes.pairs);
  set(kB, sizes.pairs, sizes.columns);
}

// Factors whose products are ordinary, or about the smallest normal number and near it far smaller
// ones, or any bits.
uint16_t FactorOf(int64_t kind, std::mt19937& random) {
  constexpr float kSmall[] = {0x1p-63f, 0x1p-62f,    0x1p-64f,  0x1p-75f,
                              0x1p-87f, 0x1.04p-63f, 0x1p-126f, 0x1.02p-63f};
  float factor = kind == 1 ? kSmall[random() % std::size(kSmall)]
                           : std::ldexp(static_cast<float>(random() % 256), -7);
  uint32_t bits = kind == 2 ? static_cast<uint32_t>(random()) : std::bit_cast<uint32_t>(factor);
  return static_cast<uint16_t>(bits >> 16 ^ (random() % 2 << 15));
}
float SumOf(int64_t kind, std::mt19937& random) {
  if (kind == 2) return std::bit_cast<float>(static_cast<uint32_t>(random()));
  float sum = static_cast<float>(static_cast<int32_t>(random())) * 0x1p-28f;
  return kind == 1 ? std::ldexp(sum, -126) : sum;
}

Program TileProgram() {
  Program program{"", Bytes(kTileCases * kCaseBytes), kTileCases * 3 * kResultBytes};
  for (const std::string& name : InstructionNames(true))
    program.features += (program.features.empty() ? "" : ",") + FeaturesOf(name);
  std::mt19937 random(1);
  for (int64_t i = 0; i < kTileCases; ++i) {
    uint8_t* to = program.weights.data() + i * kCaseBytes;
    Configure(SizesOf(i), to);
    for (int64_t at = 0; at < 2 * kTile; at += 2) Put(to + 64 + at, FactorOf(i % 3, random));
    for (int64_t at = 0; at < kTile; at += 4) Put(to + 64 + 2 * kTile + at, SumOf(i % 3, random));
  }
  program.body = [](cpu::Emit& emit, Value from, Value to) {
    auto number = [&](int64_t tile) { return emit.splatInt(emit.i8(), tile); };
    emit.loop(emit.i64(0), emit.i64(kTileCases), 1, [&](Value i) {
      Value in = emit.at(from, emit.mul(i, kCaseBytes));
      Value out = emit.at(to, emit.mul(i, 3 * kResultBytes));
      auto load = [&](int64_t tile, int64_t offset) {
        emit.instruction("llvm.x86.tileloadd64", {number(tile), emit.at(in, offset), emit.i64(64)});
      };
      auto store = [&](int64_t tile, int64_t result) {
        emit.instruction("llvm.x86.tilestored64",
                         {number(tile), emit.at(out, result * kResultBytes), emit.i64(kStride)});
      };
      emit.instruction("llvm.x86.ldtilecfg", {in});
      load(kA, 64), load(kB, 64 + kTile), load(kSums, 64 + 2 * kTile);
      emit.instruction("llvm.x86.tdpbf16ps", {number(kSums), number(kA), number(kB)});
      store(kSums, 0), store(kA, 1);
      emit.instruction("llvm.x86.tilezero", {number(kA)});
      store(kA, 2);
      emit.instruction("llvm.x86.tilerelease", {});
    });
  };
  return program;
}

template <typename Number>
Number Get(const uint8_t* at) {
  Number number;
  std::memcpy(&number, at, sizeof(number));
  return number;
}

float FactorAt(const uint8_t* tile, int64_t row, int64_t column) {
  return std::bit_cast<float>(uint32_t{Get<uint16_t>(tile + row * 64 + column * 2)} << 16);
}

// What Intel's manual says that comes of a case, by arithmetic with flags of this CPU.
[[gnu::noinline]] void ComputeCase(TileSizes sizes, const uint8_t* in, uint8_t* out) {
  const uint8_t *a = in + 64, *b = a + kTile, *sums = b + kTile;
  for (int64_t m = 0; m < sizes.rows; ++m) {
    for (int64_t n = 0; n < sizes.columns; ++n) {
      float even = 0, odd = 0;
      for (int64_t k = 0; k < sizes.pairs; ++k) {
        even = std::fma(FactorAt(a, m, 2 * k), FactorAt(b, k, 2 * n), even);
        odd = std::fma(FactorAt(a, m, 2 * k + 1), FactorAt(b, k, 2 * n + 1), odd);
      }
      Put(out + m * kStride + n * 4, Get<float>(sums + m * 64 + n * 4) + (even + odd));
    }
    std::memcpy(out + kResultBytes + m * kStride, a + m * 64, 4 * sizes.pairs);
    std::memset(out + 2 * kResultBytes + m * kStride, 0, 4 * sizes.pairs);
  }
}

class Tiles : public ::testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes long with sanitizers";
    auto portable = ResultsOf(program_, PortableFormOf(*cpu::findTarget("sapphirerapids")));
    ASSERT_THAT(portable, IsOk());
    portable_ = *std::move(portable);
  }

  // Which NaN it is, is not said.
  void ExpectPortable(const Bytes& expected) const {
    for (size_t i = 0; i < expected.size(); i += 4) {
      float x = Get<float>(&portable_[i]), y = Get<float>(&expected[i]);
      if (std::isnan(x) && std::isnan(y)) continue;
      ASSERT_EQ(Get<uint32_t>(&portable_[i]), Get<uint32_t>(&expected[i]))
          << x << " for " << y << " in case " << i / (3 * kResultBytes) << ", byte "
          << i % (3 * kResultBytes);
    }
  }

  Program program_ = TileProgram();
  Bytes portable_;
};

TEST_F(Tiles, AreWhatTheCpuHas) {
  for (const std::string& name : InstructionNames(true))
    if (auto status = HasInstruction(name); !status.ok()) GTEST_SKIP() << status.message();
  auto own = ResultsOf(program_, TargetOf("x86.tdpbf16ps"));
  ASSERT_THAT(own, IsOk());
  ExpectPortable(*own);
}

#if defined(__x86_64__)
TEST_F(Tiles, AreWhatTheManualSays) {
  constexpr unsigned kZeroSubnormals = 0x8040;  // of results and of operands
  Bytes expected(program_.results, 0xff);
  unsigned flags = _mm_getcsr();
  _mm_setcsr(flags | kZeroSubnormals);
  // A little less than the smallest normal number, which it is when rounded.
  volatile float normal = 0x1p-126f, small = 0x1p-80f;
  bool rounds_first = std::fma(small, -small, normal) != 0;
  for (int64_t i = 0; i < kTileCases; ++i)
    ComputeCase(SizesOf(i), program_.weights.data() + i * kCaseBytes,
                expected.data() + i * 3 * kResultBytes);
  _mm_setcsr(flags);
  if (!rounds_first)
    GTEST_SKIP() << "this CPU makes results 0 before it rounds them, as emulators do";
  ExpectPortable(expected);
}
#endif

//===----------------------------------------------------------------------===//
// All of them
//===----------------------------------------------------------------------===//

TEST(PortableInstructions, AreTested) {
  std::vector<std::string> names = InstructionNames(false), tiles = InstructionNames(true);
  llvm::sort(tiles);
  EXPECT_EQ(tiles,
            (std::vector<std::string>{"x86.ldtilecfg", "x86.tdpbf16ps", "x86.tileloadd64",
                                      "x86.tilerelease", "x86.tilestored64", "x86.tilezero"}));
  names.insert(names.end(), tiles.begin(), tiles.end());
  for (auto function : PortableInstructions().getOps<LLVM::LLVMFuncOp>())
    EXPECT_EQ(llvm::is_contained(names, function.getName().str()),
              function.getPassthrough().has_value())
        << function.getName().str();
}

TEST(PortableInstructions, AreAskedForByName) {
  std::string message;
  ScopedDiagnosticHandler handler(&Context(), [&](Diagnostic& found) { message = found.str(); });
  Program program{
      "", Bytes(64), 32, [](cpu::Emit& emit, Value from, Value to) {
        Value words = emit.load(emit.vec(emit.getI16Type()), from);
        emit.store(emit.intrinsic(words.getType(), "llvm.x86.avx2.psign.w", {words, words}), to);
      }};
  EXPECT_FALSE(ResultsOf(program, PortableFormOf(*cpu::findTarget("x86-64-v3"))).ok());
  EXPECT_EQ(message, "'llvm.x86.avx2.psign.w' has no portable meaning: add it to " +
                         PortableInstructionsPath());
}

}  // namespace
}  // namespace emel::testing
