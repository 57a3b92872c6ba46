#include "tools/support/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace emel::tools {
namespace {

std::string Scaled(uint64_t value, uint64_t base, const char* const* units) {
  if (value < base) return std::to_string(value) + units[0];
  double scaled = static_cast<double>(value);
  int unit = 0;
  while (scaled >= static_cast<double>(base) && units[unit + 1] != nullptr) {
    scaled /= static_cast<double>(base);
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof(text), "%.2f%s", scaled, units[unit]);
  return text;
}

// Columns that a text takes, counting every UTF-8 sequence as one.
size_t Width(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
}

}  // namespace

std::string HumanBytes(uint64_t bytes) {
  static constexpr const char* kUnits[] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", nullptr};
  return Scaled(bytes, 1024, kUnits);
}

std::string HumanCount(uint64_t count) {
  static constexpr const char* kUnits[] = {"", " K", " M", " B", " T", nullptr};
  return Scaled(count, 1000, kUnits);
}

std::string Percent(uint64_t part, uint64_t whole) {
  char text[32];
  double share = whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  std::snprintf(text, sizeof(text), "%.2f%%", share);
  return text;
}

std::string Quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Printable(std::string_view text) {
  std::string quoted = Quoted(text);
  return quoted.substr(1, quoted.size() - 2);
}

TextTable::TextTable(std::vector<std::string> headings) {
  for (std::string& heading : headings) {
    right_.push_back(heading.starts_with('>'));
    if (right_.back()) heading.erase(0, 1);
  }
  rows_.push_back(std::move(headings));
}

void TextTable::AddRow(std::vector<std::string> cells) {
  cells.resize(right_.size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::ToString() const {
  std::vector<size_t> widths(right_.size());
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  bool headless = std::all_of(rows_[0].begin(), rows_[0].end(),
                              [](const std::string& heading) { return heading.empty(); });
  std::string out;
  for (size_t r = headless ? 1 : 0; r < rows_.size(); ++r) {
    std::string line;
    for (size_t i = 0; i < rows_[r].size(); ++i) {
      std::string blanks(widths[i] - Width(rows_[r][i]), ' ');
      line += "  " + (right_[i] ? blanks + rows_[r][i] : rows_[r][i] + blanks);
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

}  // namespace emel::tools
