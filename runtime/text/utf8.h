#ifndef EMEL_RUNTIME_TEXT_UTF8_H_
#define EMEL_RUNTIME_TEXT_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace emel::text {

// U+2581, which SentencePiece vocabularies write for a space.
inline constexpr std::string_view kSpaceMark = "\xE2\x96\x81";

inline constexpr char32_t kReplacement = 0xFFFD;

// The character at `position`, which moves past it; kReplacement and one byte where the bytes are
// no character.
char32_t DecodeUtf8(std::string_view text, size_t& position);

void AppendUtf8(char32_t character, std::string& out);

// `text` with every byte that belongs to no character replaced by U+FFFD. Returns a view of `text`
// itself when it is valid, and of `storage` otherwise.
std::string_view ToValidUtf8(std::string_view text, std::string& storage);

// The length that the first byte of a character announces; 1 for a byte that starts none.
size_t AnnouncedLength(char lead);

}  // namespace emel::text

#endif  // EMEL_RUNTIME_TEXT_UTF8_H_
