#ifndef EMEL_RUNTIME_TEXT_JINJA_CHAT_TEMPLATES_H_
#define EMEL_RUNTIME_TEXT_JINJA_CHAT_TEMPLATES_H_

#include "runtime/text/jinja/template.h"
#include "runtime/text/vocabulary.h"

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <string_view>

namespace emel::text::jinja {

// The sources of a model's chat templates by their names: `default`, and what
// tokenizer.chat_templates lists.
class ChatTemplates {
 public:
  // kNotFound: the model has none. `file` is named in errors.
  static absl::StatusOr<ChatTemplates> Load(FindValue find, const std::string& file);

  // The one of that name, or without a name the one for conversations with tools (`tool_use`, where
  // there is one) or without.
  absl::StatusOr<Template> Parse(bool with_tools, std::string_view name = {}) const;

  const std::map<std::string, std::string, std::less<>>& sources() const { return sources_; }

 private:
  std::string file_;
  std::map<std::string, std::string, std::less<>> sources_;
};

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_CHAT_TEMPLATES_H_
