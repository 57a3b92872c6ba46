#include "tools/plan/lifetimes_csv.h"

#include "runtime/io/status.h"
#include "tools/support/text.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>
#include <vector>

namespace emel::tools {
namespace {

enum Column { kId, kLower, kUpper, kSize, kOffset, kColumns };
constexpr std::string_view kNames[kColumns] = {"id", "lower", "upper", "size", "offset"};
constexpr int kRequired = kOffset;  // all before it

std::string Found(std::string_view text) {
  constexpr size_t kShown = 40;
  return absl::StrCat(", found ", Quoted(text.substr(0, kShown)),
                      text.size() > kShown ? " and so on" : "");
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& name) : rest_(text), name_(name) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  }

  absl::StatusOr<plan::Problem> Read() {
    EMEL_ASSIGN_OR_RETURN(bool more, NextLine());
    if (!more)
      return Error(absl::StrCat("expected the columns id,lower,upper,size, found no text"));
    EMEL_RETURN_IF_ERROR(ReadColumns());
    for (;;) {
      EMEL_ASSIGN_OR_RETURN(more, NextLine());
      if (!more) return std::move(problem_);
      EMEL_RETURN_IF_ERROR(ReadBuffer());
    }
  }

 private:
  absl::Status Error(std::string message) const {
    return absl::InvalidArgumentError(absl::StrCat(name_, ", line ", line_, ": ", message));
  }

  // Splits the next line that is not empty into fields; false at the end.
  absl::StatusOr<bool> NextLine() {
    while (!rest_.empty()) {
      ++line_;
      const size_t end = std::min(rest_.find('\n'), rest_.size());
      std::string_view line = rest_.substr(0, end);
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      const auto odd = std::find_if(line.begin(), line.end(), [](unsigned char c) {
        return (c < ' ' && c != '\t') || c == 127 || c == '"';
      });
      if (odd != line.end()) {
        return Error(absl::StrCat("expected text without quotation marks and control characters",
                                  Found(line.substr(odd - line.begin(), 1)), " at column ",
                                  odd - line.begin() + 1));
      }
      if (Trim(line).empty()) continue;
      Split(line);
      return true;
    }
    return false;
  }

  void Split(std::string_view line) {
    fields_.clear();
    for (size_t begin = 0; begin <= line.size();) {
      const size_t end = std::min(line.find(',', begin), line.size());
      fields_.push_back(Trim(line.substr(begin, end - begin)));
      begin = end + 1;
    }
  }

  absl::Status ReadColumns() {
    for (size_t i = 0; i < fields_.size(); ++i) {
      const auto known = std::find(std::begin(kNames), std::end(kNames), fields_[i]);
      if (known == std::end(kNames)) {
        return Error(absl::StrCat("expected the columns id, lower, upper, size, and perhaps offset",
                                  Found(fields_[i])));
      }
      int& position = position_[known - std::begin(kNames)];
      if (position >= 0) {
        return Error(absl::StrCat("expected each column once, found '", Text(*known), "' twice"));
      }
      position = static_cast<int>(i);
    }
    columns_ = fields_.size();
    for (int column = 0; column < kRequired; ++column) {
      if (position_[column] >= 0) continue;
      return Error(absl::StrCat("expected the columns id, lower, upper and size, found no '",
                                Text(kNames[column]), "'"));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<int64_t> Number(Column column) const {
    const std::string_view text = fields_[position_[column]];
    int64_t value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || rest != text.data() + text.size() || value < 0) {
      return Error(absl::StrCat("expected a whole number from 0 to 9223372036854775807 as ",
                                Text(kNames[column]), Found(text)));
    }
    return value;
  }

  absl::Status ReadBuffer() {
    if (fields_.size() != columns_) {
      return Error(absl::StrCat("expected ", columns_, " fields, found ", fields_.size()));
    }
    const std::string_view id = fields_[position_[kId]];
    if (id.empty()) return Error("expected an id, found nothing");
    const auto [first, is_new] = lines_.try_emplace(std::string(id), line_);
    if (!is_new) {
      return Error(absl::StrCat("expected an id of its own", Found(id), ", which line ",
                                first->second, " has too"));
    }
    plan::Buffer buffer;
    EMEL_ASSIGN_OR_RETURN(buffer.lower, Number(kLower));
    EMEL_ASSIGN_OR_RETURN(buffer.upper, Number(kUpper));
    EMEL_ASSIGN_OR_RETURN(buffer.size, Number(kSize));
    if (buffer.lower >= buffer.upper) {
      return Error(
          absl::StrCat("expected lower < upper, found ", buffer.lower, " and ", buffer.upper));
    }
    problem_.buffers.push_back(buffer);
    problem_.names.emplace_back(id);
    return absl::OkStatus();
  }

  std::string_view rest_;
  const std::string& name_;
  int64_t line_ = 0;
  std::vector<std::string_view> fields_;
  std::array<int, kColumns> position_ = {-1, -1, -1, -1, -1};
  size_t columns_ = 0;
  absl::flat_hash_map<std::string, int64_t> lines_;  // of each id
  plan::Problem problem_;
};

}  // namespace

absl::StatusOr<plan::Problem> ReadLifetimes(std::string_view text, const std::string& name) {
  return Reader(text, name).Read();
}

std::string WriteOffsets(const plan::Problem& problem, const plan::Plan& plan) {
  std::string text = "id,lower,upper,size,offset\n";
  for (size_t b = 0; b < problem.buffers.size(); ++b) {
    const plan::Buffer& buffer = problem.buffers[b];
    absl::StrAppend(&text, problem.names[b], ",", buffer.lower, ",", buffer.upper, ",", buffer.size,
                    ",", plan.places[b].offset, "\n");
  }
  return text;
}

}  // namespace emel::tools
