#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "passes/LayoutChoice.h"

using namespace mlir;

namespace emel {

StringRef nameOf(LayoutAttr layout) {
  return layout ? stringifyEnum(layout.getValue()) : "row_major";
}

/// "512x64x!emel.q8_0".
static std::string describe(RankedTensorType type) {
  std::string text;
  llvm::raw_string_ostream out(text);
  for (int64_t dim : type.getShape()) out << dim << "x";
  out << type.getElementType();
  return text;
}

void LayoutReport::print(raw_ostream &out) const {
  out << "targets:";
  for (const plan::Speeds *machine : workload.machines) out << " " << machine->name;
  out << "; workload: " << workload.decodeTokens << " tokens one by one, " << workload.promptTokens
      << " in steps of " << workload.batch << "\n";
  out << llvm::formatv("{0,-42} {1,-26} {2,-10} {3,12} {4,12} {5,12} {6,12}\n", "weight", "type",
                       "layout", "bytes", "decode us", "prefill us", "total us");
  for (const LayoutChoice &weight : weights) {
    std::string reason = weight.reason.empty() ? "" : "  " + weight.reason;
    for (auto [i, candidate] : llvm::enumerate(weight.candidates))
      out << llvm::formatv("{0,-42} {1,-26} {2}{3,-9} {4,12} {5,12:F3} {6,12:F3} {7,12:F1}{8}\n",
                           i == 0 ? weight.name : "", i == 0 ? describe(weight.type) : "",
                           i == weight.chosen ? "*" : " ", nameOf(candidate.layout),
                           candidate.bytes, candidate.decode * 1e6, candidate.prefill * 1e6,
                           candidate.total * 1e6, i == 0 ? reason : "");
  }
}

static llvm::json::Object toJson(const LayoutChoice &choice) {
  llvm::json::Array candidates;
  for (const LayoutCandidate &candidate : choice.candidates)
    candidates.push_back(llvm::json::Object{{"layout", nameOf(candidate.layout)},
                                            {"bytes", candidate.bytes},
                                            {"decode_us", candidate.decode * 1e6},
                                            {"prefill_us", candidate.prefill * 1e6},
                                            {"pack_us", candidate.packing * 1e6},
                                            {"total_us", candidate.total * 1e6}});
  llvm::json::Object object{{"name", choice.name},
                            {"type", describe(choice.type)},
                            {"uses", llvm::json::Array(choice.uses)},
                            {"candidates", std::move(candidates)},
                            {"choice", nameOf(choice.choice().layout)}};
  if (!choice.reason.empty()) object["reason"] = choice.reason;
  return object;
}

void LayoutReport::printJson(raw_ostream &out) const {
  llvm::json::Array array;
  for (const LayoutChoice &weight : weights) array.push_back(toJson(weight));
  llvm::json::Array targets;
  for (const plan::Speeds *machine : workload.machines) targets.push_back(machine->name);
  llvm::json::Object report{{"targets", std::move(targets)},
                            {"decode_tokens", workload.decodeTokens},
                            {"prompt_tokens", workload.promptTokens},
                            {"batch", workload.batch},
                            {"weights", std::move(array)}};
  out << llvm::formatv("{0:2}\n", llvm::json::Value(std::move(report)));
}

}  // namespace emel
