#include "runtime/gguf/integer_blocks.h"

#include "runtime/gguf/decode_block.h"
#include "runtime/gguf/expand_block.h"

#include <absl/strings/str_cat.h>

namespace emel::gguf {
namespace {

struct Row {
  IntegerForm form;
  void (*expand)(const uint8_t* block, IntegerGroup* out);
};

constexpr Row kForms[] = {
#define EMEL_INTEGER_FORM(enumerator, ...) \
  {{TensorType::enumerator, __VA_ARGS__}, ExpandBlock<TensorType::enumerator>},
#include "runtime/gguf/integer_forms.inc"
};

constexpr bool AllSumsAreExact() {
  for (const Row& row : kForms) {
    const IntegerForm& form = row.form;
    int value = std::max(-form.lowest_value, form.highest_value);
    if (int64_t{kIntegerGroup} * 127 * value * form.largest_scale >= 1 << 24) return false;
    if (int64_t{kIntegerGroup} * 127 * form.largest_minimum >= 1 << 24) return false;
  }
  return true;
}
static_assert(AllSumsAreExact(), "the dot product of a group must be exact in float32");

const Row* FindRow(TensorType type) {
  for (const Row& row : kForms) {
    if (row.form.type == type) return &row;
  }
  return nullptr;
}

template <TensorType type, uint32_t kElements>
void DecodeExpanded(const uint8_t* block, float* out) {
  IntegerGroup groups[kElements / kIntegerGroup];
  ExpandBlock<type>(block, groups);
  for (const IntegerGroup& group : groups) {
    for (int k = 0; k < kIntegerGroup; k += 16) {
      float scale = group.scale * static_cast<float>(group.scales[k / 16]);
      float offset = group.min_scale * static_cast<float>(group.minima[k / 16]);
      for (int j = k; j < k + 16; ++j) {
        *out++ = scale * static_cast<float>(group.values[j]) - offset;
      }
    }
  }
}

constexpr uint32_t ElementsOf(TensorType wanted) {
#define EMEL_TENSOR_TYPE(id, enumerator, name, elements, bytes, family) \
  if (wanted == TensorType::enumerator) return elements;
#include "runtime/gguf/tensor_types.inc"
  return 0;
}

}  // namespace

#define EMEL_INTEGER_FORM(enumerator, ...)                                                  \
  template <>                                                                               \
  void DecodeBlock<TensorType::enumerator>(const uint8_t* block, float* out) {              \
    DecodeExpanded<TensorType::enumerator, ElementsOf(TensorType::enumerator)>(block, out); \
  }
#include "runtime/gguf/integer_forms.inc"

const IntegerForm* FindIntegerForm(TensorType type) {
  const Row* row = FindRow(type);
  return row == nullptr ? nullptr : &row->form;
}

absl::Status ExpandIntegers(TensorType type, absl::Span<const uint8_t> bytes,
                            absl::Span<IntegerGroup> out) {
  const TensorTypeInfo& info = GetInfo(type);
  absl::string_view name(info.name.data(), info.name.size());
  const Row* row = FindRow(type);
  if (row == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("type ", name, " has no integer form"));
  }
  size_t blocks = bytes.size() / info.block_bytes, groups = info.block_elements / kIntegerGroup;
  if (blocks * info.block_bytes != bytes.size() || blocks * groups != out.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("type ", name, ": expected whole blocks of ", info.block_bytes, " bytes for ",
                     groups, " groups, found ", bytes.size(), " bytes for ", out.size()));
  }
  for (size_t i = 0; i < blocks; ++i) {
    row->expand(bytes.data() + i * info.block_bytes, out.data() + i * groups);
  }
  return absl::OkStatus();
}

}  // namespace emel::gguf
