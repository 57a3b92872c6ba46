#include "runtime/gguf/memory_map.h"

#include <algorithm>

namespace emel::gguf {
namespace {

class Mapper {
 public:
  explicit Mapper(const Shard& shard) : shard_(shard) {}

  // Everything up to `end` that is not yet accounted for. A model opened without its data may
  // describe bytes that the file does not have.
  void ExtendTo(uint64_t end, RangeKind kind, const Tensor* tensor = nullptr) {
    end = std::min(end, shard_.file_bytes);
    if (end <= at_) return;
    ranges_.push_back({kind, at_, end - at_, tensor});
    at_ = end;
  }

  void PadTo(uint64_t end) {
    const uint64_t aligned = (at_ + shard_.alignment - 1) / shard_.alignment * shard_.alignment;
    ExtendTo(std::min(aligned, end), RangeKind::kPadding);
  }

  std::vector<Range> Take() && { return std::move(ranges_); }

 private:
  const Shard& shard_;
  uint64_t at_ = 0;
  std::vector<Range> ranges_;
};

}  // namespace

std::string_view Name(RangeKind kind) {
  constexpr std::string_view kNames[] = {"header", "metadata", "tensor infos", "padding",
                                         "tensor", "gap",      "trailing"};
  return kNames[static_cast<size_t>(kind)];
}

std::vector<Range> MapShard(const Model& model, uint32_t index) {
  const Shard& shard = model.shards()[index];
  std::vector<const Tensor*> tensors;
  for (const Tensor& tensor : model.tensors()) {
    if (tensor.shard == index) tensors.push_back(&tensor);
  }
  std::sort(tensors.begin(), tensors.end(),
            [](const Tensor* a, const Tensor* b) { return a->offset < b->offset; });

  Mapper mapper(shard);
  mapper.ExtendTo(shard.metadata_offset, RangeKind::kHeader);
  mapper.ExtendTo(shard.tensor_info_offset, RangeKind::kMetadata);
  mapper.ExtendTo(shard.info_end, RangeKind::kTensorInfo);
  for (const Tensor* tensor : tensors) {
    mapper.PadTo(tensor->offset);
    mapper.ExtendTo(tensor->offset, RangeKind::kGap);
    mapper.ExtendTo(tensor->offset + tensor->bytes, RangeKind::kTensor, tensor);
  }
  mapper.PadTo(shard.file_bytes);
  mapper.ExtendTo(shard.file_bytes, RangeKind::kTrailing);
  return std::move(mapper).Take();
}

}  // namespace emel::gguf
