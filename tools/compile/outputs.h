#ifndef EMEL_TOOLS_COMPILE_OUTPUTS_H_
#define EMEL_TOOLS_COMPILE_OUTPUTS_H_

#include "compiler/driver/Stages.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What emel-compile can write, and which of its options each of these can feel.
namespace emel::tools {

// The parts of compiling, as far as options act on them.
enum Work : unsigned {
  kImport = 1 << 0,     // a GGUF file is read
  kGraph = 1 << 1,      // the graph gets smaller
  kGroups = 1 << 2,     // entries, rounding, layouts, groups
  kPlan = 1 << 3,       // tiles, barriers, places
  kReport = 1 << 4,     // predictions, the memory contract
  kCode = 1 << 5,       // kernels
  kMachine = 1 << 6,    // LLVM
  kContainer = 1 << 7,  // weights and code in one file
  kContract = 1 << 8,   // memory of all workers
};

struct Output {
  std::string_view stage;  // its name for --compile-to; empty where it is no form of the program
  std::string_view emit;   // its name for --emit; empty where that is the stage's
  Stage module;            // how far the module itself is compiled for it
  unsigned work;
  bool for_one_cpu;  // it is the code for one CPU, as text or as an object

  std::string_view name() const { return emit.empty() ? stage : emit; }
  bool is_container() const { return (work & kContainer) != 0; }
};

const Output* FindOutput(std::string_view name);
std::vector<std::string> StageNames();
std::vector<std::string> EmitNames();

// What is left to do for an output where a module stands at a stage already; of a model all is.
unsigned WorkFrom(Stage stage, const Output& output);

// The first option of those given that acts on none of this work.
std::optional<std::string_view> FindIdleOption(
    unsigned work, const std::function<bool(std::string_view)>& is_given);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_COMPILE_OUTPUTS_H_
