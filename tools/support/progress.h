#ifndef EMEL_TOOLS_SUPPORT_PROGRESS_H_
#define EMEL_TOOLS_SUPPORT_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace emel::tools {

// Reports long work on stderr: on a terminal one line that is rewritten from half a second on and
// cleared at the end, elsewhere a line every ten seconds. Short work prints nothing.
class Progress {
 public:
  explicit Progress(std::string label, bool quiet = false);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Cheap, and callable from several threads. The second also says what is being done from now on.
  void Update(uint64_t done, uint64_t total);
  void Update(std::string_view label, uint64_t done, uint64_t total);
  // Takes the line from the terminal, before something else is printed.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::string label_;
  const bool quiet_, terminal_;
  std::mutex mutex_;
  Clock::time_point next_;
  bool line_open_ = false;
};

}  // namespace emel::tools

#endif  // EMEL_TOOLS_SUPPORT_PROGRESS_H_
