#include "runtime/text/jinja/json_reader.h"
#include "runtime/text/jinja/template.h"

#include <nlohmann/json.hpp>

#include <iostream>
#include <string>

// usage: emel-jinja [NOW] <CASES >RESULTS
// Renders templates, for tests. Each line of CASES is a JSON object: a template, and the variables
// it is given as `context`. Each line of RESULTS is one with the text, or with the error and its
// status code. NOW are the seconds since 1970 that templates take for the time.
namespace {

using emel::text::jinja::ParseJson;
using emel::text::jinja::RenderOptions;
using emel::text::jinja::Template;
using emel::text::jinja::Value;

absl::StatusOr<std::string> Render(const std::string& line, const RenderOptions& options) {
  const auto fields = ParseJson(line, "case");
  if (!fields.ok()) return fields.status();
  const Value* source = fields->dict().FindName("template");
  const Value* context = fields->dict().FindName("context");
  if (!source || !context)
    return absl::InvalidArgumentError("expected template and context, found less");
  const auto parsed = Template::Parse(source->string(), "template", options.limits);
  if (!parsed.ok()) return parsed.status();
  return parsed->Render(*context, options);
}

}  // namespace

int main(int argc, char** argv) {
  RenderOptions options;
  if (argc > 1) options.now = std::stoll(argv[1]);
  for (std::string line; std::getline(std::cin, line);) {
    const auto text = Render(line, options);
    nlohmann::json result;
    if (text.ok()) {
      result["text"] = *text;
    } else {
      result["error"] = std::string(text.status().message());
      result["code"] = static_cast<int>(text.status().code());
    }
    std::cout << result.dump() << "\n";
  }
}
