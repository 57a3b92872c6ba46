#include "dialects/emel/Shards.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/xxhash.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {

#define GEN_PASS_DEF_MERGEWEIGHTS
#include "passes/Passes.h.inc"

namespace {

constexpr uint64_t kSample = 4096, kChunk = 1 << 20;

/// Compares weights by what lies in their files.
class Contents {
 public:
  /// What is compared is copied either way; reading does not depend on how the model was opened.
  explicit Contents(std::vector<std::string> folders)
      : shards_(io::Strategy::kRead, std::move(folders)) {}

  /// The hash of the first, middle and last bytes.
  FailureOr<uint64_t> sample(WeightOp weight) {
    uint64_t size = weight.getSize(), part = std::min(size, kSample);
    std::vector<uint8_t> bytes(3 * part);
    for (uint64_t i = 0; i < 3; ++i)
      if (failed(read(weight, (size - part) / 2 * i, bytes.data() + i * part, part)))
        return failure();
    return llvm::xxh3_64bits(ArrayRef<uint8_t>(bytes));
  }

  FailureOr<bool> equal(WeightOp a, WeightOp b) {
    std::vector<uint8_t> left(kChunk), right(kChunk);
    for (uint64_t at = 0, size = a.getSize(); at < size; at += kChunk) {
      uint64_t part = std::min(kChunk, size - at);
      if (failed(read(a, at, left.data(), part)) || failed(read(b, at, right.data(), part)))
        return failure();
      if (!std::equal(left.begin(), left.begin() + part, right.begin())) return false;
    }
    return true;
  }

 private:
  LogicalResult read(WeightOp weight, uint64_t at, uint8_t *out, uint64_t size) {
    FailureOr<io::Source *> source = shards_.open(weight, weight);
    if (failed(source)) return failure();
    absl::Status status =
        (*source)->Read(static_cast<uint64_t>(weight.getOffset()) + at, {out, size});
    if (status.ok()) return success();
    return weight.emitError(std::string(status.message()));
  }

  Shards shards_;
};

bool isSamePlace(WeightOp a, WeightOp b) {
  return a.getShardAttr() == b.getShardAttr() && a.getOffset() == b.getOffset();
}

struct MergeWeightsPass : impl::MergeWeightsBase<MergeWeightsPass> {
  using MergeWeightsBase::MergeWeightsBase;

  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    Contents contents(std::vector<std::string>(shardFolders.begin(), shardFolders.end()));
    uint64_t budget = maxBytes;
    // The type says the size as well. Weights of a type that no other has are never opened.
    llvm::MapVector<Type, SmallVector<WeightOp>> byType;
    for (WeightOp weight : getOperation().getOps<WeightOp>())
      byType[weight.getStoredType()].push_back(weight);
    for (auto &[type, weights] : byType)
      if (weights.size() > 1 && failed(mergeAll(weights, contents, budget, record)))
        return signalPassFailure();
  }

  LogicalResult mergeAll(ArrayRef<WeightOp> weights, Contents &contents, uint64_t &budget,
                         Record &record) {
    llvm::MapVector<uint64_t, SmallVector<WeightOp>> bySample;
    for (WeightOp weight : weights) {
      FailureOr<uint64_t> hash = contents.sample(weight);
      if (failed(hash)) return failure();
      bySample[*hash].push_back(weight);
    }
    for (auto &[hash, alike] : bySample) {
      SmallVector<WeightOp> kept;
      for (WeightOp weight : alike)
        if (failed(mergeOne(weight, kept, contents, budget, record))) return failure();
    }
    return success();
  }

  /// Merges a weight into one of those kept so far, or keeps it too.
  LogicalResult mergeOne(WeightOp weight, SmallVectorImpl<WeightOp> &kept, Contents &contents,
                         uint64_t &budget, Record &record) {
    uint64_t size = weight.getSize();
    for (WeightOp first : kept) {
      FailureOr<bool> isSame = isSamePlace(first, weight);
      if (!*isSame) {
        if (size > budget) {
          weight.setTwin(first.getSymName());
          record.count("twins");
          break;
        }
        budget -= size;
        isSame = contents.equal(first, weight);
      }
      if (failed(isSame)) return failure();
      if (*isSame) return replace(weight, first, record);
    }
    kept.push_back(weight);
    return success();
  }

  LogicalResult replace(WeightOp weight, WeightOp first, Record &record) {
    if (failed(SymbolTable::replaceAllSymbolUses(weight, first.getSymNameAttr(), getOperation())))
      return weight.emitError("cannot tell who reads it");
    first->setLoc(FusedLoc::get(&getContext(), {first.getLoc(), weight.getLoc()}));
    record.count("weights");
    record.count("bytes", weight.getSize());
    weight.erase();
    return success();
  }
};

}  // namespace
}  // namespace emel
