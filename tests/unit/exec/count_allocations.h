#ifndef EMEL_TESTS_UNIT_EXEC_COUNT_ALLOCATIONS_H_
#define EMEL_TESTS_UNIT_EXEC_COUNT_ALLOCATIONS_H_

#include <cstdint>
#include <optional>

namespace emel::tests {

// Calls of malloc and its kin, `new` included, by any thread so far. Nothing
// where a sanitizer has these functions.
std::optional<uint64_t> CountAllocations();

}  // namespace emel::tests

#endif  // EMEL_TESTS_UNIT_EXEC_COUNT_ALLOCATIONS_H_
