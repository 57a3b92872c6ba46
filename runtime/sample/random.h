#ifndef EMEL_RUNTIME_SAMPLE_RANDOM_H_
#define EMEL_RUNTIME_SAMPLE_RANDOM_H_

#include <array>
#include <cstdint>

namespace emel::sample {

// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): a draw is a
// function of key and counter, so that there is no state to copy or to lose.
std::array<uint32_t, 4> Philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// Who draws: each has numbers of its own, so that one more sampler in a chain changes no other's.
enum class Stream : uint32_t { kChoice, kXtc };

// In [0, 1), a multiple of 2^-53: the upper 53 bits of the first two words, the first of them
// above, of the counter (low half of `step`, high half of it, stream, 0) by the key (low half of
// `seed`, high half of it).
double Uniform(uint64_t seed, uint64_t step, Stream stream);

}  // namespace emel::sample

#endif  // EMEL_RUNTIME_SAMPLE_RANDOM_H_
