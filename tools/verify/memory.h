#ifndef EMEL_TOOLS_VERIFY_MEMORY_H_
#define EMEL_TOOLS_VERIFY_MEMORY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace emel::tools {

// Bytes of this process that are resident and no file's; none where /proc does not say.
std::optional<uint64_t> AnonymousResident();

// Resident bytes of the maps of a file, out of the text of /proc/self/smaps; none where it has
// none.
std::optional<uint64_t> MappedResident(std::string_view smaps, std::string_view path);
std::optional<uint64_t> MappedResident(const std::string& path);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_VERIFY_MEMORY_H_
