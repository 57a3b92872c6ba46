#ifndef EMEL_TOOLS_SUPPORT_COMMAND_LINE_H_
#define EMEL_TOOLS_SUPPORT_COMMAND_LINE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The command line of a tool: a table of options that also writes the help text.
//
//   int main(int argc, char** argv) {
//     std::string file, format = "table";
//     bool verbose = false;
//     tools::CommandLine line("emel-inspect", "shows what a GGUF file holds");
//     line.Operand("FILE", "a GGUF model; any shard of a split one", &file);
//     line.Choice("--format", {"table", "json", "csv"}, "how to print", &format);
//     line.Flag("--verbose", "prints every value", &verbose);
//     line.Example("emel-inspect model.gguf", "metadata and tensors as a table");
//     if (auto code = line.Parse(argc, argv)) return *code;     // --help, --version, bad usage
//     return tools::RunTool(line.tool(), [&] { return Inspect(file, format); });
//   }
//
// Options are written --name=value or --name value, in any order among the operands; "--" ends
// them. An option given twice, an unknown one (the nearest name is suggested) or a bad value is bad
// usage: exit code 2. The value that a variable holds when its option is added is the default.
namespace emel::tools {

class CommandLine {
 public:
  CommandLine(std::string tool, std::string summary);

  // Operands, in order; optional ones last.
  void Operand(std::string name, std::string help, std::string* value);
  void OptionalOperand(std::string name, std::string help, std::string* value);

  // Options. `name` carries its dashes: "--format", "-o".
  void Flag(std::string name, std::string help, bool* value);
  void Value(std::string name, std::string placeholder, std::string help, std::string* value);
  void Value(std::string name, std::string placeholder, std::string help,
             std::optional<std::string>* value);
  void List(std::string name, std::string placeholder, std::string help,
            std::vector<std::string>* values);  // may be given several times
  void Choice(std::string name, std::vector<std::string> choices, std::string help,
              std::string* value);
  // Whole numbers within [least, most].
  void Number(std::string name, std::string placeholder, std::string help, uint64_t least,
              uint64_t most, uint64_t* value);
  void Number(std::string name, std::string placeholder, std::string help, uint64_t least,
              uint64_t most, std::optional<uint64_t>* value);
  // Takes whole options that begin with a prefix, for another parser: "--mlir-" takes
  // --mlir-timing and --mlir-print-ir-after=PASS, always written with "=".
  void Prefixed(std::string prefix, std::string help, std::vector<std::string>* options);
  void Real(std::string name, std::string placeholder, std::string help, double least, double most,
            double* value);

  // Another name of the option that was added last.
  void Alias(std::string name);

  // Help only: a heading for the options added next, an example, a paragraph at the end.
  void Section(std::string title);
  void Example(std::string command, std::string what);
  void Note(std::string text);

  // Stores the values. An exit code where the tool is to stop: 0 after --help and --version, 2
  // after a message about bad usage. Without any argument where one is required, the message is
  // ShortUsage.
  std::optional<int> Parse(int argc, const char* const* argv);

  // Prints a message about bad usage that only the tool can see; returns exit code 2.
  int UsageError(std::string_view message) const;
  // Prints what the tool is and how it is called, for who calls it without saying what to do;
  // returns exit code 2.
  int ShortUsage() const;

  bool given(std::string_view name) const;
  std::vector<std::string> Given() const;  // the options, by their first names
  const std::string& tool() const { return tool_; }
  std::string Help() const;

 private:
  // Stores a value; the message says what was expected where it cannot.
  using Setter = std::function<std::optional<std::string>(std::string_view)>;
  struct Option {
    std::string name, placeholder, help, default_text, section;
    Setter set;
    std::vector<std::string> aliases = {};
    bool repeats = false;
    bool is_prefix = false;
    bool given = false;
  };
  struct Positional {
    std::string name, help;
    std::string* value;
    bool required;
  };
  struct Pending;  // what is left of the arguments

  template <typename T>
  static Setter NumberSetter(uint64_t least, uint64_t most, T* value);
  Option& Add(std::string name, std::string placeholder, std::string help, Setter set);
  Option* Find(std::string_view name);
  std::optional<std::string> TakeOption(Pending& pending, std::string_view argument);
  std::optional<std::string> ParseAll(int argc, const char* const* argv);
  std::string Usage() const;
  std::string Nearest(std::string_view name) const;

  std::string tool_, summary_, section_ = "options";
  std::vector<Option> options_;
  std::vector<Positional> operands_;
  std::vector<std::pair<std::string, std::string>> examples_;
  std::vector<std::string> notes_;
};

}  // namespace emel::tools

#endif  // EMEL_TOOLS_SUPPORT_COMMAND_LINE_H_
