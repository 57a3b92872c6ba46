#include "runtime/text/jinja/chat_templates.h"

#include <gtest/gtest.h>

namespace emel::text::jinja {
namespace {

using Values = std::map<std::string, gguf::Value, std::less<>>;

gguf::Value Text(std::string text) { return {gguf::ValueType::kString, std::move(text), 8}; }

gguf::Value Names(std::vector<std::string> names) {
  return {gguf::ValueType::kArray, gguf::Array{gguf::ValueType::kString, std::move(names)}, 16};
}

absl::StatusOr<ChatTemplates> Load(const Values& values) {
  return ChatTemplates::Load(
      [&](std::string_view key) {
        const auto found = values.find(key);
        return found == values.end() ? nullptr : &found->second;
      },
      "m.gguf");
}

std::string Chosen(const Values& values, bool with_tools, std::string_view name = {}) {
  const auto templates = Load(values);
  if (!templates.ok()) return std::string(templates.status().message());
  const auto parsed = templates->Parse(with_tools, name);
  return parsed.ok() ? *parsed->Render(Value::MakeDict({}))
                     : std::string(parsed.status().message());
}

TEST(ChatTemplates, OneServesEverything) {
  const Values values = {{"tokenizer.chat_template", Text("one")}};
  EXPECT_EQ(Chosen(values, false), "one");
  EXPECT_EQ(Chosen(values, true), "one");
}

TEST(ChatTemplates, ToolsHaveTheirOwn) {
  const Values values = {{"tokenizer.chat_template", Text("one")},
                         {"tokenizer.chat_template.tool_use", Text("tools")},
                         {"tokenizer.chat_template.rag", Text("documents")},
                         {"tokenizer.chat_templates", Names({"tool_use", "rag"})}};
  EXPECT_EQ(Chosen(values, false), "one");
  EXPECT_EQ(Chosen(values, true), "tools");
  EXPECT_EQ(Chosen(values, true, "rag"), "documents");
  EXPECT_EQ(Chosen(values, true, "x"),
            "expected one of the chat templates default, rag, tool_use, found 'x' (m.gguf)");
}

TEST(ChatTemplates, ErrorsNameTheKey) {
  EXPECT_EQ(Chosen({}, false),
            "expected a chat template, found no tokenizer.chat_template (m.gguf)");
  EXPECT_EQ(Chosen({{"tokenizer.chat_template", Names({})}}, false),
            "tokenizer.chat_template: expected a string, found another value (m.gguf, offset 16)");
  EXPECT_EQ(Chosen({{"tokenizer.chat_templates", Text("x")}}, false),
            "tokenizer.chat_templates: expected an array of strings, found another value (m.gguf, "
            "offset 8)");
  EXPECT_EQ(Chosen({{"tokenizer.chat_template", Text("\n{{")}}, false),
            "expected an expression, found the end of the template (tokenizer.chat_template of "
            "m.gguf, line 2)");
}

}  // namespace
}  // namespace emel::text::jinja
