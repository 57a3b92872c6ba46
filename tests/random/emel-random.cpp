// Random graphs through the whole compiler: docs/random-graphs.md.

#include "codegen/Backends.h"
#include "tests/random/hunt.h"
#include "tests/support/process.h"
#include "tools/support/command_line.h"

#include <absl/strings/str_format.h>

#include <cstdio>
#include <filesystem>
#include <iostream>

namespace emel::random {
namespace {

struct Options {
  uint64_t seed = 1, jobs = 2;
  double seconds = 20;
  std::optional<uint64_t> number;
  std::string mutate, op, replay, out = "random-findings";
  bool sweeps = false, lists = false, shows = false, keeps = false, prints = false;
};

void declare(tools::CommandLine& line, Options& options) {
  line.Number("--seed", "S", "where draws begin", 0, UINT64_MAX / 2, &options.seed);
  line.Real("--seconds", "T", "how long", 0, 1e6, &options.seconds);
  line.Number("--jobs", "N", "processes at once", 1, 256, &options.jobs);
  line.Number("--case", "N", "this case of the seed alone", 0, UINT64_MAX / 2, &options.number);
  line.Value("--op", "TEXT", "cases about cells whose row has this text alone", &options.op);
  line.Value("--mutate", "NAME", "makes a mistake, which has to be found; 'all' makes each of them",
             &options.mutate);
  line.Value("--replay", "FILE", "a graph in the place of the case's own, run as the case is",
             &options.replay);
  line.Value("--out", "FOLDER", "where cases go that fail", &options.out);
  line.Flag("--keep", "does not shrink them", &options.keeps);
  line.Flag("--print", "writes the case's graph to standard output and does not run it",
            &options.prints);
  line.Flag("--sweep", "tries each cell once, and fails where one stays empty without a reason",
            &options.sweeps);
  line.Flag("--coverage", "prints the table of what ran", &options.shows);
  line.Flag("--list", "names the cells and the mistakes", &options.lists);
  line.Example("emel-random --seed=7 --seconds=60 --coverage", "a minute of cases");
  line.Example("emel-random --seed=7 --case=123", "one of them again");
  line.Example("emel-random --mutate=all", "whether each known mistake would be found");
}

Plan planOf(const Options& options) {
  Plan plan;
  plan.seed = options.seed, plan.jobs = options.jobs, plan.seconds = options.seconds;
  plan.only = options.number, plan.op = options.op, plan.replay = options.replay;
  plan.sweeps = options.sweeps;
  if (plan.only) plan.seconds = 600;
  return plan;
}

std::string again(const Options& options, uint64_t number) {
  std::string text = absl::StrFormat("emel-random --seed=%d --case=%d", options.seed, number);
  if (!options.op.empty()) text += " '--op=" + options.op + "'";
  return options.mutate.empty() ? text : text + " --mutate=" + options.mutate;
}

// As small as emel-reduce makes it.
void shrink(const Options& options, const std::string& file, uint64_t number) {
  std::string small = file.substr(0, file.size() - 5) + ".small.mlir";
  std::string self = std::filesystem::read_symlink("/proc/self/exe");
  std::string command = self + again(options, number).substr(sizeof("emel-random") - 1);
  testing::Outcome outcome = testing::Run({EMEL_BINARY_DIR "/bin/emel-reduce", file, "--command",
                                           command + " --keep --out= --replay={}", "-o", small});
  std::cout << (outcome.code == 0 ? "  shrunk: " + small : "  not shrunk: " + outcome.err) << "\n";
}

int hunt(const Options& options) {
  Hunt hunt(planOf(options));
  Result result = hunt.run();
  if (options.shows) std::cout << hunt.coverage().table();
  for (const Finding& finding : result.findings) {
    std::cout << "case " << finding.number << " (" << finding.goal << "): " << finding.message
              << "\n  again: " << again(options, finding.number) << "\n";
    if (options.out.empty()) continue;
    std::string file = hunt.save(finding.number, options.out);
    std::cout << "  graph: " << file << "\n";
    if (!options.keeps && !file.empty()) shrink(options, file, finding.number);
  }
  std::cout << absl::StrFormat(
      "seed %d: %d cases in %.1f s (%.0f a minute), %d of them without code, %d "
      "failed; %d cells were not tried\n",
      options.seed, result.cases, result.seconds, 60 * result.cases / result.seconds,
      result.refused, result.findings.size(), hunt.coverage().emptyCells());
  bool isCovered = !options.sweeps || hunt.coverage().emptyCells() == 0;
  return result.findings.empty() && isCovered ? 0 : 1;
}

// Whether a mistake is found, and after how long.
bool findMistake(const Options& options, const Mutation& mutation) {
  Plan plan = planOf(options);
  plan.mutation = &mutation;
  plan.stopsEarly = true;
  Hunt hunt(plan);
  Result result = hunt.run();
  bool isFound = !result.findings.empty();
  std::string by = isFound ? result.findings.front().message : "";
  std::cout << absl::StrFormat(
                   "%-18s %s after %.1f s, %d cases, made in %d%s", mutation.name,
                   isFound ? "found" : "NOT FOUND", result.seconds, result.cases, result.mutated,
                   isFound ? absl::StrFormat("; case %d: %s", result.findings.front().number,
                                             by.substr(0, by.find('\n')))
                           : "")
            << std::endl;
  return isFound;
}

int findMistakes(const Options& options) {
  int missed = 0;
  for (const Mutation& mutation : mutations())
    if (options.mutate == "all" || options.mutate == mutation.name)
      missed += !findMistake(options, mutation);
  return missed ? 1 : 0;
}

int list(const Options& options) {
  std::cout << Hunt(planOf(options)).list();
  for (const Mutation& mutation : mutations())
    std::cout << absl::StrFormat("--mutate=%-18s %s\n", mutation.name, mutation.what);
  return 0;
}

int printCase(const Options& options) {
  std::string folder = std::filesystem::temp_directory_path() / "emel-random-print";
  std::string file = Hunt(planOf(options)).save(*options.number, folder);
  std::cout << file << "\n";
  return 0;
}

}  // namespace
}  // namespace emel::random

int main(int argc, char** argv) {
  using namespace emel::random;
  Options options;
  emel::registerBackends();
  emel::tools::CommandLine line("emel-random", "compiles and runs random graphs");
  declare(line, options);
  if (auto code = line.Parse(argc, argv)) return *code;
  bool isKnown = options.mutate.empty() || options.mutate == "all" || findMutation(options.mutate);
  if (!isKnown)
    return line.UsageError("--mutate: expected a name that --list prints, found '" +
                           options.mutate + "'");
  if ((!options.replay.empty() || options.prints) && !options.number)
    return line.UsageError("--replay and --print go with --case");
  if (options.lists) return list(options);
  if (options.prints) return printCase(options);
  return options.mutate.empty() ? hunt(options) : findMistakes(options);
}
