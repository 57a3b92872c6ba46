#include "runtime/io/status.h"
#include "tools/modelgen/modelgen.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <optional>

namespace emel::tools {
namespace {

struct FileType {
  std::string_view type;
  uint32_t number;
};

// general.file_type, a number that says what most weights are. Types without one leave it out.
constexpr FileType kFileTypes[] = {
    {"f32", 0},    {"f16", 1},     {"q4_0", 2},   {"q4_1", 3},     {"q8_0", 7},    {"q5_0", 8},
    {"q5_1", 9},   {"q2_k", 10},   {"q3_k", 11},  {"q3_k_m", 12},  {"q4_k", 14},   {"q4_k_m", 15},
    {"q5_k", 16},  {"q5_k_m", 17}, {"q6_k", 18},  {"iq2_xxs", 19}, {"iq2_xs", 20}, {"iq3_xxs", 23},
    {"iq1_s", 24}, {"iq4_nl", 25}, {"iq3_s", 26}, {"iq2_s", 28},   {"iq4_xs", 30}, {"iq1_m", 31},
    {"bf16", 32},  {"tq1_0", 36},  {"tq2_0", 37}, {"mxfp4", 38},
};

}  // namespace

absl::Status CheckShape(const ModelSpec& spec) {
  const Shape& s = spec.shape;
  const Architecture& arch = *spec.architecture;
  auto error = [](const auto&... parts) {
    return absl::InvalidArgumentError(absl::StrCat(parts...));
  };
  if (s.heads % s.kv_heads != 0) {
    return error("--kv-heads: expected a divisor of the ", s.heads, " heads, found ", s.kv_heads);
  }
  if (arch.rope_base != 0 && s.head_dim % 2 != 0) {
    return error("--head-dim: expected an even size, which rotary positions need, found ",
                 s.head_dim);
  }
  if (arch.equal_heads && (s.kv_heads != s.heads || s.heads * s.head_dim != s.embd)) {
    return error("expected as many key heads as heads, together as wide as --embd, in ",
                 Text(arch.name), ", found ", s.heads, " heads, ", s.kv_heads, " key heads of ",
                 s.head_dim, " and --embd ", s.embd);
  }
  if (s.experts > 0 && !arch.experts) {
    return error("--experts: expected none in ", Text(arch.name), ", found ", s.experts);
  }
  if (s.experts > 0 ? s.experts_used < 1 || s.experts_used > s.experts : s.experts_used > 0) {
    return error("--experts-used: expected ", s.experts > 0 ? "1 to " : "", s.experts, ", found ",
                 s.experts_used);
  }
  if (s.context > arch.most_context) {
    return error("--context: expected at most ", arch.most_context, " in ", Text(arch.name),
                 ", found ", s.context);
  }
  return absl::OkStatus();
}

void AddMetadata(const ModelSpec& spec, gguf::Writer& writer) {
  const Shape& s = spec.shape;
  const Architecture& arch = *spec.architecture;
  writer.AddString("general.architecture", arch.name);
  writer.AddString("general.type", "model");
  writer.AddString("general.name", absl::StrCat("synthetic ", Text(arch.name)));
  writer.AddString("general.description",
                   absl::StrCat("random weights made by emel-modelgen, seed ", spec.seed));
  writer.AddString("general.license", "cc0-1.0");
  writer.AddUint32("general.quantization_version", 2);
  for (const FileType& row : kFileTypes) {
    if (row.type == spec.type) writer.AddUint32("general.file_type", row.number);
  }
  auto key = [&](std::string_view suffix) {
    return absl::StrCat(Text(arch.name), ".", Text(suffix));
  };
  auto number = [&](std::string_view suffix, uint64_t value) {
    writer.AddUint32(key(suffix), static_cast<uint32_t>(value));
  };
  number("block_count", s.layers);
  number("context_length", s.context);
  number("embedding_length", s.embd);
  number("feed_forward_length", s.ffn);
  number("attention.head_count", s.heads);
  number("attention.head_count_kv", s.kv_heads);
  number("vocab_size", s.vocab);
  writer.AddFloat32(key(arch.epsilon_key), arch.epsilon);
  if (arch.states_head_dim || s.heads * s.head_dim != s.embd) {
    number("attention.key_length", s.head_dim);
    number("attention.value_length", s.head_dim);
  }
  if (arch.rope_base != 0) {
    number("rope.dimension_count", s.head_dim);
    writer.AddFloat32(key("rope.freq_base"), arch.rope_base);
  }
  if (s.experts > 0) {
    number("expert_count", s.experts);
    number("expert_used_count", s.experts_used);
  }
  for (const ExtraKey& extra : arch.extra_keys) {
    if (extra.window) {
      uint64_t window = static_cast<uint64_t>(extra.real);
      number(extra.key, std::min(window, std::max<uint64_t>(1, s.context / 2)));
    } else {
      writer.AddFloat32(key(extra.key), extra.real);
    }
  }
}

}  // namespace emel::tools
