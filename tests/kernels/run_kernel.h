#ifndef EMEL_TESTS_KERNELS_RUN_KERNEL_H_
#define EMEL_TESTS_KERNELS_RUN_KERNEL_H_

#include "tests/kernels/step_module.h"

namespace emel::testing {

// What a step is given; a row of the result is wanted of each token.
struct StepTokens {
  std::vector<int32_t> tokens, positions, slots;
};
// The tokens from 0 on, in one sequence.
StepTokens FirstTokens(int64_t count);

// The results of steps that follow each other on the same pages, which are not in order and hold
// NaNs at first. Every buffer has a page of memory that cannot be touched before and behind it: it
// ends, or for every other step begins, where its own do.
using KernelResults = std::vector<std::vector<float>>;

// In this process, which a wild access ends.
KernelResults RunKernel(const CompiledKernel& kernel, absl::Span<const StepTokens> steps);

// Seconds that each of some runs of the last step takes in this process, after one of all steps
// that counts for nothing. `least` runs, then more until `seconds` have gone by.
std::vector<double> TimeKernel(const CompiledKernel& kernel, absl::Span<const StepTokens> steps,
                               size_t least, double seconds);

// In an emulator, as a program of its own that is nothing but the code and its buffers.
absl::StatusOr<KernelResults> EmulateKernel(const CompiledKernel& kernel,
                                            absl::Span<const StepTokens> steps);

// By what runs the form's code.
absl::StatusOr<KernelResults> RunOn(const TestForm& form, const CompiledKernel& kernel,
                                    absl::Span<const StepTokens> steps);

}  // namespace emel::testing

#endif  // EMEL_TESTS_KERNELS_RUN_KERNEL_H_
