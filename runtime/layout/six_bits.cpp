#include "runtime/layout/six_bits.h"

namespace emel::layout {
namespace {

uint8_t Byte(uint32_t value) { return static_cast<uint8_t>(value); }

}  // namespace

SixBitWords ToWords(const SixBits& numbers) {
  SixBitWords words = {};
  for (int w = 0; w < 3; ++w) {
    for (int i = 0; i < 4; ++i) {
      const uint32_t low = numbers[4 * w + i], high = numbers[12 + i] >> 2 * w & 3u;
      words[w] |= (low | high << 6) << 8 * i;
    }
  }
  return words;
}

SixBits FromWords(const SixBitWords& words) {
  SixBits numbers = {};
  for (int w = 0; w < 3; ++w) {
    for (int i = 0; i < 4; ++i) {
      const uint32_t byte = words[w] >> 8 * i & 255;
      numbers[4 * w + i] = Byte(byte & 63);
      numbers[12 + i] = Byte(numbers[12 + i] | byte >> 6 << 2 * w);
    }
  }
  return numbers;
}

// Bytes 0-3 have scales 0-3 in bits 0-5 and bits 4-5 of scales 4-7 in bits 6-7; bytes 4-7 the same
// of the minimums; bytes 8-11 bits 0-3 of scales 4-7 in the low nibble, of minimums in the high
// one.
SixBits FromMins(const uint8_t* bytes) {
  SixBits numbers;
  for (int i = 0; i < 4; ++i) {
    numbers[i] = bytes[i] & 63;
    numbers[4 + i] = Byte((bytes[8 + i] & 15) | bytes[i] >> 6 << 4);
    numbers[8 + i] = bytes[4 + i] & 63;
    numbers[12 + i] = Byte(bytes[8 + i] >> 4 | bytes[4 + i] >> 6 << 4);
  }
  return numbers;
}

void ToMins(const SixBits& numbers, uint8_t* bytes) {
  for (int i = 0; i < 4; ++i) {
    bytes[i] = Byte(numbers[i] | numbers[4 + i] >> 4 << 6);
    bytes[4 + i] = Byte(numbers[8 + i] | numbers[12 + i] >> 4 << 6);
    bytes[8 + i] = Byte((numbers[4 + i] & 15) | (numbers[12 + i] & 15) << 4);
  }
}

// Low nibbles in bytes 0-7 (scales 0-7 low, 8-15 high); bits 4-5 of scale i in byte 8 + i % 4, from
// bit 2 * (i / 4) on.
SixBits FromScales(const uint8_t* bytes) {
  SixBits numbers;
  for (int i = 0; i < 16; ++i) {
    const uint32_t low = bytes[i % 8] >> 4 * (i / 8) & 15,
                   top = bytes[8 + i % 4] >> 2 * (i / 4) & 3;
    numbers[i] = Byte(low | top << 4);
  }
  return numbers;
}

void ToScales(const SixBits& numbers, uint8_t* bytes) {
  for (int i = 0; i < 12; ++i) bytes[i] = 0;
  for (int i = 0; i < 16; ++i) {
    bytes[i % 8] = Byte(bytes[i % 8] | (numbers[i] & 15) << 4 * (i / 8));
    bytes[8 + i % 4] = Byte(bytes[8 + i % 4] | numbers[i] >> 4 << 2 * (i / 4));
  }
}

}  // namespace emel::layout
