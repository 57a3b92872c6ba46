#include "tools/compile/outputs.h"

namespace emel::tools {
namespace {

constexpr unsigned kToGraph = kImport | kGraph, kToGroups = kToGraph | kGroups,
                   kToPlan = kToGroups | kPlan, kToCode = kToPlan | kCode;

constexpr Output kOutputs[] = {
    {"import", "mlir", Stage::Import, kImport, false},
    {"graph", "", Stage::Graph, kToGraph, false},
    {"groups", "", Stage::Groups, kToGroups, false},
    {"", "layouts", Stage::Groups, kToGroups | kReport, false},
    {"plan", "", Stage::Plan, kToPlan, false},
    {"", "report", Stage::Plan, kToPlan | kReport | kContract, false},
    {"", "plan-csv", Stage::Plan, kToPlan, false},
    {"", "plan-svg", Stage::Plan, kToPlan, false},
    {"kernels", "", Stage::Plan, kToCode, true},
    {"llvm", "", Stage::Plan, kToCode | kMachine, true},
    {"asm", "", Stage::Plan, kToCode | kMachine, true},
    {"object", "", Stage::Plan, kToCode | kMachine, true},
    {"artifact", "", Stage::Plan, kToCode | kMachine | kReport | kContract | kContainer, false},
    {"exe", "", Stage::Plan, kToCode | kMachine | kReport | kContract | kContainer, false},
};

struct ActingOption {
  std::string_view name;
  unsigned work;
};

constexpr ActingOption kActingOptions[] = {
    {"--context", kImport},
    {"--check-tensors", kImport},
    {"--load", kImport | kCode},
    {"--batch", kGroups},
    {"--small", kGroups},
    {"--kv", kGroups},
    {"--numerics", kGroups},
    {"--sample", kGroups},
    {"--target", kGroups | kReport | kCode},
    {"--speeds", kGroups | kReport},
    {"--cpu", kGroups | kReport | kCode},
    {"--layouts", kGroups},
    {"--max-arena", kPlan},
    {"--remarks", kGroups | kPlan | kCode},
    {"--workers", kContract},
    {"--debug-poison", kCode},
    {"--sanitize", kMachine},
    {"--threads", kMachine},
    {"--weights", kContainer},
};

}  // namespace

const Output* FindOutput(std::string_view name) {
  for (const Output& output : kOutputs)
    if (output.stage == name || output.emit == name) return &output;
  return nullptr;
}

std::vector<std::string> StageNames() {
  std::vector<std::string> names;
  for (const Output& output : kOutputs)
    if (!output.stage.empty()) names.emplace_back(output.stage);
  return names;
}

std::vector<std::string> EmitNames() {
  std::vector<std::string> names;
  for (const Output& output : kOutputs) {
    names.emplace_back(output.name());
    if (!output.emit.empty() && !output.stage.empty()) names.emplace_back(output.stage);
  }
  return names;
}

unsigned WorkFrom(Stage stage, const Output& output) {
  switch (stage) {
    case Stage::Import:
      return output.work & ~kImport;
    case Stage::Graph:
      return output.work & ~kToGraph;
    case Stage::Groups:
      return output.work & ~kToGroups;
    case Stage::Plan:
      return output.work & ~kToPlan;
  }
  return output.work;
}

std::optional<std::string_view> FindIdleOption(
    unsigned work, const std::function<bool(std::string_view)>& is_given) {
  for (const ActingOption& option : kActingOptions)
    if (!(option.work & work) && is_given(option.name)) return option.name;
  return std::nullopt;
}

}  // namespace emel::tools
