// Holds a compiled model to what it was compiled from.

#include "codegen/Backends.h"
#include "runtime/io/status.h"
#include "tools/run/run.h"
#include "tools/support/command_line.h"
#include "tools/support/exit.h"
#include "tools/support/output_file.h"
#include "tools/verify/verify.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <optional>
#include <string>

namespace emel::tools {
namespace {

struct Arguments {
  VerifyOptions verify;
  std::optional<std::string> junit;
  std::optional<std::string> tokens;
};

void Declare(CommandLine& line, Arguments& arguments) {
  VerifyOptions& verify = arguments.verify;
  verify.mean_divergence = 2e-3;
  verify.max_divergence = 5e-2;
  verify.difference = 1;
  line.Operand("MODEL",
               "the GGUF model, of a split one the first shard; or emel IR, edited or not, of any "
               "stage",
               &verify.model);
  line.Operand("ARTIFACT", "what emel-compile made of it", &verify.artifact);
  line.Section("what to feed");
  line.Value("--tokens", "N or IDS",
             "so many random tokens, or token ids, as 1,5,7; left out: 64, or as many as the "
             "context has room for",
             &arguments.tokens);
  line.Number("--seed", "N", "which random tokens", 0, INT64_MAX, &verify.seed);
  line.Flag("--one-by-one", "feeds tokens singly instead of as a prefill", &verify.one_by_one);
  line.Section("what passes");
  line.Flag(
      "--exact",
      "compares with exact arithmetic on the weights instead of the model's own scheme, so that "
      "the rounding of activations counts",
      &verify.exact);
  line.Real("--mean-divergence", "NATS", "the most that passes, as the mean over tokens", 0, 1e30,
            &verify.mean_divergence);
  line.Real("--max-divergence", "NATS", "the most that passes for one token", 0, 1e30,
            &verify.max_divergence);
  line.Real("--difference", "X", "the most by which a logit may differ", 0, 1e30,
            &verify.difference);
  line.Section("how to run");
  line.Number("--threads", "N", "workers; 0 takes as many as this process has CPUs for", 0, 4096,
              &verify.threads);
  line.Value("--cpu", "NAME", "the code variant to run; left out: the best one for this CPU",
             &verify.cpu);
  line.Value("--junit", "FILE", "writes the checks as JUnit's XML as well", &arguments.junit);
  line.Example("emel-verify model.gguf model.emel --tokens 64", "64 random tokens");
  line.Example("emel-verify edited.mlir edited.emel", "a model that was edited as IR");
  line.Example("emel-verify model.gguf model.emel --tokens 1,5,7 --junit out.xml", "for CI");
  line.Example("emel-verify model.gguf model.emel --exact --mean-divergence 0.01 --difference 9",
               "what 8-bit activations cost");
  line.Note(
      "The interpreter computes what the compiled code should: it is slow, so that models of some "
      "hundred million weights take minutes. Divergence is Kullback and Leibler's, of the "
      "distributions of the next token. Memory is what becomes resident while the tokens are fed; "
      "2 MiB more than the contract pass.");
}

// "64" is a number of tokens, "1,5,7" are tokens; one token is written "5,".
absl::Status ReadTokens(const std::string& text, VerifyOptions& verify) {
  if (text.find(',') != std::string::npos) {
    EMEL_ASSIGN_OR_RETURN(verify.tokens, ParseTokens(text));
    return absl::OkStatus();
  }
  uint64_t count = 0;
  if (!absl::SimpleAtoi(text, &count) || count == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--tokens: expected how many tokens, at least 1, or ids such as 1,5,7, found '", text,
        "'"));
  }
  verify.count = count;
  return absl::OkStatus();
}

absl::Status Run(const Arguments& arguments) {
  if (arguments.junit) {
    EMEL_RETURN_IF_ERROR(
        CheckIsNoInput(*arguments.junit, {arguments.verify.model, arguments.verify.artifact}));
  }
  auto verification = Verify(arguments.verify);
  if (!verification.ok()) return verification.status();
  if (arguments.junit) {
    auto out = OutputFile::Create(*arguments.junit);
    if (!out.ok()) return out.status();
    absl::Status status = out->Write(PrintJunit(*verification, arguments.verify));
    if (status.ok()) status = out->Commit();
    if (!status.ok()) return status;
  }
  if (absl::Status status = WriteStdout(PrintVerification(*verification)); !status.ok()) {
    return status;
  }
  if (verification->Passed()) return absl::OkStatus();
  return absl::FailedPreconditionError("the artifact breaks its promises (" +
                                       arguments.verify.artifact + ")");
}

}  // namespace
}  // namespace emel::tools

int main(int argc, char** argv) {
  using namespace emel::tools;
  emel::registerBackends();
  Arguments arguments;
  CommandLine line("emel-verify", "holds a compiled model to the model and to its contract");
  Declare(line, arguments);
  if (auto code = line.Parse(argc, argv)) return *code;
  if (arguments.tokens) {
    absl::Status status = ReadTokens(*arguments.tokens, arguments.verify);
    if (!status.ok()) return line.UsageError(std::string(status.message()));
  }
  return RunTool(line.tool(), [&] { return Run(arguments); });
}
