#ifndef EMEL_TOOLS_RUN_TIMINGS_H_
#define EMEL_TOOLS_RUN_TIMINGS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace emel::tools {

// What --timings reports on stderr.
struct Timings {
  using Clock = std::chrono::steady_clock;
  Clock::time_point start = Clock::now(), loaded, first_token, end;
  size_t prompt = 0, generated = 0;

  void PrintLoad(const std::string& variant, uint32_t workers) const;
  void PrintTokens() const;
};

}  // namespace emel::tools

#endif  // EMEL_TOOLS_RUN_TIMINGS_H_
