// Runs a compiled model.

#include "runtime/io/status.h"
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
  line.Section("the prompt, one of");
  line.Value("-p", "TEXT", "text; needs the vocabulary of the model, which most models have",
             &options.prompt);
  line.Value("--tokens", "IDS", "token ids, such as 1,5,7", &tokens);
  line.Section("what to write");
  line.Number("--generate", "N",
              "how many tokens to continue with; left out: with -p until "
              "the model ends or the context is full, with --tokens none",
              0, INT32_MAX, &options.generate);
  line.Flag("--ids", "prints generated tokens as ids, such as 3,1,4, instead of prompt and text",
            &options.ids);
  line.Value(
      "--logits", "FILE",
      "writes what the model says after each token of the prompt: a row of float32, one for "
      "each token that there is; with -p nothing is generated then unless --generate says so",
      &options.logits);
  line.Number(
      "--candidates", "N",
      "prints, instead of prompt and text, a line of JSON for each generated token: its step "
      "and the N most likely of those that samplers left over, by id, logit and probability; "
      "0: all",
      0, INT32_MAX, &options.candidates);
  line.Flag("--timings", "prints on stderr how long loading, prompt and generation took",
            &options.timings);
  options.sampling.Declare(line);
  line.Section("how to run");
  line.Number("--threads", "N",
              "how many threads compute, at most as many as emel-compile --workers allowed; 0: one "
              "for each CPU that this process may use",
              0, 4096, &options.threads);
  line.Number("--context", "N",
              "the most tokens, of prompt and generation together; 0: what the model was compiled "
              "for",
              0, INT32_MAX, &options.context);
  line.Flag(
      "--one-by-one",
      "feeds the prompt token by token, as generation does, instead of many at a time: slower",
      &options.one_by_one);
  line.Value("--cpu", "NAME",
             "runs the code made for this CPU, such as x86-64-v3; left out: the best that this "
             "machine runs",
             &options.cpu);
  line.Flag("--verify", "compares all weights with their checksum first, which reads all of them",
            &options.verify);
  line.Flag("--profile", "runs a copy of the code in which perf and gdb know kernels by name",
            &options.profile);
}

void DeclareHelp(CommandLine& line, bool own) {
  const std::string run = own ? line.tool() : line.tool() + " model.emel";
  line.Example(run + " -p 'Once upon a time'", "tells a story");
  line.Example(run + " -p 'Once upon a time' --temp 0.8 --seed 7",
               "tells another one, the same each time");
  line.Example(run + " --tokens 1,5,7 --generate 8 --ids", "8 ids");
  line.Example(run + " --tokens 1,5,7 --logits out.f32", "3 rows of logits");
  line.Note(
      "An artifact holds machine code: running it is running a program. Results are the same bits "
      "for any number of threads, and, with --seed, whatever is drawn. Text and ids end before the "
      "model's end token, unless --generate "
      "asks for a number of ids.");
}

// What is wrong about options that each are right.
absl::Status Check(RunOptions& options, const std::optional<std::string>& tokens) {
  if (tokens.has_value() == options.prompt.has_value()) {
    return UsageError(tokens ? "-p and --tokens each give a prompt: expected one of them"
                             : "expected a prompt, -p TEXT or --tokens IDS, found neither");
  }
  Sampling sampling;
  EMEL_RETURN_IF_ERROR(options.sampling.Apply(sampling));
  if (tokens) {
    EMEL_ASSIGN_OR_RETURN(options.tokens, ParseTokens(*tokens));
    if (!options.logits && !options.generate) {
      return UsageError("--tokens needs --generate, --logits or both");
    }
  }
  if (options.candidates && options.ids) {
    return UsageError("--candidates and --ids each say what is printed: expected one of them");
  }
  const bool generates = options.generate ? *options.generate > 0 : !options.logits;
  if (!generates && (options.candidates || options.sampling.given())) {
    return UsageError(
        "nothing is generated that could be chosen: expected --generate of 1 or more");
  }
  if (options.logits == "-" && generates) {
    return UsageError("expected --logits FILE, since what is generated goes to standard output");
  }
  return absl::OkStatus();
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
  DeclareHelp(line, own->has_value());
  if (auto code = line.Parse(argc, argv)) return *code;
  if (argc == 1) return line.ShortUsage();
  if (absl::Status status = Check(options, tokens); !status.ok()) {
    return line.UsageError(std::string(status.message()));
  }
  return RunTool(line.tool(), [&] { return RunModel(options); });
}
