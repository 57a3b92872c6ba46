#ifndef EMEL_TOOLS_MODELGEN_ARCHITECTURES_H_
#define EMEL_TOOLS_MODELGEN_ARCHITECTURES_H_

#include <absl/types/span.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The tables behind emel-modelgen: what tensors and metadata each architecture has, and shapes that
// have a name. A new architecture is one row here.
namespace emel::tools {

struct Shape {
  std::string_view name;
  uint64_t layers, embd, heads, kv_heads, head_dim, ffn, vocab, context, experts, experts_used;
};
absl::Span<const Shape> NamedShapes();

// What a dimension of a tensor is.
enum class Dim {
  kNone,
  kEmbd,
  kVocab,
  kContext,
  kHead,      // one head
  kQuery,     // all query heads
  kKeyValue,  // all key heads, or all value heads
  kQkv,       // query, key and value heads together
  kFfn,
  kDoubleFfn,  // gate and up together
  kExperts,
};
uint64_t SizeOf(Dim dim, const Shape& shape);

// What a tensor is for, as far as its type and its values depend on it.
enum class Role {
  kEmbedding,
  kOutput,
  kAttention,
  kAttentionValue,
  kAttentionOutput,
  kFfn,
  kFfnDown,
  kRouter,    // float32, small random values
  kPosition,  // likewise
  kBias,      // likewise, smaller
  kNorm,      // float32 around one
};

enum class When { kAlways, kUntied, kDense, kExperts };

struct TensorRule {
  std::string_view name;  // in a layer, after "blk.N."
  Role role;
  std::array<Dim, 3> dims;  // innermost first
  When when = When::kAlways;
};

enum class Vocabulary { kSentencePiece, kBytePair };

// A key of the architecture's own, after "ARCH.".
struct ExtraKey {
  std::string_view key;
  float real;
  bool window = false;  // an integer: `real`, but at most half the context
};

struct Architecture {
  std::string_view name;
  Vocabulary vocabulary;
  std::string_view pre_tokenizer;
  std::string_view epsilon_key;
  float epsilon;
  float rope_base;       // 0: no rotary positions
  bool states_head_dim;  // key_length and value_length even where heads * head_dim = embd
  bool tied;             // never has an output.weight
  bool experts;          // may have experts
  bool equal_heads;      // as many key heads as query heads, which together are as wide as embd
  uint64_t most_context;
  std::vector<ExtraKey> extra_keys;
  std::vector<TensorRule> globals;
  std::vector<TensorRule> layer;
};
const std::vector<Architecture>& Architectures();

}  // namespace emel::tools

#endif  // EMEL_TOOLS_MODELGEN_ARCHITECTURES_H_
