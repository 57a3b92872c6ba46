// Times every kernel of the table that the kernels' tests go through.

#include "codegen/cpu/Target.h"
#include "tests/kernels/kernel_case.h"
#include "tests/kernels/run_kernel.h"
#include "tools/support/command_line.h"
#include "tools/support/exit.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace emel {
namespace {

struct Options {
  std::string cpu = "native", filter;
  uint64_t rows = 1024, columns = 4096, tokens = 128;
  double seconds = 0.2;
  bool json = false;
};

struct Timing {
  std::string kernel;
  int64_t tokens;
  size_t runs;
  double median, flops, bytes;  // seconds, and what is computed and read in them
};

absl::StatusOr<const cpu::Target*> FindTarget(const std::string& name) {
  const cpu::Target* target = name == "native" ? cpu::nativeTarget() : cpu::findTarget(name);
  if (!target)
    return absl::InvalidArgumentError(
        absl::StrCat("--cpu: there is no code for '", name, "' to be made"));
  if (testing::RunnerOf(*target) != testing::Runner::kNative)
    return absl::InvalidArgumentError(
        absl::StrCat("--cpu: this machine cannot run code for ", target->name.str()));
  return target;
}

double MedianOf(std::vector<double> times) {
  auto middle = times.begin() + times.size() / 2;
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

absl::StatusOr<std::vector<Timing>> TimeRow(const testing::KernelRow& row,
                                            const cpu::Target& target, const Options& options) {
  testing::KernelSpec spec{.kernel = row,
                           .rows = static_cast<int64_t>(options.rows),
                           .columns = static_cast<int64_t>(options.columns),
                           .tokens = static_cast<int64_t>(options.tokens),
                           .is_typical = true};
  auto kernel = testing::KernelCase::Create(spec);
  if (!kernel.ok()) return kernel.status();
  auto compiled = (*kernel)->Compile(target);
  if (!compiled.ok()) return compiled.status();
  constexpr size_t kLeast = 3;
  std::vector<Timing> timings;
  for (int64_t tokens : {int64_t{1}, spec.tokens}) {
    std::vector<double> times =
        testing::TimeKernel(*compiled, {testing::FirstTokens(tokens)}, kLeast, options.seconds);
    if (times.empty()) return absl::ResourceExhaustedError("no memory for the kernel's buffers");
    double products = static_cast<double>(spec.rows * spec.columns * tokens);
    timings.push_back({row.name(), tokens, times.size(), MedianOf(times), 2 * products,
                       static_cast<double>(compiled->weight_bytes.at("w"))});
    if (tokens == spec.tokens) break;
  }
  return timings;
}

// A sum and a product count as two operations in every semiring.
void PrintHeader(const cpu::Target& target, const Options& options) {
  if (options.json) return;
  absl::PrintF("%s, %d x %d\n%-34s %7s %12s %9s %9s %6s\n", target.name.str(), options.rows,
               options.columns, "kernel", "tokens", "us", "GFLOP/s", "GB/s", "runs");
}

void Print(const cpu::Target& target, const Timing& timing, const Options& options) {
  double giga = 1e-9 / timing.median;
  if (options.json) {
    nlohmann::ordered_json json = {{"kernel", timing.kernel},
                                   {"cpu", target.name.str()},
                                   {"rows", options.rows},
                                   {"columns", options.columns},
                                   {"tokens", timing.tokens},
                                   {"microseconds", timing.median * 1e6},
                                   {"gflops", timing.flops * giga},
                                   {"weight_gigabytes_per_second", timing.bytes * giga},
                                   {"runs", timing.runs}};
    absl::PrintF("%s\n", json.dump());
  } else {
    absl::PrintF("%-34s %7d %12.1f %9.2f %9.2f %6d\n", timing.kernel, timing.tokens,
                 timing.median * 1e6, timing.flops * giga, timing.bytes * giga, timing.runs);
  }
  std::fflush(stdout);
}

absl::Status Measure(const Options& options) {
  auto target = FindTarget(options.cpu);
  if (!target.ok()) return target.status();
  std::vector<testing::KernelRow> rows = testing::KernelRows();
  llvm::erase_if(rows, [&](const testing::KernelRow& row) {
    return row.name().find(options.filter) == std::string::npos;
  });
  if (rows.empty())
    return absl::NotFoundError(
        absl::StrCat("--filter: no kernel's name contains '", options.filter, "'"));
  constexpr uint64_t kMostElements = 1 << 26;
  if (options.rows * options.columns > kMostElements)
    return absl::InvalidArgumentError(absl::StrCat("--rows, --columns: expected at most ",
                                                   kMostElements, " elements, found ",
                                                   options.rows * options.columns));
  PrintHeader(**target, options);
  for (const testing::KernelRow& row : rows) {
    // A row must be whole blocks.
    int64_t block = gguf::GetInfo(row.product.weight.type).block_elements;
    if (options.columns % block != 0)
      return absl::InvalidArgumentError(absl::StrCat("--columns: expected a multiple of ", block,
                                                     " for ", row.name(), ", found ",
                                                     options.columns));
    auto timings = TimeRow(row, **target, options);
    if (!timings.ok()) return timings.status();
    for (const Timing& timing : *timings) Print(**target, timing, options);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace emel

int main(int argc, char** argv) {
  emel::Options options;
  emel::tools::CommandLine line("kernel_bench", "times the kernels of products with weights");
  line.Section("what to time");
  line.Value("--filter", "TEXT", "kernels whose name contains this: q4_0, a8, log_sum_exp",
             &options.filter);
  line.Value("--cpu", "NAME", "the CPU to make code for: native or a name that emel-compile takes",
             &options.cpu);
  line.Number("--rows", "N", "rows of the weight, a panel being 16", 1, 1 << 20, &options.rows);
  line.Number("--columns", "N", "columns of the weight", 1, 1 << 16, &options.columns);
  line.Number("--tokens", "N", "rows of the prompt; decoding is one", 1, 1 << 12, &options.tokens);
  line.Section("how");
  line.Real("--seconds", "S", "how long to repeat each, three times at least", 0, 1e4,
            &options.seconds);
  line.Flag("--json", "a JSON object on each line", &options.json);
  line.Example("kernel_bench --filter='r16 a8'", "the kernels of rounded activations");
  line.Example("kernel_bench --filter=q4_0 --cpu=x86-64-v3", "those of q4_0, for AVX2");
  line.Note(
      "Times are medians, of one thread, and hold everything that a step does: looking up rows, "
      "rounding them and multiplying. GB/s counts the weight's bytes alone.");
  if (auto code = line.Parse(argc, argv)) return *code;
  return emel::tools::RunTool(line.tool(), [&] { return emel::Measure(options); });
}
