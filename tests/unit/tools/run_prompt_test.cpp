#include "tests/unit/tools/run_tool_test.h"

#include <absl/strings/str_cat.h>

#include <cstdlib>

namespace emel::tools {
namespace {

using ::testing::HasSubstr;

constexpr char kTemplate[] =
    "{{ bos_token }}{% for m in messages %}[{{ m.role }}]\n{{ m.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}[assistant]\n{% endif %}{{ extra }}";

class RunPromptTest : public RunTest {
 protected:
  std::string File(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
    return Path(name);
  }
  // Without an artifact.
  Outcome Print(const std::string& source, const std::string& messages,
                std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"--print-prompt", "--chat-template", File("t.jinja", source),
                                     "--messages", File("m.json", messages)});
    return RunTool("emel-run", options);
  }
  static void AddTemplate(gguf::Writer& writer) {
    writer.AddString("tokenizer.chat_template", kTemplate);
    writer.AddString("tokenizer.chat_template.tool_use", "tools: {{ tools | length }}");
  }
};

TEST_F(RunPromptTest, ComesFromWhereverItIs) {
  const Outcome text = RunIt({"-p", "ab", "--generate", "9"});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_EQ(RunIt({"-f", File("p", "ab\n"), "--generate", "9"}).out, text.out);
  EXPECT_EQ(RunIt({"-f", "-", "--generate", "9"}, "ab").out, text.out);
  EXPECT_EQ(RunIt({"--generate", "9"}, "ab\n").out, text.out);
  EXPECT_EQ(RunIt({"-p", "ab", "--generate", "9"}, "else").out, text.out);
  EXPECT_EQ(RunIt({"--tokens", "1,5", "--generate", "9", "--ids"}, "else").code, 0);
  // One line break is not part of the text, a second one is.
  const auto ids = [&](const std::string& end) {
    return RunIt({"-f", File("p", "abc" + end), "--generate", "3", "--ids"}).out;
  };
  EXPECT_EQ(ids("\n"), ids(""));
  EXPECT_NE(ids("\n\n"), ids(""));
}

TEST_F(RunPromptTest, MayBeEmptyOnPurpose) {
  const std::string begin = RunIt({"-p", "", "--generate", "3"}).out;
  EXPECT_EQ(RunIt({"-f", "-", "--generate", "3"}, "").out, begin);
  EXPECT_EQ(RunIt({"-f", File("p", ""), "--generate", "3"}).out, begin);
  const Outcome none = RunIt({"--generate", "3"}, "");
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("text on standard input, which is empty"));
}

TEST_F(RunPromptTest, PrintsWhatATemplateMakes) {
  const char messages[] = R"([{"role": "user", "content": "hé"}])";
  const Outcome list = Print(kTemplate, messages);
  EXPECT_EQ(list.code, 0) << list.err;
  EXPECT_EQ(list.out, "[user]\nhé\n[assistant]\n");
  const Outcome object =
      Print(kTemplate,
            absl::StrCat(R"({"add_generation_prompt": false, "bos_token": "<b>", "messages": )",
                         messages, R"(, "extra": [1, 2]})"));
  EXPECT_EQ(object.code, 0) << object.err;
  EXPECT_EQ(object.out, "<b>[user]\nhé\n[1, 2]");
  EXPECT_EQ(Print("{{ tools is none }}{{ strftime_now('%d %b %Y %H:%M') }}", messages,
                  {"--now=2026-01-31T12:34:56"})
                .out,
            "True31 Jan 2026 12:34");
}

TEST_F(RunPromptTest, TakesTemplateAndTokensOfTheArtifact) {
  Write(RunnableArtifact(AddTemplate).Build());
  EXPECT_EQ(RunIt({"--print-prompt", "-p", "hi"}).out, "<s>[user]\nhi\n[assistant]\n");
  EXPECT_EQ(RunIt({"--print-prompt", "--system", "be kind"}, "hi\n").out,
            "<s>[system]\nbe kind\n[user]\nhi\n[assistant]\n");
  const std::string talk = File("m.json", R"({"messages": [], "tools": [{}, {}]})");
  EXPECT_EQ(RunIt({"--print-prompt", "--messages", talk}).out, "tools: 2");
  EXPECT_EQ(
      RunIt({"--print-prompt", "--messages", talk, "--chat-template", File("t", "{{ eos_token }}")})
          .out,
      "</s>");
}

TEST_F(RunPromptTest, BadConversations) {
  const auto fails = [&](const std::string& source, const std::string& messages,
                         const std::string& message) {
    const Outcome run = Print(source, messages);
    EXPECT_EQ(run.code, 1) << message;
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr(message));
  };
  fails("a\n{{ raise_exception('no') }}", "[]", "line 2");
  fails("a\n\n{% if %}", "[]", "line 3");
  fails("", "[\n1,]", "m.json");
  fails("", "7", "m.json: expected a list of messages, or a dict that holds one, found int");
  fails("", "{}", "m.json: expected 'messages', found none");
  fails("", "[7]", "m.json: expected dicts as messages, found int");
  fails("", R"({"messages": "hi"})", "m.json: expected a list of messages, found str");
  const Outcome absent = RunIt({"--print-prompt", "-p", "a"});
  EXPECT_EQ(absent.code, 1);
  EXPECT_THAT(absent.err, HasSubstr("expected a chat template, found no tokenizer.chat_template"));
  EXPECT_THAT(absent.err, HasSubstr("; --chat-template FILE gives one"));
  EXPECT_THAT(RunIt({"-f", Path("absent")}).err, HasSubstr("absent': No such file or directory"));
}

TEST_F(RunPromptTest, BadUsage) {
  const auto fails = [&](const std::vector<std::string>& options, const std::string& message) {
    const Outcome run = RunIt(options, "ab");
    EXPECT_EQ(run.code, 2) << message;
    EXPECT_THAT(run.err, HasSubstr(message));
  };
  fails({"-p", "a", "-f", "b"}, "-p and -f each give a prompt: expected one of them");
  fails({"--print-prompt", "-p", "a", "--messages", "b"}, "-p and --messages each give a prompt");
  fails({"--print-prompt", "--messages", "b", "--system", "b"}, "each begin a conversation");
  fails({"--print-prompt", "-p", "a", "--temp", "1"}, "it has no use for --temp");
  fails({"-p", "a", "--chat-template", "b"}, "--chat-template is about a conversation");
  for (const char* time : {"yesterday", "2026-02-30T12:00:00", "2026-01-31T12:00:00Z"}) {
    fails({"--print-prompt", "-p", "a", "--now", time}, "--now: expected a time such as");
  }
  const Outcome neither = RunTool("emel-run", {"--print-prompt", "-p", "a"});
  EXPECT_EQ(neither.code, 2);
  EXPECT_THAT(neither.err, HasSubstr("--print-prompt needs an ARTIFACT or --chat-template FILE"));
}

}  // namespace
}  // namespace emel::tools
