#ifndef EMEL_RUNTIME_TEXT_JINJA_ESCAPE_H_
#define EMEL_RUNTIME_TEXT_JINJA_ESCAPE_H_

#include "runtime/text/jinja/value.h"

#include <optional>
#include <string>
#include <string_view>

namespace emel::text::jinja {

class Interpreter;
class Run;

// For HTML: & < > ' " as entities.
std::string EscapeHtml(Run& run, std::string_view text);
// The same of text that is no markup yet.
std::string EscapeHtml(Run& run, const Value& text);
// Of any value as it is shown.
std::string EscapeShown(Interpreter& in, const Value& value);

// Percent-encodes all but letters, digits, _.-~ and, outside a query, /.
std::string QuoteUrl(Run& run, std::string_view text, bool in_query);

// The filters striptags and urlize.
std::string StripTags(Run& run, std::string_view text);
struct LinkOptions {
  std::optional<int64_t> limit;  // characters shown; from the end where negative
  std::string attributes;        // rel and target, escaped
  std::vector<std::string> schemes;
};
std::string LinkUrls(Run& run, std::string_view text, const LinkOptions& options);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_ESCAPE_H_
