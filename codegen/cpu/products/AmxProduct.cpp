// A step of two times two tiles, as the instruction multiplies them:
//
//                        weight: rows of a panel
//                        16 of panel p    16 of panel p + 1
//                 k, k+1 ┌────────────┐   ┌────────────┐
//                    …   │     6      │   │     7      │   16 pairs of columns k, a lane for each
//                        └────────────┘   └────────────┘   row of the weight
//     input  ┌────────┐  ┌────────────┐   ┌────────────┐
//     16     │   4    │  │     0      │   │     1      │
//            └────────┘  └────────────┘   └────────────┘   result: floats
//     16     ┌────────┐  ┌────────────┐   ┌────────────┐
//            │   5    │  │     2      │   │     3      │
//            └────────┘  └────────────┘   └────────────┘
//             32 columns

#include "codegen/cpu/products/AmxProduct.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace emel::cpu {

/// Rows and columns of the input that a tile holds, and its bytes.
static constexpr int64_t kTileRows = 16, kStep = 32, kTileBytes = 1024;
/// What is decoded at once: it stays in the second cache beside the rows that it meets.
static constexpr int64_t kBlock = 512, kSteps = kBlock / kStep, kPanels = 16;
/// From row to row of the sums at the edges.
static constexpr int64_t kSumStride = 2 * kPanel * sizeof(float);

std::unique_ptr<AmxProduct> AmxProduct::create(Emit &emit, const Target &target,
                                               gguf::TensorType type, int64_t columns) {
  auto quants = target.hasAmx ? Quants::create(emit, target, type) : nullptr;
  bool isFit = target.hasAmx && (quants || type == gguf::TensorType::kBF16);
  if (!isFit) return nullptr;
  int64_t panelBytes = layout::R16Bytes(*layout::FindR16(type), columns);
  return std::unique_ptr<AmxProduct>(new AmxProduct(emit, std::move(quants), columns, panelBytes));
}

AmxProduct::AmxProduct(Emit &emit, std::unique_ptr<Quants> quants, int64_t columns,
                       int64_t panelBytes)
    : emit_(emit), quants_(std::move(quants)), columns_(columns), panelBytes_(panelBytes) {}

Value AmxProduct::select(Value condition, Value a, Value b) {
  return emit_.createOrFold<arith::SelectOp>(condition, a, b);
}

void AmxProduct::loadTile(int64_t tile, Value pointer, Value stride) {
  emit_.instruction("llvm.x86.tileloadd64", {number(tile), pointer, stride});
}

/// All eight tiles have 16 rows of 64 bytes.
void AmxProduct::configure() {
  SmallVector<uint8_t> bytes(64);
  bytes[0] = 1;
  for (int64_t tile = 0; tile < 8; ++tile) {
    bytes[16 + 2 * tile] = kPanelLine;
    bytes[48 + tile] = kTileRows;
  }
  auto type = RankedTensorType::get({64}, emit_.i8());
  ArrayRef<char> raw(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  emit_.instruction("llvm.x86.ldtilecfg",
                    {emit_.table("amx_tiles", DenseElementsAttr::getFromRawBuffer(type, raw))});
}

void AmxProduct::multiply(Value matrix, const Span &span, const ProductRows &rows) {
  int64_t most = llvm::divideCeil(span.most, kPanel) + (span.unit % kPanel == 0 ? 0 : 1);
  int64_t panels = std::min<int64_t>(kPanels, llvm::alignTo(most, 2));
  int64_t blocks = llvm::divideCeil(columns_, kBlock), steps = llvm::divideCeil(columns_, kStep);
  tiles_ = emit_.frame(panels * stepsOfPanel() * kTileBytes);
  input_ = emit_.frame(2 * kSteps * kTileBytes);
  // Lanes may be read past the last row.
  edgeSums_ = emit_.frame((2 * kTileRows + 1) * kSumStride);
  configure();
  Value end = emit_.ceilDiv(emit_.add(span.begin, span.size), kPanel);
  Value lastRow = emit_.add(rows.numbers.begin, rows.numbers.size);
  emit_.loop(emit_.div(span.begin, kPanel), end, panels, [&](Value panel) {
    emit_.loop(emit_.i64(0), emit_.i64(blocks), 1, [&](Value block) {
      Value left = emit_.sub(emit_.i64(steps), emit_.mul(block, kSteps));
      Part part{panel, emit_.min(emit_.sub(end, panel), emit_.i64(panels)), block,
                emit_.min(left, emit_.i64(kSteps))};
      decode(matrix, part);
      emit_.loop(rows.numbers.begin, lastRow, 2 * kTileRows,
                 [&](Value row) { multiplyRows(part, span, rows, row); });
    });
  });
  emit_.instruction("llvm.x86.tilerelease", {});
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

int64_t AmxProduct::stepsOfPanel() const {
  return std::min<int64_t>(llvm::divideCeil(columns_, kStep), kSteps);
}

/// The tiles of a panel follow one another.
void AmxProduct::decode(Value matrix, const Part &part) {
  if (!quants_) return copyPanels(matrix, part);
  int64_t unit = quants_->format().unit, perBlock = kBlock / unit, whole = columns_ / unit;
  Value first = emit_.mul(part.block, perBlock), end = emit_.add(first, perBlock);
  emit_.loop(emit_.i64(0), part.panels, 1, [&](Value p) {
    Value panel = emit_.at(matrix, emit_.mul(emit_.add(part.panel, p), panelBytes_));
    Value tiles = tilesOf(p);
    auto decodeAt = [&](Value index, int64_t groups) {
      Value offset = emit_.mul(emit_.sub(index, first), unit / kStep * kTileBytes);
      decodeUnit(emit_.at(panel, emit_.mul(index, quants_->unitBytes())), emit_.at(tiles, offset),
                 groups);
    };
    emit_.loop(first, emit_.min(end, emit_.i64(whole)), 1,
               [&](Value index) { decodeAt(index, quants_->groups()); });
    if (int64_t left = columns_ % unit / kStep)
      emit_.when(emit_.less(emit_.i64(whole), end), [&] { decodeAt(emit_.i64(whole), left); });
  });
}

/// Lines of bf16 are pairs of columns already; tiles end with zeros.
void AmxProduct::copyPanels(Value matrix, const Part &part) {
  VectorType ints = emit_.vec(emit_.i32());
  constexpr int64_t perTile = kTileBytes / kPanelLine;
  Value first = emit_.mul(part.block, kSteps * perTile), lines = emit_.mul(part.steps, perTile);
  Value held = emit_.min(lines, emit_.sub(emit_.i64(llvm::divideCeil(columns_, 2)), first));
  emit_.loop(emit_.i64(0), part.panels, 1, [&](Value p) {
    Value panel = emit_.at(matrix, emit_.mul(emit_.add(part.panel, p), panelBytes_));
    Value tiles = tilesOf(p);
    emit_.loop(emit_.i64(0), held, 1, [&](Value line) {
      Value source = emit_.at(panel, emit_.mul(emit_.add(first, line), kPanelLine));
      emit_.prefetch(emit_.at(source, 4096));
      emit_.store(emit_.load(ints, source, kPanelLine),
                  emit_.at(tiles, emit_.mul(line, kPanelLine)), kPanelLine);
    });
    if (columns_ % kStep == 0) return;
    emit_.loop(held, lines, 1, [&](Value line) {
      emit_.store(emit_.splatInt(ints, 0), emit_.at(tiles, emit_.mul(line, kPanelLine)),
                  kPanelLine);
    });
  });
}

Value AmxProduct::tilesOf(Value panel) {
  return emit_.at(tiles_, emit_.mul(panel, stepsOfPanel() * kTileBytes));
}

void AmxProduct::decodeUnit(Value address, Value tiles, int64_t groups) {
  QuantUnit unit = quants_->begin(address, emit_.i64(0), 0);
  emit_.loop(emit_.i64(0), emit_.i64(groups), 1, [&](Value group) {
    decodeGroup(unit, group, emit_.at(tiles, emit_.mul(group, kTileBytes)));
  });
}

/// 32 columns: quant * scale + offset, rounded to bf16, pairs of columns side by side.
void AmxProduct::decodeGroup(const QuantUnit &unit, Value group, Value tiles) {
  VectorType floats = emit_.vec(emit_.f32()), ints = emit_.vec(emit_.i32());
  VectorType pairs = emit_.vec(emit_.getBF16Type(), 2 * kLanes);
  auto times = [&](Value a, Value b) -> Value {
    return b ? Value(emit_.create<arith::MulFOp>(a, b)) : a;
  };
  SmallVector<int64_t> order;
  for (int64_t lane = 0; lane < kLanes; ++lane) order.append({lane, lane + kLanes});
  Value lines = quants_->lines(unit, group);
  for (int64_t index = 0; index * kPanelLine < quants_->groupBytes(); ++index)
    emit_.prefetch(emit_.at(lines, index * kPanelLine + 4096));
  for (int64_t dword = 0; dword < kStep / 4; ++dword) {
    QuantScales scales = quants_->scales(unit, group, dword / 4);
    Value scale = times(scales.scale, quants_->number(scales.integer));
    Value offset = times(scale, emit_.splat(floats, -double(quants_->bias())));
    if (quants_->hasMinima())
      offset = emit_.create<arith::SubFOp>(offset,
                                           times(scales.minScale, quants_->number(scales.minimum)));
    Value four = emit_.bitcast(ints, quants_->dword(lines, dword));
    SmallVector<Value, 4> numbers;
    for (int64_t byte = 0; byte < 4; ++byte) {
      Value quant =
          byte ? Value(emit_.create<arith::ShRUIOp>(four, emit_.splatInt(ints, 8 * byte))) : four;
      if (byte < 3) quant = emit_.create<arith::AndIOp>(quant, emit_.splatInt(ints, 255));
      numbers.push_back(emit_.fma(emit_.create<arith::SIToFPOp>(floats, quant), scale, offset));
    }
    for (int64_t pair : {0, 1}) {
      Value both = emit_.intrinsic(pairs, "llvm.x86.avx512bf16.cvtne2ps2bf16.512",
                                   {numbers[2 * pair + 1], numbers[2 * pair]});
      emit_.store(emit_.create<vector::ShuffleOp>(both, both, order),
                  emit_.at(tiles, (2 * dword + pair) * kPanelLine), 64);
    }
  }
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

void AmxProduct::multiplyRows(const Part &part, const Span &span, const ProductRows &rows,
                              Value row) {
  Value left = emit_.sub(emit_.add(rows.numbers.begin, rows.numbers.size), row);
  copyInput(part, rows, row);
  emit_.loop(emit_.i64(0), part.panels, 2, [&](Value pair) {
    Value column = emit_.mul(emit_.add(part.panel, pair), kPanel);
    // The lanes of the two panels that are inside the span.
    Value lane = emit_.max(emit_.sub(span.begin, column), emit_.i64(0));
    Value end =
        emit_.min(emit_.sub(emit_.add(span.begin, span.size), column), emit_.i64(2 * kPanel));
    Value lanes = emit_.sub(end, lane), offset = emit_.mul(emit_.add(column, lane), sizeof(float));
    Value isEdge = emit_.create<arith::ConstantOp>(emit_.getBoolAttr(true));
    Sums sums{edgeSums_, emit_.i64(kSumStride)};
    if (rows.outStride) {
      isEdge = emit_.create<arith::OrIOp>(emit_.less(lanes, emit_.i64(2 * kPanel)),
                                          emit_.less(left, emit_.i64(2 * kTileRows)));
      sums.base = select(isEdge, edgeSums_, emit_.at(rows.out(row), offset));
      sums.stride = select(isEdge, sums.stride, emit_.i64(rows.outStride));
    }
    if (columns_ > kBlock)
      emit_.when(emit_.create<arith::AndIOp>(isEdge, emit_.less(emit_.i64(0), part.block)),
                 [&] { copySums(rows, row, offset, lane, lanes, false); });
    multiplyTiles(part, tilesOf(pair), sums);
    emit_.when(isEdge, [&] { copySums(rows, row, offset, lane, lanes, true); });
  });
}

/// Makes tiles of the block's columns of up to 32 rows, with zeros for what is missing. They stay
/// in the first cache, which rows as they lie would not: those of wide tensors share few of its
/// sets.
void AmxProduct::copyInput(const Part &part, const ProductRows &rows, Value row) {
  VectorType words = emit_.vec(emit_.getI16Type(), kStep);
  Value last = emit_.sub(emit_.add(rows.numbers.begin, rows.numbers.size), emit_.i64(1));
  emit_.loop(emit_.i64(0), emit_.i64(2 * kTileRows), 1, [&](Value index) {
    Value number = emit_.add(row, index), source = rows.input(emit_.min(number, last));
    Value tile = emit_.mul(emit_.div(index, kTileRows), kSteps * kTileBytes);
    Value line = emit_.add(tile, emit_.mul(emit_.rem(index, kTileRows), kPanelLine));
    Value target = emit_.at(input_, line);
    emit_.loop(emit_.i64(0), part.steps, 1, [&](Value step) {
      Value column = emit_.mul(emit_.add(emit_.mul(part.block, kSteps), step), kStep);
      Value count = emit_.min(emit_.sub(emit_.i64(columns_), column), emit_.i64(kStep));
      count = select(emit_.less(last, number), emit_.i64(0), count);
      emit_.store(emit_.loadFirst(words, emit_.at(source, emit_.mul(column, 2)), count),
                  emit_.at(target, emit_.mul(step, kTileBytes)), 64);
    });
  });
}

/// Adds the block's products to four tiles of sums.
void AmxProduct::multiplyTiles(const Part &part, Value tiles, const Sums &sums) {
  auto forSums = [&](function_ref<void(int64_t, Value)> body) {
    for (int64_t tile = 0; tile < 4; ++tile) {
      Value rows = emit_.mul(sums.stride, tile / 2 * kTileRows);
      body(tile, emit_.at(emit_.at(sums.base, rows), tile % 2 * kPanelLine));
    }
  };
  Value isFirst = emit_.equal(part.block, emit_.i64(0));
  emit_.when(isFirst, [&] {
    forSums([&](int64_t tile, Value) { emit_.instruction("llvm.x86.tilezero", {number(tile)}); });
  });
  if (columns_ > kBlock)
    emit_.when(emit_.less(emit_.i64(0), part.block),
               [&] { forSums([&](int64_t tile, Value at) { loadTile(tile, at, sums.stride); }); });
  Value line = emit_.i64(kPanelLine);
  emit_.loop(emit_.i64(0), part.steps, 1, [&](Value step) {
    Value offset = emit_.mul(step, kTileBytes), at = emit_.at(tiles, offset);
    Value input = emit_.at(input_, offset);
    auto add = [&](int64_t sum, int64_t a, int64_t b) {
      emit_.instruction("llvm.x86.tdpbf16ps", {number(sum), number(a), number(b)});
    };
    loadTile(4, input, line);
    loadTile(6, at, line);
    add(0, 4, 6);
    loadTile(7, emit_.at(at, stepsOfPanel() * kTileBytes), line);
    add(1, 4, 7);
    loadTile(5, emit_.at(input, kSteps * kTileBytes), line);
    add(2, 5, 6);
    add(3, 5, 7);
  });
  forSums([&](int64_t tile, Value at) {
    emit_.instruction("llvm.x86.tilestored64", {number(tile), at, sums.stride});
  });
}

/// Moves lanes of up to 32 rows between the sums at the edge and the result.
void AmxProduct::copySums(const ProductRows &rows, Value row, Value offset, Value lane, Value lanes,
                          bool isOut) {
  VectorType floats = emit_.vec(emit_.f32());
  Value left = emit_.sub(emit_.add(rows.numbers.begin, rows.numbers.size), row);
  emit_.loop(emit_.i64(0), emit_.min(left, emit_.i64(2 * kTileRows)), 1, [&](Value index) {
    Value out = emit_.at(rows.out(emit_.add(row, index)), offset);
    Value edge = emit_.at(edgeSums_,
                          emit_.add(emit_.mul(index, kSumStride), emit_.mul(lane, sizeof(float))));
    for (int64_t part = 0; part < 2 * kPanel; part += kLanes) {
      Value to = emit_.at(isOut ? out : edge, part * sizeof(float));
      Value from = emit_.at(isOut ? edge : out, part * sizeof(float));
      Value count = emit_.sub(lanes, emit_.i64(part));
      emit_.storeFirst(emit_.loadFirst(floats, from, count), to, count);
    }
  });
}

}  // namespace emel::cpu
