#include "tests/random/numbers.h"

#include "llvm/ADT/STLExtras.h"
#include "runtime/gguf/dequantize.h"
#include "runtime/gguf/quantize.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace emel::random {
namespace {

using gguf::TensorType;

float makeOdd(Random& random) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  switch (random.below(40)) {
    case 0:
      return random.once(4) ? random.of({kInfinity, -kInfinity}) : 1e30f;
    case 1:
      return random.once(4) ? std::numeric_limits<float>::quiet_NaN() : -1e-30f;
    case 2:
    case 3:
      return random.of({0.0f, -0.0f});
    case 4:
    case 5:
      return random.of({0.5f, -0.5f, 1.5f, 2.5f, -2.5f, 1.0f, -3.0f, 127.0f});
    case 6:
      return random.normal() * 1e-38f;
    case 7:
      return random.normal() * 64;
    default:
      return random.normal();
  }
}

float makeNumber(Numbers numbers, Random& random) {
  if (numbers == Numbers::kOdd) return makeOdd(random);
  float x = random.normal();
  return numbers == Numbers::kPositive ? std::abs(x) + 0.01f : x;
}

// A double that is nothing as a float is none beside an infinity.
bool isUsable(TensorType type, float value) {
  return std::abs(value) <= 256 && (type != TensorType::kF64 || value != 0);
}

void makeBlock(TensorType type, absl::Span<uint8_t> block, Random& random) {
  std::vector<float> values(gguf::GetInfo(type).block_elements);
  do {
    for (uint8_t& byte : block) byte = static_cast<uint8_t>(random.bits());
  } while (!gguf::Dequantize(type, block, absl::MakeSpan(values)).ok() ||
           !llvm::all_of(values, [&](float value) { return isUsable(type, value); }));
}

}  // namespace

std::vector<uint8_t> makeRows(TensorType type, int64_t rows, int64_t columns, Numbers numbers,
                              Random& random) {
  const gguf::TensorTypeInfo& info = gguf::GetInfo(type);
  int64_t rowBytes = columns / info.block_elements * info.block_bytes;
  std::vector<uint8_t> bytes(rows * rowBytes);
  std::vector<float> values(columns);
  bool isPlain = info.block_elements == 1;
  for (int64_t r = 0; r < rows; ++r) {
    auto row = absl::MakeSpan(bytes).subspan(r * rowBytes, rowBytes);
    for (float& value : values) value = makeNumber(numbers, random);
    if (type == TensorType::kF64) {
      std::vector<double> doubles(values.begin(), values.end());
      if (rowBytes) std::memcpy(row.data(), doubles.data(), row.size());
      continue;
    }
    bool isGiven = isPlain || (gguf::HasQuantizer(type) && random.once(2));
    if (isGiven && gguf::Quantize(type, values, row).ok()) continue;
    for (int64_t at = 0; at < rowBytes; at += info.block_bytes)
      makeBlock(type, row.subspan(at, info.block_bytes), random);
  }
  return bytes;
}

}  // namespace emel::random
