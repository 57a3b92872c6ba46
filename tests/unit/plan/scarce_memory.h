#ifndef EMEL_TESTS_UNIT_PLAN_SCARCE_MEMORY_H_
#define EMEL_TESTS_UNIT_PLAN_SCARCE_MEMORY_H_

#include <cstdint>

namespace emel::tests {

// How many more times `operator new` succeeds in this thread; negative: always.
void AllowAllocations(int64_t count);

}  // namespace emel::tests

#endif  // EMEL_TESTS_UNIT_PLAN_SCARCE_MEMORY_H_
