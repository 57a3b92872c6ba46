#include "codegen/cpu/emit/Tile.h"

#include "codegen/cpu/emit/Copy.h"
#include "codegen/cpu/ops/Ops.h"
#include "dialects/emel/Emel.h"
#include "dialects/plan/UnknownSizes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace emel::cpu {

static int64_t elementBytes(Type element) {
  return element.isIntOrFloat() ? llvm::divideCeil(element.getIntOrFloatBitWidth(), 8) : 0;
}

/// The bytes from one index to the next of each dimension of a tensor that lies row after row. Of
/// formats that have rows only, that of the last dimension is 0.
static SmallVector<int64_t, 4> denseStrides(Type element, ArrayRef<int64_t> shape) {
  SmallVector<int64_t, 4> strides(shape.size());
  if (shape.empty()) return strides;
  int64_t bytes = elementBytes(element);
  strides.back() = bytes;
  int64_t stride = bytes ? bytes * shape.back()
                         : *getStorageBytes(RankedTensorType::get({shape.back()}, element));
  for (size_t dim = shape.size() - 1; dim-- > 0; stride *= shape[dim]) strides[dim] = stride;
  return strides;
}

//===----------------------------------------------------------------------===//
// Sizes and parts
//===----------------------------------------------------------------------===//

LogicalResult emitNoCode(Operation *op, const Target &target, const Twine &reason) {
  InFlightDiagnostic error =
      op->emitOpError("has no code on ")
      << target.name << " for "
      << FunctionType::get(op->getContext(), op->getOperandTypes(), op->getResultTypes()) << ": "
      << reason;
  error.attachNote() << "emel-interpret computes it";
  return error;
}

static bool hasOtherFloats(Operation *op, const Target &) {
  auto isOther = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && isa<FloatType>(tensor.getElementType()) && !tensor.getElementType().isF32();
  };
  return llvm::any_of(op->getOperandTypes(), isOther) ||
         llvm::any_of(op->getResultTypes(), isOther);
}

const Limit kFloat32Only{"expected floats of f32", hasOtherFloats};

bool isInPlace(StringRef opName) {
  return opName == ReshapeOp::getOperationName() || opName == SliceOp::getOperationName();
}

Tile::Size Tile::sizeKind(Value value, int64_t dim) {
  int64_t size = cast<RankedTensorType>(typeIn(shapes_, value)).getDimSize(dim);
  bool isUnknown = cast<RankedTensorType>(value.getType()).isDynamicDim(dim);
  if (isUnknown && size == plan::kTokensSize) return {Size::Tokens, 0};
  if (isUnknown && size == plan::kRowsSize) return {Size::Rows, 0};
  return {Size::Known, size};
}

int64_t Tile::mostOf(Value value, int64_t dim) {
  Size size = sizeKind(value, dim);
  if (size.kind == Size::Known) return size.number;
  return size.kind == Size::Tokens ? bounds_.tokens : bounds_.rows;
}

Value Tile::sizeOf(Value value, int64_t dim) {
  Size size = sizeKind(value, dim);
  if (size.kind == Size::Known) return emit.i64(size.number);
  return size.kind == Size::Tokens ? tokens_ : rows_;
}

Part Tile::wholeOf(Value value) {
  Part part;
  if (auto state = dyn_cast<KvType>(value.getType()))
    return {{emit.i64(0), emit.i64(state.getHeads()), state.getHeads()}};
  int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
  for (int64_t dim = 0; dim < rank; ++dim)
    part.push_back({emit.i64(0), sizeOf(value, dim), mostOf(value, dim)});
  return part;
}

/// What a span of a result needs of a dimension that has `size` indices.
static Span apply(Emit &emit, DimMap map, const Span &span, const Span &whole) {
  map = map.reduced();
  auto size = Emit::constant(span.size);
  bool beginsWhole = map.granule == 1 && span.unit * map.num % map.den == 0;
  if (beginsWhole && (map.den == 1 || (size && *size * map.num % map.den == 0))) {
    Value begin = emit.add(emit.div(emit.mul(span.begin, map.num), map.den), map.offset);
    Value count = emit.div(emit.mul(span.size, map.num), map.den);
    // The last index of the result may stand for less than the others.
    if (map.num > map.den && whole.most % map.num != 0)
      count = emit.min(count, emit.sub(whole.size, begin));
    return {begin, count,
            std::min<int64_t>(llvm::divideCeil(span.most * map.num, map.den), whole.most),
            std::gcd(span.unit * map.num / map.den, map.offset)};
  }
  Value end = emit.mul(emit.add(span.begin, span.size), map.num);
  Value begin = emit.add(emit.div(emit.mul(span.begin, map.num), map.den), map.offset);
  end = emit.add(emit.ceilDiv(end, map.den), map.offset);
  begin = emit.mul(emit.div(begin, map.granule), map.granule);
  end = emit.min(emit.mul(emit.ceilDiv(end, map.granule), map.granule), whole.size);
  int64_t most = llvm::divideCeil(span.most * map.num, map.den);
  // A span that begins between two indices needs a part of one more.
  if (span.unit * map.num % map.den != 0) ++most;
  most = llvm::alignTo(most, map.granule);
  // A span whose size is a whole number of granules begins at one: tiles are cut so.
  Value count = emit.sub(end, begin);
  if (map.den == 1 && size && *size * map.num % map.granule == 0)
    count = emit.mul(span.size, map.num);
  return {begin, count, std::min(most, whole.most), map.granule};
}

Part Tile::partOf(OpOperand &operand, const Part &part, unsigned result) {
  Part needed = wholeOf(operand.get());
  auto tileOp = dyn_cast<TileOpInterface>(operand.getOwner());
  if (!tileOp) return needed;
  for (auto [dim, span] : llvm::enumerate(part))
    if (auto map = tileOp.mapTile(result, dim, operand.getOperandNumber()))
      needed[map->dim] = apply(emit, *map, span, needed[map->dim]);
  return needed;
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

View Tile::viewOf(Value base, Type type) {
  if (auto state = dyn_cast<KvType>(type)) return {base, state.getElementType(), {}};
  auto tensor = cast<RankedTensorType>(type);
  return {base, tensor.getElementType(), denseStrides(tensor.getElementType(), tensor.getShape())};
}

View Tile::buffer(Value value, const Part &part) {
  Type element = cast<RankedTensorType>(value.getType()).getElementType();
  SmallVector<int64_t> shape;
  for (const Span &span : part) shape.push_back(span.most);
  // Formats of rows keep whole rows, so that a row's arrangement is that of the tensor.
  if (elementBytes(element) == 0) shape.back() = mostOf(value, shape.size() - 1);
  View view{{}, element, denseStrides(element, shape)};
  int64_t bytes = shape.empty()       ? elementBytes(element)
                  : shape.size() == 1 ? *getStorageBytes(RankedTensorType::get(shape, element))
                                      : view.strides[0] * shape[0];
  view.base = emit.frame(llvm::alignTo(std::max<int64_t>(bytes, 1), 64));
  for (auto [span, stride] : llvm::zip(part, view.strides))
    view.base = emit.at(view.base, emit.sub(emit.i64(0), emit.mul(span.begin, stride)));
  return view;
}

Value Tile::address(const View &view, ArrayRef<Value> indices) {
  Value bytes = emit.i64(0);
  for (auto [index, stride] : llvm::zip(indices, view.strides))
    bytes = emit.add(bytes, emit.mul(index, stride));
  return emit.at(view.base, bytes);
}

Span Tile::rowOf(const Part &part) {
  return part.empty() ? Span{emit.i64(0), emit.i64(1), 1} : part.back();
}

void Tile::rows(const Part &part, function_ref<void(ArrayRef<Value>)> body) {
  SmallVector<Value, 4> indices;
  auto nest = [&](auto &nest) -> void {
    size_t dim = indices.size();
    if (dim + 1 >= part.size()) return body(indices);
    Value end = emit.add(part[dim].begin, part[dim].size);
    if (Emit::constant(part[dim].size) == 1) end = {};
    auto inner = [&](Value index) {
      indices.push_back(index);
      nest(nest);
      indices.pop_back();
    };
    end ? emit.loop(part[dim].begin, end, 1, inner) : inner(part[dim].begin);
  };
  nest(nest);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

/// The view of a reshaped tensor. Dimensions are matched from the innermost on: one splits into
/// several, or several that lie next to each other merge into one.
static FailureOr<View> reshapeView(const View &from, ArrayRef<int64_t> shape,
                                   ArrayRef<int64_t> to) {
  View view{from.base, from.element, SmallVector<int64_t, 4>(to.size())};
  int64_t in = shape.size() - 1, out = to.size() - 1;
  while (out >= 0 || in >= 0) {
    if (out < 0) {
      if (shape[in--] != 1) return failure();
      continue;
    }
    if (in < 0) {
      if (to[out] != 1) return failure();
      view.strides[out--] = 0;
      continue;
    }
    if (to[out] == 1 && shape[in] != 1) {
      view.strides[out--] = 0;
      continue;
    }
    if (shape[in] == 1 && to[out] != 1) {
      --in;
      continue;
    }
    int64_t stride = from.strides[in], have = shape[in], want = to[out];
    view.strides[out] = stride;
    while (have != want) {
      if (have > want) {
        if (out == 0) return failure();
        view.strides[--out] = stride * want;
        want *= to[out];
      } else {
        if (in == 0 || from.strides[in - 1] != stride * have) return failure();
        have *= shape[--in];
      }
    }
    --in, --out;
  }
  return view;
}

/// Whether the numbers of a row lie next to each other, as all code expects.
static bool liesInRows(const View &view, ArrayRef<int64_t> shape) {
  int64_t bytes = elementBytes(view.element);
  return shape.empty() || shape.back() == 1 || bytes == 0 || view.strides.back() == bytes;
}

/// Puts the numbers of rows next to each other.
static View gatherRows(Tile &tile, const View &from, Value value, const Part &part) {
  Emit &emit = tile.emit;
  View to = tile.buffer(value, part);
  Type bits = bitsOf(emit, to.element);
  const Span &row = part.back();
  tile.rows(part, [&](ArrayRef<Value> outer) {
    Value source = tile.address(from, outer), target = tile.address(to, outer);
    emit.loop(row.begin, emit.add(row.begin, row.size), 1, [&](Value index) {
      Value x = emit.load(bits, emit.at(source, emit.mul(index, from.strides.back())));
      emit.store(x, emit.at(target, emit.mul(index, to.strides.back())));
    });
  });
  return to;
}

FailureOr<View> Tile::alias(Operation *op, const Part &part) {
  FailureOr<View> view = need(op->getOpOperand(0), part);
  if (failed(view)) return failure();
  if (auto slice = dyn_cast<SliceOp>(op)) {
    view->base = emit.at(view->base, slice.getOffset() * view->strides[slice.getDim()]);
    return view;
  }
  auto shapeIn = [&](Value value) {
    return cast<RankedTensorType>(typeIn(shapes_, value)).getShape();
  };
  auto reshaped = reshapeView(*view, shapeIn(op->getOperand(0)), shapeIn(op->getResult(0)));
  if (failed(reshaped)) return emitNoCode(op, target, "its result cannot be addressed in place");
  if (liesInRows(*reshaped, shapeIn(op->getResult(0)))) return reshaped;
  return gatherRows(*this, *reshaped, op->getResult(0), part);
}

/// A returned alias: computed where it has to be if only its shape is another, else copied there.
FailureOr<View> Tile::fillAlias(Operation *op, const Part &part, const View &out) {
  Value input = op->getOperand(0);
  auto shapeIn = [&](Value value) {
    return cast<RankedTensorType>(typeIn(shapes_, value)).getShape();
  };
  if (isa<ReshapeOp>(op) && !arguments_.contains(input)) {
    auto inner = reshapeView(out, shapeIn(op->getResult(0)), shapeIn(input));
    if (succeeded(inner) && liesInRows(*inner, shapeIn(input))) {
      if (failed(place(*this, input, partOf(op->getOpOperand(0), part), *inner))) return failure();
      return out;
    }
  }
  FailureOr<View> from = alias(op, part);
  if (failed(from)) return failure();
  copyPart(*this, *from, out, part);
  return out;
}

/// A small tensor that the compiler computed, beside the code.
static Value emitConstant(Emit &emit, DenseElementsAttr data) {
  auto bytes = llvm::ArrayRef(reinterpret_cast<const uint8_t *>(data.getRawData().data()),
                              data.getRawData().size());
  std::string name = "constant_" + llvm::utohexstr(llvm::xxh3_64bits(bytes)) + "_" +
                     std::to_string(data.getNumElements());
  auto flat = RankedTensorType::get({data.getNumElements()}, data.getElementType());
  return emit.table(name, data.reshape(flat));
}

/// Whether an op computes a dimension of its result at once, whatever part is asked for: none of
/// its operands is read by parts of it, or the operand that rows are computed from is not.
static bool isWhole(TileOpInterface op, OpResult result, int64_t dim) {
  unsigned number = result.getResultNumber(), operands = op->getNumOperands();
  if (op->hasTrait<RowTiles>()) operands = 1;
  return operands > 0 && llvm::none_of(llvm::seq(operands), [&](unsigned operand) {
           return op.mapTile(number, dim, operand);
         });
}

Part Tile::atLeast(Value value, const Part &part) {
  auto op = dyn_cast<TileOpInterface>(value.getDefiningOp());
  Part whole = wholeOf(value), own = part;
  for (auto [dim, span] : llvm::enumerate(own))
    if (!op || isWhole(op, cast<OpResult>(value), dim)) span = whole[dim];
  return own;
}

FailureOr<View> Tile::need(Value value, const Part &asked, const View *out) {
  if (auto found = arguments_.find(value); found != arguments_.end()) return found->second;
  Part part = out || !findEmitter(value.getDefiningOp()->getName().getStringRef())
                  ? asked
                  : atLeast(value, asked);
  auto isEqual = [](Value a, Value b) {
    return a == b || (Emit::constant(a) && Emit::constant(a) == Emit::constant(b));
  };
  auto isSame = [&](const Part &other) {
    return llvm::all_of(llvm::zip(part, other), [&](auto pair) {
      auto &[a, b] = pair;
      return isEqual(a.begin, b.begin) && isEqual(a.size, b.size);
    });
  };
  if (!out)
    for (const Computed &computed : computed_.lookup(value))
      if (isSame(computed.part)) return computed.view;
  Operation *op = value.getDefiningOp();
  if (isInPlace(op->getName().getStringRef()))
    return out ? fillAlias(op, part, *out) : alias(op, part);
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return viewOf(emitConstant(emit, cast<DenseElementsAttr>(constant.getValue())),
                  value.getType());
  if (auto arange = dyn_cast<ArangeOp>(op))
    return viewOf(emitConstant(emit, arangeNumbers(arange)), value.getType());
  View view = out ? *out : buffer(value, part);
  const Emitter *emitter = findEmitter(op->getName().getStringRef());
  if (!emitter) return emitNoCode(op, target, "there is no emitter for the op");
  for (const Limit &limit : emitter->limits)
    if (limit.applies(op, target)) return emitNoCode(op, target, limit.reason);
  if (failed(emitter->emit(*this, op, part, view))) return failure();
  computed_[value].push_back({part, view});
  return view;
}

}  // namespace emel::cpu
