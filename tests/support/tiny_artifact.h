#ifndef EMEL_TESTS_SUPPORT_TINY_ARTIFACT_H_
#define EMEL_TESTS_SUPPORT_TINY_ARTIFACT_H_

#include "runtime/artifact/plan.h"
#include "runtime/artifact/writer.h"

#include <functional>
#include <string>
#include <vector>

namespace emel::testing {

// An artifact of a few pages with two variants. Change what it is made of, then Build.
struct TinyArtifact {
  struct Section {
    artifact::SectionKind kind;
    std::string name, bytes;
  };

  TinyArtifact();
  std::string Build(uint64_t base = 0) const;  // with zeros before `base`
  Section& Find(artifact::SectionKind kind);
  void SetPlan();  // after a change of `plan`

  artifact::Plan plan;
  std::vector<Section> sections;
};

// Puts a new checksum into the first page of an artifact that was changed on purpose.
void RenewChecksum(std::string& artifact);

}  // namespace emel::testing

#endif  // EMEL_TESTS_SUPPORT_TINY_ARTIFACT_H_
