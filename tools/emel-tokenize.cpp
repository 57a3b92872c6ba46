// Text to token ids and back, with the tokenizer of a GGUF model.

#include "runtime/gguf/gguf.h"
#include "runtime/text/tokenizer.h"
#include "tools/support/command_line.h"
#include "tools/support/exit.h"
#include "tools/support/input_text.h"
#include "tools/support/output_file.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <charconv>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace emel {
namespace {

struct Options {
  std::string file;
  bool no_special = false;
  bool no_parse_special = false;
  bool detokenize = false;
};

// Ids as a JSON array, or just separated by white space or commas.
absl::StatusOr<std::vector<int32_t>> ParseIds(std::string_view text) {
  constexpr std::string_view kSeparators = "[], \t\r\n";
  std::vector<int32_t> ids;
  for (size_t begin = 0; (begin = text.find_first_not_of(kSeparators, begin)) != text.npos;) {
    const size_t end = std::min(text.find_first_of(kSeparators, begin), text.size());
    int32_t id;
    const auto [rest, error] = std::from_chars(&text[begin], text.data() + end, id);
    if (error != std::errc() || rest != text.data() + end) {
      const std::string_view found = text.substr(begin, std::min<size_t>(end - begin, 40));
      return absl::InvalidArgumentError(absl::StrCat("standard input, offset ", begin,
                                                     ": expected a token id, found '",
                                                     std::string(found), "'"));
    }
    ids.push_back(id);
    begin = end;
  }
  return ids;
}

absl::StatusOr<std::string> Convert(const text::Tokenizer& tokenizer, const Options& options,
                                    const std::string& input) {
  if (options.detokenize) {
    auto ids = ParseIds(input);
    if (!ids.ok()) return ids.status();
    return tokenizer.Decode(*ids, {.special = !options.no_special});
  }
  auto ids = tokenizer.Encode(
      input, {.add_special = !options.no_special, .parse_special = !options.no_parse_special});
  if (!ids.ok()) return ids.status();
  return absl::StrCat("[", absl::StrJoin(*ids, ", "), "]\n");
}

absl::Status Tokenize(const Options& options) {
  auto model = gguf::Model::Open(options.file, {.vocab_only = true});
  if (!model.ok()) return model.status();
  auto vocabulary = text::LoadVocabulary(*model);
  if (!vocabulary.ok()) return vocabulary.status();
  auto tokenizer =
      text::Tokenizer::Create(std::make_shared<const text::Vocabulary>(*std::move(vocabulary)));
  if (!tokenizer.ok()) return tokenizer.status();
  auto input = tools::ReadInput("-");
  if (!input.ok()) return input.status();
  auto output = Convert(**tokenizer, options, *input);
  if (!output.ok()) return output.status();
  return tools::WriteStdout(*output);
}

}  // namespace
}  // namespace emel

int main(int argc, char** argv) {
  emel::Options options;
  emel::tools::CommandLine line(
      "emel-tokenize", "turns the text on standard input into the token ids of a model, or back");
  line.Operand("FILE", "a GGUF model or vocabulary; any shard of a split one", &options.file);
  line.Flag("--no-special",
            "add no begin and end tokens; with --detokenize, leave out control tokens",
            &options.no_special);
  line.Flag("--no-parse-special", "read control tokens in the text, such as <s>, as ordinary text",
            &options.no_parse_special);
  line.Flag("--detokenize", "read token ids and write the bytes that they stand for",
            &options.detokenize);
  line.Example("printf 'Hello world' | emel-tokenize model.gguf", "prints a JSON array of ids");
  line.Example("echo '[1, 15043, 3186]' | emel-tokenize model.gguf --detokenize",
               "writes the text, without a line break of its own");
  line.Note(
      "Every byte of the input is text, a line break at its end too. Ids may also be "
      "separated by white space alone.");
  if (auto code = line.Parse(argc, argv)) return *code;
  return emel::tools::RunTool(line.tool(), [&] { return emel::Tokenize(options); });
}
