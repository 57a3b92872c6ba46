#ifndef EMEL_RUNTIME_TEXT_JINJA_TEXT_PARTS_H_
#define EMEL_RUNTIME_TEXT_JINJA_TEXT_PARTS_H_

#include "runtime/text/jinja/run.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Text split and put together again.
namespace emel::text::jinja {

// At most `limit` parts are split off; none where it is negative.
std::vector<std::string_view> SplitSpaces(Run& run, std::string_view text, int64_t limit);
std::vector<std::string_view> SplitSpacesRight(Run& run, std::string_view text, int64_t limit);
std::vector<std::string_view> Split(Run& run, std::string_view text, std::string_view separator,
                                    int64_t limit);
std::vector<std::string_view> SplitRight(Run& run, std::string_view text,
                                         std::string_view separator, int64_t limit);
std::vector<std::string_view> SplitLines(Run& run, std::string_view text, bool keep_ends);

std::string Replace(Run& run, std::string_view text, std::string_view old,
                    std::string_view replacement, int64_t limit);
// Takes off what is among `characters`, or white space where there are none given.
std::string_view Strip(std::string_view text, const std::string_view* characters, bool left,
                       bool right);
// Filled up on both sides as str.center does.
std::string Center(Run& run, const Text& text, int64_t width, std::string_view fill);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_TEXT_PARTS_H_
