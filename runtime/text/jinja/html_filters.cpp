#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/escape.h"
#include "runtime/text/jinja/filters.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/operators.h"
#include "runtime/text/jinja/show.h"
#include "runtime/text/jinja/text_parts.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <set>

namespace emel::text::jinja {
namespace {

Value EscapeValue(Interpreter& in, const Value& value, Arguments&) {
  return in.NewText(EscapeShown(in, value), true);
}

Value ForceEscape(Interpreter& in, const Value& value, Arguments&) {
  return in.NewText(EscapeHtml(in, std::string_view(ShowText(in, value))), true);
}

Value Safe(Interpreter& in, const Value& value, Arguments&) {
  return in.NewText(ShowText(in, value), true);
}

Value StripValue(Interpreter& in, const Value& value, Arguments&) {
  return in.NewText(StripTags(in, ShowText(in, value)));
}

Value UrlEncode(Interpreter& in, const Value& value, Arguments&) {
  if (value.is_string() || !IsIterable(value))
    return in.NewText(QuoteUrl(in, ShowText(in, value), false));
  std::vector<Value> pairs;
  if (value.is(Kind::kDict))
    for (const auto& [key, item] : value.dict().entries) pairs.push_back(in.NewTuple({key, item}));
  else
    pairs = Collect(in, value);
  Builder query(in);
  for (const Value& pair : pairs) {
    const std::vector<Value> parts = Collect(in, pair);
    if (parts.size() != 2)
      return in.Fail(
          "filter 'urlencode': expected pairs of a key and a value, found another number");
    if (!query.empty()) query += '&';
    query += QuoteUrl(in, ShowText(in, parts[0]), true);
    query += '=';
    query += QuoteUrl(in, ShowText(in, parts[1]), true);
  }
  return query.Finish();
}

Value XmlAttributes(Interpreter& in, const Value& value, Arguments& arguments) {
  if (!value.is(Kind::kDict))
    return in.Fail(absl::StrCat("filter 'xmlattr': expected a dict, found ", Found(value)));
  Builder text(in);
  const bool spaced = arguments.Truth(in, 0, true);
  for (const auto& [key, item] : value.dict().entries) {
    if (item.is_none() || item.is_undefined()) continue;
    if (!key.is_string() || key.string().find_first_of(" \t\n\r\f\v/>=") != std::string::npos)
      return in.Fail(
          "filter 'xmlattr': expected names without spaces, /, > and =, found another key");
    if (spaced || !text.empty()) text += ' ';
    text += EscapeHtml(in, key);
    text += "=\"";
    text += EscapeShown(in, item);
    text += '"';
  }
  return text.Finish();
}

// A scheme such as mailto: or ssh://.
bool IsScheme(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view tail = colon == text.npos ? "" : text.substr(colon);
  return colon != text.npos && colon >= 2 && (tail == ":" || tail == ":/" || tail == "://") &&
         std::all_of(text.begin(), text.begin() + static_cast<ptrdiff_t>(colon), [](char c) {
           return IsAsciiAlnum(c) || c == '_' || c == '.' || c == '+' || c == '-' ||
                  (c & 0x80) != 0;
         });
}

Value Urlize(Interpreter& in, const Value& value, Arguments& arguments) {
  LinkOptions options;
  if (!arguments[0].is_none()) options.limit = arguments.Integer(in, 0);
  std::set<std::string> rel = {"noopener"};
  const Value& given = arguments[3];
  if (Truth(given))
    for (std::string_view part : SplitSpaces(in, arguments.String(in, 3), -1)) rel.emplace(part);
  if (arguments.Truth(in, 1)) rel.insert("nofollow");
  std::string joined;
  for (const std::string& part : rel) joined += (joined.empty() ? "" : " ") + part;
  options.attributes = absl::StrCat(" rel=\"", EscapeHtml(in, std::string_view(joined)), "\"");
  if (Truth(arguments[2]))
    options.attributes += absl::StrCat(" target=\"", EscapeShown(in, arguments[2]), "\"");
  if (!arguments[4].is_none())
    for (const Value& scheme : Collect(in, arguments[4])) {
      if (!scheme.is_string() || !IsScheme(scheme.string()))
        return in.Fail("filter 'urlize': expected schemes such as 'ftp://', found something else");
      options.schemes.push_back(scheme.string());
    }
  return in.failed() ? Value() : in.NewText(LinkUrls(in, EscapeShown(in, value), options));
}

constexpr Filter kHtmlFilters[] = {
    {"e", "", EscapeValue},
    {"escape", "", EscapeValue},
    {"forceescape", "", ForceEscape},
    {"safe", "", Safe},
    {"striptags", "", StripValue},
    {"urlencode", "", UrlEncode},
    {"urlize", "trim_url_limit nofollow target rel extra_schemes", Urlize},
    {"xmlattr", "autospace", XmlAttributes},
};

}  // namespace

std::span<const Filter> HtmlFilters() { return kHtmlFilters; }

}  // namespace emel::text::jinja
