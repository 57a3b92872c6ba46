#include "codegen/cpu/Target.h"

#include "runtime/artifact/cpu.h"

#include <gtest/gtest.h>

namespace emel::cpu {
namespace {

// What code is written for, a loader can ask for, and the other way round.
TEST(Targets, AreTheVariantsOfArtifacts) {
  for (const Target& target : knownTargets())
    EXPECT_NE(artifact::FindVariant(target.name.str()), nullptr) << target.name.str();
  for (const artifact::CpuVariant& variant : artifact::KnownVariants())
    EXPECT_NE(findTarget(variant.name), nullptr) << variant.name;
}

}  // namespace
}  // namespace emel::cpu
