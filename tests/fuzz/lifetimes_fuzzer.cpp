#include "runtime/plan/strategy.h"
#include "tools/plan/lifetimes_csv.h"

#include <cstdint>
#include <cstdlib>
#include <iostream>

// Any bytes are a table of lifetimes. What is read is planned, written with its offsets, and read
// again.
namespace emel {
namespace {

void Require(bool condition, const char* promise) {
  if (condition) return;
  std::cerr << "broken promise: " << promise << "\n";
  std::abort();
}

void Run(std::string_view text) {
  const auto problem = tools::ReadLifetimes(text, "input");
  if (!problem.ok()) {
    Require(problem.status().code() == absl::StatusCode::kInvalidArgument, "bad text is bad input");
    return;
  }
  const auto solution = plan::Solve(*problem, {.node_limit = 300});
  if (!solution.ok()) {
    Require(solution.status().code() == absl::StatusCode::kOutOfRange,
            "without limits, only sizes that overflow have no plan");
    return;
  }
  Require(solution->plan.total >= solution->lower_bound, "no plan is below the lower bound");
  Require(solution->plan.total <= solution->no_reuse, "no plan is larger than one without reuse");
  const auto again = tools::ReadLifetimes(tools::WriteOffsets(*problem, solution->plan), "output");
  Require(again.ok() && again->names == problem->names, "what is written can be read");
}

}  // namespace
}  // namespace emel

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  emel::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
