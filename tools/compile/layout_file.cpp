#include "tools/compile/layout_file.h"

#include <absl/strings/str_cat.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace emel::tools {

absl::StatusOr<std::vector<std::string>> ReadLayoutFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot open '", path, "'"));
  nlohmann::json json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object())
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected a JSON object of tensors and their layouts, found ",
                     json.is_discarded() ? "what is no JSON" : json.type_name()));
  std::vector<std::string> layouts;
  for (const auto& [tensor, layout] : json.items()) {
    if (!layout.is_string())
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": '", tensor, "': expected the name of a layout, found ", layout.type_name()));
    layouts.push_back(absl::StrCat(tensor, ":", layout.get<std::string>()));
  }
  return layouts;
}

}  // namespace emel::tools
