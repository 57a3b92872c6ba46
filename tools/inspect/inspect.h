#ifndef EMEL_TOOLS_INSPECT_INSPECT_H_
#define EMEL_TOOLS_INSPECT_INSPECT_H_

#include "runtime/gguf/gguf.h"
#include "tools/support/output_file.h"

#include <absl/status/status.h>

#include <map>
#include <string>
#include <vector>

// What emel-inspect prints, one function per format.
namespace emel::tools {

struct TypeTotal {
  gguf::TensorType type;
  uint64_t tensors = 0, parameters = 0, bytes = 0;
};

struct Totals {
  uint64_t parameters = 0, bytes = 0;
  std::vector<TypeTotal> types;  // by bytes, largest first
  double BitsPerWeight() const {
    return parameters == 0 ? 0 : 8.0 * static_cast<double>(bytes) / static_cast<double>(parameters);
  }
};
Totals TotalsOf(const gguf::Model& model);

absl::Status PrintTable(const gguf::Model& model, OutputFile& out);
absl::Status PrintMap(const gguf::Model& model, OutputFile& out);
absl::Status PrintJson(const gguf::Model& model, OutputFile& out);
absl::Status PrintCsv(const gguf::Model& model, OutputFile& out);

// Writes the tensor's values as raw float32, in chunks of constant size.
absl::Status DumpTensor(const gguf::Model& model, const std::string& name, OutputFile& out);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_INSPECT_INSPECT_H_
