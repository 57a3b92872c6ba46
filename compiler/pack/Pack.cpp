#include "compiler/pack/Pack.h"

#include "dialects/emel/Layouts.h"
#include "runtime/io/status.h"

using namespace mlir;

namespace emel {

// How much of two weights is compared at a time.
static constexpr uint64_t kChunk = uint64_t{1} << 18;

Packing::Packing(ModuleOp module, PackOptions options)
    : module_(module),
      options_(std::move(options)),
      shards_(options_.load, options_.shardFolders) {}

FailureOr<Packing> Packing::create(ModuleOp module, PackOptions options) {
  Packing packing(module, std::move(options));
  for (WeightOp weight : module.getOps<WeightOp>())
    if (failed(packing.place(weight))) return failure();
  return packing;
}

LogicalResult Packing::place(WeightOp weight) {
  FailureOr<const PackedWeight *> twin = findTwin(weight);
  if (failed(twin)) return failure();
  PackedWeight packed{weight, 0, 0, *twin != nullptr};
  packed.bytes = *getStorageBytes(weight.getStoredType());
  if (*twin) {
    packed.offset = (*twin)->offset;
  } else {
    constexpr uint64_t kMost = INT64_MAX;
    packed.offset = llvm::alignTo(bytes_, options_.alignment);
    if (packed.offset > kMost || packed.bytes > kMost - packed.offset)
      return weight.emitError("expected fewer than 2^63 bytes of weights, found ")
             << packed.bytes << " at offset " << packed.offset;
    bytes_ = packed.offset + packed.bytes;
  }
  byName_[weight.getSymName()] = weights_.size();
  weights_.push_back(packed);
  return success();
}

/// The twin, where that holds the same in the same layout; else null.
FailureOr<const PackedWeight *> Packing::findTwin(WeightOp weight) {
  auto found = weight.getTwin() ? byName_.find(*weight.getTwin()) : byName_.end();
  if (found == byName_.end()) return nullptr;
  const PackedWeight &twin = weights_[found->second];
  WeightOp other = twin.weight;
  if (other.getStoredType() != weight.getStoredType()) return nullptr;
  FailureOr<bool> same = isSame(weight, other);
  if (failed(same)) return failure();
  return *same ? &twin : nullptr;
}

FailureOr<bool> Packing::isSame(WeightOp a, WeightOp b) {
  FailureOr<io::Source *> left = shards_.open(a, a), right = shards_.open(b, b);
  if (failed(left) || failed(right)) return failure();
  std::vector<uint8_t> bytesLeft(kChunk), bytesRight(kChunk);
  for (uint64_t at = 0, size = a.getSize(); at < size; at += kChunk) {
    uint64_t part = std::min(kChunk, size - at);
    absl::Status status = (*left)->Read(a.getOffset() + at, {bytesLeft.data(), part});
    if (status.ok()) status = (*right)->Read(b.getOffset() + at, {bytesRight.data(), part});
    if (!status.ok()) return a.emitError(std::string(status.message()));
    if (!std::equal(bytesLeft.begin(), bytesLeft.begin() + part, bytesRight.begin())) return false;
  }
  return true;
}

LogicalResult Packing::write(PackSink sink) {
  uint64_t written = 0;
  bool isTaken = true;
  auto append = [&](absl::Span<const uint8_t> bytes) {
    absl::Status status = sink(bytes);
    isTaken = status.ok();
    EMEL_RETURN_IF_ERROR(status);
    written += bytes.size();
    if (options_.progress) options_.progress(written, bytes_);
    return absl::OkStatus();
  };
  for (const PackedWeight &packed : weights_) {
    if (packed.isShared) continue;
    WeightOp weight = packed.weight;
    FailureOr<io::Source *> source = shards_.open(weight, weight);
    if (failed(source)) return failure();
    std::vector<uint8_t> zeros(packed.offset - written);
    absl::Status status = zeros.empty() ? absl::OkStatus() : append(zeros);
    if (status.ok()) status = writeOne(packed, **source, append);
    if (!isTaken) return failure();
    if (!status.ok()) return weight.emitError(std::string(status.message()));
  }
  return success();
}

absl::Status Packing::writeOne(const PackedWeight &packed, io::Source &source, PackSink sink) {
  WeightOp weight = packed.weight;
  RankedTensorType type = weight.getStoredType();
  auto read = [&, begin = static_cast<uint64_t>(weight.getOffset())](uint64_t offset,
                                                                     absl::Span<uint8_t> out) {
    return source.Read(begin + offset, out);
  };
  return layout::Pack(*getFormat(type), getMatrices(type), read, sink);
}

}  // namespace emel
