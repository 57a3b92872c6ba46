#include "tools/run/chat_format.h"

#include "runtime/artifact/reader.h"
#include "runtime/io/status.h"
#include "runtime/text/jinja/chat_templates.h"
#include "runtime/text/jinja/json_reader.h"
#include "tools/support/input_text.h"
#include "tools/support/output_file.h"

#include <absl/strings/str_cat.h>

#include <cerrno>
#include <ctime>
#include <optional>

namespace emel::tools {
namespace {

using text::jinja::Value;

absl::StatusOr<text::jinja::Template> ParseTemplate(const RunOptions& options,
                                                    const gguf::Model* model, bool with_tools) {
  if (options.chat_template) {
    EMEL_ASSIGN_OR_RETURN(const std::string source, ReadInput(*options.chat_template));
    return text::jinja::Template::Parse(source, *options.chat_template);
  }
  auto templates = text::jinja::ChatTemplates::Load(
      [&](std::string_view key) { return model->Find(key); }, options.artifact);
  if (absl::IsNotFound(templates.status())) {
    return absl::InvalidArgumentError(
        absl::StrCat(templates.status().message(), "; --chat-template FILE gives one"));
  }
  if (!templates.ok()) return templates.status();
  return templates->Parse(with_tools);
}

// The texts of tokens that templates write.
absl::Status AddTokens(const gguf::Model& model, ChatFormat::Variables& known) {
  const auto vocabulary = text::LoadVocabulary(model);
  if (absl::IsNotFound(vocabulary.status())) return absl::OkStatus();
  if (!vocabulary.ok()) return vocabulary.status();
  const auto add = [&](const char* name, int32_t id) {
    if (id != text::kNoToken) known.emplace_back(name, vocabulary->tokens[id].text);
  };
  add("bos_token", vocabulary->bos);
  add("eos_token", vocabulary->eos);
  return absl::OkStatus();
}

absl::Status Unexpected(const std::string& file, absl::string_view expected, const Value& found) {
  return absl::InvalidArgumentError(
      absl::StrCat(file, ": expected ", expected, ", found ", Text(text::jinja::TypeName(found))));
}

// The variables that a file of --messages gives.
absl::StatusOr<ChatFormat::Variables> ReadConversation(const std::string& file) {
  EMEL_ASSIGN_OR_RETURN(const std::string text, ReadInput(file));
  EMEL_ASSIGN_OR_RETURN(const Value json, text::jinja::ParseJson(text, file));
  ChatFormat::Variables variables;
  if (json.is(text::jinja::Kind::kDict)) {
    variables = json.dict().entries;
  } else if (json.is_sequence()) {
    variables.emplace_back("messages", json);
  } else {
    return Unexpected(file, "a list of messages, or a dict that holds one", json);
  }
  const Value whole = Value::MakeDict(variables);
  const Value* messages = whole.dict().FindName("messages");
  if (messages == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": expected 'messages', found none"));
  }
  if (!messages->is_sequence()) return Unexpected(file, "a list of messages", *messages);
  for (const Value& message : messages->items()) {
    if (!message.is(text::jinja::Kind::kDict)) {
      return Unexpected(file, "dicts as messages", message);
    }
  }
  return variables;
}

bool HasTools(const ChatFormat::Variables& variables) {
  const Value all = Value::MakeDict(variables);
  const Value* tools = all.dict().FindName("tools");
  return tools != nullptr && tools->is_sequence() && !tools->items().empty();
}

}  // namespace

absl::StatusOr<ChatFormat> ChatFormat::Load(const RunOptions& options, const gguf::Model* model,
                                            bool with_tools) {
  EMEL_ASSIGN_OR_RETURN(auto parsed, ParseTemplate(options, model, with_tools));
  ChatFormat format(std::move(parsed));
  format.render_.now = options.now;
  // Templates ask whether these are there by comparing them with none.
  format.known_ = {{"tools", nullptr}, {"documents", nullptr}, {"add_generation_prompt", true}};
  if (model != nullptr) EMEL_RETURN_IF_ERROR(AddTokens(*model, format.known_));
  return format;
}

absl::StatusOr<std::string> ChatFormat::Render(const Variables& variables) const {
  Variables all = known_;
  all.insert(all.end(), variables.begin(), variables.end());
  return template_.Render(Value::MakeDict(std::move(all)), render_);
}

Value Message(const std::string& role, const std::string& content) {
  return Value::MakeDict({{"role", role}, {"content", content}});
}

absl::Status PrintPrompt(const RunOptions& options) {
  ChatFormat::Variables variables;
  if (options.messages) {
    EMEL_ASSIGN_OR_RETURN(variables, ReadConversation(*options.messages));
  } else {
    std::vector<Value> messages;
    if (options.system) messages.push_back(Message("system", *options.system));
    messages.push_back(Message("user", *options.prompt));
    variables.emplace_back("messages", Value::MakeList(std::move(messages)));
  }
  std::optional<gguf::Model> model;
  if (!options.artifact.empty()) {
    EMEL_ASSIGN_OR_RETURN(const auto artifact,
                          artifact::Artifact::Open(options.artifact, {.weights = false}));
    EMEL_ASSIGN_OR_RETURN(model, artifact.ReadModel());
  }
  EMEL_ASSIGN_OR_RETURN(const ChatFormat format,
                        ChatFormat::Load(options, model ? &*model : nullptr, HasTools(variables)));
  EMEL_ASSIGN_OR_RETURN(const std::string text, format.Render(variables));
  return WriteStdout(text);
}

absl::StatusOr<int64_t> ParseTime(const std::string& text) {
  std::tm time = {};
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  const std::tm read = time;
  time.tm_isdst = -1;
  errno = 0;
  const std::time_t seconds = std::mktime(&time);
  // Of a day that the month lacks, mktime makes one of the next month.
  if (end == nullptr || *end != '\0' || errno != 0 || time.tm_mday != read.tm_mday) {
    return absl::InvalidArgumentError(
        absl::StrCat("--now: expected a time such as 2026-01-31T12:00:00, found '", text, "'"));
  }
  return seconds;
}

}  // namespace emel::tools
