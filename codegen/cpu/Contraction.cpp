// Products with weights: packed ones by micro-kernels, the others row by row.

#include "codegen/cpu/AmxProduct.h"
#include "codegen/cpu/Decode.h"
#include "codegen/cpu/Ops.h"
#include "codegen/cpu/Products.h"
#include "dialects/emel/Layouts.h"

using namespace mlir;

namespace emel::cpu {

static constexpr int64_t kFloatBytes = 4;
static constexpr int64_t kPanel = layout::kR16Rows;

//===----------------------------------------------------------------------===//
// Packed weights
//===----------------------------------------------------------------------===//

namespace {

/// A product of rows with one packed matrix, over a span of its rows.
class PackedProduct {
 public:
  PackedProduct(Emit &emit, Micro &micro, gguf::TensorType type, ArrayRef<int64_t> matrix)
      : emit_(emit), micro_(micro), columns_(matrix[1]) {
    panelBytes_ = layout::R16Bytes(*layout::FindR16(type), columns_);
    matrixBytes_ = llvm::divideCeil(matrix[0], kPanel) * panelBytes_;
  }

  int64_t matrixBytes() const { return matrixBytes_; }

  /// `rows` consecutive rows by all panels of the span, several panels at a time where they are
  /// few. `rowAt` and `outAt` give addresses of the i-th row's input, and of its result for column
  /// 0.
  void multiply(Value matrix, const Span &span, int64_t rows, function_ref<Value(int64_t)> rowAt,
                function_ref<Value(int64_t)> outAt) {
    Value first = emit_.div(span.begin, kPanel);
    Value end = emit_.ceilDiv(emit_.add(span.begin, span.size), kPanel);
    int64_t together = rows == 1 ? 4 : 1;
    if (span.most < together * kPanel) together = 1;
    SmallVector<Value> inputs, outs;
    for (int64_t i = 0; i < rows; ++i) {
      inputs.push_back(rowAt(i));
      outs.push_back(outAt(i));
    }
    auto run = [&](Value panel, int64_t panels) {
      MicroOperands operands{inputs, {}, columns_};
      for (int64_t p = 0; p < panels; ++p)
        operands.panels.push_back(emit_.at(matrix, emit_.mul(emit_.add(panel, p), panelBytes_)));
      SmallVector<Value> sums = micro_.multiply(operands);
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t p = 0; p < panels; ++p)
          store(sums[p + r * panels], outs[r], emit_.add(panel, p), span);
    };
    Value whole = emit_.add(first, emit_.mul(emit_.div(emit_.sub(end, first), together), together));
    emit_.loop(first, whole, together, [&](Value panel) { run(panel, together); });
    if (together > 1) emit_.loop(whole, end, 1, [&](Value panel) { run(panel, 1); });
  }

 private:
  /// Stores the lanes of a panel that are inside the span.
  void store(Value sums, Value out, Value panel, const Span &span) {
    Value column = emit_.mul(panel, kPanel), target = emit_.at(out, emit_.mul(column, kFloatBytes));
    auto size = Emit::constant(span.size);
    if (span.unit % kPanel == 0) {
      if (size && *size % kPanel == 0) return emit_.store(sums, target);
      Value left = emit_.sub(emit_.add(span.begin, span.size), column);
      return emit_.storeFirst(sums, target, left);
    }
    if (!lanes_) lanes_ = emit_.frame(kPanel * kFloatBytes);
    emit_.store(sums, lanes_, 64);
    Value from = emit_.max(emit_.sub(span.begin, column), emit_.i64(0));
    Value to = emit_.min(emit_.sub(emit_.add(span.begin, span.size), column), emit_.i64(kPanel));
    emit_.loop(from, to, 1, [&](Value lane) {
      Value offset = emit_.mul(lane, kFloatBytes);
      emit_.store(emit_.load(emit_.f32(), emit_.at(lanes_, offset)), emit_.at(target, offset));
    });
  }

  Emit &emit_;
  Micro &micro_;
  int64_t columns_, panelBytes_, matrixBytes_;
  Value lanes_;
};

}  // namespace

/// Null where input and weight have other code.
static std::unique_ptr<AmxProduct> createAmx(Tile &tile, Type input, RankedTensorType weight) {
  if (!input.isBF16()) return nullptr;
  return AmxProduct::create(tile.emit, tile.target, *getTensorType(weight.getElementType()),
                            weight.getShape().back());
}

/// Null where there is no code, with an error.
static const Product *findProduct(Operation *op, Type input, RankedTensorType weight) {
  std::optional<layout::Format> format = getFormat(weight);
  bool isKnown = format && (input.isF32() || isa<ActivationType>(input));
  const Product *product =
      isKnown ? findProduct(*format, input.isF32() ? Input::Float : Input::Rounded) : nullptr;
  if (!product)
    op->emitOpError("has no code for ") << op->getOperand(0).getType() << " by " << weight;
  return product;
}

/// Calls `body(first, count)` for blocks of 8 rows, then of 4, 2 and 1 for what is left.
static void rowBlocks(Emit &emit, const Span &rows, function_ref<void(Value, int64_t)> body) {
  Value first = rows.begin, end = emit.add(rows.begin, rows.size);
  for (int64_t count : {8, 4, 2, 1}) {
    if (rows.most < count) continue;
    Value whole = emit.add(first, emit.mul(emit.div(emit.sub(end, first), count), count));
    emit.loop(first, whole, count, [&](Value row) { body(row, count); });
    first = whole;
  }
}

static bool isPacked(RankedTensorType type) {
  auto layout = dyn_cast_or_null<LayoutAttr>(type.getEncoding());
  return layout && layout.getValue() == Layout::R16;
}

static LogicalResult emitPacked(Tile &tile, MatmulOp op, const Part &part, const View &out,
                                const View &input, Value weight) {
  auto type = cast<RankedTensorType>(op.getWeight().getType());
  gguf::TensorType format = *getTensorType(type.getElementType());
  Emit &emit = tile.emit;
  if (part.size() != 2) return op.emitOpError("has code for 2 dimensions only");
  if (auto amx = createAmx(tile, input.element, type)) {
    amx->multiply(weight, part[1],
                  {part[0], [&](Value row) { return tile.address(input, row); },
                   [&](Value row) { return tile.address(out, row); }, out.strides[0]});
    return success();
  }
  const Product *known = findProduct(op, input.element, type);
  if (!known) return failure();
  auto micro = known->micro(emit, tile.target, format);
  PackedProduct product(emit, *micro, format, type.getShape());
  rowBlocks(emit, part[0], [&](Value first, int64_t count) {
    product.multiply(
        weight, part[1], count, [&](int64_t i) { return tile.address(input, emit.add(first, i)); },
        [&](int64_t i) { return tile.address(out, emit.add(first, i)); });
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Weights in the file's arrangement
//===----------------------------------------------------------------------===//

/// Decodes a row of the weight, some columns at a time, and multiplies them with every row.
static LogicalResult emitDecoded(Tile &tile, MatmulOp op, const Part &part, const View &out,
                                 const View &input, Value weight) {
  auto type = cast<RankedTensorType>(op.getWeight().getType());
  Emit &emit = tile.emit;
  if (part.size() != 2 || type.getRank() != 2)
    return op.emitOpError("has no code for ") << op.getInput().getType() << " by " << type;
  int64_t columns = type.getDimSize(1);
  bool isDirect = type.getElementType().isF32() && !type.getEncoding();
  // Whole blocks.
  int64_t chunk = columns,
          block = gguf::GetInfo(*getTensorType(type.getElementType())).block_elements;
  for (int64_t size : {32, 64, 256})
    if (!isDirect && columns % size == 0 && size % block == 0) chunk = size;
  Value decoded = isDirect ? Value() : emit.frame(llvm::alignTo(chunk * kFloatBytes, 64));
  Value sums = emit.frame(part[0].most * kLanes * kFloatBytes);
  VectorType floats = emit.vec(emit.f32());
  LogicalResult result = success();
  auto sumAt = [&](Value row) {
    return emit.at(sums, emit.mul(emit.sub(row, part[0].begin), kLanes * kFloatBytes));
  };
  auto forRows = [&](function_ref<void(Value)> body) {
    emit.loop(part[0].begin, emit.add(part[0].begin, part[0].size), 1, body);
  };
  emit.loop(part[1].begin, emit.add(part[1].begin, part[1].size), 1, [&](Value column) {
    forRows([&](Value row) { emit.store(emit.splat(floats, 0), sumAt(row), 64); });
    emit.loop(emit.i64(0), emit.i64(columns), chunk, [&](Value first) {
      Value source = decoded;
      if (isDirect)
        source = emit.at(weight, emit.mul(column, columns * kFloatBytes));
      else if (failed(emitDecodeRow(emit, tile.target, type, weight, column,
                                    {first, emit.i64(chunk), chunk, chunk}, decoded)))
        result = failure();
      forRows([&](Value row) {
        Value x = emit.at(tile.address(input, row), emit.mul(first, kFloatBytes));
        Value whole = emit.i64(chunk / kLanes * kLanes);
        auto add = [&](Value sum, Value index, Value count) {
          Value offset = emit.mul(index, kFloatBytes);
          return emit.fma(emit.loadLanes(floats, emit.at(source, offset), count),
                          emit.loadLanes(floats, emit.at(x, offset), count), sum);
        };
        Value sum = emit.loop(emit.i64(0), whole, kLanes, emit.load(floats, sumAt(row), 64),
                              [&](Value index, ValueRange sum) {
                                return SmallVector<Value>{add(sum[0], index, {})};
                              })[0];
        if (int64_t left = chunk % kLanes) sum = add(sum, whole, emit.i64(left));
        emit.store(sum, sumAt(row), 64);
      });
    });
    forRows([&](Value row) {
      Value sum = emit.sumLanes(emit.load(floats, sumAt(row), 64));
      emit.store(sum, emit.at(tile.address(out, row), emit.mul(column, kFloatBytes)));
    });
  });
  return result;
}

static LogicalResult emitMatmul(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto matmul = cast<MatmulOp>(op);
  if (matmul.getSemiring() != Semiring::PlusTimes)
    return op->emitOpError("has code for plus_times only");
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  FailureOr<View> weight = tile.need(op->getOpOperand(1), part);
  if (failed(input) || failed(weight)) return failure();
  auto type = cast<RankedTensorType>(matmul.getWeight().getType());
  if (isPacked(type) && !input->element.isF32())
    return emitPacked(tile, matmul, part, out, *input, weight->base);
  const Product *product = findProduct(op, input->element, type);
  if (!product) return failure();
  return product->micro ? emitPacked(tile, matmul, part, out, *input, weight->base)
                        : emitDecoded(tile, matmul, part, out, *input, weight->base);
}

//===----------------------------------------------------------------------===//
// Experts
//===----------------------------------------------------------------------===//

static Value loadIndex(Emit &emit, Value base, Value index) {
  return emit.toI64(emit.load(emit.i32(), emit.at(base, emit.mul(index, sizeof(int32_t)))));
}

/// Counts the pairs of each expert, and sorts them by it: those of one expert stay in their order.
static LogicalResult emitGroupExperts(Tile &tile, Operation *op, const Part &, const View &out) {
  auto group = cast<GroupExpertsOp>(op);
  Emit &emit = tile.emit;
  FailureOr<View> ids = tile.need(group.getIds(), tile.wholeOf(group.getIds()));
  if (failed(ids)) return failure();
  Value pairs = emit.mul(tile.sizeOf(group.getIds(), 0), tile.sizeOf(group.getIds(), 1));
  int64_t experts = group.getExperts();
  bool isOrder = out.strides.size() == 2;
  // Where each expert's pairs begin; in the end, of the order, where they end.
  Value starts =
      isOrder ? emit.frame(llvm::alignTo((experts + 1) * sizeof(int32_t), 64)) : out.base;
  auto slotOf = [&](Value index) { return emit.at(starts, emit.mul(index, sizeof(int32_t))); };
  auto bump = [&](Value index) {
    Value count = emit.load(emit.i32(), slotOf(index));
    emit.store(emit.create<arith::AddIOp>(count, emit.i32(1)), slotOf(index));
    return count;
  };
  emit.loop(emit.i64(0), emit.i64(experts + 1), 1,
            [&](Value expert) { emit.store(emit.i32(0), slotOf(expert)); });
  emit.loop(emit.i64(0), pairs, 1,
            [&](Value pair) { bump(emit.add(loadIndex(emit, ids->base, pair), 1)); });
  emit.loop(emit.i64(1), emit.i64(experts + 1), 1, [&](Value expert) {
    Value before = emit.load(emit.i32(), slotOf(emit.sub(expert, emit.i64(1))));
    Value own = emit.load(emit.i32(), slotOf(expert));
    emit.store(emit.create<arith::AddIOp>(own, before), slotOf(expert));
  });
  if (!isOrder) return success();
  emit.loop(emit.i64(0), pairs, 1, [&](Value pair) {
    Value place = emit.toI64(bump(loadIndex(emit, ids->base, pair)));
    Value number = emit.create<arith::TruncIOp>(emit.i32(), pair);
    emit.store(number, emit.at(out.base, emit.mul(place, sizeof(int32_t))));
  });
  return success();
}

/// Walks the experts: `multiply` gets the pairs of each by their place in the order, its number,
/// and the indices of a pair.
static LogicalResult emitGrouped(
    Tile &tile, MatmulIdOp op, const Part &part,
    function_ref<void(const Span &, Value, function_ref<SmallVector<Value, 2>(Value)>)> multiply) {
  Emit &emit = tile.emit;
  SmallVector<Value> groups;
  for (Value group : op.getGroups()) {
    FailureOr<View> view = tile.need(group, tile.wholeOf(group));
    if (failed(view)) return failure();
    groups.push_back(view->base);
  }
  int64_t used = cast<RankedTensorType>(op.getIds().getType()).getDimSize(1);
  int64_t experts = cast<RankedTensorType>(op.getWeight().getType()).getDimSize(0);
  auto pairAt = [&](Value place) -> SmallVector<Value, 2> {
    Value pair = loadIndex(emit, groups[0], place);
    return {emit.div(pair, used), emit.rem(pair, used)};
  };
  emit.loop(emit.i64(0), emit.i64(experts), 1, [&](Value expert) {
    Value first = loadIndex(emit, groups[1], expert);
    Value end = loadIndex(emit, groups[1], emit.add(expert, 1));
    multiply({first, emit.sub(end, first), part[0].most * used, 1}, expert, pairAt);
  });
  return success();
}

static LogicalResult emitMatmulId(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto matmul = cast<MatmulIdOp>(op);
  Emit &emit = tile.emit;
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  FailureOr<View> weight = tile.need(op->getOpOperand(1), part);
  FailureOr<View> ids = tile.need(op->getOpOperand(2), part);
  if (failed(input) || failed(weight) || failed(ids)) return failure();
  auto type = cast<RankedTensorType>(matmul.getWeight().getType());
  bool isPerExpert = cast<RankedTensorType>(matmul.getInput().getType()).getRank() == 3;
  auto inputAt = [&](ArrayRef<Value> indices) {
    return tile.address(*input, indices.take_front(isPerExpert ? 2 : 1));
  };
  if (auto amx =
          isPacked(type) && matmul.isGrouped() ? createAmx(tile, input->element, type) : nullptr)
    return emitGrouped(tile, matmul, part, [&](const Span &pairs, Value expert, auto pairAt) {
      Value matrix = emit.at(weight->base, emit.mul(expert, amx->matrixBytes(type.getDimSize(1))));
      emit.when(emit.less(emit.i64(0), pairs.size), [&] {
        amx->multiply(matrix, part[2],
                      {pairs, [&](Value place) { return inputAt(pairAt(place)); },
                       [&](Value place) { return tile.address(out, pairAt(place)); }});
      });
    });
  const Product *known = findProduct(op, input->element, type);
  if (!known) return failure();
  if (!known->micro)
    return op->emitOpError("has no code for ") << matmul.getInput().getType() << " by " << type;
  auto micro = known->micro(emit, tile.target, known->weight.type);
  PackedProduct product(emit, *micro, known->weight.type, type.getShape().drop_front());
  if (matmul.isGrouped())
    return emitGrouped(tile, matmul, part, [&](const Span &pairs, Value expert, auto pairAt) {
      Value matrix = emit.at(weight->base, emit.mul(expert, product.matrixBytes()));
      rowBlocks(emit, pairs, [&](Value place, int64_t count) {
        SmallVector<SmallVector<Value, 2>> indices;
        for (int64_t i = 0; i < count; ++i) indices.push_back(pairAt(emit.add(place, i)));
        product.multiply(
            matrix, part[2], count, [&](int64_t i) { return inputAt(indices[i]); },
            [&](int64_t i) { return tile.address(out, indices[i]); });
      });
    });
  tile.rows(part, [&](ArrayRef<Value> outer) {
    Value id = emit.toI64(emit.load(emit.i32(), tile.address(*ids, outer)));
    Value matrix = emit.at(weight->base, emit.mul(id, product.matrixBytes()));
    Value row = inputAt(outer);
    Value target = tile.address(out, outer);
    product.multiply(
        matrix, part[2], 1, [&](int64_t) { return row; }, [&](int64_t) { return target; });
  });
  return success();
}

void addContractionEmitters(EmitterTable &table) {
  table["emel.matmul"] = emitMatmul;
  table["emel.matmul_id"] = emitMatmulId;
  table["emel.group_experts"] = emitGroupExperts;
}

}  // namespace emel::cpu
