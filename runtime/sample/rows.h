#ifndef EMEL_RUNTIME_SAMPLE_ROWS_H_
#define EMEL_RUNTIME_SAMPLE_ROWS_H_

#include <cstddef>

// Passes over a whole row, written so that a compiler vectorises them for any machine. Sums are of
// partial sums in an order of their own: the same bits however wide the vectors are.
namespace emel::sample {

inline constexpr size_t kLanes = 16;

// Copies a row. False where it has a NaN.
bool CopyNumbers(const float* from, size_t count, float* to);

float Max(const float* row, size_t count);
double Max(const double* row, size_t count);

// The standard deviation, of all and not of a sample of them, of the numbers above -inf. `origin`
// is near them.
double Deviation(const float* row, size_t count, double origin);
double Deviation(const double* row, size_t count, double origin);

// p[i] = e^(logits[i] - max). Returns their sum.
double Exponentials(const double* logits, size_t count, double max, double* p);
double Sum(const double* values, size_t count);
// The sum of weights[i] (values[i] - origin).
double WeightedSum(const double* weights, const double* values, size_t count, double origin);

// Whether any of kBlock numbers is at least the limit.
inline constexpr size_t kBlock = 64;
bool AnyAtLeast(const float* block, float limit);

}  // namespace emel::sample

#endif  // EMEL_RUNTIME_SAMPLE_ROWS_H_
