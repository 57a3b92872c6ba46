#ifndef EMEL_TOOLS_INSPECT_INSPECT_H_
#define EMEL_TOOLS_INSPECT_INSPECT_H_

#include "runtime/artifact/reader.h"
#include "runtime/gguf/gguf.h"
#include "tools/support/output_file.h"
#include "tools/support/text.h"

#include <absl/status/status.h>
#include <nlohmann/json_fwd.hpp>

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

absl::Status PrintArtifactTable(const artifact::Artifact& artifact, OutputFile& out);
absl::Status PrintArtifactJson(const artifact::Artifact& artifact, OutputFile& out);

// Parts that models and artifacts share.
void AddHeadlines(const gguf::Model& model, TextTable& table);  // name, licence, sources
std::string MetadataTable(const gguf::Model& model);
nlohmann::ordered_json MetadataJson(const gguf::Model& model);

// A JSON section of an artifact; nested too deeply it is refused like text that is no JSON.
absl::StatusOr<nlohmann::ordered_json> ParseSection(const artifact::Artifact& artifact,
                                                    artifact::SectionKind kind);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_INSPECT_INSPECT_H_
