#ifndef EMEL_CODEGEN_CPU_EMIT_COPY_H_
#define EMEL_CODEGEN_CPU_EMIT_COPY_H_

#include "codegen/cpu/emit/Tile.h"

/// Moving elements of any type, which keep their bits.
namespace emel::cpu {

/// The bytes of `count` elements that follow each other in a row. Of block formats they are whole
/// blocks.
mlir::Value bytesOf(Emit &emit, mlir::Type element, mlir::Value count);
/// The integer of an element's size.
mlir::Type bitsOf(Emit &emit, mlir::Type element);

/// Rows of `count` elements.
void copyRow(Emit &emit, mlir::Type element, mlir::Value source, mlir::Value target,
             mlir::Value count);
void fillRow(Emit &emit, mlir::Type element, const llvm::APInt &bits, mlir::Value target,
             mlir::Value count);
/// What `part` of two views holds, at the same indices.
void copyPart(Tile &tile, const View &from, const View &to, const Part &part);
void fillPart(Tile &tile, const View &to, const Part &part, const llvm::APInt &bits);

/// What of a span lies from `begin` up to, not including, `end`.
Span limit(Emit &emit, const Span &span, mlir::Value begin, mlir::Value end);
/// The same, of indices that are `offset` lower.
Span lower(Emit &emit, const Span &span, mlir::Value offset);
/// The view of which index 0 of dimension `dim` is index `offset` of the given one.
View startAt(Emit &emit, View view, int64_t dim, mlir::Value offset);

/// Has `part` of a value in a view: computed there, or copied.
mlir::LogicalResult place(Tile &tile, mlir::Value value, const Part &part, const View &to);
/// The same where the value may lie there already, and is about to be overwritten: nothing that
/// was computed is known any more.
mlir::LogicalResult placeUnder(Tile &tile, mlir::Value value, const Part &part, const View &to);

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_EMIT_COPY_H_
