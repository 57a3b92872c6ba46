#ifndef EMEL_RUNTIME_LAYOUT_SIX_BITS_H_
#define EMEL_RUNTIME_LAYOUT_SIX_BITS_H_

#include <array>
#include <cstdint>

// Sixteen numbers of 6 bits in 12 bytes, as GGUF's k-quants arrange them and as r16 does.
namespace emel::layout {

using SixBits = std::array<uint8_t, 16>;
using SixBitWords = std::array<uint32_t, 3>;

// r16: one row's three dwords. Number 4w + i, for w below 3, is in bits 0-5 of byte i of word w;
// number 12 + i is in bits 6-7 of byte i: its lowest two of word 0, then of word 1, then of word 2.
SixBitWords ToWords(const SixBits& numbers);
SixBits FromWords(const SixBitWords& words);

// q4_k and q5_k: scales 0-7, then minimums 0-7.
SixBits FromMins(const uint8_t* bytes);
void ToMins(const SixBits& numbers, uint8_t* bytes);

// q3_k: scales 0-15.
SixBits FromScales(const uint8_t* bytes);
void ToScales(const SixBits& numbers, uint8_t* bytes);

}  // namespace emel::layout

#endif  // EMEL_RUNTIME_LAYOUT_SIX_BITS_H_
