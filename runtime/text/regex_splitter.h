#ifndef EMEL_RUNTIME_TEXT_REGEX_SPLITTER_H_
#define EMEL_RUNTIME_TEXT_REGEX_SPLITTER_H_

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <memory>
#include <string_view>
#include <vector>

namespace emel::text {

// Cuts text by regular expressions, one after the other: each cuts every piece so far into its
// matches and the stretches between them, seeing nothing of the neighbouring pieces.
class RegexSplitter {
 public:
  static absl::StatusOr<RegexSplitter> Create(absl::Span<const char* const> expressions);
  RegexSplitter(RegexSplitter&&) noexcept;
  ~RegexSplitter();

  // `text` must be valid UTF-8. The pieces are views of it, in order, and leave nothing out.
  absl::StatusOr<std::vector<std::string_view>> Split(std::string_view text) const;

 private:
  struct Expression;
  RegexSplitter() = default;
  std::vector<std::unique_ptr<const Expression>> expressions_;
};

}  // namespace emel::text

#endif  // EMEL_RUNTIME_TEXT_REGEX_SPLITTER_H_
