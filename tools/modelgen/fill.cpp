#include "runtime/gguf/dequantize.h"
#include "runtime/gguf/quantize.h"
#include "tools/modelgen/modelgen.h"

#include <array>
#include <cmath>
#include <cstring>

namespace emel::tools {
namespace {

using gguf::TensorType;
using gguf::TensorTypeInfo;

// SplitMix64: a counter through a mixing function, so that any chunk can start anywhere.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t z = state_;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  // Uniform in [-1, 1).
  float Uniform() { return static_cast<float>(static_cast<int32_t>(Next() >> 32)) * 0x1p-31f; }
  // Close to a standard normal: the sum of four uniform numbers. No function of the C library takes
  // part, whose last bits differ between systems.
  float Normal() {
    uint64_t bits = Next();
    int32_t sum = 0;
    for (int i = 0; i < 4; ++i) sum += static_cast<int32_t>(bits >> 16 * i & 0xffff);
    constexpr float kDeviation = 37837.2f;  // 2 * 65536 / sqrt(12)
    return (static_cast<float>(sum) - 2 * 65535.0f) / kDeviation;
  }
  void Bytes(uint8_t* out, size_t count) {
    for (; count >= 8; out += 8, count -= 8) {
      uint64_t word = Next();
      std::memcpy(out, &word, 8);
    }
    if (count > 0) {
      uint64_t word = Next();
      std::memcpy(out, &word, count);
    }
  }

 private:
  uint64_t state_;
};

uint64_t SeedOf(uint64_t seed, std::string_view name, uint64_t first) {
  uint64_t hash = 0xcbf29ce484222325 ^ seed;
  for (unsigned char c : name) hash = (hash ^ c) * 0x100000001b3;
  return Random(Random(hash).Next() ^ first).Next();
}

// Where a block keeps its f16 scale, and its f16 minimum in units of the scale: chosen so that
// random levels are centred.
struct ScaleField {
  TensorType type;
  int scale_at;
  int min_at = -1;
  float min_ratio = 0;
};

constexpr ScaleField kScaleFields[] = {
    {TensorType::kQ4_0, 0},    {TensorType::kQ4_1, 0, 2, -7.5f},
    {TensorType::kQ5_0, 0},    {TensorType::kQ5_1, 0, 2, -15.5f},
    {TensorType::kQ8_0, 0},    {TensorType::kQ2_K, 80, 82, 1.5f},
    {TensorType::kQ3_K, 108},  {TensorType::kQ4_K, 0, 2, 7.5f},
    {TensorType::kQ6_K, 208},  {TensorType::kQ5_K, 0, 2, 15.5f},
    {TensorType::kIQ2_XXS, 0}, {TensorType::kIQ2_XS, 0},
    {TensorType::kIQ2_S, 0},   {TensorType::kIQ3_XXS, 0},
    {TensorType::kIQ3_S, 0},   {TensorType::kIQ1_S, 0},
    {TensorType::kIQ4_NL, 0},  {TensorType::kIQ4_XS, 0},
    {TensorType::kTQ1_0, 52},  {TensorType::kTQ2_0, 64},
    {TensorType::kQ1_0, 0},    {TensorType::kQ2_0, 0},
};

void StoreHalf(uint8_t* at, float value) {
  uint16_t half = gguf::FloatToHalf(value);
  std::memcpy(at, &half, sizeof(half));
}

// The code of the unsigned 4+3 bit float that is next below `value`.
uint8_t Ue4m3(float value) {
  int exponent = std::max(std::ilogb(value), -6);
  int fraction = static_cast<int>(std::ldexp(value, 3 - exponent));  // 8 … 15 where normal
  return static_cast<uint8_t>(std::clamp(fraction + 8 * (exponent + 6), 1, 0x7e));
}

// The four words of scales end in the nibbles of an f16.
void StoreScatteredHalf(uint8_t* at, float value) {
  uint16_t half = gguf::FloatToHalf(value);
  for (int i = 0; i < 4; ++i) {
    uint8_t& top = at[2 * i + 1];
    top = static_cast<uint8_t>((top & 15) | (half >> 4 * i & 15) << 4);
  }
}

// Gives a block of random bytes the scale `scale`, or its magnitude where the format has no sign.
void SetScale(TensorType type, float scale, uint8_t* block) {
  if (type == TensorType::kMXFP4) {
    block[0] = static_cast<uint8_t>(std::clamp(std::ilogb(scale * std::sqrt(2.0f)) + 127, 0, 254));
  } else if (type == TensorType::kNVFP4) {
    for (int i = 0; i < 4; ++i) block[i] = Ue4m3(std::abs(scale));
  } else if (type == TensorType::kIQ1_M) {
    StoreScatteredHalf(block + 48, scale);
  } else {
    for (const ScaleField& field : kScaleFields) {
      if (field.type != type) continue;
      StoreHalf(block + field.scale_at, scale);
      if (field.min_at >= 0) StoreHalf(block + field.min_at, scale * field.min_ratio);
    }
  }
}

// The deviation of random blocks of scale 1, measured.
float MeasureUnitDeviation(const TensorTypeInfo& info) {
  constexpr size_t kBlocks = 256;
  std::vector<uint8_t> bytes(kBlocks * info.block_bytes);
  std::vector<float> values(kBlocks * info.block_elements);
  Random(1).Bytes(bytes.data(), bytes.size());
  for (size_t i = 0; i < kBlocks; ++i) SetScale(info.type, 1, bytes.data() + i * info.block_bytes);
  (void)gguf::Dequantize(info.type, bytes, absl::MakeSpan(values));
  double squares = 0;
  for (float value : values) squares += static_cast<double>(value) * value;
  return static_cast<float>(std::sqrt(squares / static_cast<double>(values.size())));
}

float UnitDeviation(TensorType type) {
  static const std::array<float, 64> table = [] {
    std::array<float, 64> deviations{};
    for (uint32_t id = 0; id < deviations.size(); ++id) {
      const TensorTypeInfo* info = gguf::FindTensorType(id);
      bool block = info != nullptr && info->family == gguf::TypeFamily::Block;
      if (block) deviations[id] = MeasureUnitDeviation(*info);
    }
    return deviations;
  }();
  return table[static_cast<uint32_t>(type)];
}

// Values of float32 tensors, and of any tensor that is quantised from real values.
struct Distribution {
  float mean, deviation;
};

Distribution DistributionOf(const PlannedTensor& tensor) {
  switch (tensor.role) {
    case Role::kNorm:
      return {1, 0.05f};
    case Role::kBias:
      return {0, 0.02f};
    default:
      return {0, 1 / std::sqrt(static_cast<float>(tensor.dims[0]))};
  }
}

// Scales vary from block to block; their random sign centres formats whose levels are not.
void FillBlocks(const TensorTypeInfo& info, float deviation, Random& random,
                absl::Span<uint8_t> bytes) {
  random.Bytes(bytes.data(), bytes.size());
  float unit = deviation / UnitDeviation(info.type);
  for (size_t at = 0; at < bytes.size(); at += info.block_bytes) {
    float factor = random.Uniform();
    SetScale(info.type, unit * (factor < 0 ? -1 : 1) * (0.75f + 0.5f * std::abs(factor)),
             bytes.data() + at);
  }
}

}  // namespace

void FillChunk(const PlannedTensor& tensor, Fill fill, uint64_t seed, uint64_t first,
               absl::Span<uint8_t> bytes) {
  if (fill == Fill::kZero) {
    std::memset(bytes.data(), 0, bytes.size());
    return;
  }
  Random random(SeedOf(seed, tensor.name, first));
  const TensorTypeInfo& info = gguf::GetInfo(tensor.type);
  Distribution distribution = DistributionOf(tensor);
  if (fill == Fill::kRandom && info.family == gguf::TypeFamily::Block) {
    FillBlocks(info, distribution.deviation, random, bytes);
    return;
  }
  std::vector<float> values(bytes.size() / info.block_bytes * info.block_elements);
  for (float& value : values) value = distribution.mean + distribution.deviation * random.Normal();
  (void)gguf::Quantize(tensor.type, values, bytes);
}

}  // namespace emel::tools
