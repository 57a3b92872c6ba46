#ifndef EMEL_TESTS_SUPPORT_RUNNABLE_ARTIFACT_H_
#define EMEL_TESTS_SUPPORT_RUNNABLE_ARTIFACT_H_

#include "runtime/gguf/writer.h"
#include "tests/support/tiny_artifact.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace emel::testing {

// An artifact whose code was assembled by hand, so that a runtime can be tested without a compiler.
// It keeps tokens in its pages; its logits depend on all tokens so far.
struct RunnableArtifact : TinyArtifact {
  static constexpr uint32_t kVocabulary = 40, kContext = 100;
  // `add` puts more into the metadata of its model.
  explicit RunnableArtifact(const std::function<void(gguf::Writer&)>& add = {});

  // The row after `tokens`.
  static std::vector<float> Logits(const std::vector<int32_t>& tokens);
  static bool RunsHere();  // on x86-64
};

}  // namespace emel::testing

#endif  // EMEL_TESTS_SUPPORT_RUNNABLE_ARTIFACT_H_
