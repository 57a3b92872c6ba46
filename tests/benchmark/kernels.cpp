// Times every kernel of the table that the kernels' tests go through, and attention.

#include "codegen/cpu/Target.h"
#include "runtime/include/emel/step.h"
#include "tests/kernels/attention_case.h"
#include "tests/kernels/kernel_case.h"
#include "tools/support/command_line.h"
#include "tools/support/exit.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>

namespace emel {
namespace {

struct Options {
  std::string cpu = "native", filter;
  uint64_t rows = 1024, columns = 4096, tokens = 128, context = 1024;
  double seconds = 0.2;
  bool json = false;
};

struct Timing {
  std::string kernel;
  int64_t tokens;
  size_t runs;
  double median, flops, bytes;  // seconds, and what is computed and read in them
};

// A line of what can be timed.
struct Row {
  std::string name;
  std::function<absl::StatusOr<std::vector<Timing>>(const cpu::Target&, const Options&)> time;
};

absl::StatusOr<const cpu::Target*> FindTarget(const std::string& name) {
  const cpu::Target* target = name == "native" ? cpu::nativeTarget() : cpu::findTarget(name);
  if (!target)
    return absl::InvalidArgumentError(
        absl::StrCat("--cpu: there is no code for '", name, "' to be made"));
  auto runner = testing::RunnerOf(*target);
  if (!runner.ok() || *runner != testing::Runner::kNative)
    return absl::InvalidArgumentError(
        absl::StrCat("--cpu: this machine cannot run code for ", target->name.str()));
  return target;
}

double MedianOf(std::vector<double> times) {
  auto middle = times.begin() + times.size() / 2;
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

absl::StatusOr<Timing> TimeLast(const std::string& name, const testing::CompiledKernel& kernel,
                                absl::Span<const testing::StepTokens> steps,
                                const Options& options) {
  constexpr size_t kLeast = 3;
  std::vector<double> times = testing::TimeKernel(kernel, steps, kLeast, options.seconds);
  if (times.empty()) return absl::ResourceExhaustedError("no memory for the kernel's buffers");
  return Timing{
      name, static_cast<int64_t>(steps.back().tokens.size()), times.size(), MedianOf(times), 0, 0};
}

absl::StatusOr<std::vector<Timing>> TimeProduct(const testing::KernelRow& row,
                                                const cpu::Target& target, const Options& options) {
  // A row must be whole blocks.
  int64_t block = gguf::GetInfo(row.product.weight.type).block_elements;
  if (options.columns % block != 0)
    return absl::InvalidArgumentError(absl::StrCat("--columns: expected a multiple of ", block,
                                                   " for ", row.name(), ", found ",
                                                   options.columns));
  testing::KernelSpec spec{.kernel = row,
                           .rows = static_cast<int64_t>(options.rows),
                           .columns = static_cast<int64_t>(options.columns),
                           .tokens = static_cast<int64_t>(options.tokens),
                           .is_typical = true};
  auto kernel = testing::KernelCase::Create(spec);
  if (!kernel.ok()) return kernel.status();
  auto compiled = (*kernel)->Compile(target);
  if (!compiled.ok()) return compiled.status();
  std::vector<Timing> timings;
  for (int64_t tokens : {int64_t{1}, spec.tokens}) {
    if (tokens == 1 && row.product.input == cpu::Input::Bfloat16) continue;  // tiles are for many
    auto timing = TimeLast(row.name(), *compiled, {testing::FirstTokens(tokens)}, options);
    if (!timing.ok()) return timing.status();
    timing->flops = 2 * static_cast<double>(spec.rows * spec.columns * tokens);
    timing->bytes = static_cast<double>(compiled->weight_bytes.at("w"));
    timings.push_back(*timing);
    if (tokens == spec.tokens) break;
  }
  return timings;
}

// The last tokens of a context, in the shape of a model of 8B.
absl::StatusOr<std::vector<Timing>> TimeAttention(const std::string& cells,
                                                  const cpu::Target& target,
                                                  const Options& options) {
  auto context = static_cast<int64_t>(options.context), most = static_cast<int64_t>(options.tokens);
  if (most > context)
    return absl::InvalidArgumentError(
        absl::StrCat("--tokens: expected at most the ", context, " of --context, found ", most));
  auto attention = testing::AttentionCase::Create({.heads = 32,
                                                   .kv_heads = 8,
                                                   .key_dim = 128,
                                                   .value_dim = 128,
                                                   .cells = cells,
                                                   .sequences = 1,
                                                   .positions = context,
                                                   .bulk = most});
  if (!attention.ok()) return attention.status();
  const testing::AttentionSpec& spec = (*attention)->spec();
  auto compiled = (*attention)->Compile(target);
  if (!compiled.ok()) return compiled.status();
  std::vector<testing::StepTokens> steps;
  for (int64_t first = 0; first < context; first += most)
    steps.push_back((*attention)->Tokens({{0, first, std::min(most, context - first)}}));
  std::vector<Timing> timings;
  for (int64_t tokens : {int64_t{1}, most}) {
    steps.push_back((*attention)->Tokens({{0, context - tokens, tokens}}));
    auto timing = TimeLast("attention " + cells, *compiled, steps, options);
    if (!timing.ok()) return timing.status();
    double cells_seen = static_cast<double>(tokens) * (context - (tokens - 1) / 2.0);
    timing->flops =
        2 * cells_seen * static_cast<double>(spec.heads * (spec.key_dim + spec.value_dim));
    timing->bytes = static_cast<double>(compiled->page_bytes) / EMEL_PAGE_POSITIONS *
                    static_cast<double>(context);
    timings.push_back(*timing);
    if (tokens == most) break;
  }
  return timings;
}

std::vector<Row> AllRows(const cpu::Target& own) {
  std::vector<Row> rows;
  for (const testing::KernelRow& row : testing::KernelRows())
    if (row.product.isFor(own))
      rows.push_back({row.name(), [row](const cpu::Target& target, const Options& options) {
                        return TimeProduct(row, target, options);
                      }});
  for (std::string cells : {"f16", "q8_0"})
    rows.push_back(
        {"attention " + cells, [cells](const cpu::Target& target, const Options& options) {
           return TimeAttention(cells, target, options);
         }});
  return rows;
}

// A sum and a product count as two operations in every semiring.
void PrintHeader(const cpu::Target& target, const Options& options) {
  if (options.json) return;
  absl::PrintF("%s, %d x %d, context of %d\n%-34s %7s %12s %9s %9s %6s\n", target.name.str(),
               options.rows, options.columns, options.context, "kernel", "tokens", "us", "GFLOP/s",
               "GB/s", "runs");
}

void Print(const cpu::Target& target, const Timing& timing, const Options& options) {
  double giga = 1e-9 / timing.median;
  if (options.json) {
    nlohmann::ordered_json json = {{"kernel", timing.kernel},
                                   {"cpu", target.name.str()},
                                   {"rows", options.rows},
                                   {"columns", options.columns},
                                   {"context", options.context},
                                   {"tokens", timing.tokens},
                                   {"microseconds", timing.median * 1e6},
                                   {"gflops", timing.flops * giga},
                                   {"gigabytes_per_second", timing.bytes * giga},
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
  std::vector<Row> rows = AllRows(**target);
  llvm::erase_if(
      rows, [&](const Row& row) { return row.name.find(options.filter) == std::string::npos; });
  if (rows.empty())
    return absl::NotFoundError(
        absl::StrCat("--filter: no kernel's name contains '", options.filter, "'"));
  constexpr uint64_t kMostElements = 1 << 26;
  if (options.rows * options.columns > kMostElements)
    return absl::InvalidArgumentError(absl::StrCat("--rows, --columns: expected at most ",
                                                   kMostElements, " elements, found ",
                                                   options.rows * options.columns));
  PrintHeader(**target, options);
  for (const Row& row : rows) {
    auto timings = row.time(**target, options);
    if (!timings.ok()) return timings.status();
    for (const Timing& timing : *timings) Print(**target, timing, options);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace emel

int main(int argc, char** argv) {
  emel::Options options;
  emel::tools::CommandLine line("kernel_bench",
                                "times the kernels of products with weights, and attention");
  line.Section("what to time");
  line.Value("--filter", "TEXT",
             "kernels whose name contains this: q4_0, a8, log_sum_exp, attention", &options.filter);
  line.Value("--cpu", "NAME", "the CPU to make code for: native or a name that emel-compile takes",
             &options.cpu);
  line.Number("--rows", "N", "rows of the weight, a panel being 16", 1, 1 << 20, &options.rows);
  line.Number("--columns", "N", "columns of the weight", 1, 1 << 16, &options.columns);
  line.Number("--tokens", "N", "rows of the prompt; decoding is one", 1, 1 << 12, &options.tokens);
  line.Number("--context", "N",
              "positions that attention reads, those of the prompt being the last", 1, 1 << 16,
              &options.context);
  line.Section("how");
  line.Real("--seconds", "S", "how long to repeat each, three times at least", 0, 1e4,
            &options.seconds);
  line.Flag("--json", "a JSON object on each line", &options.json);
  line.Example("kernel_bench --filter='r16 a8'", "the kernels of rounded activations");
  line.Example("kernel_bench --filter=attention --context=4096",
               "32 heads of 128 that read 8, in cells of f16 and q8_0");
  line.Example("kernel_bench --filter=q4_0 --cpu=x86-64-v3", "those of q4_0, for AVX2");
  line.Note(
      "Times are medians, of one thread, and hold everything that a step does: looking up rows, "
      "rounding them and multiplying. GB/s counts the bytes of the weight, or of the "
      "cells, alone, each once.");
  if (auto code = line.Parse(argc, argv)) return *code;
  return emel::tools::RunTool(line.tool(), [&] { return emel::Measure(options); });
}
