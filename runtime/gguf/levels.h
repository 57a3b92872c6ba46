#ifndef EMEL_RUNTIME_GGUF_LEVELS_H_
#define EMEL_RUNTIME_GGUF_LEVELS_H_

#include <cstdint>

// What the 4 bits of an element select, in formats whose elements are no plain integers.
namespace emel::gguf {

// Of iq4_nl and iq4_xs.
inline constexpr int8_t kFourBitLevels[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                              1,    13,   25,  38,  53,  69,  89,  113};
// Of mxfp4 and nvfp4: twice the E2M1 values, so that they are integers; the scales are halved
// instead.
inline constexpr int8_t kE2m1Doubled[16] = {0, 1,  2,  3,  4,  6,  8,  12,
                                            0, -1, -2, -3, -4, -6, -8, -12};

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_LEVELS_H_
