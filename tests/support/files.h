#ifndef EMEL_TESTS_SUPPORT_FILES_H_
#define EMEL_TESTS_SUPPORT_FILES_H_

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace emel::testing {

inline std::vector<uint8_t> ReadBytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace emel::testing

#endif  // EMEL_TESTS_SUPPORT_FILES_H_
