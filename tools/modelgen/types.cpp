#include "runtime/gguf/quantize.h"
#include "runtime/io/status.h"
#include "tools/modelgen/modelgen.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <optional>

namespace emel::tools {
namespace {

using gguf::TensorType;

// Types by role. Where `alternate` is set, the better type of values and of the down projection
// goes to the outer eighths of the layers and every third in between, as the k-quant mixes have it.
struct Mix {
  std::string_view name;
  TensorType base, output, value, attention_output, down;
  bool alternate;
};

constexpr Mix kMixes[] = {
    {"q3_k_m", TensorType::kQ3_K, TensorType::kQ6_K, TensorType::kQ4_K, TensorType::kQ4_K,
     TensorType::kQ4_K, false},
    {"q4_k_m", TensorType::kQ4_K, TensorType::kQ6_K, TensorType::kQ6_K, TensorType::kQ4_K,
     TensorType::kQ6_K, true},
    {"q5_k_m", TensorType::kQ5_K, TensorType::kQ6_K, TensorType::kQ6_K, TensorType::kQ5_K,
     TensorType::kQ6_K, true},
};

constexpr std::string_view kCycle = "cycle";

const Mix* FindMix(std::string_view name) {
  for (const Mix& mix : kMixes) {
    if (mix.name == name) return &mix;
  }
  return nullptr;
}

TensorType TypeInMix(const Mix& mix, Role role, uint64_t layer, uint64_t layers) {
  uint64_t eighth = layers / 8;
  bool better =
      !mix.alternate || layer < eighth || layer >= layers - eighth || (layer - eighth) % 3 == 2;
  switch (role) {
    case Role::kOutput:
      return mix.output;
    case Role::kAttentionOutput:
      return mix.attention_output;
    case Role::kAttentionValue:
      return better ? mix.value : mix.base;
    case Role::kFfnDown:
      return better ? mix.down : mix.base;
    default:
      return mix.base;
  }
}

const std::vector<TensorType>& WritableTypes() {
  static const std::vector<TensorType> types = [] {
    std::vector<TensorType> list;
#define EMEL_TENSOR_TYPE(id, enumerator, name, elements, bytes, family) \
  if (IsWritable(TensorType::enumerator)) list.push_back(TensorType::enumerator);
#include "runtime/gguf/tensor_types.inc"
    return list;
  }();
  return types;
}

// A row that is no multiple of the type's block gets the nearest type of smaller blocks.
TensorType Fit(TensorType type, uint64_t row) {
  if (row % gguf::GetInfo(type).block_elements == 0) return type;
  if (row % 32 != 0) return TensorType::kF16;
  switch (type) {
    case TensorType::kQ6_K:
      return TensorType::kQ8_0;
    case TensorType::kQ5_K:
      return TensorType::kQ5_1;
    case TensorType::kQ4_K:
      return TensorType::kQ5_0;
    default:
      return TensorType::kIQ4_NL;
  }
}

// Chooses the type of each weight in turn.
class TypeChooser {
 public:
  explicit TypeChooser(const ModelSpec& spec)
      : spec_(spec), mix_(FindMix(spec.type)), plain_(gguf::FindTensorType(spec.type)) {}

  TensorType Choose(const PlannedTensor& tensor, uint64_t layer) {
    if (tensor.role >= Role::kRouter) return TensorType::kF32;
    TensorType type;
    if (mix_ != nullptr) {
      type = TypeInMix(*mix_, tensor.role, layer, spec_.shape.layers);
    } else if (plain_ != nullptr) {
      type = plain_->type;
    } else {
      type = WritableTypes()[count_++ % WritableTypes().size()];
    }
    for (const auto& [part, wanted] : spec_.overrides) {
      if (absl::StrContains(tensor.name, part)) type = wanted;
    }
    return Fit(type, tensor.dims[0]);
  }

 private:
  const ModelSpec& spec_;
  const Mix* mix_;
  const gguf::TensorTypeInfo* plain_;
  size_t count_ = 0;
};

bool Applies(When when, const ModelSpec& spec) {
  switch (when) {
    case When::kAlways:
      return true;
    case When::kUntied:
      return !spec.tied;
    case When::kDense:
      return spec.shape.experts == 0;
    case When::kExperts:
      return spec.shape.experts > 0;
  }
  return false;
}

}  // namespace

bool IsWritable(TensorType type) {
  gguf::TypeFamily family = gguf::GetInfo(type).family;
  return family == gguf::TypeFamily::Block || type == TensorType::kF32 ||
         type == TensorType::kF16 || type == TensorType::kBF16;
}

std::vector<std::string> TypeNames() {
  std::vector<std::string> names;
  for (TensorType type : WritableTypes()) names.emplace_back(gguf::GetInfo(type).name);
  for (const Mix& mix : kMixes) names.emplace_back(mix.name);
  names.emplace_back(kCycle);
  return names;
}

absl::StatusOr<std::vector<PlannedTensor>> PlanTensors(const ModelSpec& spec) {
  std::vector<PlannedTensor> tensors;
  TypeChooser chooser(spec);
  auto plan = [&](const TensorRule& rule, const std::string& prefix, uint64_t layer) {
    if (!Applies(rule.when, spec)) return;
    PlannedTensor tensor{prefix + std::string(rule.name), rule.role, TensorType::kF32, {}};
    for (Dim dim : rule.dims) {
      if (dim != Dim::kNone) tensor.dims.push_back(SizeOf(dim, spec.shape));
    }
    tensor.type = chooser.Choose(tensor, layer);
    tensors.push_back(std::move(tensor));
  };
  for (const TensorRule& rule : spec.architecture->globals) plan(rule, "", 0);
  for (uint64_t layer = 0; layer < spec.shape.layers; ++layer) {
    std::string prefix = absl::StrCat("blk.", layer, ".");
    for (const TensorRule& rule : spec.architecture->layer) plan(rule, prefix, layer);
  }
  for (const PlannedTensor& tensor : tensors) {
    if (spec.fill != Fill::kQuantized || gguf::HasQuantizer(tensor.type)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("tensor '", tensor.name, "': --fill=quantized expects one of the types ",
                     gguf::QuantizerNames(), ", found ", Text(gguf::GetInfo(tensor.type).name)));
  }
  return tensors;
}

}  // namespace emel::tools
