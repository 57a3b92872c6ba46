#include "tools/modelgen/architectures.h"

#include <limits>

namespace emel::tools {
namespace {

// clang-format off
constexpr Shape kShapes[] = {
    // name    layers  embd heads kv  head    ffn   vocab  context experts used
    {"tiny",        2,  256,    4,  2,   64,   512,    512,    512,      0,   0},
    {"tiny-moe",    2,  256,    4,  2,   64,   256,    512,    512,      4,   2},
    {"1b",         16, 2048,   32,  8,   64,  8192, 128256, 131072,      0,   0},
    {"8b",         32, 4096,   32,  8,  128, 14336, 128256, 131072,      0,   0},
    {"8x7b",       32, 4096,   32,  8,  128, 14336,  32000,  32768,      8,   2},
    {"70b",        80, 8192,   64,  8,  128, 28672, 128256, 131072,      0,   0},
};
// clang-format on

constexpr uint64_t kAnyContext = std::numeric_limits<uint32_t>::max();
constexpr std::string_view kRmsEpsilon = "attention.layer_norm_rms_epsilon";
constexpr std::string_view kEpsilon = "attention.layer_norm_epsilon";

constexpr TensorRule kTokens = {"token_embd.weight", Role::kEmbedding, {Dim::kEmbd, Dim::kVocab}};
constexpr TensorRule kOutputNorm = {"output_norm.weight", Role::kNorm, {Dim::kEmbd}};
constexpr TensorRule kOutput = {
    "output.weight", Role::kOutput, {Dim::kEmbd, Dim::kVocab}, When::kUntied};
constexpr TensorRule kAttentionNorm = {"attn_norm.weight", Role::kNorm, {Dim::kEmbd}};
constexpr TensorRule kQuery = {"attn_q.weight", Role::kAttention, {Dim::kEmbd, Dim::kQuery}};
constexpr TensorRule kKey = {"attn_k.weight", Role::kAttention, {Dim::kEmbd, Dim::kKeyValue}};
constexpr TensorRule kValue = {
    "attn_v.weight", Role::kAttentionValue, {Dim::kEmbd, Dim::kKeyValue}};
constexpr TensorRule kQkv = {"attn_qkv.weight", Role::kAttentionValue, {Dim::kEmbd, Dim::kQkv}};
constexpr TensorRule kAttentionOutput = {
    "attn_output.weight", Role::kAttentionOutput, {Dim::kQuery, Dim::kEmbd}};
constexpr TensorRule kQueryNorm = {"attn_q_norm.weight", Role::kNorm, {Dim::kHead}};
constexpr TensorRule kKeyNorm = {"attn_k_norm.weight", Role::kNorm, {Dim::kHead}};
constexpr TensorRule kFfnNorm = {"ffn_norm.weight", Role::kNorm, {Dim::kEmbd}};
constexpr TensorRule kGate = {"ffn_gate.weight", Role::kFfn, {Dim::kEmbd, Dim::kFfn}, When::kDense};
constexpr TensorRule kUp = {"ffn_up.weight", Role::kFfn, {Dim::kEmbd, Dim::kFfn}, When::kDense};
constexpr TensorRule kDown = {
    "ffn_down.weight", Role::kFfnDown, {Dim::kFfn, Dim::kEmbd}, When::kDense};
constexpr TensorRule kPostAttentionNorm = {"post_attention_norm.weight", Role::kNorm, {Dim::kEmbd}};
constexpr TensorRule kPostFfnNorm = {"post_ffw_norm.weight", Role::kNorm, {Dim::kEmbd}};

constexpr TensorRule Bias(std::string_view name, Dim dim) { return {name, Role::kBias, {dim}}; }

std::vector<Architecture> MakeArchitectures() {  // NOLINT(readability-function-size): a table
  return {
      {"llama",
       Vocabulary::kSentencePiece,
       "default",
       kRmsEpsilon,
       1e-5f,
       500000,
       false,
       false,
       true,
       false,
       kAnyContext,
       {},
       {kTokens, kOutputNorm, kOutput},
       {kAttentionNorm,
        kQuery,
        kKey,
        kValue,
        kAttentionOutput,
        kFfnNorm,
        kGate,
        kUp,
        kDown,
        {"ffn_gate_inp.weight", Role::kRouter, {Dim::kEmbd, Dim::kExperts}, When::kExperts},
        {"ffn_gate_exps.weight",
         Role::kFfn,
         {Dim::kEmbd, Dim::kFfn, Dim::kExperts},
         When::kExperts},
        {"ffn_up_exps.weight", Role::kFfn, {Dim::kEmbd, Dim::kFfn, Dim::kExperts}, When::kExperts},
        {"ffn_down_exps.weight",
         Role::kFfnDown,
         {Dim::kFfn, Dim::kEmbd, Dim::kExperts},
         When::kExperts}}},
      {"qwen2",
       Vocabulary::kBytePair,
       "qwen2",
       kRmsEpsilon,
       1e-6f,
       1000000,
       false,
       false,
       false,
       false,
       kAnyContext,
       {},
       {kTokens, kOutputNorm, kOutput},
       {kAttentionNorm, kQuery, kKey, kValue, kAttentionOutput, Bias("attn_q.bias", Dim::kQuery),
        Bias("attn_k.bias", Dim::kKeyValue), Bias("attn_v.bias", Dim::kKeyValue), kFfnNorm, kGate,
        kUp, kDown}},
      {"qwen3",
       Vocabulary::kBytePair,
       "qwen2",
       kRmsEpsilon,
       1e-6f,
       1000000,
       true,
       false,
       false,
       false,
       kAnyContext,
       {},
       {kTokens, kOutputNorm, kOutput},
       {kAttentionNorm, kQuery, kKey, kValue, kAttentionOutput, kQueryNorm, kKeyNorm, kFfnNorm,
        kGate, kUp, kDown}},
      {"gemma2",
       Vocabulary::kSentencePiece,
       "default",
       kRmsEpsilon,
       1e-6f,
       10000,
       true,
       true,
       false,
       false,
       kAnyContext,
       {{"attention.sliding_window", 4096, true},
        {"attn_logit_softcapping", 50},
        {"final_logit_softcapping", 30}},
       {kTokens, kOutputNorm},
       {kAttentionNorm, kQuery, kKey, kValue, kAttentionOutput, kPostAttentionNorm, kFfnNorm, kGate,
        kUp, kDown, kPostFfnNorm}},
      {"gemma3",
       Vocabulary::kSentencePiece,
       "default",
       kRmsEpsilon,
       1e-6f,
       1000000,
       true,
       true,
       false,
       false,
       kAnyContext,
       {{"attention.sliding_window", 1024, true}},
       {kTokens, kOutputNorm},
       {kAttentionNorm, kQuery, kKey, kValue, kAttentionOutput, kQueryNorm, kKeyNorm,
        kPostAttentionNorm, kFfnNorm, kGate, kUp, kDown, kPostFfnNorm}},
      {"phi3",
       Vocabulary::kSentencePiece,
       "default",
       kRmsEpsilon,
       1e-5f,
       10000,
       false,
       false,
       false,
       false,
       kAnyContext,
       {{"attention.sliding_window", 2047, true}},
       {kTokens, kOutputNorm, kOutput},
       {kAttentionNorm,
        kQkv,
        kAttentionOutput,
        kFfnNorm,
        {"ffn_up.weight", Role::kFfn, {Dim::kEmbd, Dim::kDoubleFfn}},
        kDown}},
      {"gpt2",
       Vocabulary::kBytePair,
       "gpt-2",
       kEpsilon,
       1e-5f,
       0,
       false,
       false,
       false,
       true,
       1024,
       {},
       {kTokens,
        {"position_embd.weight", Role::kPosition, {Dim::kEmbd, Dim::kContext}},
        kOutputNorm,
        Bias("output_norm.bias", Dim::kEmbd),
        kOutput},
       {kAttentionNorm, Bias("attn_norm.bias", Dim::kEmbd), kQkv, Bias("attn_qkv.bias", Dim::kQkv),
        kAttentionOutput, Bias("attn_output.bias", Dim::kEmbd), kFfnNorm,
        Bias("ffn_norm.bias", Dim::kEmbd), kUp, Bias("ffn_up.bias", Dim::kFfn), kDown,
        Bias("ffn_down.bias", Dim::kEmbd)}},
  };
}

}  // namespace

absl::Span<const Shape> NamedShapes() { return kShapes; }

uint64_t SizeOf(Dim dim, const Shape& s) {
  switch (dim) {
    case Dim::kNone:
      return 0;
    case Dim::kEmbd:
      return s.embd;
    case Dim::kVocab:
      return s.vocab;
    case Dim::kContext:
      return s.context;
    case Dim::kHead:
      return s.head_dim;
    case Dim::kQuery:
      return s.heads * s.head_dim;
    case Dim::kKeyValue:
      return s.kv_heads * s.head_dim;
    case Dim::kQkv:
      return (s.heads + 2 * s.kv_heads) * s.head_dim;
    case Dim::kFfn:
      return s.ffn;
    case Dim::kDoubleFfn:
      return 2 * s.ffn;
    case Dim::kExperts:
      return s.experts;
  }
  return 0;
}

const std::vector<Architecture>& Architectures() {
  static const std::vector<Architecture> architectures = MakeArchitectures();
  return architectures;
}

}  // namespace emel::tools
