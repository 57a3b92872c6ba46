#include "runtime/gguf/split.h"

#include "runtime/gguf/cursor.h"
#include "runtime/io/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>

namespace emel::gguf {
namespace {

constexpr size_t kDigits = 5;

std::optional<uint32_t> ParseDigits(std::string_view text) {
  uint32_t number = 0;
  if (text.size() != kDigits || !std::all_of(text.begin(), text.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(Text(text), &number)) {
    return std::nullopt;
  }
  return number;
}

absl::Status ReadCount(const ParsedFile& file, std::string_view key, std::optional<uint64_t>& out) {
  const Value* value = Find(file.metadata, key);
  if (value == nullptr) return absl::OkStatus();
  out = value->AsUnsigned();
  if (out) return absl::OkStatus();
  return ErrorAt("key " + Quote(key), "expected an integer of at least 0, found another value",
                 file.shard.path, value->offset);
}

// Integers of different types are the same value.
bool IsSame(const Value& a, const Value& b) {
  const std::optional<uint64_t> number = a.AsUnsigned();
  return number ? number == b.AsUnsigned() : a.data == b.data;
}

uint64_t OffsetOf(const ParsedFile& file, std::string_view key) {
  const Value* value = Find(file.metadata, key);
  return value == nullptr ? file.shard.metadata_offset : value->offset;
}

absl::Status Require(const ParsedFile& file, std::string_view key,
                     const std::optional<uint64_t>& value) {
  if (value) return absl::OkStatus();
  return ErrorAt("key " + Quote(key), "expected in every shard of a split model, found nothing",
                 file.shard.path, file.shard.metadata_offset);
}

}  // namespace

std::optional<ShardName> ShardName::Parse(const std::string& path) {
  // BASE-00001-of-00003.gguf
  constexpr std::string_view kOf = "-of-", kSuffix = ".gguf";
  constexpr size_t kTail = 1 + kDigits + kOf.size() + kDigits + kSuffix.size();
  if (path.size() < kTail) return std::nullopt;
  const std::string_view tail = std::string_view(path).substr(path.size() - kTail);
  const std::optional<uint32_t> number = ParseDigits(tail.substr(1, kDigits));
  const std::optional<uint32_t> count = ParseDigits(tail.substr(1 + kDigits + kOf.size(), kDigits));
  if (tail[0] != '-' || tail.substr(1 + kDigits, kOf.size()) != kOf ||
      tail.substr(kTail - kSuffix.size()) != kSuffix || !number || !count || *number < 1 ||
      *number > *count) {
    return std::nullopt;
  }
  return ShardName{path.substr(0, path.size() - kTail), *number - 1, *count};
}

std::string ShardName::Path(uint32_t shard) const {
  return absl::StrFormat("%s-%05d-of-%05d.gguf", base, shard + 1, count);
}

absl::StatusOr<SplitInfo> SplitInfo::Read(const ParsedFile& file) {
  std::optional<uint64_t> index, count;
  SplitInfo info;
  EMEL_RETURN_IF_ERROR(ReadCount(file, "split.count", count));
  EMEL_RETURN_IF_ERROR(ReadCount(file, "split.no", index));
  EMEL_RETURN_IF_ERROR(ReadCount(file, "split.tensors.count", info.tensors));
  if (count.value_or(0) == 0) return SplitInfo{};
  info.count = *count;
  info.index = index.value_or(0);
  if (info.count > 1) {
    EMEL_RETURN_IF_ERROR(Require(file, "split.no", index));
    EMEL_RETURN_IF_ERROR(Require(file, "split.tensors.count", info.tensors));
  }
  if (info.index >= info.count) {
    return ErrorAt(
        "key 'split.no'",
        absl::StrCat("expected less than split.count ", info.count, ", found ", info.index),
        file.shard.path, OffsetOf(file, "split.no"));
  }
  return info;
}

absl::StatusOr<ShardName> CheckShardName(const ParsedFile& file, const SplitInfo& info) {
  const std::string& path = file.shard.path;
  const auto error = [&](const char* key, const auto&... problem) {
    return ErrorAt(absl::StrCat("key '", key, "'"), absl::StrCat(problem...), path,
                   OffsetOf(file, key));
  };
  const std::optional<ShardName> name = ShardName::Parse(path);
  if (!name) {
    return error("split.count", "expected a file named NAME-00001-of-",
                 absl::StrFormat("%05d", info.count), ".gguf and its like for a model of ",
                 info.count, " shards, found another name");
  }
  if (name->count != info.count) {
    return error("split.count", "expected ", name->count, " as in the file's name, found ",
                 info.count == 1 ? "a model that is not split" : absl::StrCat(info.count));
  }
  if (name->index != info.index) {
    return error("split.no", "expected ", name->index, " as in the file's name, found ",
                 info.index);
  }
  return *name;
}

absl::Status CheckSameModel(const Model& model, const ParsedFile& shard) {
  for (const KeyValue& entry : shard.metadata) {
    // The place in the split and the file's own layout differ between shards of one model.
    if (entry.key == "split.no" || entry.key == "general.alignment") continue;
    const Value* value = model.Find(entry.key);
    if (value == nullptr || IsSame(*value, entry.value)) continue;
    return ErrorAt("key " + Quote(entry.key),
                   absl::StrCat("expected the value of the first shard, ", model.shards()[0].path,
                                ", found another: the shards are of different models"),
                   shard.shard.path, entry.value.offset);
  }
  return absl::OkStatus();
}

}  // namespace emel::gguf
