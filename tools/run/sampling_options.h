#ifndef EMEL_TOOLS_RUN_SAMPLING_OPTIONS_H_
#define EMEL_TOOLS_RUN_SAMPLING_OPTIONS_H_

#include "runtime/gguf/gguf.h"
#include "runtime/sample/options.h"
#include "runtime/sample/sampler.h"
#include "tools/support/command_line.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <vector>

namespace emel::tools {

struct Sampling {
  sample::Options options;
  std::vector<sample::Bias> biases;
};

// The options of a command line that are about sampling, with llama-cli's names.
class SamplingFlags {
 public:
  // This object stays where it is until the line is parsed.
  void Declare(CommandLine& line);

  bool given() const;
  // Sets what was given; an error is bad usage.
  absl::Status Apply(Sampling& sampling) const;

 private:
  std::vector<std::optional<std::string>> numbers_;  // beside sample::Parameters()
  std::optional<std::string> samplers_, sequence_;
  std::vector<std::string> biases_, breakers_;
};

// Takes what a model's author recommends; false where that is nothing.
absl::StatusOr<bool> TakeRecommendation(const gguf::Model& model, sample::Options& options);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_RUN_SAMPLING_OPTIONS_H_
