// Offsets for buffers with given lifetimes and sizes.

#include "runtime/io/status.h"
#include "runtime/plan/strategy.h"
#include "tools/plan/lifetimes_csv.h"
#include "tools/support/command_line.h"
#include "tools/support/exit.h"
#include "tools/support/output_file.h"
#include "tools/support/progress.h"
#include "tools/support/text.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace emel {
namespace {

constexpr uint64_t kMostInputBytes = uint64_t{256} << 20;
constexpr uint64_t kMostBytes = plan::kUnlimited - 1;

struct Options {
  std::string input;
  std::string output = "-";
  std::string strategy = "auto";
  std::optional<uint64_t> capacity;
  uint64_t alignment = 1;
  uint64_t node_limit = 2'000'000;
  double time_limit = 0;
};

absl::StatusOr<std::string> ReadInput(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(
      path == "-" ? stdin : std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno)));
  std::string text;
  char buffer[1 << 16];
  while (const size_t count = std::fread(buffer, 1, sizeof(buffer), file.get())) {
    text.append(buffer, count);
    if (text.size() > kMostInputBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": expected at most ", kMostInputBytes, " bytes, found more"));
    }
  }
  if (std::ferror(file.get())) {
    return absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(errno)));
  }
  return text;
}

absl::StatusOr<plan::Solution> Solve(const plan::Problem& problem, const Options& options) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  tools::Progress progress("searching, placements tried:");
  const auto keep_going = [&](int64_t nodes) {
    progress.Update(static_cast<uint64_t>(nodes), options.node_limit);
    const std::chrono::duration<double> elapsed = Clock::now() - start;
    return options.time_limit == 0 || elapsed.count() < options.time_limit;
  };
  return plan::Solve(problem, {.strategy = options.strategy,
                               .node_limit = static_cast<int64_t>(options.node_limit),
                               .keep_going = keep_going});
}

std::string Summary(const plan::Solution& solution) {
  const int64_t total = solution.plan.total, bound = solution.lower_bound;
  std::string text = absl::StrCat("emel-plan: ", total, " bytes (lower bound ", bound);
  if (total > bound) {
    absl::StrAppend(&text, ", gap ",
                    tools::Percent(static_cast<uint64_t>(total - bound),
                                   static_cast<uint64_t>(std::max<int64_t>(bound, 1))));
  }
  absl::StrAppend(&text, ", without reuse ", solution.no_reuse, "); strategy ",
                  Text(solution.strategy), ", ", solution.nodes, " placements tried",
                  solution.optimal ? ", optimal" : "", "\n");
  return text;
}

absl::Status Plan(const Options& options) {
  EMEL_ASSIGN_OR_RETURN(const std::string text, ReadInput(options.input));
  EMEL_ASSIGN_OR_RETURN(plan::Problem problem, tools::ReadLifetimes(text, options.input));
  problem.alignment = static_cast<int64_t>(options.alignment);
  if (options.capacity) problem.capacity = static_cast<int64_t>(*options.capacity);
  EMEL_ASSIGN_OR_RETURN(tools::OutputFile output, tools::OutputFile::Create(options.output));
  EMEL_ASSIGN_OR_RETURN(const plan::Solution solution, Solve(problem, options));
  EMEL_RETURN_IF_ERROR(output.Write(tools::WriteOffsets(problem, solution.plan)));
  EMEL_RETURN_IF_ERROR(output.Commit());
  std::fputs(Summary(solution).c_str(), stderr);
  return absl::OkStatus();
}

void Describe(tools::CommandLine& line, Options& options) {
  std::vector<std::string> strategies = {"auto"};
  std::string about = "Strategies:";
  for (const plan::Strategy& strategy : plan::Strategies()) {
    strategies.emplace_back(strategy.name);
    absl::StrAppend(&about, " ", Text(strategy.name), ", ", Text(strategy.summary), ";");
  }
  about += " auto, all of them in turn until one is good enough, then the best.";

  line.Operand("INPUT.csv", "lifetimes and sizes, see below; - is standard input", &options.input);
  line.Number("--capacity", "N",
              "bytes that the plan has to fit into; without it, the plan gets as small as possible",
              0, kMostBytes, &options.capacity);
  line.Choice("--strategy", strategies, "how to plan, see below", &options.strategy);
  line.Number("--alignment", "BYTES",
              "a power of two that divides all offsets; sizes are rounded up to it", 1,
              uint64_t{1} << 62, &options.alignment);
  line.Number("--node-limit", "N", "how many placements a search may try", 0, kMostBytes,
              &options.node_limit);
  line.Real("--time-limit", "SECONDS",
            "stop a search after this time and go by the best plan so far (0: never); with it, the "
            "plan may differ from run to run",
            0, 1e9, &options.time_limit);
  line.Value("-o", "OUT.csv", "where the plan goes; - is standard output", &options.output);
  line.Example("emel-plan lifetimes.csv --capacity=1048576 -o plan.csv",
               "the first plan that fits into 1 MiB");
  line.Example("emel-plan lifetimes.csv", "the smallest plan that is found");
  line.Example("printf 'id,lower,upper,size\\na,0,2,8\\nb,1,3,8\\nc,2,4,8\\n' | emel-plan -",
               "c takes the bytes of a: 16 bytes instead of 24");
  line.Note(
      "The input has a line id,lower,upper,size and then one line for each buffer, which is live "
      "at the moments lower <= t < upper; columns may come in any order. The output has the same "
      "rows with their offset. No two buffers that are live at the same moment share a byte. A "
      "summary goes to standard error: the bytes of the plan, the lower bound (the most bytes live "
      "at any moment), and the bytes it would take without reuse.");
  line.Note(about);
  line.Note(
      "If there is no plan within the capacity, the exit code is 1 and the message tells whether "
      "that was proved, or a plan was just not found within the limit of placements.");
}

}  // namespace
}  // namespace emel

int main(int argc, char** argv) {
  emel::Options options;
  emel::tools::CommandLine line(
      "emel-plan", "gives buffers with known lifetimes offsets in one piece of memory");
  emel::Describe(line, options);
  if (auto code = line.Parse(argc, argv)) return *code;
  if ((options.alignment & (options.alignment - 1)) != 0) {
    return line.UsageError(
        absl::StrCat("--alignment: expected a power of two, found ", options.alignment));
  }
  return emel::tools::RunTool(line.tool(), [&] { return emel::Plan(options); });
}
