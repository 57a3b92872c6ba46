#include "runtime/gguf/dequantize.h"
#include "runtime/io/status.h"
#include "tools/inspect/inspect.h"
#include "tools/support/progress.h"
#include "tools/support/text.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace emel::tools {
namespace {

constexpr uint64_t kChunkElements = 1 << 16;  // a multiple of every block size

}  // namespace

absl::Status DumpTensor(const gguf::Model& model, const std::string& name, OutputFile& out) {
  const gguf::Tensor* tensor = model.FindTensor(name);
  if (tensor == nullptr) {
    return absl::NotFoundError(absl::StrCat("tensor '", Printable(name), "': not in the model (",
                                            model.shards()[0].path,
                                            "); emel-inspect FILE lists its tensors"));
  }
  const gguf::TensorTypeInfo& info = gguf::GetInfo(tensor->type);
  std::vector<uint8_t> bytes;
  std::vector<float> values;
  Progress progress("dumping");
  uint64_t offset = 0;
  while (offset < tensor->bytes) {
    uint64_t chunk = kChunkElements / info.block_elements * info.block_bytes;
    bytes.resize(std::min(chunk, tensor->bytes - offset));
    values.resize(bytes.size() / info.block_bytes * info.block_elements);
    EMEL_RETURN_IF_ERROR(model.Read(*tensor, offset, absl::MakeSpan(bytes)));
    EMEL_RETURN_IF_ERROR(gguf::Dequantize(tensor->type, bytes, absl::MakeSpan(values)));
    EMEL_RETURN_IF_ERROR(out.Write(absl::MakeConstSpan(
        reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(float))));
    offset += bytes.size();
    progress.Update(offset, tensor->bytes);
  }
  return absl::OkStatus();
}

}  // namespace emel::tools
