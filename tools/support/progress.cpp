#include "tools/support/progress.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>
#include <utility>

namespace emel::tools {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

}  // namespace

Progress::Progress(std::string label, bool quiet)
    : label_(std::move(label)),
      quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) != 0),
      next_(Clock::now() + (terminal_ ? milliseconds(500) : seconds(10))) {}

Progress::~Progress() { Clear(); }

void Progress::Clear() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (std::exchange(line_open_, false)) std::fputs("\r\033[K", stderr);
}

void Progress::Update(std::string_view label, uint64_t done, uint64_t total) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    label_ = label;
  }
  Update(done, total);
}

void Progress::Update(uint64_t done, uint64_t total) {
  if (quiet_) return;
  std::lock_guard<std::mutex> lock(mutex_);
  Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + (terminal_ ? milliseconds(100) : seconds(10));
  double percent =
      100.0 * static_cast<double>(done) / static_cast<double>(std::max<uint64_t>(1, total));
  std::fprintf(stderr, terminal_ ? "\r%s %.0f%%\033[K" : "%s %.0f%%\n", label_.c_str(), percent);
  std::fflush(stderr);
  line_open_ = terminal_;
}

}  // namespace emel::tools
