#include "runtime/layout/layout.h"

#include "runtime/gguf/dequantize.h"
#include "runtime/io/status.h"
#include "runtime/layout/r16.h"
#include "tests/support/matchers.h"

#include <absl/strings/str_cat.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace emel::layout {
namespace {

using gguf::TensorType;
using testing::Fails;
using ::testing::HasSubstr;
using testing::IsOk;

using Bytes = std::vector<uint8_t>;

Bytes RandomBytes(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  Bytes bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

auto Reader(const Bytes& bytes) {
  return [&bytes](uint64_t offset, absl::Span<uint8_t> out) {
    if (offset > bytes.size() || out.size() > bytes.size() - offset) {
      return absl::OutOfRangeError("read beyond the end");
    }
    std::copy_n(bytes.begin() + static_cast<ptrdiff_t>(offset), out.size(), out.begin());
    return absl::OkStatus();
  };
}

auto Collector(Bytes& bytes) {
  return [&bytes](absl::Span<const uint8_t> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return absl::OkStatus();
  };
}

uint64_t SourceBytes(TensorType type, Shape shape) {
  const gguf::TensorTypeInfo& info = gguf::GetInfo(type);
  return shape.matrices * shape.rows * shape.columns / info.block_elements * info.block_bytes;
}

// Row counts around the panel, column counts that end in the middle of a unit, and stacks.
std::vector<Shape> ShapesFor(TensorType type) {
  std::vector<uint64_t> columns;
  const uint32_t block = gguf::GetInfo(type).block_elements;
  for (const uint64_t k : {1, 3, 32, 64, 96, 128, 172, 256, 288, 512, 576, 768}) {
    if (k % block == 0) columns.push_back(k);
  }
  std::vector<Shape> shapes;
  for (const uint64_t k : columns) {
    for (const uint64_t n : {1, 5, 16, 17, 172}) shapes.push_back({1, n, k});
    shapes.push_back({3, 17, k});
  }
  shapes.push_back({0, 16, columns.back()});
  shapes.push_back({2, 0, columns.back()});
  shapes.push_back({2, 3, 0});
  shapes.push_back({1, 2, 400 * columns.back()});  // several parts of a panel
  return shapes;
}

std::string Describe(Format format, Shape shape) {
  return absl::StrCat(Text(gguf::GetInfo(format.type).name), " ", Text(Name(format.layout)), " ",
                      shape.matrices, "x", shape.rows, "x", shape.columns);
}

class EveryFormat : public ::testing::TestWithParam<Format> {};

TEST_P(EveryFormat, UnpackGivesBackTheBytes) {
  for (const Shape shape : ShapesFor(GetParam().type)) {
    SCOPED_TRACE(Describe(GetParam(), shape));
    const Bytes source = RandomBytes(SourceBytes(GetParam().type, shape), 1);
    Bytes packed, back;
    ASSERT_THAT(Pack(GetParam(), shape, Reader(source), Collector(packed)), IsOk());
    ASSERT_EQ(packed.size(), *PackedBytes(GetParam(), shape));
    ASSERT_THAT(Unpack(GetParam(), shape, Reader(packed), Collector(back)), IsOk());
    EXPECT_EQ(back, source);
  }
}

TEST_P(EveryFormat, GetRowDecodesFromPackedBytes) {
  const gguf::TensorTypeInfo& info = gguf::GetInfo(GetParam().type);
  for (const Shape shape : ShapesFor(GetParam().type)) {
    if (shape.columns == 0) continue;
    SCOPED_TRACE(Describe(GetParam(), shape));
    const Bytes source = RandomBytes(SourceBytes(GetParam().type, shape), 2);
    Bytes packed;
    ASSERT_THAT(Pack(GetParam(), shape, Reader(source), Collector(packed)), IsOk());
    const uint64_t row_bytes = shape.columns / info.block_elements * info.block_bytes;
    std::vector<float> expected(shape.columns), found(shape.columns);
    for (uint64_t row = 0; row < shape.matrices * shape.rows; row += 1 + row % 4) {
      const auto blocks = absl::MakeSpan(source).subspan(row * row_bytes, row_bytes);
      ASSERT_THAT(gguf::Dequantize(info.type, blocks, absl::MakeSpan(expected)), IsOk());
      ASSERT_THAT(GetRow(GetParam(), shape, row, Reader(packed), absl::MakeSpan(found)), IsOk());
      ASSERT_EQ(std::memcmp(found.data(), expected.data(), 4 * found.size()), 0) << "row " << row;
    }
  }
}

TEST_P(EveryFormat, MatricesArePackedOneByOne) {
  const Shape stack = {3, 17, 256}, one = {1, 17, 256};
  const uint64_t bytes = SourceBytes(GetParam().type, one);
  const Bytes source = RandomBytes(3 * bytes, 3);
  Bytes packed, expected;
  ASSERT_THAT(Pack(GetParam(), stack, Reader(source), Collector(packed)), IsOk());
  for (int m = 0; m < 3; ++m) {
    const Bytes matrix(source.begin() + m * bytes, source.begin() + (m + 1) * bytes);
    ASSERT_THAT(Pack(GetParam(), one, Reader(matrix), Collector(expected)), IsOk());
  }
  EXPECT_EQ(packed, expected);
}

TEST_P(EveryFormat, IsHardlyLargerThanTheFile) {
  const Shape shape = {1, 2048, 2048};
  const double ratio = static_cast<double>(*PackedBytes(GetParam(), shape)) /
                       static_cast<double>(SourceBytes(GetParam().type, shape));
  EXPECT_GE(ratio, 1);
  EXPECT_LE(ratio, 1.06);
}

TEST_P(EveryFormat, PacksInPiecesOfBoundedSize) {
  // A panel of this is several megabytes.
  const Shape shape = {1, 16, 256 * 4096};
  uint64_t most = 0, total = 0;
  const auto read = [&](uint64_t, absl::Span<uint8_t> out) {
    most = std::max<uint64_t>(most, out.size());
    std::fill(out.begin(), out.end(), uint8_t{0});
    return absl::OkStatus();
  };
  const auto append = [&](absl::Span<const uint8_t> bytes) {
    most = std::max<uint64_t>(most, bytes.size());
    total += bytes.size();
    return absl::OkStatus();
  };
  ASSERT_THAT(Pack(GetParam(), shape, read, append), IsOk());
  EXPECT_EQ(total, *PackedBytes(GetParam(), shape));
  EXPECT_LE(most, 1u << 17);
}

TEST_P(EveryFormat, PassesOnWhatReadingAndWritingSay) {
  const Shape shape = {1, 17, 256};
  const Bytes source(SourceBytes(GetParam().type, shape));
  const auto broken_read = [](uint64_t, absl::Span<uint8_t>) { return absl::DataLossError("cut"); };
  const auto broken_append = [](absl::Span<const uint8_t>) {
    return absl::ResourceExhaustedError("full");
  };
  Bytes out;
  std::vector<float> row(shape.columns);
  EXPECT_THAT(Pack(GetParam(), shape, broken_read, Collector(out)),
              Fails(absl::StatusCode::kDataLoss, "cut"));
  EXPECT_THAT(Pack(GetParam(), shape, Reader(source), broken_append),
              Fails(absl::StatusCode::kResourceExhausted, "full"));
  EXPECT_THAT(Unpack(GetParam(), shape, broken_read, Collector(out)),
              Fails(absl::StatusCode::kDataLoss, "cut"));
  EXPECT_THAT(GetRow(GetParam(), shape, 0, broken_read, absl::MakeSpan(row)),
              Fails(absl::StatusCode::kDataLoss, "cut"));
}

INSTANTIATE_TEST_SUITE_P(, EveryFormat, ::testing::ValuesIn(Formats().begin(), Formats().end()),
                         [](const auto& info) {
                           return absl::StrCat(Text(Name(info.param.layout)), "_",
                                               Text(gguf::GetInfo(info.param.type).name));
                         });

TEST(Layout, CoversAllTypesThatGgufTensorsHave) {
  size_t row_major = 0, r16 = 0;
  for (const Format format : Formats()) ++(format.layout == Layout::kR16 ? r16 : row_major);
  EXPECT_EQ(row_major, 33u);
  EXPECT_EQ(r16, 16u);
}

TEST(Layout, RefusesWhatCannotBePacked) {
  const Format q4_0 = {Layout::kR16, TensorType::kQ4_0};
  EXPECT_THAT(
      PackedBytes({Layout::kR16, TensorType::kIQ2_XXS}, {1, 16, 256}),
      Fails(absl::StatusCode::kInvalidArgument, HasSubstr("type iq2_xxs: has no layout r16")));
  EXPECT_THAT(PackedBytes({Layout::kRowMajor, TensorType::kQ8_K}, {1, 16, 256}),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("has no layout row_major")));
  EXPECT_THAT(PackedBytes(q4_0, {1, 16, 48}),
              Fails(absl::StatusCode::kInvalidArgument,
                    HasSubstr("expected rows of a multiple of 32 elements, found 48")));
  const uint64_t many = uint64_t{1} << 62;
  for (const Shape shape : {Shape{many, 16, 32}, Shape{1, many, 32}, Shape{1, 1, many},
                            Shape{4, many, 0}, Shape{1, ~uint64_t{0}, 32}}) {
    EXPECT_THAT(PackedBytes(q4_0, shape),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr("fewer than 2^63 bytes")));
  }
}

TEST(Layout, RefusesRowsThatAreNotThere) {
  const Format q4_0 = {Layout::kR16, TensorType::kQ4_0};
  const Shape shape = {2, 5, 32};
  const Bytes packed(*PackedBytes(q4_0, shape));
  Bytes blocks(18), short_row(17);
  EXPECT_THAT(GetRowBlocks(q4_0, shape, 9, Reader(packed), absl::MakeSpan(blocks)), IsOk());
  EXPECT_THAT(GetRowBlocks(q4_0, shape, 10, Reader(packed), absl::MakeSpan(blocks)),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("expected one of 10 rows")));
  EXPECT_THAT(GetRowBlocks(q4_0, shape, 0, Reader(packed), absl::MakeSpan(short_row)),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("found row 0 of 17")));
}

// The rows of the table in docs/layouts.md: type, bytes of 16 rows of 256 columns in the file, the
// same packed, their ratio.
TEST(Layout, DocumentSaysTheSizes) {
  std::ifstream in(EMEL_SOURCE_DIR "/docs/layouts.md");
  std::stringstream page;
  page << in.rdbuf();
  for (const Format format : Formats()) {
    if (format.layout != Layout::kR16) continue;
    const Shape shape = {1, 16, 256};
    const uint64_t source = SourceBytes(format.type, shape), packed = *PackedBytes(format, shape);
    char ratio[16];
    std::snprintf(ratio, sizeof(ratio), "%.3f",
                  static_cast<double>(packed) / static_cast<double>(source));
    const std::string row = absl::StrCat("| ", Text(gguf::GetInfo(format.type).name), " | ", source,
                                         " | ", packed, " | ", ratio, " |");
    EXPECT_THAT(page.str(), HasSubstr(row));
  }
}

}  // namespace
}  // namespace emel::layout
