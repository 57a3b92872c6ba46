#include "tools/support/command_line.h"

#include "tools/support/exit.h"
#include "tools/support/output_file.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>

namespace emel::tools {
namespace {

constexpr size_t kHelpWidth = 96;
constexpr size_t kHelpIndent = 26;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

std::optional<uint64_t> ParseNumber(std::string_view text, uint64_t least, uint64_t most) {
  uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (number < least || number > most) return std::nullopt;
  return number;
}

std::string NumberRange(uint64_t least, uint64_t most) {
  if (most == std::numeric_limits<uint64_t>::max()) {
    return absl::StrCat("a whole number of at least ", least);
  }
  return absl::StrCat("a whole number from ", least, " to ", most);
}

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

// Appends `text` broken into lines that start at column `indent`; the first line starts where
// `out` ends, that is at `column`.
void AppendWrapped(std::string& out, size_t column, size_t indent, std::string_view text) {
  for (absl::string_view word : absl::StrSplit(View(text), ' ')) {
    if (column > indent && column + 1 + word.size() > kHelpWidth) {
      absl::StrAppend(&out, "\n", std::string(indent, ' '));
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    absl::StrAppend(&out, word);
    column += word.size();
  }
  out += '\n';
}

void AppendEntry(std::string& out, std::string_view name, std::string_view help) {
  absl::StrAppend(&out, "  ", View(name));
  size_t column = name.size() + 2;
  if (column + 2 > kHelpIndent) {
    out += '\n';
    column = 0;
  }
  out.append(kHelpIndent - column, ' ');
  AppendWrapped(out, kHelpIndent, kHelpIndent, help);
}

}  // namespace

struct CommandLine::Pending {
  const char* const* next;
  const char* const* end;
};

CommandLine::CommandLine(std::string tool, std::string summary)
    : tool_(std::move(tool)), summary_(std::move(summary)) {}

void CommandLine::Operand(std::string name, std::string help, std::string* value) {
  operands_.push_back({std::move(name), std::move(help), value, true});
}

void CommandLine::OptionalOperand(std::string name, std::string help, std::string* value) {
  operands_.push_back({std::move(name), std::move(help), value, false});
}

CommandLine::Option& CommandLine::Add(std::string name, std::string placeholder, std::string help,
                                      Setter set) {
  options_.push_back(
      {std::move(name), std::move(placeholder), std::move(help), "", section_, std::move(set)});
  return options_.back();
}

void CommandLine::Flag(std::string name, std::string help, bool* value) {
  Add(std::move(name), "", std::move(help), [value](std::string_view) {
    *value = true;
    return std::nullopt;
  });
}

void CommandLine::Value(std::string name, std::string placeholder, std::string help,
                        std::string* value) {
  Add(std::move(name), std::move(placeholder), std::move(help), [value](std::string_view text) {
    *value = text;
    return std::nullopt;
  }).default_text = *value;
}

void CommandLine::Value(std::string name, std::string placeholder, std::string help,
                        std::optional<std::string>* value) {
  Add(std::move(name), std::move(placeholder), std::move(help), [value](std::string_view text) {
    *value = std::string(text);
    return std::nullopt;
  });
}

void CommandLine::List(std::string name, std::string placeholder, std::string help,
                       std::vector<std::string>* values) {
  Add(std::move(name), std::move(placeholder), std::move(help), [values](std::string_view text) {
    values->emplace_back(text);
    return std::nullopt;
  }).repeats = true;
}

void CommandLine::Choice(std::string name, std::vector<std::string> choices, std::string help,
                         std::string* value) {
  std::string expected = absl::StrCat("one of ", absl::StrJoin(choices, ", "));
  std::string placeholder = absl::StrJoin(choices, "|");
  if (placeholder.size() > 32) {
    placeholder = "NAME";
    absl::StrAppend(&help, ": ", absl::StrJoin(choices, ", "));
  }
  auto set = [value, choices = std::move(choices),
              expected](std::string_view text) -> std::optional<std::string> {
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) return expected;
    *value = text;
    return std::nullopt;
  };
  Add(std::move(name), placeholder, std::move(help), set).default_text = *value;
}

template <typename T>
CommandLine::Setter CommandLine::NumberSetter(uint64_t least, uint64_t most, T* value) {
  return [=](std::string_view text) -> std::optional<std::string> {
    std::optional<uint64_t> number = ParseNumber(text, least, most);
    if (!number) return NumberRange(least, most);
    *value = *number;  // NOLINT(bugprone-optional-value-conversion): T may be a number
    return std::nullopt;
  };
}

void CommandLine::Number(std::string name, std::string placeholder, std::string help,
                         uint64_t least, uint64_t most, std::optional<uint64_t>* value) {
  Option& option = Add(std::move(name), std::move(placeholder), std::move(help),
                       NumberSetter(least, most, value));
  if (*value) option.default_text = absl::StrCat(**value);
}

void CommandLine::Number(std::string name, std::string placeholder, std::string help,
                         uint64_t least, uint64_t most, uint64_t* value) {
  Add(std::move(name), std::move(placeholder), std::move(help), NumberSetter(least, most, value))
      .default_text = absl::StrCat(*value);
}

void CommandLine::Real(std::string name, std::string placeholder, std::string help, double least,
                       double most, double* value) {
  auto set = [=](std::string_view text) -> std::optional<std::string> {
    double number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || !(number >= least && number <= most)) {
      return absl::StrCat("a number from ", least, " to ", most);
    }
    *value = number;
    return std::nullopt;
  };
  Add(std::move(name), std::move(placeholder), std::move(help), set).default_text =
      absl::StrCat(*value);
}

void CommandLine::Prefixed(std::string prefix, std::string help,
                           std::vector<std::string>* options) {
  Option& option = Add(std::move(prefix), "", std::move(help), [=](std::string_view text) {
    options->emplace_back(text);
    return std::nullopt;
  });
  option.repeats = option.is_prefix = true;
}

void CommandLine::Alias(std::string name) { options_.back().aliases.push_back(std::move(name)); }

void CommandLine::Section(std::string title) { section_ = std::move(title); }

void CommandLine::Example(std::string command, std::string what) {
  examples_.emplace_back(std::move(command), std::move(what));
}

void CommandLine::Note(std::string text) { notes_.push_back(std::move(text)); }

CommandLine::Option* CommandLine::Find(std::string_view name) {
  for (Option& option : options_) {
    const auto& aliases = option.aliases;
    bool same =
        option.name == name || std::find(aliases.begin(), aliases.end(), name) != aliases.end();
    bool begins = option.is_prefix && name.substr(0, option.name.size()) == option.name;
    if (same || begins) return &option;
  }
  return nullptr;
}

bool CommandLine::given(std::string_view name) const {
  for (const Option& option : options_) {
    if (option.name == name) return option.given;
  }
  return false;
}

std::vector<std::string> CommandLine::Given() const {
  std::vector<std::string> names;
  for (const Option& option : options_) {
    if (option.given) names.push_back(option.name);
  }
  return names;
}

std::string CommandLine::Nearest(std::string_view name) const {
  std::string best;
  if (name.size() < 3) return best;  // of one letter everything is near
  size_t least = std::max<size_t>(2, name.size() / 3) + 1;
  for (const Option& option : options_) {
    bool prefix = name.size() > 3 && std::string_view(option.name).substr(0, name.size()) == name;
    size_t distance = prefix ? 1 : EditDistance(name, option.name);
    if (distance < least) {
      least = distance;
      best = option.name;
    }
  }
  return best;
}

// Takes one option, and its value from the next argument where it is not attached.
std::optional<std::string> CommandLine::TakeOption(Pending& pending, std::string_view argument) {
  size_t equals = argument.find('=');
  std::string_view name = argument.substr(0, equals);
  Option* option = Find(name);
  if (option == nullptr) {
    std::string nearest = Nearest(name);
    return absl::StrCat("unknown option '", View(name), "'",
                        nearest.empty() ? "" : absl::StrCat("; did you mean '", nearest, "'?"));
  }
  if (option->given && !option->repeats) {
    return absl::StrCat("option ", option->name, " is given twice");
  }
  std::string_view value;
  if (option->is_prefix) {
    value = argument;
  } else if (equals != std::string_view::npos) {
    if (option->placeholder.empty())
      return absl::StrCat("option ", option->name, " takes no value");
    value = argument.substr(equals + 1);
  } else if (!option->placeholder.empty()) {
    bool absent = pending.next == pending.end;
    if (!absent) value = *pending.next;
    if (absent || Find(value.substr(0, value.find('='))) != nullptr) {
      return absl::StrCat("option ", option->name, " needs a value: ", option->placeholder);
    }
    ++pending.next;
  }
  option->given = true;
  if (std::optional<std::string> expected = option->set(value)) {
    return absl::StrCat("option ", option->name, ": expected ", *expected, ", found '", View(value),
                        "'");
  }
  return std::nullopt;
}

std::optional<std::string> CommandLine::ParseAll(int argc, const char* const* argv) {
  Pending pending{argv + std::min(argc, 1), argv + argc};
  size_t operand = 0;
  bool options_over = false;
  while (pending.next != pending.end) {
    std::string_view argument = *pending.next++;
    if (!options_over && argument == "--") {
      options_over = true;
    } else if (!options_over && argument.size() > 1 && argument[0] == '-') {
      if (auto problem = TakeOption(pending, argument)) return problem;
    } else if (operand == operands_.size()) {
      return absl::StrCat("unexpected argument '", View(argument), "'");
    } else {
      if (argument.empty()) return absl::StrCat("expected ", operands_[operand].name, ", found ''");
      *operands_[operand++].value = argument;
    }
  }
  if (operand < operands_.size() && operands_[operand].required) {
    return absl::StrCat("missing ", operands_[operand].name, ": ", operands_[operand].help);
  }
  return std::nullopt;
}

std::optional<int> CommandLine::Parse(int argc, const char* const* argv) {
  bool options_over = false;
  for (int i = 1; i < argc && !options_over; ++i) {
    std::string_view argument = argv[i];
    options_over = argument == "--";
    bool help = argument == "--help" || argument == "-h";
    if (!help && argument != "--version") continue;
    return Exit(tool_, WriteStdout(help ? Help() : absl::StrCat(tool_, " ", EMEL_VERSION, "\n")));
  }
  if (argc <= 1 && !operands_.empty() && operands_.front().required) return ShortUsage();
  std::optional<std::string> problem = ParseAll(argc, argv);
  if (problem) return UsageError(*problem);
  return std::nullopt;
}

int CommandLine::UsageError(std::string_view message) const {
  std::fprintf(stderr, "%s: %.*s\nTry '%s --help'.\n", tool_.c_str(),
               static_cast<int>(message.size()), message.data(), tool_.c_str());
  return kBadUsage;
}

int CommandLine::ShortUsage() const {
  const std::string example =
      examples_.empty() ? "" : absl::StrCat("example: ", examples_.front().first, "\n");
  std::fprintf(stderr, "%s %s\n%s%sTry '%s --help'.\n", tool_.c_str(), summary_.c_str(),
               Usage().c_str(), example.c_str(), tool_.c_str());
  return kBadUsage;
}

std::string CommandLine::Usage() const {
  std::string out = absl::StrCat("usage: ", tool_, " [options]");
  for (const Positional& operand : operands_) {
    absl::StrAppend(&out, operand.required ? absl::StrCat(" ", operand.name)
                                           : absl::StrCat(" [", operand.name, "]"));
  }
  return out + "\n";
}

std::string CommandLine::Help() const {
  std::string out;
  std::string summary = absl::StrCat(tool_, " ", summary_);
  AppendWrapped(out, 0, 0, summary);
  absl::StrAppend(&out, "\n", Usage(), operands_.empty() ? "" : "\n");
  for (const Positional& operand : operands_) AppendEntry(out, operand.name, operand.help);
  std::string section;
  for (const Option& option : options_) {
    if (option.section != section) absl::StrAppend(&out, "\n", option.section, ":\n");
    section = option.section;
    std::string name;
    for (const std::string& alias : option.aliases) absl::StrAppend(&name, alias, ", ");
    absl::StrAppend(&name, option.name, option.is_prefix ? "..." : "");
    if (!option.placeholder.empty()) {
      absl::StrAppend(&name, option.name.size() == 2 ? " " : "=", option.placeholder);
    }
    std::string help = option.help;
    if (!option.default_text.empty()) {
      absl::StrAppend(&help, " (default: ", option.default_text, ")");
    }
    AppendEntry(out, name, help);
  }
  out += "\n";
  AppendEntry(out, "--help", "prints this text");
  AppendEntry(out, "--version", "prints the version");
  if (!examples_.empty()) out += "\nexamples:\n";
  for (const auto& [command, what] : examples_) {
    absl::StrAppend(&out, "  ", command, "\n      ");
    AppendWrapped(out, 6, 6, what);
  }
  for (const std::string& note : notes_) {
    out += '\n';
    AppendWrapped(out, 0, 0, note);
  }
  out += "\nexit codes: 0 done, 1 bad input, 2 bad usage, 3 our own fault\n";
  return out;
}

}  // namespace emel::tools
