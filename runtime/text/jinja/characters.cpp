#include "runtime/text/jinja/characters.h"

#include "runtime/text/jinja/run.h"
#include "runtime/text/utf8.h"

#include <algorithm>
#include <cstring>
#include <utf8proc.h>

namespace emel::text::jinja {
namespace {

// Upper case of one character that is several, and its title case where that is another.
struct LongCase {
  char32_t character;
  std::string_view upper, title;
};
constexpr LongCase kLongCases[] = {
#include "runtime/text/jinja/long_cases.inc"
};

const LongCase* FindLongCase(char32_t c) {
  const auto* found = std::lower_bound(
      std::begin(kLongCases), std::end(kLongCases), c,
      [](const LongCase& row, char32_t character) { return row.character < character; });
  return found != std::end(kLongCases) && found->character == c ? found : nullptr;
}

utf8proc_category_t Category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

char32_t SimpleUpper(char32_t c) { return utf8proc_toupper(static_cast<utf8proc_int32_t>(c)); }
char32_t SimpleLower(char32_t c) { return utf8proc_tolower(static_cast<utf8proc_int32_t>(c)); }

struct Span {
  char32_t first, last;
};

bool IsIn(char32_t c, const Span* begin, const Span* end) {
  return std::any_of(begin, end, [c](Span s) { return c >= s.first && c <= s.last; });
}

// Digits that no number is written with: raised, circled and the like.
constexpr Span kOtherDigits[] = {
    {0xB2, 0xB3},       {0xB9, 0xB9},       {0x1369, 0x1371},   {0x19DA, 0x19DA},
    {0x2070, 0x2070},   {0x2074, 0x2079},   {0x2080, 0x2089},   {0x2460, 0x2468},
    {0x2474, 0x247C},   {0x2488, 0x2490},   {0x24EA, 0x24EA},   {0x24F5, 0x24FD},
    {0x24FF, 0x24FF},   {0x2776, 0x277E},   {0x2780, 0x2788},   {0x278A, 0x2792},
    {0x10A40, 0x10A43}, {0x10E60, 0x10E68}, {0x11052, 0x1105A}, {0x1F100, 0x1F10A}};

// Letters that have the property Other_Lowercase or Other_Uppercase.
constexpr Span kOtherLower[] = {
    {0xAA, 0xAA},     {0xBA, 0xBA},     {0x2B0, 0x2B8},   {0x2C0, 0x2C1},   {0x2E0, 0x2E4},
    {0x345, 0x345},   {0x37A, 0x37A},   {0x1D2C, 0x1D6A}, {0x1D78, 0x1D78}, {0x1D9B, 0x1DBF},
    {0x2071, 0x2071}, {0x207F, 0x207F}, {0x2090, 0x209C}, {0x2170, 0x217F}, {0x24D0, 0x24E9},
    {0x2C7C, 0x2C7D}, {0xA69C, 0xA69D}, {0xA770, 0xA770}, {0xA7F8, 0xA7F9}, {0xAB5C, 0xAB5F}};
constexpr Span kOtherUpper[] = {
    {0x2160, 0x216F}, {0x24B6, 0x24CF}, {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189}};

}  // namespace

bool IsSpace(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F);
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool IsLineBreak(char32_t c) {
  return (c >= 10 && c <= 13) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 ||
         c == 0x2029;
}

bool IsAlpha(char32_t c) {
  const auto category = Category(c);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool IsDecimal(char32_t c) { return Category(c) == UTF8PROC_CATEGORY_ND; }

bool IsDigit(char32_t c) {
  return IsDecimal(c) || IsIn(c, std::begin(kOtherDigits), std::end(kOtherDigits));
}

bool IsNumeric(char32_t c) {
  const auto category = Category(c);
  return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

bool IsAlnum(char32_t c) { return IsAlpha(c) || IsNumeric(c); }

bool IsPrintable(char32_t c) {
  if (c < 0x80) return c >= 0x20 && c < 0x7F;
  const auto category = Category(c);
  return category != UTF8PROC_CATEGORY_CN && category < UTF8PROC_CATEGORY_ZS;
}

bool IsUpper(char32_t c) {
  return Category(c) == UTF8PROC_CATEGORY_LU ||
         IsIn(c, std::begin(kOtherUpper), std::end(kOtherUpper));
}

bool IsLower(char32_t c) {
  return Category(c) == UTF8PROC_CATEGORY_LL ||
         IsIn(c, std::begin(kOtherLower), std::end(kOtherLower));
}

bool IsTitle(char32_t c) { return Category(c) == UTF8PROC_CATEGORY_LT; }

bool IsCased(char32_t c) { return IsUpper(c) || IsLower(c) || IsTitle(c); }

bool IsCaseIgnorable(char32_t c) {
  if (c == '\'' || c == '.' || c == ':' || c == 0xB7 || c == 0x2018 || c == 0x2019 || c == 0x2024 ||
      c == 0x2027 || c == 0x387 || c == 0x55F || c == 0x5F4 || c == 0xFE13 || c == 0xFE52 ||
      c == 0xFE55 || c == 0xFF07 || c == 0xFF0E || c == 0xFF1A)
    return true;
  const auto category = Category(c);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME ||
         category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_LM ||
         category == UTF8PROC_CATEGORY_SK;
}

bool IsWordCharacter(char32_t c) { return c == '_' || IsAlnum(c); }

bool IsIdentifierStart(char32_t c) {
  return c == '_' || IsAlpha(c) || Category(c) == UTF8PROC_CATEGORY_NL;
}

bool IsIdentifierPart(char32_t c) {
  const auto category = Category(c);
  return IsIdentifierStart(c) || category == UTF8PROC_CATEGORY_MN ||
         category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ND ||
         category == UTF8PROC_CATEGORY_PC || c == 0xB7;
}

void AppendUpper(char32_t c, std::string& out) {
  if (const LongCase* row = FindLongCase(c))
    out += row->upper;
  else
    AppendUtf8(SimpleUpper(c), out);
}

void AppendLower(char32_t c, std::string& out) {
  if (c == 0x130)
    out += "i\u0307";
  else
    AppendUtf8(SimpleLower(c), out);
}

void AppendTitle(char32_t c, std::string& out) {
  const LongCase* row = FindLongCase(c);
  if (row && !row->title.empty())
    out += row->title;
  else
    AppendUtf8(utf8proc_totitle(static_cast<utf8proc_int32_t>(c)), out);
}

std::string Upper(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size();) AppendUpper(DecodeUtf8(text, i), result);
  return result;
}

bool IsFinalSigma(std::string_view text, size_t start, size_t end) {
  bool after_letter = false;
  for (size_t i = start; i > 0;) {
    const char32_t c = DecodeBefore(text, i);
    if (IsCaseIgnorable(c)) continue;
    after_letter = IsCased(c);
    break;
  }
  if (!after_letter) return false;
  while (end < text.size()) {
    const char32_t c = DecodeUtf8(text, end);
    if (!IsCaseIgnorable(c)) return !IsCased(c);
  }
  return true;
}

std::string Lower(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t start = i;
    const char32_t c = DecodeUtf8(text, i);
    if (c == 0x3A3)
      AppendUtf8(IsFinalSigma(text, start, i) ? 0x3C2 : 0x3C3, result);
    else
      AppendLower(c, result);
  }
  return result;
}

std::string CaseFold(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const size_t start = i;
    DecodeUtf8(text, i);
    utf8proc_uint8_t* folded = nullptr;
    const auto length =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + start,
                     static_cast<utf8proc_ssize_t>(i - start), &folded, UTF8PROC_CASEFOLD);
    if (length >= 0)
      result.append(reinterpret_cast<const char*>(folded), length);
    else
      result += text.substr(start, i - start);
    std::free(folded);
  }
  return result;
}

char32_t DecodeBefore(std::string_view text, size_t& end) {
  size_t start = end - 1;
  while (start > 0 && end - start < 4 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80)
    --start;
  size_t position = start;
  const char32_t c = DecodeUtf8(text, position);
  end = position == end ? start : end - 1;
  return c;
}

std::string_view StripSpaces(std::string_view text, bool left, bool right) {
  while (left && !text.empty()) {
    size_t position = 0;
    if (!IsSpace(DecodeUtf8(text, position))) break;
    text.remove_prefix(position);
  }
  while (right && !text.empty()) {
    size_t end = text.size();
    if (!IsSpace(DecodeBefore(text, end))) break;
    text = text.substr(0, end);
  }
  return text;
}

size_t ByteOffset(const Text& text, int64_t character) {
  if (character <= 0) return 0;
  if (static_cast<size_t>(character) >= text.length) return text.bytes.size();
  if (text.is_ascii()) return static_cast<size_t>(character);
  size_t position = 0;
  while (character-- > 0) do
      ++position;
    while (position < text.bytes.size() &&
           (static_cast<unsigned char>(text.bytes[position]) & 0xC0) == 0x80);
  return position;
}

std::vector<size_t> ByteOffsets(Run& run, std::string_view text) {
  std::vector<size_t> offsets;
  if (!run.HasRoom((text.size() + 1) * sizeof(size_t))) return offsets;
  for (size_t i = 0; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) offsets.push_back(i);
  offsets.push_back(text.size());
  return offsets;
}

int64_t CharacterCount(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

size_t FindText(std::string_view text, std::string_view part, size_t from) {
  if (from > text.size()) return text.npos;
  const void* found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
  return found ? static_cast<const char*>(found) - text.data() : text.npos;
}

size_t FindLastText(std::string_view text, std::string_view part) {
  const std::string backwards(text.rbegin(), text.rend()), wanted(part.rbegin(), part.rend());
  const size_t found = FindText(backwards, wanted);
  return found == text.npos ? found : text.size() - found - part.size();
}

}  // namespace emel::text::jinja
