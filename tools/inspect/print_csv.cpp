#include "runtime/io/status.h"
#include "tools/inspect/inspect.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>

namespace emel::tools {
namespace {

// As RFC 4180 has it: quotation marks around a field that needs them, and doubled within.
std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

}  // namespace

absl::Status PrintCsv(const gguf::Model& model, OutputFile& out) {
  EMEL_RETURN_IF_ERROR(out.Write("name,type,shape,shard,offset,size\n"));
  for (const gguf::Tensor& tensor : model.tensors()) {
    std::string shape;
    for (uint32_t i = 0; i < tensor.rank; ++i) {
      absl::StrAppend(&shape, i > 0 ? "x" : "", tensor.dims[i]);
    }
    EMEL_RETURN_IF_ERROR(out.Write(
        absl::StrCat(CsvField(tensor.name), ",", Text(gguf::GetInfo(tensor.type).name), ",", shape,
                     ",", tensor.shard, ",", tensor.offset, ",", tensor.bytes, "\n")));
  }
  return absl::OkStatus();
}

}  // namespace emel::tools
