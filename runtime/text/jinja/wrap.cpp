#include "runtime/text/jinja/wrap.h"

#include "runtime/text/jinja/characters.h"
#include "runtime/text/utf8.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace emel::text::jinja {
namespace {

bool IsBlank(char32_t c) { return c == ' ' || (c >= 9 && c <= 13); }
bool IsLetter(char32_t c) { return IsWordCharacter(c) && !IsDecimal(c); }
bool IsPunctuated(char32_t c) {
  return IsWordCharacter(c) ||
         (c < 0x80 &&
          std::string_view("!\"'&.,?").find(static_cast<char>(c)) != std::string_view::npos);
}

// Splits where a line may end: at blanks, after hyphens in words, before and after long dashes.
class Chunker {
 public:
  explicit Chunker(std::u32string_view text) : text_(text) {}

  size_t ChunkEnd(size_t start, bool at_hyphens) const {
    if (IsBlank(text_[start])) return RunEnd(start, IsBlank);
    if (!at_hyphens) return RunEnd(start, [](char32_t c) { return !IsBlank(c); });
    if (start > 0 && IsPunctuated(text_[start - 1]) && IsDash(start)) return DashEnd(start);
    for (size_t i = start + 1;; ++i) {
      if (i >= text_.size() || IsBlank(text_[i])) return i;
      if (text_[i] == '-' && IsHyphen(i)) return i + 1;
      if (IsPunctuated(text_[i - 1]) && IsDash(i)) return i;
    }
  }

 private:
  template <typename Is>
  size_t RunEnd(size_t i, Is is) const {
    while (i < text_.size() && is(text_[i])) ++i;
    return i;
  }
  size_t DashEnd(size_t i) const {
    return RunEnd(i, [](char32_t c) { return c == '-'; });
  }
  // Two or more dashes, then a word.
  bool IsDash(size_t i) const {
    if (i + 1 >= text_.size() || text_[i] != '-' || text_[i + 1] != '-') return false;
    const size_t end = DashEnd(i);
    return end < text_.size() && IsWordCharacter(text_[end]);
  }
  bool IsLetterAt(size_t i) const { return i < text_.size() && IsLetter(text_[i]); }
  // Between parts of a word, each with letters.
  bool IsHyphen(size_t i) const {
    const bool after_two = i >= 2 && IsLetter(text_[i - 1]) && IsLetter(text_[i - 2]);
    const bool after_short =
        i >= 3 && IsPunctuated(text_[i - 1]) && text_[i - 2] == '-' && IsLetter(text_[i - 3]);
    const bool skips = i + 2 < text_.size() && text_[i + 2] == '-';
    return (after_two || after_short) && IsLetterAt(i + 1) &&
           (IsLetterAt(i + 2) || (skips && IsLetterAt(i + 3)));
  }

  std::u32string_view text_;
};

std::vector<std::u32string> Chunks(std::u32string_view text, bool at_hyphens) {
  std::vector<std::u32string> chunks;
  const Chunker chunker(text);
  for (size_t i = 0; i < text.size();) {
    const size_t end = chunker.ChunkEnd(i, at_hyphens);
    chunks.emplace_back(text.substr(i, end - i));
    i = end;
  }
  return chunks;
}

bool IsBlankChunk(const std::u32string& chunk) {
  return std::all_of(chunk.begin(), chunk.end(), IsSpace);
}

// How much of a word that fits on no line goes on this one.
size_t BreakAt(const std::u32string& word, size_t room, const WrapOptions& options) {
  if (!options.break_on_hyphens || word.size() <= room) return room;
  const size_t hyphen = room == 0 ? word.npos : word.rfind('-', room - 1);
  const bool splits = hyphen != word.npos && hyphen > 0 && word.find_first_not_of(U'-') < hyphen;
  return splits ? hyphen + 1 : room;
}

void AppendTo(std::string& line, const std::u32string& chunk) {
  for (char32_t c : chunk) AppendUtf8(c, line);
}

}  // namespace

std::vector<std::string> WrapText(Run& run, std::string_view line, const WrapOptions& options) {
  std::vector<std::string> lines;
  if (options.width <= 0) {
    run.Fail(absl::StrCat("expected a width of at least 1, found ", options.width));
    return lines;
  }
  if (!run.StepBytes(16 * line.size()) || !run.HasRoom(16 * line.size())) return lines;
  std::u32string text;
  for (size_t i = 0; i < line.size();) text += DecodeUtf8(line, i);
  std::vector<std::u32string> chunks = Chunks(text, options.break_on_hyphens);
  std::reverse(chunks.begin(), chunks.end());
  const auto width = static_cast<size_t>(options.width);
  while (!chunks.empty() && run.Step()) {
    if (!lines.empty() && IsBlankChunk(chunks.back())) chunks.pop_back();
    std::vector<std::u32string> current;
    size_t length = 0;
    while (!chunks.empty() && length + chunks.back().size() <= width) {
      length += chunks.back().size();
      current.push_back(std::move(chunks.back()));
      chunks.pop_back();
    }
    if (!chunks.empty() && chunks.back().size() > width) {
      if (options.break_long_words) {
        const size_t end = BreakAt(chunks.back(), width - length, options);
        current.push_back(chunks.back().substr(0, end));
        chunks.back().erase(0, end);
      } else if (current.empty()) {
        current.push_back(std::move(chunks.back()));
        chunks.pop_back();
      }
    }
    if (!current.empty() && IsBlankChunk(current.back())) current.pop_back();
    if (current.empty()) continue;
    std::string& made = lines.emplace_back();
    for (const std::u32string& chunk : current) AppendTo(made, chunk);
  }
  return lines;
}

}  // namespace emel::text::jinja
