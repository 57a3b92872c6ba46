#include "runtime/exec/cpus.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sched.h>
#include <sstream>
#include <utility>

namespace emel::exec {
namespace {

std::string ReadSmallFile(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  return text.str();
}

// "150000 100000": so many microseconds in each period of so many. "max" and -1 are no quota.
std::optional<uint32_t> ParseQuota(absl::string_view text) {
  const std::vector<absl::string_view> fields = absl::StrSplit(text, ' ', absl::SkipWhitespace());
  int64_t quota, period;
  if (fields.size() != 2 || !absl::SimpleAtoi(fields[0], &quota) ||
      !absl::SimpleAtoi(fields[1], &period) || quota <= 0 || period <= 0) {
    return std::nullopt;
  }
  // A worker more than the quota has CPUs would stop all the others when the quota is used up.
  return static_cast<uint32_t>(std::clamp<int64_t>(quota / period, 1, UINT32_MAX));
}

// The least quota of a group and those above it.
template <typename Read>
uint32_t LeastQuota(std::string group, Read read) {
  uint32_t least = UINT32_MAX;
  while (true) {
    if (const auto quota = ParseQuota(read(group))) least = std::min(least, *quota);
    const size_t slash = group.rfind('/');
    if (slash == std::string::npos) return least;
    group.resize(slash);
  }
}

}  // namespace

std::vector<uint32_t> AllowedCpus() {
  // A mask of fixed size is refused on machines with more CPUs, so it grows until it is large
  // enough.
  for (size_t count = 1024; count <= 1 << 20; count *= 2) {
    cpu_set_t* set = CPU_ALLOC(count);
    if (set == nullptr) break;
    const size_t bytes = CPU_ALLOC_SIZE(count);
    std::vector<uint32_t> cpus;
    if (sched_getaffinity(0, bytes, set) == 0) {
      for (uint32_t cpu = 0; cpu < count; ++cpu) {
        if (CPU_ISSET_S(cpu, bytes, set)) cpus.push_back(cpu);
      }
    }
    CPU_FREE(set);
    if (!cpus.empty()) return cpus;
  }
  return {0};
}

uint32_t CpuQuota(const std::string& root) {
  uint32_t least = UINT32_MAX;
  // Lines "0::/GROUP" (version 2) and "4:cpu,cpuacct:/GROUP" (version 1).
  const std::string groups = ReadSmallFile(root + "/proc/self/cgroup");
  for (absl::string_view line : absl::StrSplit(groups, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> fields = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (fields.size() != 3) continue;
    const std::string group(absl::StripSuffix(fields[2], "/"));
    const std::string mounts = root + "/sys/fs/cgroup";
    if (fields[0] == "0" && fields[1].empty()) {
      least = std::min(least, LeastQuota(group, [&](const std::string& at) {
                         return ReadSmallFile(mounts + at + "/cpu.max");
                       }));
    }
    for (absl::string_view controller : absl::StrSplit(fields[1], ',')) {
      if (controller != "cpu") continue;
      least = std::min(least, LeastQuota(group, [&](const std::string& at) {
                         const std::string folder = mounts + "/cpu" + at + "/cpu.cfs_";
                         return ReadSmallFile(folder + "quota_us") + " " +
                                ReadSmallFile(folder + "period_us");
                       }));
    }
  }
  return least;
}

uint32_t DefaultWorkers(const std::string& root) {
  return std::min(static_cast<uint32_t>(AllowedCpus().size()), CpuQuota(root));
}

}  // namespace emel::exec
