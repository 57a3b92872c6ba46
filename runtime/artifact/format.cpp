#include "runtime/artifact/format.h"

namespace emel::artifact {

std::string_view Name(SectionKind kind) {
  switch (kind) {
    case SectionKind::kPlan:
      return "plan";
    case SectionKind::kContract:
      return "contract";
    case SectionKind::kModel:
      return "model";
    case SectionKind::kProvenance:
      return "provenance";
    case SectionKind::kCode:
      return "code";
    case SectionKind::kSymbols:
      return "symbols";
    case SectionKind::kWeights:
      return "weights";
    case SectionKind::kWeightsFile:
      return "weights file";
    case SectionKind::kImports:
      return "imports";
    case SectionKind::kSample:
      return "sample";
  }
  return {};
}

}  // namespace emel::artifact
