#ifndef EMEL_TOOLS_RUN_CHAT_FORMAT_H_
#define EMEL_TOOLS_RUN_CHAT_FORMAT_H_

#include "runtime/gguf/gguf.h"
#include "runtime/text/jinja/template.h"
#include "tools/run/options.h"

#include <absl/status/statusor.h>

#include <string>
#include <utility>
#include <vector>

namespace emel::tools {

// How a conversation is written for a model.
class ChatFormat {
 public:
  // By the template of --chat-template or, without it, the model's; there is one of both.
  static absl::StatusOr<ChatFormat> Load(const RunOptions& options, const gguf::Model* model,
                                         bool with_tools);

  // The text, from which the model's answer goes on. `variables` are what the template sees beside
  // the names of the model's tokens, and in place of these: "messages" above all.
  using Variables = std::vector<std::pair<text::jinja::Value, text::jinja::Value>>;
  absl::StatusOr<std::string> Render(const Variables& variables) const;

 private:
  explicit ChatFormat(text::jinja::Template parsed) : template_(std::move(parsed)) {}

  text::jinja::Template template_;
  text::jinja::RenderOptions render_;
  Variables known_;
};

// A message of a conversation.
text::jinja::Value Message(const std::string& role, const std::string& content);

// Prints what --print-prompt asks for.
absl::Status PrintPrompt(const RunOptions& options);

// "2026-01-31T12:00:00", by the clock of this place, in seconds since 1970.
absl::StatusOr<int64_t> ParseTime(const std::string& text);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_RUN_CHAT_FORMAT_H_
