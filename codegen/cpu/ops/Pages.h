#ifndef EMEL_CODEGEN_CPU_OPS_PAGES_H_
#define EMEL_CODEGEN_CPU_OPS_PAGES_H_

#include "codegen/cpu/emit/Tile.h"
#include "dialects/emel/Emel.h"
#include "runtime/include/emel/step.h"

/// The pages of a KV cache, as writing and attention see them.
namespace emel::cpu {

/// A layer's cells in the pages, as runtime/artifact/plan.h says: of each head its keys, which are
/// transposed, `[key][32]`, then its values, `[32][value]`. Cells of q8_0 are bytes, with scales
/// behind the keys and behind the values.
class Pages {
 public:
  /// Elements under a scale, and its bytes.
  static constexpr int64_t kGroup = 32, kScaleBytes = 2;

  Pages(Tile &tile, const View &state, KvType type);

  /// Where head `head` of page number `page` of the sequence in `slot` begins.
  mlir::Value head(mlir::Value slot, mlir::Value page, mlir::Value head);
  mlir::Value keys(mlir::Value head, mlir::Value dim);
  mlir::Value values(mlir::Value head, mlir::Value index);
  /// The scales of 32 elements of keys, for 32 positions, or of a cell's values, from element `dim`
  /// on.
  mlir::Value keyScales(mlir::Value head, mlir::Value dim);
  mlir::Value valueScale(mlir::Value head, mlir::Value index, mlir::Value dim);
  /// Floats of cells, without their scale, and back.
  mlir::Value load(mlir::Value pointer, mlir::Value count);
  mlir::Value toCell(mlir::Value x);
  /// Makes 32 floats integers of 8 bits, still as floats, and writes their scale: as in
  /// runtime/gguf/quantize.h.
  void round(mlir::Value floats, mlir::Value levels, mlir::Value scale);
  bool isScaled() const { return isScaled_; }
  int64_t bytes() const { return bytes_; }
  int64_t keyDim() const { return keyDim_; }
  int64_t valueDim() const { return valueDim_; }

 private:
  mlir::Value toBfloat16(mlir::Value x);
  int64_t scaleBytes(int64_t dim) const { return isScaled_ ? dim / kGroup * kScaleBytes : 0; }

  Emit &emit_;
  mlir::Value base_, table_, stride_;
  bool isScaled_;
  mlir::Type element_;
  int64_t keyDim_, valueDim_, bytes_, headBytes_;
  PageTable pages_;
};

/// Of other types cells are neither written nor read.
extern const Limit kKnownCells;

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_OPS_PAGES_H_
