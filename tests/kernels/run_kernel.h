#ifndef EMEL_TESTS_KERNELS_RUN_KERNEL_H_
#define EMEL_TESTS_KERNELS_RUN_KERNEL_H_

#include "tests/kernels/kernel_case.h"

#include <absl/types/span.h>

namespace emel::testing {

// The results of one step for each number of tokens, which are those from 0 on. Every buffer has a
// page that cannot be touched before and behind it: it ends, or for every other step begins, where
// its pages do.
using KernelResults = std::vector<std::vector<float>>;

// In this process, which a wild access ends.
KernelResults RunKernel(const CompiledKernel& kernel, absl::Span<const int64_t> token_counts);

// Seconds that each of some steps of so many tokens takes in this process, after one that counts
// for nothing. `least` steps, then more until `seconds` have gone by.
std::vector<double> TimeKernel(const CompiledKernel& kernel, int64_t tokens, size_t least,
                               double seconds);

// In an emulator, as a program of its own that is nothing but the code and its buffers.
absl::StatusOr<KernelResults> EmulateKernel(const CompiledKernel& kernel, const cpu::Target& target,
                                            absl::Span<const int64_t> token_counts);

// What can run a target's code: this machine, an emulator, or nothing, and why.
enum class Runner { kNative, kEmulator, kNone };
Runner RunnerOf(const cpu::Target& target);

}  // namespace emel::testing

#endif  // EMEL_TESTS_KERNELS_RUN_KERNEL_H_
