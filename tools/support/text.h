#ifndef EMEL_TOOLS_SUPPORT_TEXT_H_
#define EMEL_TOOLS_SUPPORT_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Text for people: sizes, counts and aligned columns.
namespace emel::tools {

std::string HumanBytes(uint64_t bytes);  // "512 B", "4.00 KiB", "1.21 GiB"
std::string HumanCount(uint64_t count);  // "512", "1.24 M", "7.24 B"
std::string Percent(uint64_t part, uint64_t whole);

// The text without anything that could upset a terminal or a table: control characters and bytes
// that are not UTF-8 are escaped. Quoted adds quotation marks.
std::string Printable(std::string_view text);
std::string Quoted(std::string_view text);

// Rows of cells in aligned columns, two blanks apart and indented by two. The heading of a column
// that is aligned to the right starts with '>'.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> headings);  // all empty: no heading is printed
  void AddRow(std::vector<std::string> cells);
  std::string ToString() const;

 private:
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;  // the headings first
};

}  // namespace emel::tools

#endif  // EMEL_TOOLS_SUPPORT_TEXT_H_
