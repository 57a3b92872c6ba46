#include "runtime/text/jinja/chat_templates.h"

#include <absl/strings/str_cat.h>

#include <vector>

namespace emel::text::jinja {
namespace {

constexpr std::string_view kKey = "tokenizer.chat_template";
constexpr std::string_view kDefault = "default", kToolUse = "tool_use";

std::string KeyOf(std::string_view name) {
  return name == kDefault ? std::string(kKey)
                          : absl::StrCat(std::string(kKey), ".", std::string(name));
}

}  // namespace

absl::StatusOr<ChatTemplates> ChatTemplates::Load(FindValue find, const std::string& file) {
  ChatTemplates templates;
  templates.file_ = file;
  std::vector<std::string> names = {std::string(kDefault), std::string(kToolUse)};
  if (const gguf::Value* listed = find("tokenizer.chat_templates")) {
    const gguf::Array* array = listed->AsArray();
    const auto* list = array ? std::get_if<std::vector<std::string>>(&array->elements) : nullptr;
    if (!list)
      return absl::InvalidArgumentError(absl::StrCat(
          "tokenizer.chat_templates: expected an array of strings, found another value (", file,
          ", offset ", listed->offset, ")"));
    names.insert(names.end(), list->begin(), list->end());
  }
  for (const std::string& name : names) {
    const gguf::Value* value = find(KeyOf(name));
    if (!value) continue;
    if (!value->AsString())
      return absl::InvalidArgumentError(absl::StrCat(KeyOf(name),
                                                     ": expected a string, found another value (",
                                                     file, ", offset ", value->offset, ")"));
    templates.sources_[name] = *value->AsString();
  }
  if (templates.sources_.empty())
    return absl::NotFoundError(
        absl::StrCat("expected a chat template, found no ", std::string(kKey), " (", file, ")"));
  return templates;
}

absl::StatusOr<Template> ChatTemplates::Parse(bool with_tools, std::string_view name) const {
  auto found = sources_.find(name);
  if (name.empty()) {
    found = sources_.find(with_tools && sources_.count(kToolUse) ? kToolUse : kDefault);
    // A model with one template means that one, whatever its name.
    if (found == sources_.end() && sources_.size() == 1) found = sources_.begin();
  }
  if (found != sources_.end())
    return Template::Parse(found->second, absl::StrCat(KeyOf(found->first), " of ", file_));
  std::string names;
  for (const auto& [known, source] : sources_) names += (names.empty() ? "" : ", ") + known;
  return absl::NotFoundError(absl::StrCat("expected one of the chat templates ", names, ", found '",
                                          std::string(name.empty() ? kDefault : name), "' (", file_,
                                          ")"));
}

}  // namespace emel::text::jinja
