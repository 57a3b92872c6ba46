#include "tools/run/text_stream.h"

#include "runtime/io/status.h"
#include "tools/support/output_file.h"

namespace emel::tools {

absl::Status TextStream::Write(const std::string& text) {
  text_ += text;
  return text.empty() ? absl::OkStatus() : WriteStdout(text);
}

absl::Status TextStream::Print(absl::Span<const int32_t> tokens) {
  EMEL_ASSIGN_OR_RETURN(const std::string text, decoder_.Append(tokens));
  return Write(text);
}

absl::Status TextStream::Finish() {
  EMEL_RETURN_IF_ERROR(Write(decoder_.Finish()));
  return WriteStdout("\n");
}

}  // namespace emel::tools
