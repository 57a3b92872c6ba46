#include "runtime/artifact/cpu.h"

#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace emel::artifact {

#if defined(__x86_64__)
namespace {

// Bits of XCR0: which registers the operating system saves.
constexpr uint64_t kAvxState = 0x6, kAvx512State = 0xe6, kAmxState = 0x60000;

enum Register { Eax, Ebx, Ecx, Edx };

bool CpuidBit(uint32_t leaf, uint32_t subleaf, Register reg, int bit) {
  uint32_t values[4];
  // Without the leaf, __get_cpuid_count fails; leaf 7 says itself how many subleaves it has.
  if (subleaf > 0) {
    if (!__get_cpuid_count(leaf, 0, &values[0], &values[1], &values[2], &values[3])) return false;
    if (values[Eax] < subleaf) return false;
  }
  if (!__get_cpuid_count(leaf, subleaf, &values[0], &values[1], &values[2], &values[3])) {
    return false;
  }
  return values[reg] >> bit & 1;
}

uint64_t SavedState() {
  constexpr int kOsxsave = 27;
  if (!CpuidBit(1, 0, Ecx, kOsxsave)) return 0;
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t{high} << 32 | low;
}

struct CpuidRow {
  CpuFeature feature;
  uint32_t leaf, subleaf;
  Register reg;
  int bit;
  uint64_t state;
};
constexpr CpuidRow kRows[] = {
#define EMEL_CPUID_FEATURE(bit, enumerator, name, leaf, subleaf, reg, reg_bit, state) \
  {CpuFeature::enumerator, leaf, subleaf, reg, reg_bit, state},
#include "runtime/artifact/cpu_features.inc"
};

}  // namespace

CpuFeatures DetectCpu() {
  CpuFeatures found;
  found.Add(CpuFeature::kX86_64);
  const uint64_t saved = SavedState();
  for (const CpuidRow& row : kRows) {
    if ((row.state & ~saved) != 0) continue;
    if (CpuidBit(row.leaf, row.subleaf, row.reg, row.bit)) found.Add(row.feature);
  }
  return found;
}

absl::Status RequestAmx() {
  constexpr int kRequestPermission = 0x1023, kTileData = 18;  // arch_prctl: ARCH_REQ_XCOMP_PERM
  if (syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, "the operating system does not grant AMX to this process");
}

#else

#if defined(__aarch64__)
CpuFeatures DetectCpu() {
  constexpr unsigned long kAsimd = 1 << 1, kAsimdDp = 1 << 20;  // bits of AT_HWCAP
  CpuFeatures found;
  found.Add(CpuFeature::kAarch64);
  const unsigned long hwcap = getauxval(AT_HWCAP);
  if (hwcap & kAsimd) found.Add(CpuFeature::kNeon);
  if (hwcap & kAsimdDp) found.Add(CpuFeature::kDotprod);
  return found;
}
#else
CpuFeatures DetectCpu() { return {}; }
#endif

absl::Status RequestAmx() { return absl::UnimplementedError("this CPU is of a kind without AMX"); }

#endif

}  // namespace emel::artifact
