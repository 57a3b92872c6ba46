// Runs a compiled model.

#include "tools/run/own_model.h"
#include "tools/run/run.h"
#include "tools/support/command_line.h"
#include "tools/support/exit.h"

#include <cstdint>
#include <optional>
#include <string>

namespace emel::tools {
namespace {

// Without an artifact that is part of this executable, one is an operand.
void Declare(CommandLine& line, RunOptions& options, std::optional<std::string>& tokens) {
  const bool own = !options.artifact.empty();
  if (!own) line.Operand("ARTIFACT", "what emel-compile wrote", &options.artifact);
  line.Section("what to feed");
  line.Value("--tokens", "IDS", "token ids, as 1,5,7", &tokens);
  line.Value("-p", "TEXT", "text for the model's tokenizer", &options.prompt);
  line.Flag("--one-by-one", "feeds tokens singly instead of as a prefill", &options.one_by_one);
  line.Section("what to write");
  line.Value("--logits", "FILE", "a row of raw float32 for each token that is fed",
             &options.logits);
  line.Number("--generate", "N",
              "continues with the N most likely tokens, of equals the lowest; with -p the default "
              "is until the model ends",
              0, INT32_MAX, &options.generate);
  line.Flag("--ids", "prints the ids of what is generated, as 3,1,4, instead of text",
            &options.ids);
  line.Flag("--timings", "says on stderr how long loading, prompt and generation took",
            &options.timings);
  line.Section("how to run");
  line.Number("--threads", "N", "workers; 0 takes as many as this process has CPUs for", 0, 4096,
              &options.threads);
  line.Number("--context", "N", "the longest sequence; 0 takes what the artifact allows", 0,
              INT32_MAX, &options.context);
  line.Value("--cpu", "NAME", "the code variant to run; left out: the best one for this CPU",
             &options.cpu);
  line.Flag("--verify", "checks the weights' checksum first, which reads all of them",
            &options.verify);
  line.Flag("--profile", "runs a copy of the code whose kernels perf knows by name",
            &options.profile);
  const std::string run = own ? line.tool() : line.tool() + " model.emel";
  line.Example(run + " -p 'Once upon a time'", "tells a story");
  line.Example(run + " --tokens 1,5,7 --generate 8 --ids", "8 ids");
  line.Example(run + " --tokens 1,5,7 --logits out.f32", "3 rows of logits");
  line.Note(
      "An artifact holds machine code: running it is running a program. Results are the same bits "
      "for any number of workers. The model's end token ends text, but not ids.");
}

}  // namespace
}  // namespace emel::tools

int main(int argc, char** argv) {
  using namespace emel::tools;
  RunOptions options;
  std::optional<std::string> tokens;
  const auto own = FindOwnModel();
  if (!own.ok()) return Exit(argc > 0 ? argv[0] : "emel-run", own.status());
  options.artifact = own->value_or("");
  CommandLine line(*own && argc > 0 ? argv[0] : "emel-run",
                   *own ? "runs the model that it holds" : "runs a compiled model");
  Declare(line, options, tokens);
  if (auto code = line.Parse(argc, argv)) return *code;
  if (tokens.has_value() == options.prompt.has_value()) {
    return line.UsageError("expected --tokens or -p");
  }
  if (tokens) {
    auto parsed = ParseTokens(*tokens);
    if (!parsed.ok()) return line.UsageError(std::string(parsed.status().message()));
    options.tokens = *std::move(parsed);
    if (!options.logits && !options.generate) {
      return line.UsageError("expected --logits, --generate or both");
    }
  }
  return RunTool(line.tool(), [&] { return RunModel(options); });
}
