#ifndef EMEL_TOOLS_RUN_OPTIONS_H_
#define EMEL_TOOLS_RUN_OPTIONS_H_

#include "tools/run/sampling_options.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace emel::tools {

// What the command line of emel-run says.
struct RunOptions {
  std::string artifact;
  std::string cpu;                             // empty: the best variant
  std::optional<std::vector<int32_t>> tokens;  // in place of text
  std::optional<std::string> prompt;           // text, which needs the model's vocabulary
  std::string prompt_source = "-p";            // as errors call it
  std::optional<std::string> file;             // that holds the text; "-": standard input
  std::optional<std::string> messages, chat_template,
      system;                          // of a conversation; files but the last
  std::optional<int64_t> now;          // seconds since 1970, for templates
  std::optional<std::string> logits;   // a file for the rows after each token that is fed
  std::optional<uint64_t> generate;    // tokens; none: text until its end, or nothing
  std::optional<uint64_t> candidates;  // of each token that is generated; 0: all
  SamplingFlags sampling;
  uint64_t threads = 0, context = 0;  // 0: chosen
  bool print_prompt = false;
  bool one_by_one = false, ids = false, timings = false, verify = false, profile = false;
};

}  // namespace emel::tools

#endif  // EMEL_TOOLS_RUN_OPTIONS_H_
