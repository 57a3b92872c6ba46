#include "tests/kernels/run_kernel.h"

#include "runtime/include/emel/step.h"
#include "tests/support/process.h"

#include <chrono>
#include <cstring>
#include <elf.h>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace emel::testing {
namespace {

constexpr uint64_t kPage = 4096;
// What an artifact has behind its weights.
constexpr uint64_t kBehindWeights = 64;

struct Segment {
  uint64_t address;  // of its first page
  std::vector<uint8_t> bytes;
  int protection;
};

// Where everything lies that a few steps need, from `base` on.
class Memory {
 public:
  Memory(const CompiledKernel& kernel, absl::Span<const StepTokens> steps, uint64_t base,
         uint64_t barrier);

  struct Step {
    uint64_t step, entry, logits, logit_bytes;
  };
  const std::vector<Segment>& segments() const { return segments_; }
  const std::vector<Step>& steps() const { return steps_; }
  uint64_t end() const { return next_; }

  // Returns where the first of `bytes` lies: where its pages begin, or so that the last one is the
  // last of its page.
  uint64_t Add(const void* data, uint64_t bytes, int protection, bool at_end) {
    uint64_t pages = (std::max<uint64_t>(bytes, 1) + kPage - 1) / kPage * kPage;
    Segment& segment =
        segments_.emplace_back(Segment{next_, std::vector<uint8_t>(pages, 0xff), protection});
    uint64_t from = at_end ? pages - bytes : 0;
    if (data && bytes) std::memcpy(segment.bytes.data() + from, data, bytes);
    next_ += pages + kPage;
    return segment.address + from;
  }

 private:
  uint64_t next_;
  std::vector<Segment> segments_;
  std::vector<Step> steps_;
};

constexpr int kRead = PROT_READ, kWrite = PROT_READ | PROT_WRITE, kRun = PROT_READ | PROT_EXEC;

// From the last page down, those of different sequences side by side.
std::vector<uint32_t> PageTable(absl::Span<const StepTokens> steps, uint64_t& stride) {
  int32_t slots = 0;
  stride = 0;
  for (const StepTokens& step : steps)
    for (size_t i = 0; i < step.tokens.size(); ++i) {
      slots = std::max(slots, step.slots[i] + 1);
      stride = std::max<uint64_t>(stride, step.positions[i] / EMEL_PAGE_POSITIONS + 1);
    }
  std::vector<uint32_t> table(slots * stride);
  for (size_t i = 0; i < table.size(); ++i)
    table[i] = static_cast<uint32_t>(table.size() - 1 - (i % stride * slots + i / stride));
  return table;
}

template <typename Number>
uint64_t SizeOf(const std::vector<Number>& numbers) {
  return numbers.size() * sizeof(Number);
}

Memory::Memory(const CompiledKernel& kernel, absl::Span<const StepTokens> steps, uint64_t base,
               uint64_t barrier)
    : next_(base + kPage) {
  uint64_t code = Add(kernel.image.bytes.data(), kernel.image.bytes.size(), kRun, false);
  std::vector<uint8_t> weights = kernel.weights;
  weights.resize((weights.size() + 63) / 64 * 64 + kBehindWeights);
  emel_step_t step = {};
  auto at = [](auto*& pointer, uint64_t address) {
    pointer = reinterpret_cast<std::decay_t<decltype(pointer)>>(address);
  };
  at(step.weights, Add(weights.data(), weights.size(), kRead, true));
  at(step.arena, Add(nullptr, (kernel.arena_bytes + 63) / 64 * 64, kWrite, true));
  at(step.scratch, Add(nullptr, (kernel.scratch_bytes + 63) / 64 * 64, kWrite, true));
  step.scratch_stride = kernel.scratch_bytes;
  step.barrier = reinterpret_cast<decltype(step.barrier)>(barrier);
  std::vector<uint32_t> table = PageTable(steps, step.page_table_stride);
  at(step.pages, Add(nullptr, table.size() * kernel.page_bytes, kWrite, true));
  at(step.page_table, Add(table.data(), SizeOf(table), kRead, true));
  for (size_t i = 0; i < steps.size(); ++i) {
    bool at_end = i % 2 == 0;
    size_t count = steps[i].tokens.size();
    auto add = [&](const std::vector<int32_t>& numbers) {
      return Add(numbers.data(), SizeOf(numbers), kRead, at_end);
    };
    std::vector<int32_t> rows(count);
    std::iota(rows.begin(), rows.end(), 0);
    const CompiledKernel::Entry& entry = kernel.EntryFor(static_cast<int64_t>(count));
    std::vector<uint8_t> tickets(entry.tickets * EMEL_TICKET_STRIDE);
    step.token_count = step.row_count = static_cast<uint32_t>(count);
    at(step.tokens, add(steps[i].tokens));
    at(step.positions, add(steps[i].positions));
    at(step.slots, add(steps[i].slots));
    at(step.out_rows, add(rows));
    uint64_t logit_bytes = count * kernel.width * sizeof(float);
    uint64_t logits = Add(nullptr, logit_bytes, kWrite, at_end);
    at(step.logits, logits);
    at(step.tickets, Add(tickets.data(), tickets.size(), kWrite, false));
    steps_.push_back({Add(&step, sizeof(step), kRead, false),
                      code + kernel.image.find(entry.symbol)->offset, logits, logit_bytes});
  }
}

// Runs `steps`, an array that ends with a step of 0, writing what each computes to standard output.
std::vector<uint32_t> StartAarch64(uint64_t steps) {
  return {0x58000213,  //       ldr  x19, steps
          0xf9400260,  // next: ldr  x0, [x19]
          0xb4000180,  //       cbz  x0, done
          0xf9400669,  //       ldr  x9, [x19, #8]
          0x52800001,  //       mov  w1, #0
          0x52800022,  //       mov  w2, #1
          0xd63f0120,  //       blr  x9
          0xd2800020,  //       mov  x0, #1
          0xf9400a61,  //       ldr  x1, [x19, #16]
          0xf9400e62,  //       ldr  x2, [x19, #24]
          0xd2800808,  //       mov  x8, #64            write
          0xd4000001,  //       svc  #0
          0x91008273,  //       add  x19, x19, #32
          0x17fffff4,  //       b    next
          0xd2800ba8,  // done: mov  x8, #93            exit, with the 0 in x0
          0xd4000001,  //       svc  #0
          static_cast<uint32_t>(steps),
          static_cast<uint32_t>(steps >> 32),
          0xd65f03c0};  // barrier: ret
}
constexpr uint64_t kBarrierAt = 18 * 4;

void WriteProgram(const std::string& path, const Memory& memory, uint64_t start) {
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_EXEC;
  header.e_machine = EM_AARCH64;
  header.e_version = EV_CURRENT;
  header.e_entry = start;
  header.e_phoff = header.e_ehsize = sizeof(header);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = static_cast<uint16_t>(memory.segments().size());
  uint64_t offset =
      (sizeof(header) + header.e_phnum * sizeof(Elf64_Phdr) + kPage - 1) / kPage * kPage;
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(&header), sizeof(header));
  for (const Segment& segment : memory.segments()) {
    Elf64_Phdr part = {};
    part.p_type = PT_LOAD;
    part.p_flags = PF_R | (segment.protection & PROT_WRITE ? PF_W : 0) |
                   (segment.protection & PROT_EXEC ? PF_X : 0);
    part.p_offset = offset;
    part.p_vaddr = part.p_paddr = segment.address;
    part.p_filesz = part.p_memsz = segment.bytes.size();
    part.p_align = kPage;
    file.write(reinterpret_cast<const char*>(&part), sizeof(part));
    offset += segment.bytes.size();
  }
  while (file.tellp() % kPage != 0) file.put(0);
  for (const Segment& segment : memory.segments())
    file.write(reinterpret_cast<const char*>(segment.bytes.data()), segment.bytes.size());
}

// Steps in this process, where they can be called.
class LoadedSteps {
 public:
  LoadedSteps(const CompiledKernel& kernel, absl::Span<const StepTokens> steps)
      : size_(Memory(kernel, steps, 0, 0).end()),
        base_(mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
    if (base_ == MAP_FAILED) return;
    auto* barrier = +[](const emel_step_t*, uint32_t) {};
    Memory memory(kernel, steps, reinterpret_cast<uint64_t>(base_),
                  reinterpret_cast<uint64_t>(barrier));
    for (const Segment& segment : memory.segments()) {
      void* at = reinterpret_cast<void*>(segment.address);
      mprotect(at, segment.bytes.size(), kWrite);
      std::memcpy(at, segment.bytes.data(), segment.bytes.size());
      mprotect(at, segment.bytes.size(), segment.protection);
    }
    steps_ = memory.steps();
    for (const StepTokens& step : steps)
      ticket_bytes_.push_back(kernel.EntryFor(static_cast<int64_t>(step.tokens.size())).tickets *
                              EMEL_TICKET_STRIDE);
  }
  LoadedSteps(const LoadedSteps&) = delete;
  LoadedSteps& operator=(const LoadedSteps&) = delete;
  ~LoadedSteps() {
    if (base_ != MAP_FAILED) munmap(base_, size_);
  }

  size_t size() const { return steps_.size(); }

  absl::Span<const float> Run(size_t index) const {
    const Memory::Step& step = steps_[index];
    auto* own = reinterpret_cast<emel_step_t*>(step.step);
    std::memset(own->tickets, 0, ticket_bytes_[index]);
    reinterpret_cast<emel_step_fn*>(step.entry)(own, 0, 1);
    return {reinterpret_cast<float*>(step.logits), step.logit_bytes / sizeof(float)};
  }

 private:
  uint64_t size_;
  void* base_;
  std::vector<Memory::Step> steps_;
  std::vector<int64_t> ticket_bytes_;
};

}  // namespace

StepTokens FirstTokens(int64_t count) {
  StepTokens step;
  step.tokens.resize(count);
  std::iota(step.tokens.begin(), step.tokens.end(), 0);
  step.positions = step.tokens;
  step.slots.resize(count);
  return step;
}

KernelResults RunKernel(const CompiledKernel& kernel, absl::Span<const StepTokens> steps) {
  LoadedSteps loaded(kernel, steps);
  KernelResults results;
  for (size_t i = 0; i < loaded.size(); ++i) {
    absl::Span<const float> values = loaded.Run(i);
    results.emplace_back(values.begin(), values.end());
  }
  return results;
}

std::vector<double> TimeKernel(const CompiledKernel& kernel, absl::Span<const StepTokens> steps,
                               size_t least, double seconds) {
  using Clock = std::chrono::steady_clock;
  auto since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  LoadedSteps loaded(kernel, steps);
  std::vector<double> times;
  if (loaded.size() == 0) return times;
  for (size_t i = 0; i < loaded.size(); ++i) loaded.Run(i);
  for (auto begin = Clock::now(); times.size() < least || since(begin) < seconds;) {
    auto start = Clock::now();
    loaded.Run(loaded.size() - 1);
    times.push_back(since(start));
  }
  return times;
}

absl::StatusOr<KernelResults> EmulateKernel(const CompiledKernel& kernel,
                                            absl::Span<const StepTokens> steps) {
  constexpr uint64_t kBase = 0x10000000;
  // Twice: what begins the program comes last, and the barrier is a part of it.
  uint64_t start = Memory(kernel, steps, kBase, 0).end();
  Memory memory(kernel, steps, kBase, start + kBarrierAt);
  std::vector<uint32_t> code = StartAarch64(start + 2 * kPage);
  memory.Add(code.data(), SizeOf(code), kRun, false);
  std::vector<Memory::Step> calls = memory.steps();
  calls.push_back({});
  memory.Add(calls.data(), SizeOf(calls), kRead, false);

  static int count = 0;
  std::string path = std::filesystem::temp_directory_path().string() + "/emel-emulated-" +
                     std::to_string(getpid()) + "-" + std::to_string(count++);
  WriteProgram(path, memory, start);
  chmod(path.c_str(), 0700);
  Outcome outcome = Run({"/usr/bin/env", "qemu-aarch64", "-cpu", "max", path});
  std::filesystem::remove(path);
  size_t bytes = 0;
  for (const Memory::Step& step : memory.steps()) bytes += step.logit_bytes;
  if (outcome.code != 0 || outcome.out.size() != bytes)
    return absl::InternalError("the emulator ended with " + std::to_string(outcome.code) + " and " +
                               std::to_string(outcome.out.size()) + " bytes: " + outcome.err);
  KernelResults results;
  const char* from = outcome.out.data();
  for (const Memory::Step& step : memory.steps()) {
    std::vector<float>& values = results.emplace_back(step.logit_bytes / sizeof(float));
    std::memcpy(values.data(), from, step.logit_bytes);
    from += step.logit_bytes;
  }
  return results;
}

absl::StatusOr<KernelResults> RunOn(const TestForm& form, const CompiledKernel& kernel,
                                    absl::Span<const StepTokens> steps) {
  auto runner = RunnerOf(form);
  if (!runner.ok()) return runner.status();
  if (*runner == Runner::kEmulator) return EmulateKernel(kernel, steps);
  return RunKernel(kernel, steps);
}

}  // namespace emel::testing
