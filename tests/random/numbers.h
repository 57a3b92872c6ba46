#ifndef EMEL_TESTS_RANDOM_NUMBERS_H_
#define EMEL_TESTS_RANDOM_NUMBERS_H_

#include "runtime/gguf/tensor_type.h"
#include "tests/random/graph.h"

#include <vector>

namespace emel::random {

// The bytes of a weight's rows. Blocks have any bits that are numbers of an ordinary size.
std::vector<uint8_t> makeRows(gguf::TensorType type, int64_t rows, int64_t columns, Numbers numbers,
                              Random& random);

}  // namespace emel::random

#endif  // EMEL_TESTS_RANDOM_NUMBERS_H_
