#ifndef EMEL_COMPILER_PACK_PACK_H_
#define EMEL_COMPILER_PACK_PACK_H_

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/types/span.h>

#include "dialects/emel/Emel.h"
#include "dialects/emel/Shards.h"

/// Executes the packing of a module's weights: from the shards, tensor by tensor, to where an
/// artifact is written.
namespace emel {

struct PackOptions {
  io::Strategy load = io::Strategy::kMap;
  /// Folders in which to look for shards beside the path that the module gives.
  std::vector<std::string> shardFolders;
  /// Every weight begins at a multiple of it.
  uint64_t alignment = 64;
  /// Called with the bytes that were written and those that there are to write.
  std::function<void(uint64_t done, uint64_t total)> progress;
};

/// Where a weight lies in what is written.
struct PackedWeight {
  WeightOp weight;
  uint64_t offset, bytes;
  /// Whether its place is that of its twin, which is written before.
  bool isShared;
};

/// Takes the next bytes.
using PackSink = absl::FunctionRef<absl::Status(absl::Span<const uint8_t>)>;

/// The weights of a module, each in its layout, in the module's order:
///
///     auto packing = Packing::create(module, options);   // every place is known
///     for (const PackedWeight &weight : packing->weights()) ...
///     packing->write(sink);                              // exactly bytes() bytes
///
/// Errors are reported at the weight, but those of the sink, which are not the weight's.
class Packing {
 public:
  /// Places the weights. Only those that name a twin are read: they are compared with it in full,
  /// and get its place where they are the same bytes in the same layout, else one of their own.
  static mlir::FailureOr<Packing> create(mlir::ModuleOp module, PackOptions options);

  llvm::ArrayRef<PackedWeight> weights() const { return weights_; }
  /// Of all that is written, with what aligns the weights.
  uint64_t bytes() const { return bytes_; }

  /// Reads, packs and writes in pieces; memory stays within a megabyte, whatever the sizes of the
  /// weights.
  mlir::LogicalResult write(PackSink sink);

 private:
  Packing(mlir::ModuleOp module, PackOptions options);
  mlir::LogicalResult place(WeightOp weight);
  mlir::FailureOr<const PackedWeight *> findTwin(WeightOp weight);
  mlir::FailureOr<bool> isSame(WeightOp a, WeightOp b);
  absl::Status writeOne(const PackedWeight &packed, io::Source &source, PackSink sink);

  mlir::ModuleOp module_;
  PackOptions options_;
  Shards shards_;
  std::vector<PackedWeight> weights_;
  llvm::StringMap<size_t> byName_;  // in weights_
  uint64_t bytes_ = 0;
};

}  // namespace emel

#endif  // EMEL_COMPILER_PACK_PACK_H_
