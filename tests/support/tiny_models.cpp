#include "tests/support/tiny_models.h"

namespace emel::testing {
namespace {

constexpr uint64_t kWidth = 8, kHeads = 2, kKvHeads = 1, kHeadDim = 4, kFfn = 12, kVocab = 6,
                   kContext = 16, kExperts = 3;
constexpr uint64_t kQuery = kHeads * kHeadDim, kKv = kKvHeads * kHeadDim;

void AddMetadata(GgufBuilder& builder, const std::string& arch) {
  auto integer = [&](const char* key, uint32_t value) { builder.AddKey(arch + "." + key, value); };
  builder.AddKey<std::string>("general.architecture", arch);
  integer("context_length", kContext);
  integer("embedding_length", kWidth);
  integer("block_count", 1);
  integer("feed_forward_length", kFfn);
  integer("attention.head_count", kHeads);
  if (arch != "gpt2") integer("attention.head_count_kv", kKvHeads);
  builder.AddKey(arch + (arch == "gpt2" ? ".attention.layer_norm_epsilon"
                                        : ".attention.layer_norm_rms_epsilon"),
                 1e-5f);
  if (arch == "gemma2" || arch == "gemma3") integer("attention.sliding_window", 4);
}

void AddVocabulary(GgufBuilder& builder) {
  builder.AddKey<std::string>("tokenizer.ggml.model", "llama");
  builder.AddArray<std::string>("tokenizer.ggml.tokens", {"<unk>", "<s>", "</s>", "a", "b", "ab"});
  builder.AddArray<float>("tokenizer.ggml.scores", {0, 0, 0, -1, -2, -3});
  builder.AddArray<int32_t>("tokenizer.ggml.token_type", {2, 3, 3, 1, 1, 1});
}

void AddTensor(GgufBuilder& builder, const std::string& name, std::vector<uint64_t> dims) {
  TensorSpec& spec = builder.AddTensor(name, gguf::TensorType::kF32, std::move(dims));
  // Small numbers of both signs: byte 3 of a float holds its sign and most of its exponent.
  for (size_t i = 3; i < spec.data.size(); i += 4) spec.data[i] = i % 8 == 3 ? '\x3d' : '\xbd';
}

// A norm or projection; gpt2 has a bias with each.
void AddPair(GgufBuilder& builder, const std::string& name, std::vector<uint64_t> dims, bool bias) {
  const uint64_t outputs = dims.back();
  AddTensor(builder, name + ".weight", std::move(dims));
  if (bias) AddTensor(builder, name + ".bias", {outputs});
}

void AddGpt2Layer(GgufBuilder& builder) {
  AddTensor(builder, "position_embd.weight", {kWidth, kContext});
  AddPair(builder, "blk.0.attn_norm", {kWidth}, true);
  AddPair(builder, "blk.0.attn_qkv", {kWidth, 3 * kQuery}, true);
  AddPair(builder, "blk.0.attn_output", {kQuery, kWidth}, true);
  AddPair(builder, "blk.0.ffn_norm", {kWidth}, true);
  AddPair(builder, "blk.0.ffn_up", {kWidth, kFfn}, true);
  AddPair(builder, "blk.0.ffn_down", {kFfn, kWidth}, true);
}

void AddAttention(GgufBuilder& builder, const std::string& arch) {
  const bool bias = arch == "qwen2";
  AddPair(builder, "blk.0.attn_norm", {kWidth}, false);
  if (arch == "phi3") {
    AddPair(builder, "blk.0.attn_qkv", {kWidth, kQuery + 2 * kKv}, false);
  } else {
    AddPair(builder, "blk.0.attn_q", {kWidth, kQuery}, bias);
    AddPair(builder, "blk.0.attn_k", {kWidth, kKv}, bias);
    AddPair(builder, "blk.0.attn_v", {kWidth, kKv}, bias);
  }
  AddPair(builder, "blk.0.attn_output", {kQuery, kWidth}, false);
  if (arch == "qwen3" || arch == "gemma3") {
    AddPair(builder, "blk.0.attn_q_norm", {kHeadDim}, false);
    AddPair(builder, "blk.0.attn_k_norm", {kHeadDim}, false);
  }
}

void AddFeedForward(GgufBuilder& builder, const std::string& arch, bool experts) {
  AddPair(builder, "blk.0.ffn_norm", {kWidth}, false);
  if (experts) {
    AddPair(builder, "blk.0.ffn_gate_inp", {kWidth, kExperts}, false);
    AddPair(builder, "blk.0.ffn_gate_exps", {kWidth, kFfn, kExperts}, false);
    AddPair(builder, "blk.0.ffn_up_exps", {kWidth, kFfn, kExperts}, false);
    AddPair(builder, "blk.0.ffn_down_exps", {kFfn, kWidth, kExperts}, false);
    return;
  }
  if (arch != "phi3") AddPair(builder, "blk.0.ffn_gate", {kWidth, kFfn}, false);
  AddPair(builder, "blk.0.ffn_up", {kWidth, arch == "phi3" ? 2 * kFfn : kFfn}, false);
  AddPair(builder, "blk.0.ffn_down", {kFfn, kWidth}, false);
  if (arch == "gemma2" || arch == "gemma3") {
    AddPair(builder, "blk.0.post_attention_norm", {kWidth}, false);
    AddPair(builder, "blk.0.post_ffw_norm", {kWidth}, false);
  }
}

}  // namespace

GgufBuilder TinyModel(std::string_view variant) {
  const bool experts = variant == "mixtral";
  const std::string arch(experts ? "llama" : variant);
  GgufBuilder builder;
  AddMetadata(builder, arch);
  if (experts) {
    builder.AddKey<uint32_t>("llama.expert_count", kExperts);
    builder.AddKey<uint32_t>("llama.expert_used_count", 2);
  }
  AddVocabulary(builder);
  AddTensor(builder, "token_embd.weight", {kWidth, kVocab});
  if (arch == "gpt2") {
    AddGpt2Layer(builder);
  } else {
    AddAttention(builder, arch);
    AddFeedForward(builder, arch, experts);
  }
  AddPair(builder, "output_norm", {kWidth}, arch == "gpt2");
  AddTensor(builder, "output.weight", {kWidth, kVocab});
  return builder;
}

const std::vector<std::string>& TinyModelVariants() {
  static const auto* variants = new std::vector<std::string>{"llama",  "mixtral", "qwen2", "qwen3",
                                                             "gemma2", "gemma3",  "phi3",  "gpt2"};
  return *variants;
}

}  // namespace emel::testing
