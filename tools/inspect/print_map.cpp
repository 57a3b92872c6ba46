#include "runtime/gguf/memory_map.h"
#include "runtime/gguf/tensor_role.h"
#include "runtime/io/status.h"
#include "tools/inspect/inspect.h"
#include "tools/support/text.h"

#include <absl/strings/str_cat.h>

#include <map>

namespace emel::tools {
namespace {

using gguf::Range;
using gguf::RangeKind;
using gguf::Shard;

std::string Ranges(const std::vector<Range>& ranges, const Shard& shard) {
  TextTable table({">offset", ">bytes", ">size", ">share", "what", "category", ">layer"});
  for (const Range& range : ranges) {
    std::string what(Name(range.kind)), category, layer;
    if (range.tensor != nullptr) {
      gguf::TensorRole role = gguf::RoleOf(range.tensor->name);
      what = Printable(range.tensor->name);
      category = Name(role.category);
      if (role.layer) layer = absl::StrCat(*role.layer);
    }
    table.AddRow({absl::StrCat(range.offset), absl::StrCat(range.bytes), HumanBytes(range.bytes),
                  Percent(range.bytes, shard.file_bytes), what, category, layer});
  }
  return table.ToString();
}

// Bytes per kind of range, tensors split by category; the last row is their sum.
std::string Sums(const std::vector<Range>& ranges, const Shard& shard) {
  std::map<std::string, std::pair<uint64_t, uint64_t>> sums;  // ranges, bytes
  uint64_t total = 0;
  for (const Range& range : ranges) {
    std::string what(Name(range.kind));
    if (range.tensor != nullptr) {
      absl::StrAppend(&what, ": ", Text(Name(gguf::RoleOf(range.tensor->name).category)));
    }
    auto& [count, bytes] = sums[what];
    count += 1;
    bytes += range.bytes;
    total += range.bytes;
  }
  TextTable table({"what", ">ranges", ">bytes", ">size", ">share"});
  auto add = [&](const std::string& what, uint64_t count, uint64_t bytes) {
    table.AddRow({what, absl::StrCat(count), absl::StrCat(bytes), HumanBytes(bytes),
                  Percent(bytes, shard.file_bytes)});
  };
  for (const auto& [what, sum] : sums) add(what, sum.first, sum.second);
  add("accounted for", ranges.size(), total);
  return table.ToString();
}

}  // namespace

absl::Status PrintMap(const gguf::Model& model, OutputFile& out) {
  for (uint32_t i = 0; i < model.shards().size(); ++i) {
    const Shard& shard = model.shards()[i];
    std::vector<Range> ranges = gguf::MapShard(model, i);
    EMEL_RETURN_IF_ERROR(out.Write(
        absl::StrCat(i > 0 ? "\n" : "", Printable(shard.path), "  ", shard.file_bytes,
                     " bytes, alignment ", shard.alignment, "\n", Ranges(ranges, shard), "\n")));
    EMEL_RETURN_IF_ERROR(out.Write(Sums(ranges, shard)));
  }
  return absl::OkStatus();
}

}  // namespace emel::tools
