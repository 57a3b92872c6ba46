#include "runtime/gguf/tensor_role.h"

#include <charconv>

namespace emel::gguf {
namespace {

struct Rule {
  std::string_view part;  // of the name
  Category category;
};

// The first rule that holds decides: "attn_q_norm" is a norm, "ffn_gate_exps" belongs to experts.
constexpr Rule kRules[] = {
    {"rope_", Category::kRope},          {"norm", Category::kNorm},
    {"_exps", Category::kExpert},        {"_shexp", Category::kExpert},
    {"ffn_gate_inp", Category::kExpert}, {"exp_probs", Category::kExpert},
    {"attn", Category::kAttention},      {"ffn", Category::kFfn},
    {"embd", Category::kEmbedding},      {"token_types", Category::kEmbedding},
    {"output", Category::kOutput},       {"cls", Category::kOutput},
};

}  // namespace

std::string_view Name(Category category) {
  constexpr std::string_view kNames[] = {"embedding", "attention", "ffn",  "norm",
                                         "output",    "expert",    "rope", "other"};
  return kNames[static_cast<size_t>(category)];
}

TensorRole RoleOf(std::string_view name) {
  TensorRole role{Category::kOther, std::nullopt};
  if (size_t at = name.find("blk."); at != std::string_view::npos) {
    const char* begin = name.data() + at + 4;
    const char* name_end = name.data() + name.size();
    uint32_t layer = 0;
    auto [end, error] = std::from_chars(begin, name_end, layer);
    if (error == std::errc() && end != name_end && *end == '.') role.layer = layer;
  }
  for (const Rule& rule : kRules) {
    if (name.find(rule.part) == std::string_view::npos) continue;
    role.category = rule.category;
    break;
  }
  return role;
}

}  // namespace emel::gguf
