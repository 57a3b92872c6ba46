#include "runtime/gguf/tensor_role.h"

#include <gtest/gtest.h>

namespace emel::gguf {
namespace {

TEST(TensorRole, IsReadFromTheName) {
  struct {
    std::string_view name;
    Category category;
    std::optional<uint32_t> layer;
  } cases[] = {
      {"token_embd.weight", Category::kEmbedding, {}},
      {"token_embd_norm.weight", Category::kNorm, {}},
      {"output.weight", Category::kOutput, {}},
      {"output_norm.weight", Category::kNorm, {}},
      {"rope_freqs.weight", Category::kRope, {}},
      {"blk.12.attn_q.weight", Category::kAttention, 12},
      {"blk.3.attn_output.weight", Category::kAttention, 3},
      {"blk.3.attn_q_norm.weight", Category::kNorm, 3},
      {"blk.0.ffn_up.bias", Category::kFfn, 0},
      {"blk.0.ffn_gate_inp.weight", Category::kExpert, 0},
      {"blk.0.ffn_down_exps.weight", Category::kExpert, 0},
      {"blk.1.ssm_a", Category::kOther, 1},
      {"blk.99999999999.x", Category::kOther, {}},
      {"blk.7", Category::kOther, {}},
      {"", Category::kOther, {}},
  };
  for (const auto& c : cases) {
    TensorRole role = RoleOf(c.name);
    EXPECT_EQ(role.category, c.category) << c.name;
    EXPECT_EQ(role.layer, c.layer) << c.name;
  }
}

}  // namespace
}  // namespace emel::gguf
