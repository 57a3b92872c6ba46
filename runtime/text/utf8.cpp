#include "runtime/text/utf8.h"

#include <algorithm>
#include <utf8proc.h>

namespace emel::text {

char32_t DecodeUtf8(std::string_view text, size_t& position) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + position;
  if (*bytes < 0x80) {
    ++position;
    return *bytes;
  }
  utf8proc_int32_t character;
  const utf8proc_ssize_t available = std::min<size_t>(text.size() - position, 4);
  const utf8proc_ssize_t length = utf8proc_iterate(bytes, available, &character);
  position += std::max<utf8proc_ssize_t>(length, 1);
  return length > 0 ? static_cast<char32_t>(character) : kReplacement;
}

void AppendUtf8(char32_t character, std::string& out) {
  utf8proc_uint8_t bytes[4];
  const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(character), bytes);
  out.append(reinterpret_cast<const char*>(bytes), length);
}

std::string_view ToValidUtf8(std::string_view text, std::string& storage) {
  size_t copied = 0;  // everything before it is in `storage`
  for (size_t position = 0; position < text.size();) {
    const size_t start = position;
    const char32_t character = DecodeUtf8(text, position);
    if (character != kReplacement || position - start == 3) continue;  // 3: U+FFFD itself
    storage.append(text, copied, start - copied);
    AppendUtf8(kReplacement, storage);
    copied = position;
  }
  if (copied == 0) return text;
  storage.append(text, copied);
  return storage;
}

size_t AnnouncedLength(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
}

}  // namespace emel::text
