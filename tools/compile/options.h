#ifndef EMEL_TOOLS_COMPILE_OPTIONS_H_
#define EMEL_TOOLS_COMPILE_OPTIONS_H_

#include "codegen/cpu/Target.h"
#include "codegen/cpu/program/Checks.h"
#include "compiler/driver/Stages.h"
#include "tools/compile/outputs.h"
#include "tools/support/command_line.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

// The command line of emel-compile.
namespace emel::tools {

struct CompileOptions {
  std::string model, emit, stage, output = "-", load = "read", cpu = "native", weights = "inside";
  std::optional<std::string> why, why_not, remarks, layouts;
  uint64_t context = 0, max_arena = 0, batch = 512, small = 8, workers = 64, threads = 0;
  std::string target = "cpu", machine, kv = "f16", numerics = "fast", sanitize = "none", sample;
  bool check_tensors = false, quiet = false, debug_poison = false;
  std::vector<std::string> mlir;

  // What follows from these.
  const Output* what = nullptr;
  std::vector<const cpu::Target*> targets;  // of `cpu`; none where this one is native and unknown
  std::vector<std::string> forced;          // what is in the file of `layouts`
  int64_t best = 0;                         // tokens of `sample`

  PlanOptions Planning() const;
  cpu::Checks Checks() const;
  // What an artifact records of how it was made: all that its bytes depend on. Of IR, which was
  // read at a stage, that is its SHA-256 and what was done since.
  std::vector<std::pair<std::string, std::string>> Record(std::optional<Stage> stage,
                                                          std::string_view ir_sha256) const;
  // An error where an option has nothing to act on, since the module is at this stage already.
  absl::Status CheckStage(Stage stage, const CommandLine& line) const;
};

void DeclareOptions(CommandLine& line, CompileOptions& options);

// Completes the options; a message about those that do not go together.
std::optional<std::string> CompleteOptions(CompileOptions& options, const CommandLine& line);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_COMPILE_OPTIONS_H_
