#ifndef EMEL_RUNTIME_EXEC_MODEL_H_
#define EMEL_RUNTIME_EXEC_MODEL_H_

#include "runtime/artifact/reader.h"
#include "runtime/exec/program.h"

#include <absl/status/statusor.h>

#include <memory>
#include <string>

namespace emel::exec {

struct LoadOptions {
  bool verify = false;   // the weights' checksum as well
  bool profile = false;  // code where perf and gdb find its names
  std::string variant;   // empty: the best one for this CPU
};

// An artifact with the code for this CPU, ready to be called.
class Model {
 public:
  static absl::StatusOr<std::shared_ptr<const Model>> Load(const std::string& path,
                                                           const LoadOptions& options = {});

  const artifact::Artifact& artifact() const { return artifact_; }
  const artifact::Plan& plan() const { return artifact_.plan(); }
  const std::string& variant() const { return plan().variants[variant_].name; }
  const Program& program() const { return program_; }

 private:
  Model(artifact::Artifact artifact, artifact::Code code, size_t variant);

  artifact::Artifact artifact_;
  artifact::Code code_;
  size_t variant_;
  Program program_;
};

}  // namespace emel::exec

#endif  // EMEL_RUNTIME_EXEC_MODEL_H_
