#include "tests/support/tiny_artifact.h"

#include "runtime/gguf/writer.h"
#include "runtime/include/emel/step.h"

#include <algorithm>

namespace emel::testing {
namespace {

using artifact::CpuFeature;
using artifact::CpuFeatures;
using artifact::SectionKind;

std::string ToText(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

artifact::Plan MakePlan() {
  artifact::Plan plan;
  plan.step_version = EMEL_STEP_VERSION;
  plan.vocabulary = 32;
  plan.context = 100;
  plan.max_workers = 8;
  plan.weights_bytes = 100;
  plan.arena_bytes = 4096;
  plan.scratch_bytes = 100;
  plan.page_positions = EMEL_PAGE_POSITIONS;
  plan.page_bytes = 2 * 1024;
  plan.layers = {{0, 1, 8, 8}, {1024, 1, 8, 8}};
  plan.entries = {{"decode", 1, 1, 2, 10, 5}, {"bulk", 16, 4, 3, 12, 6}};
  plan.variants = {{"first", {uint64_t{1} << 62}, {0, 64}}, {"second", {}, {16, 32}}};
  return plan;
}

std::string MetadataBytes() {
  gguf::Writer writer;
  writer.AddString("general.architecture", "llama");
  writer.AddString("general.license", "apache-2.0");
  return writer.Finish()->head;
}

}  // namespace

TinyArtifact::TinyArtifact() : plan(MakePlan()) {
  const std::vector<artifact::Symbol> symbols = {{0, 16, "decode"}, {16, 84, "bulk"}};
  sections = {
      {SectionKind::kPlan, "", ToText(Encode(plan))},
      {SectionKind::kContract, "", "{\"arena\": 4096}"},
      {SectionKind::kModel, "", MetadataBytes()},
      {SectionKind::kProvenance, "", "{\"compiler\": \"test\"}"},
      {SectionKind::kCode, "first", std::string(100, '\xc3')},
      {SectionKind::kSymbols, "first", ToText(Encode(symbols))},
      {SectionKind::kCode, "second", std::string(100, '\xc3')},
      {SectionKind::kWeights, "", std::string(100, 'w')},
  };
}

void TinyArtifact::SetPlan() { Find(SectionKind::kPlan).bytes = ToText(Encode(plan)); }

TinyArtifact::Section& TinyArtifact::Find(SectionKind kind) {
  return *std::find_if(sections.begin(), sections.end(),
                       [&](const Section& section) { return section.kind == kind; });
}

std::string TinyArtifact::Build(uint64_t base) const {
  std::string out;
  artifact::Writer writer(
      [&](uint64_t offset, absl::Span<const uint8_t> bytes) {
        out.resize(std::max<size_t>(out.size(), offset + bytes.size()));
        std::copy(bytes.begin(), bytes.end(), out.begin() + static_cast<ptrdiff_t>(offset));
        return absl::OkStatus();
      },
      base);
  for (const Section& section : sections) {
    writer.Add(section.kind, section.name, std::string_view(section.bytes)).IgnoreError();
  }
  if (!plan.windows.empty()) writer.Require(artifact::kWindowsFeature);
  writer.Finish().IgnoreError();
  return out;
}

void RenewChecksum(std::string& artifact) {
  const auto place = artifact.begin() + artifact::kChecksumAt;
  std::fill_n(place, artifact::kChecksumBytes, '\0');
  const auto checksum = artifact::ChecksumOf(
      absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(artifact.data()), artifact::kPageBytes));
  std::copy(checksum.begin(), checksum.end(), place);
}

}  // namespace emel::testing
