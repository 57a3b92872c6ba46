#ifndef EMEL_RUNTIME_TEXT_JINJA_CHARACTERS_H_
#define EMEL_RUNTIME_TEXT_JINJA_CHARACTERS_H_

#include "runtime/text/jinja/value.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Characters of text, classified as Python's str does.
namespace emel::text::jinja {

class Run;

constexpr bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsAsciiAlnum(char c) {
  return IsAsciiDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

bool IsSpace(char32_t c);      // str.isspace, and what str.strip takes off
bool IsLineBreak(char32_t c);  // where str.splitlines splits
bool IsAlpha(char32_t c);
bool IsDecimal(char32_t c);
bool IsDigit(char32_t c);
bool IsNumeric(char32_t c);
bool IsAlnum(char32_t c);
bool IsPrintable(char32_t c);
bool IsUpper(char32_t c);
bool IsLower(char32_t c);
bool IsTitle(char32_t c);
bool IsCased(char32_t c);
bool IsCaseIgnorable(char32_t c);
bool IsWordCharacter(char32_t c);  // \w of Python's re
bool IsIdentifierStart(char32_t c);
bool IsIdentifierPart(char32_t c);

// The whole mapping, which may be longer than a character.
void AppendUpper(char32_t c, std::string& out);
void AppendLower(char32_t c, std::string& out);
void AppendTitle(char32_t c, std::string& out);
std::string Upper(std::string_view text);
std::string Lower(std::string_view text);
std::string CaseFold(std::string_view text);
// From `position` on, whether the capital sigma there ends a word.
bool IsFinalSigma(std::string_view text, size_t start, size_t end);

// Of the character before `end`; moves it to that character's start.
char32_t DecodeBefore(std::string_view text, size_t& end);

std::string_view StripSpaces(std::string_view text, bool left = true, bool right = true);

// Where a character starts; the end for those past it.
size_t ByteOffset(const Text& text, int64_t character);
// Of every character and of the end.
std::vector<size_t> ByteOffsets(Run& run, std::string_view text);
int64_t CharacterCount(std::string_view text);

// The positions of `part` in time that grows with the lengths' sum; npos if it is nowhere.
size_t FindText(std::string_view text, std::string_view part, size_t from = 0);
size_t FindLastText(std::string_view text, std::string_view part);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_CHARACTERS_H_
