#ifndef EMEL_RUNTIME_PLAN_PROBLEM_H_
#define EMEL_RUNTIME_PLAN_PROBLEM_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

// Buffer planning: every buffer is live for a span of plan time and gets an offset, such that no
// two buffers that are live at the same moment share bytes.
//
//   bytes
//     │   ┌───────┐ ┌────┐
//     │   │   2   │ │ 3  │     a buffer is a rectangle: its width (the lifetime) and its place in
//     │ ┌─┴───┬───┴─┴────┤     time are given, its height is the size, and only its height above
//     │ │  0  │     1    │     the ground is free
//     └─┴─────┴──────────┴── plan time
//
// Errors tell their cause: kInvalidArgument (bad argument), kFailedPrecondition (bad alignment),
// kOutOfRange (overflow), kResourceExhausted (no plan within the limits was found).
namespace emel::plan {

inline constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

// Live at the moments lower ≤ t < upper. An output is live until the end: that is its `upper`.
struct Buffer {
  int64_t lower = 0;
  int64_t upper = 0;
  int64_t size = 0;
};

// `into` may take exactly the bytes of `from`: both have the same size once rounded up to the
// alignment (the permission is void otherwise), and the last moment of `from` is the first one of
// `into`, that of the operation which reads the one and writes the other. A buffer takes the bytes
// of at most one other and gives its own to at most one. Buffers that always share (views) are one
// buffer.
struct InPlace {
  int32_t from = 0;
  int32_t into = 0;
};

struct Problem {
  std::vector<Buffer> buffers;
  std::vector<InPlace> in_place;   // the earlier permission is preferred
  std::vector<std::string> names;  // for messages; empty, or one for each buffer

  // Of every offset; a power of two. Sizes are rounded up to it.
  int64_t alignment = 1;
  // Bytes of all chunks together. Planning stops at the first plan that fits; without a limit it
  // goes for the fewest bytes.
  int64_t capacity = kUnlimited;
  // A plan is split into chunks of at most `max_chunk` bytes. Two things make a chunk larger: one
  // buffer that is larger on its own, and having no more than `max_chunks`: the last takes the
  // rest.
  int64_t max_chunk = kUnlimited;
  int32_t max_chunks = std::numeric_limits<int32_t>::max();
};

struct Place {
  int32_t chunk = 0;
  int64_t offset = 0;
};

struct Plan {
  std::vector<Place> places;         // of each buffer
  std::vector<int64_t> chunk_bytes;  // of each chunk
  int64_t total = 0;                 // of all chunks
};

// Whether the problem makes sense: lifetimes from moment 0 on and not empty, sizes from 0 on, an
// alignment that is a power of two, limits above 0, permissions as described, and a sum of all
// sizes that is an int64_t. Everything below expects that.
absl::Status Check(const Problem& problem);

int64_t AlignedSize(const Problem& problem, int32_t buffer);

// The buffer in a message: "buffer 7", or "buffer 'name'".
std::string Describe(const Problem& problem, int32_t buffer);

// Bytes of a plan in which nothing shares.
int64_t NoReuse(const Problem& problem);

// The moment with the most live bytes, and what is live then (the largest first). Where permissions
// apply at that moment, `bytes` is what remains if as many as possible are used.
struct Peak {
  int64_t moment = 0;
  int64_t bytes = 0;
  std::vector<int32_t> live;
};
Peak FindPeak(const Problem& problem);

// What is live at a peak in a message: "buffer 'x' (64 bytes), buffer 'y' (32 bytes)".
std::string DescribeLive(const Problem& problem, const Peak& peak);

// No plan has fewer bytes than this.
int64_t LowerBound(const Problem& problem);

// kResourceExhausted, saying when more than the capacity is live and what that is; OK if the lower
// bound is within the capacity.
absl::Status CheckCapacity(const Problem& problem);

// The problem with the permissions used and gone: buffers that share are one, live as long as any
// of them. `merged[b]` is the buffer of `problem` that buffer b became part of.
struct MergedProblem {
  Problem problem;
  std::vector<int32_t> merged;
};
MergedProblem MergeInPlace(const Problem& problem);

// Checks a plan against the problem without a use of the code that makes plans: places, alignment,
// chunk sizes, and that no two buffers share bytes at any moment, but for permissions. The message
// names the two offenders.
absl::Status Validate(const Problem& problem, const Plan& plan);

}  // namespace emel::plan

#endif  // EMEL_RUNTIME_PLAN_PROBLEM_H_
