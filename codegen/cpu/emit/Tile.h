#ifndef EMEL_CODEGEN_CPU_EMIT_TILE_H_
#define EMEL_CODEGEN_CPU_EMIT_TILE_H_

#include "codegen/cpu/Target.h"
#include "codegen/cpu/emit/Emit.h"
#include "dialects/plan/Access.h"

/// One tile of a kernel: where its values lie, and which part of each it needs.
namespace emel::cpu {

/// A range of one dimension, as far as it is known: its size is at most `most`, its beginning a
/// multiple of `unit` (of everything, where that is 0).
struct Span {
  mlir::Value begin, size;
  int64_t most, unit = 0;
};

/// A part of a value, a span for each dimension.
using Part = llvm::SmallVector<Span, 4>;

/// How a state's pages are found: their class, of how many, and the bytes from page to page.
struct PageTable {
  int64_t pageClass = 0, classes = 1, pageBytes = 0;
};

/// Where a value lies: the address of its first element (or row, of formats that have rows only)
/// and the bytes from one index to the next of each dimension. The value may be a part of a tensor
/// whose other elements are not there; then `base` is where the first one would be.
struct View {
  mlir::Value base;
  mlir::Type element;
  llvm::SmallVector<int64_t, 4> strides;
  PageTable pages = {};  // of a state
};

class Tile;

/// Emits what `op` has to do to have `part` of its result in `out`.
using OpEmitter = mlir::LogicalResult (*)(Tile &tile, mlir::Operation *op, const Part &part,
                                          const View &out);

/// Forms of an op that have no code, and why: docs/reference/coverage.md says the same.
struct Limit {
  llvm::StringRef reason;
  bool (*applies)(mlir::Operation *op, const Target &target);
};

/// The code of an op, null where there is a limit to all of them, and what it has none for.
/// Emitters are called for other forms only.
struct Emitter {
  Emitter(OpEmitter emit, std::initializer_list<Limit> limits = {}) : emit(emit), limits(limits) {}
  OpEmitter emit;
  llvm::SmallVector<Limit, 2> limits;
};
/// Null where the op has none.
const Emitter *findEmitter(llvm::StringRef opName);
/// Whether the op's result is a part of its operand, where that lies.
bool isInPlace(llvm::StringRef opName);

/// The error of an op that has no code on a target, with its types: `reason` says what it lacks.
mlir::LogicalResult emitNoCode(mlir::Operation *op, const Target &target,
                               const llvm::Twine &reason);
/// Of ops whose rows are computed in f32.
extern const Limit kFloat32Only;

class Tile {
 public:
  /// `shapes` are the types of the body's values where n is kTokensSize and m is kRowsSize.
  Tile(Emit &emit, const Target &target, plan::Extents bounds, TypeMap shapes)
      : emit(emit), target(target), bounds_(bounds), shapes_(std::move(shapes)) {}

  /// Makes a value known before the tile begins: an argument of the kernel.
  void bind(mlir::Value value, View view) { arguments_[value] = std::move(view); }
  void setSizes(mlir::Value tokens, mlir::Value rows) {
    tokens_ = tokens;
    rows_ = rows;
  }

  /// Where `part` of a value lies, computed if need be (into `out`, where that is given; what lies
  /// somewhere already stays there).
  mlir::FailureOr<View> need(mlir::Value value, const Part &part, const View *out = nullptr);
  /// The same for what a part of an op's result needs of an operand.
  mlir::FailureOr<View> need(mlir::OpOperand &operand, const Part &part, unsigned result = 0) {
    return need(operand.get(), partOf(operand, part, result));
  }
  /// The same where the rows of a state's operands are limited to some.
  Part partOf(mlir::OpOperand &operand, const Part &part, unsigned result = 0);
  Part wholeOf(mlir::Value value);
  /// The size of a dimension of a value, and the largest that it can be.
  mlir::Value sizeOf(mlir::Value value, int64_t dim);
  int64_t mostOf(mlir::Value value, int64_t dim);
  /// Memory of the frame for a part of a value.
  View buffer(mlir::Value value, const Part &part);
  View viewOf(mlir::Value base, mlir::Type type);

  /// The address of an element, or of a row, `indices` being all but the last.
  mlir::Value address(const View &view, llvm::ArrayRef<mlir::Value> indices);
  /// Calls `body` with the outer indices of each row of a part.
  void rows(const Part &part, llvm::function_ref<void(llvm::ArrayRef<mlir::Value>)> body);
  /// The innermost span of a part: of a tensor without dimensions its one element.
  Span rowOf(const Part &part);

  /// Forgets what was computed: what follows runs under another condition.
  void forget() { computed_.clear(); }

  Emit &emit;
  const Target &target;
  /// For ops over states.
  mlir::Value step;

 private:
  struct Computed {
    Part part;
    View view;
  };
  /// What a dimension of a value is: n, m, or a number.
  struct Size {
    enum { Tokens, Rows, Known } kind;
    int64_t number;
  };
  Size sizeKind(mlir::Value value, int64_t dim);
  /// A part with whole dimensions where the op has to compute them so.
  Part atLeast(mlir::Value value, const Part &part);
  mlir::FailureOr<View> alias(mlir::Operation *op, const Part &part);
  mlir::FailureOr<View> fillAlias(mlir::Operation *op, const Part &part, const View &out);

  plan::Extents bounds_;
  TypeMap shapes_;
  mlir::Value tokens_, rows_;
  llvm::DenseMap<mlir::Value, View> arguments_;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<Computed, 2>> computed_;
};

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_EMIT_TILE_H_
