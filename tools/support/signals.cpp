#include "tools/support/signals.h"

#include "tools/support/exit.h"

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

namespace emel::tools {
namespace {

constexpr int kSlots = 256;

// Only async-signal-safe means: fixed paths, and a flag that publishes each.
struct Slot {
  std::atomic<bool> used{false};
  std::atomic<bool> ready{false};
  char path[PATH_MAX];
};
Slot slots[kSlots];

void RemoveFiles() {
  for (Slot& slot : slots) {
    if (slot.ready) unlink(slot.path);
  }
}

void Say(std::string_view text) {
  const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
  (void)written;  // there is nobody left to tell
}

void RemoveFilesAndDie(int signal, siginfo_t* info, void*) {
  RemoveFiles();
  if (signal == SIGBUS && info->si_code == BUS_ADRERR) {
    Say(program_invocation_short_name);
    Say(": error: a file became shorter while it was read; replace files by renaming new ones, and "
        "run again\n");
    _exit(kBadInput);
  }
  std::signal(signal, SIG_DFL);
  raise(signal);
}

// Signals that are ignored, or that a sanitizer watches, stay as they are.
void WatchSignals() {
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU, SIGABRT, SIGBUS, SIGSEGV,
                     SIGFPE, SIGILL}) {
    struct sigaction before, action = {};
    action.sa_sigaction = RemoveFilesAndDie;
    action.sa_flags = SA_SIGINFO;
    if (sigaction(signal, nullptr, &before) != 0) continue;
    if ((before.sa_flags & SA_SIGINFO) == 0 && before.sa_handler == SIG_DFL) {
      sigaction(signal, &action, nullptr);
    }
  }
  std::signal(SIGXFSZ, SIG_IGN);  // so that the write reports EFBIG
}

// The lowest free number is the one that `open` gives.
void OccupyStandardDescriptors() {
  for (int wanted : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(wanted, F_GETFD) >= 0 || errno != EBADF) continue;
    if (open("/dev/null", wanted == STDIN_FILENO ? O_WRONLY : O_RDONLY) != wanted) return;
  }
}

}  // namespace

void PrepareProcess() {
  OccupyStandardDescriptors();
  WatchSignals();
}

int RemoveAtSignal(const std::string& path) {
  if (path.size() >= PATH_MAX) return -1;
  for (int i = 0; i < kSlots; ++i) {
    if (slots[i].used.exchange(true)) continue;
    std::memcpy(slots[i].path, path.c_str(), path.size() + 1);
    slots[i].ready = true;
    return i;
  }
  return -1;
}

void KeepAtSignal(int number) {
  if (number < 0) return;
  slots[number].ready = false;
  slots[number].used = false;
}

}  // namespace emel::tools
