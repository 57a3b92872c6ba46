// Runs a compiled model.

#include "runtime/io/status.h"
#include "tools/run/chat_format.h"
#include "tools/run/own_model.h"
#include "tools/run/prompt.h"
#include "tools/run/run.h"
#include "tools/support/command_line.h"
#include "tools/support/exit.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unistd.h>

namespace emel::tools {
namespace {

// What the options are before they are understood.
struct Texts {
  std::optional<std::string> tokens, now;
};

// Without an artifact that is part of this executable, one is an operand.
void DeclarePrompt(CommandLine& line, RunOptions& options, Texts& texts) {
  const bool own = !options.artifact.empty();
  if (!own) {
    line.OptionalOperand("ARTIFACT", "what emel-compile wrote; --print-prompt can do without",
                         &options.artifact);
  }
  line.Section("the prompt, one of, or text on standard input");
  line.Value("-p", "TEXT", "text; needs the vocabulary of the model, which most models have",
             &options.prompt);
  line.Value("-f", "FILE",
             "a file that holds the text, '-' for standard input; a line break at its end is not "
             "part of it, there neither",
             &options.file);
  line.Value("--tokens", "IDS", "token ids, such as 1,5,7", &texts.tokens);
  line.Section("a conversation");
  line.Flag(
      "--print-prompt",
      "prints what a model gets for a conversation, those bytes alone, and stops: for that of "
      "--messages, or for the prompt as its only message",
      &options.print_prompt);
  line.Value(
      "--messages", "FILE",
      "JSON: a list of messages such as {\"role\": \"user\", \"content\": \"Hi\"}, or an object "
      "with \"messages\" and whatever else the template asks for, as \"tools\"",
      &options.messages);
  line.Value("--system", "TEXT", "the first message, of the role system", &options.system);
  line.Value("--chat-template", "FILE", "a Jinja template in place of the model's",
             &options.chat_template);
  line.Value("--now", "TIME", "the time that templates see, such as 2026-01-31T12:00:00",
             &texts.now);
}

void DeclareRun(CommandLine& line, RunOptions& options) {
  line.Section("what to write");
  line.Number("--generate", "N",
              "how many tokens to continue with; left out: with text until "
              "the model ends or the context is full, with --tokens none",
              0, INT32_MAX, &options.generate);
  line.Flag("--ids", "prints generated tokens as ids, such as 3,1,4, instead of prompt and text",
            &options.ids);
  line.Value(
      "--logits", "FILE",
      "writes what the model says after each token of the prompt: a row of float32, one for "
      "each token that there is; with text nothing is generated then unless --generate says so",
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
  line.Example(run + " --print-prompt --messages talk.json", "what the model gets for it");
  line.Example(run + " --tokens 1,5,7 --logits out.f32", "3 rows of logits");
  line.Note(
      "An artifact holds machine code: running it is running a program. Results are the same bits "
      "for any number of threads, and, with --seed, whatever is drawn. Text and ids end before the "
      "model's end token, unless --generate "
      "asks for a number of ids.");
}

// Options that go with --print-prompt, and those that go with it alone.
const std::set<std::string> kOfPrintPrompt = {
    "--print-prompt", "--messages", "--system", "-p", "-f", "--chat-template", "--now"};
const std::set<std::string> kOfConversations = {"--messages", "--system", "--chat-template",
                                                "--now"};

absl::Status CheckMode(const CommandLine& line, const RunOptions& options) {
  for (const std::string& name : line.Given()) {
    if (options.print_prompt && !kOfPrintPrompt.count(name)) {
      return UsageError(
          "--print-prompt prints what a model gets and runs none: it has no use for " + name);
    }
    if (!options.print_prompt && kOfConversations.count(name)) {
      return UsageError(name + " is about a conversation: expected --print-prompt with it");
    }
  }
  if (options.artifact.empty() && !options.print_prompt) {
    return UsageError("missing ARTIFACT: what emel-compile wrote");
  }
  if (options.artifact.empty() && !options.chat_template) {
    return UsageError("--print-prompt needs an ARTIFACT or --chat-template FILE");
  }
  return absl::OkStatus();
}

// One prompt, if only on standard input.
absl::Status CheckPrompt(const CommandLine& line, const RunOptions& options) {
  std::string given;
  for (const char* name : {"-p", "-f", "--tokens", "--messages"}) {
    if (!line.given(name)) continue;
    if (!given.empty()) {
      return UsageError(given + " and " + name + " each give a prompt: expected one of them");
    }
    given = name;
  }
  if (options.messages && options.system) {
    return UsageError("--messages and --system each begin a conversation: expected one of them");
  }
  if (!given.empty() || isatty(STDIN_FILENO) == 0) return absl::OkStatus();
  return UsageError(
      "expected a prompt: -p TEXT, -f FILE, --tokens IDS or text on standard input, found none");
}

// What is wrong about options that each are right.
absl::Status Check(const CommandLine& line, const Texts& texts, RunOptions& options) {
  EMEL_RETURN_IF_ERROR(CheckMode(line, options));
  EMEL_RETURN_IF_ERROR(CheckPrompt(line, options));
  if (texts.now) {
    EMEL_ASSIGN_OR_RETURN(options.now, ParseTime(*texts.now));
  }
  if (options.print_prompt) return absl::OkStatus();
  Sampling sampling;
  EMEL_RETURN_IF_ERROR(options.sampling.Apply(sampling));
  if (texts.tokens) {
    EMEL_ASSIGN_OR_RETURN(options.tokens, ParseTokens(*texts.tokens));
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

absl::Status Run(RunOptions& options) {
  if (!options.messages) EMEL_RETURN_IF_ERROR(ReadPrompt(options));
  return options.print_prompt ? PrintPrompt(options) : RunModel(options);
}

}  // namespace
}  // namespace emel::tools

int main(int argc, char** argv) {
  using namespace emel::tools;
  RunOptions options;
  Texts texts;
  const auto own = FindOwnModel();
  if (!own.ok()) return Exit(argc > 0 ? argv[0] : "emel-run", own.status());
  options.artifact = own->value_or("");
  CommandLine line(*own && argc > 0 ? argv[0] : "emel-run",
                   *own ? "runs the model that it holds" : "runs a compiled model");
  DeclarePrompt(line, options, texts);
  DeclareRun(line, options);
  DeclareHelp(line, own->has_value());
  if (auto code = line.Parse(argc, argv)) return *code;
  if (argc <= 1 && (!*own || isatty(STDIN_FILENO) == 1)) return line.ShortUsage();
  if (absl::Status status = Check(line, texts, options); !status.ok()) {
    return line.UsageError(std::string(status.message()));
  }
  return RunTool(line.tool(), [&] { return Run(options); });
}
