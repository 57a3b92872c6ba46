#ifndef EMEL_RUNTIME_EXEC_CPUS_H_
#define EMEL_RUNTIME_EXEC_CPUS_H_

#include <cstdint>
#include <string>
#include <vector>

// How much of the machine this process may use.
namespace emel::exec {

// The numbers of the CPUs that the calling thread may run on, ascending; never empty.
std::vector<uint32_t> AllowedCpus();

// Whole CPUs within the quota of the process's cgroup and those above it, at least 1; UINT32_MAX
// without a quota. `root` stands for "/" in tests.
uint32_t CpuQuota(const std::string& root = "");

// Workers for a session that names no number: as many as run at the same time.
uint32_t DefaultWorkers(const std::string& root = "");

}  // namespace emel::exec

#endif  // EMEL_RUNTIME_EXEC_CPUS_H_
