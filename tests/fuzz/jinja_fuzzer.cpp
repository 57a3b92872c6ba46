#include "runtime/text/jinja/json_reader.h"
#include "runtime/text/jinja/template.h"
#include "runtime/text/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

// Any bytes are a template and JSON. A template and the variables it is given have a null byte
// between them.
namespace emel::text::jinja {
namespace {

void Require(bool condition, const char* promise) {
  if (condition) return;
  std::cerr << "broken promise: " << promise << "\n";
  std::abort();
}

void Check(std::string_view input) {
  const size_t border = std::min(input.find('\0'), input.size());
  const auto variables = ParseJson(input.substr(std::min(border + 1, input.size())));
  const Value context =
      variables.ok() && variables->is(Kind::kDict) ? *variables : Value::MakeDict({});
  RenderOptions options;
  options.limits = {.steps = 100'000, .memory = size_t{8} << 20, .output = size_t{1} << 20};
  options.now = 1;
  const auto parsed = Template::Parse(input.substr(0, border), "t", options.limits);
  if (!parsed.ok()) return;
  const auto text = parsed->Render(context, options);
  if (!text.ok()) return;
  Require(text->size() <= options.limits.output, "output is bounded");
  std::string storage;
  Require(ToValidUtf8(*text, storage) == *text, "a template writes UTF-8");
}

}  // namespace
}  // namespace emel::text::jinja

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  emel::text::jinja::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
