// Products with weights: packed ones by micro-kernels, the others row by row.

#include "codegen/cpu/ops/Contraction.h"

#include "codegen/cpu/ops/Ops.h"
#include "codegen/cpu/products/AmxProduct.h"
#include "codegen/cpu/products/Decode.h"
#include "codegen/cpu/products/Products.h"
#include "dialects/emel/Layouts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace emel::cpu {

//===----------------------------------------------------------------------===//
// Packed weights
//===----------------------------------------------------------------------===//

namespace {

/// A product of rows with one packed matrix, over a span of its rows.
class PackedProduct {
 public:
  PackedProduct(Tile &tile, std::unique_ptr<Micro> micro, gguf::TensorType type, int64_t columns)
      : emit_(tile.emit),
        micro_(std::move(micro)),
        lanes_(tile.target.lanes()),
        columns_(columns),
        panelBytes_(layout::R16Bytes(*layout::FindR16(type), columns)) {}

  /// The most rows that are multiplied at once.
  int64_t mostRows() const { return micro_->blocking().rows; }

  /// `rows` consecutive rows by all panels of the span: of one row several panels at a time, of
  /// several a strip. `rowAt` and `outAt` give addresses of the i-th row's input, and of its
  /// result for column 0.
  void multiply(Value matrix, const Span &span, int64_t rows, function_ref<Value(int64_t)> rowAt,
                function_ref<Value(int64_t)> outAt) {
    Value first = emit_.div(span.begin, kPanel);
    Value end = emit_.ceilDiv(emit_.add(span.begin, span.size), kPanel);
    int64_t together = rows > 1 ? 1 : micro_->blocking().panels;
    if (span.most < together * kPanel) together = 1;
    SmallVector<Value> inputs, outs;
    for (int64_t i = 0; i < rows; ++i) {
      inputs.push_back(rowAt(i));
      outs.push_back(outAt(i));
    }
    // Lanes `lane` to `lane + lanes` of `panels` panels.
    auto run = [&](Value panel, int64_t panels, Value lane, int64_t lanes) {
      MicroOperands operands{inputs, {}, columns_};
      SmallVector<Value> columns;
      for (int64_t p = 0; p < panels; ++p) {
        Value number = emit_.add(panel, p), at = emit_.at(matrix, emit_.mul(number, panelBytes_));
        for (int64_t i = 0; i < lanes; i += lanes_) {
          operands.strips.push_back({at, emit_.add(lane, i)});
          columns.push_back(emit_.add(emit_.mul(number, kPanel), operands.strips.back().lane));
        }
      }
      SmallVector<Value> sums = micro_->multiply(operands);
      for (int64_t r = 0; r < rows; ++r)
        for (auto [s, column] : llvm::enumerate(columns))
          store(sums[s + r * columns.size()], outs[r], column, span);
    };
    Value whole = emit_.add(first, emit_.mul(emit_.div(emit_.sub(end, first), together), together));
    emit_.loop(first, whole, together, [&](Value panel) {
      int64_t lanes = rows == 1 ? kPanel : lanes_;
      emit_.loop(emit_.i64(0), emit_.i64(kPanel), lanes,
                 [&](Value lane) { run(panel, together, lane, lanes); });
    });
    if (together > 1)
      emit_.loop(whole, end, 1, [&](Value panel) { run(panel, 1, emit_.i64(0), kPanel); });
  }

 private:
  /// Stores the lanes of a strip that are inside the span.
  void store(Value sums, Value out, Value column, const Span &span) {
    Value target = emit_.at(out, emit_.mul(column, kFloatBytes));
    auto size = Emit::constant(span.size);
    if (span.unit % kPanel == 0) {
      if (size && *size % kPanel == 0) return emit_.store(sums, target);
      Value left = emit_.sub(emit_.add(span.begin, span.size), column);
      return emit_.storeFirst(sums, target, left);
    }
    if (!edge_) edge_ = emit_.frame(kPanel * kFloatBytes);
    emit_.store(sums, edge_, lanes_ * kFloatBytes);
    Value from = emit_.max(emit_.sub(span.begin, column), emit_.i64(0));
    Value to = emit_.min(emit_.sub(emit_.add(span.begin, span.size), column), emit_.i64(lanes_));
    emit_.loop(from, to, 1, [&](Value lane) {
      Value offset = emit_.mul(lane, kFloatBytes);
      emit_.store(emit_.load(emit_.f32(), emit_.at(edge_, offset)), emit_.at(target, offset));
    });
  }

  Emit &emit_;
  std::unique_ptr<Micro> micro_;
  int64_t lanes_, columns_, panelBytes_;
  Value edge_;
};

}  // namespace

static std::optional<Input> inputOf(Type type) {
  if (type.isF32()) return Input::Float;
  if (type.isBF16()) return Input::Bfloat16;
  return isa<ActivationType>(type) ? std::optional(Input::Rounded) : std::nullopt;
}

/// Null where there is no code. Where few rows meet a matrix at a time there is none in tiles of
/// bf16.
static const Product *findProduct(Operation *op, const Target &target, bool isForFew,
                                  Semiring semiring) {
  auto weight = cast<RankedTensorType>(op->getOperand(1).getType());
  std::optional<layout::Format> format = getFormat(weight);
  std::optional<Input> kind = inputOf(getElementTypeOrSelf(op->getOperand(0).getType()));
  const Product *product = format && kind ? findProduct(*format, *kind) : nullptr;
  bool isFit = product && product->isFor(target) && !(isForFew && kind == Input::Bfloat16) &&
               (kind == Input::Float || semiring == Semiring::PlusTimes);
  return isFit ? product : nullptr;
}

const Limit kKnownProducts{
    "no kernel multiplies these types in this layout and semiring",
    [](Operation *op, const Target &target) {
      auto expert = dyn_cast<MatmulIdOp>(op);
      Semiring semiring = expert ? Semiring::PlusTimes : cast<MatmulOp>(op).getSemiring();
      return !findProduct(op, target, expert && !expert.isGrouped(), semiring);
    }};

/// Calls `body(first, count)` for blocks of up to 8 rows, as far as `most` goes, then of half as
/// many and so on for what is left.
static void rowBlocks(Emit &emit, const Span &rows, function_ref<void(Value, int64_t)> body,
                      int64_t most) {
  Value first = rows.begin, end = emit.add(rows.begin, rows.size);
  for (int64_t count : {8, 4, 2, 1}) {
    if (std::min(rows.most, most) < count) continue;
    Value whole = emit.add(first, emit.mul(emit.div(emit.sub(end, first), count), count));
    emit.loop(first, whole, count, [&](Value row) { body(row, count); });
    first = whole;
  }
}

//===----------------------------------------------------------------------===//
// Weights whose rows are decoded
//===----------------------------------------------------------------------===//

/// Whether rows are read where they lie.
static bool isDirect(RankedTensorType weight) {
  return weight.getElementType().isF32() && !weight.getEncoding();
}

namespace {

/// A product of rows with the matrices of a weight of any type and layout: each row of it is
/// decoded, and multiplied with every row of the input.
class DecodedProduct {
 public:
  DecodedProduct(Tile &tile, RankedTensorType type, Value columns, const View &weight,
                 Semiring semiring)
      : tile_(tile),
        emit_(tile.emit),
        semiring_(tile.emit, semiring),
        type_(type),
        weight_(weight),
        columns_(columns) {
    if (!isDirect(type))
      decoded_ = emit_.frame(llvm::alignTo(type.getShape().back() * kFloatBytes, 64));
  }

  LogicalResult multiply(Value matrix, const Span &span, const ProductRows &rows) {
    LogicalResult result = success();
    emit_.loop(span.begin, emit_.add(span.begin, span.size), 1, [&](Value column) {
      FailureOr<Value> weight = rowOf(matrix, column);
      if (failed(weight)) return void(result = failure());
      rowBlocks(
          emit_, rows.numbers,
          [&](Value first, int64_t count) { multiplyRows(*weight, column, rows, first, count); },
          std::min<int64_t>(4, semiring_.mostSums()));
    });
    return result;
  }

 private:
  /// Where the numbers of a row are.
  FailureOr<Value> rowOf(Value matrix, Value column) {
    if (isDirect(type_)) return tile_.address(weight_, {matrix, column});
    int64_t columns = type_.getShape().back();
    Value row = emit_.add(emit_.mul(matrix, type_.getShape().drop_back().back()), column);
    Span all{emit_.i64(0), emit_.i64(columns), columns};
    if (failed(emitDecodeRow(emit_, tile_.target, type_, weight_.base, row, all, decoded_)))
      return failure();
    return decoded_;
  }

  void multiplyRows(Value weight, Value column, const ProductRows &rows, Value first,
                    int64_t count) {
    VectorType floats = emit_.vec(emit_.f32());
    SmallVector<Value> inputs, sums(count, semiring_.zero());
    for (int64_t i = 0; i < count; ++i) inputs.push_back(rows.input(emit_.add(first, i)));
    auto add = [&](Value index, ValueRange sums, Value left = {}) {
      Value offset = emit_.mul(index, kFloatBytes);
      auto load = [&](Value row) {
        return emit_.loadLanes(floats, emit_.at(row, offset), left, semiring_.zero());
      };
      Value w = load(weight);
      SmallVector<Value> result;
      for (auto [input, sum] : llvm::zip(inputs, sums))
        result.push_back(semiring_.addProduct(sum, w, load(input)));
      return result;
    };
    Value whole = emit_.mul(emit_.div(columns_, kLanes), kLanes);
    sums = emit_.loop(emit_.i64(0), whole, kLanes, sums, add);
    auto known = Emit::constant(columns_);
    if (!known || *known % kLanes != 0) sums = add(whole, sums, emit_.sub(columns_, whole));
    for (auto [i, sum] : llvm::enumerate(sums))
      emit_.store(semiring_.addLanes(sum),
                  emit_.at(rows.out(emit_.add(first, i)), emit_.mul(column, kFloatBytes)));
  }

  Tile &tile_;
  Emit &emit_;
  SemiringCode semiring_;
  RankedTensorType type_;
  View weight_;  // with dimensions for the matrix, the row and the column
  Value columns_, decoded_;
};

}  // namespace

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

bool decodesRows(Operation *op) {
  auto weight = cast<RankedTensorType>(op->getOperand(1).getType());
  std::optional<layout::Format> format = getFormat(weight);
  bool isFloat = getElementTypeOrSelf(op->getOperand(0).getType()).isF32();
  const Product *product = format && isFloat ? findProduct(*format, Input::Float) : nullptr;
  return product && !product->micro && format->type != gguf::TensorType::kF32;
}

/// Which of the products an op takes.
static void sayProduct(const Target &target, Operation *op, const Product &product,
                       RankedTensorType weight) {
  auto describe = [&](StringRef how) {
    std::string text;
    llvm::raw_string_ostream out(text);
    out << how << " on " << target.name << " for a weight of " << weight;
    return text;
  };
  if (product.input == Input::Bfloat16)
    passed("products", op, [&] { return describe("tiles of bf16"); });
  else if (product.micro)
    passed("products", op, [&] { return describe("panels of packed rows"); });
  else
    missed("products", op, [&] {
      return describe("rows decoded one by one: there are no panels of its type and layout");
    });
}

MatrixProduct createProduct(Tile &tile, Operation *op, const View &view, Semiring semiring,
                            bool isForFew) {
  Emit &emit = tile.emit;
  auto weight = cast<RankedTensorType>(op->getOperand(1).getType());
  Value base = view.base;
  auto matrixAt = [=, &emit](Value matrix) {
    layout::Shape own = getMatrices(weight);
    own.matrices = 1;
    return emit.at(base, emit.mul(matrix, *layout::PackedBytes(*getFormat(weight), own)));
  };
  const Product *known = findProduct(op, tile.target, isForFew, semiring);
  sayProduct(tile.target, op, *known, weight);
  if (!known->micro && known->input != Input::Bfloat16) {
    View matrices = view;
    while (matrices.strides.size() < 3) matrices.strides.insert(matrices.strides.begin(), 0);
    Value columns = tile.sizeOf(op->getOperand(1), weight.getRank() - 1);
    return MatrixProduct([product = DecodedProduct(tile, weight, columns, matrices, semiring)](
                             Value matrix, const Span &span, const ProductRows &rows) mutable {
      return product.multiply(matrix, span, rows);
    });
  }
  gguf::TensorType type = *getTensorType(weight.getElementType());
  int64_t columns = weight.getShape().back();
  if (known->input == Input::Bfloat16) {
    std::shared_ptr amx = AmxProduct::create(emit, tile.target, type, columns);
    return MatrixProduct([=](Value matrix, const Span &span, const ProductRows &rows) {
      amx->multiply(matrixAt(matrix), span, rows);
      return success();
    });
  }
  auto product = std::make_shared<PackedProduct>(
      tile, known->micro(emit, tile.target, type, semiring), type, columns);
  return MatrixProduct([=, &emit](Value matrix, const Span &span, const ProductRows &rows) {
    Value at = matrixAt(matrix);
    rowBlocks(
        emit, rows.numbers,
        [&](Value first, int64_t count) {
          product->multiply(
              at, span, count, [&](int64_t i) { return rows.input(emit.add(first, i)); },
              [&](int64_t i) { return rows.out(emit.add(first, i)); });
        },
        product->mostRows());
    return success();
  });
}

/// The indices of the weight's matrix for those of the input's: each of the weight's serves as many
/// consecutive ones.
static SmallVector<Value> matrixIndices(Tile &tile, MatmulOp op, ArrayRef<Value> leading) {
  Emit &emit = tile.emit;
  int64_t own = cast<RankedTensorType>(op.getWeight().getType()).getRank() - 2;
  int64_t missing = static_cast<int64_t>(leading.size()) - own;
  SmallVector<Value> indices;
  for (int64_t dim = 0; dim < own; ++dim) {
    Value wide = tile.sizeOf(op.getInput(), missing + dim),
          narrow = tile.sizeOf(op.getWeight(), dim);
    Value shared = emit.createOrFold<arith::DivUIOp>(wide, narrow);
    indices.push_back(emit.createOrFold<arith::DivUIOp>(leading[missing + dim], shared));
  }
  return indices;
}

static LogicalResult emitMatmul(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto matmul = cast<MatmulOp>(op);
  Emit &emit = tile.emit;
  auto type = cast<RankedTensorType>(matmul.getWeight().getType());
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  FailureOr<View> weight = tile.need(op->getOpOperand(1), part);
  if (failed(input) || failed(weight)) return failure();
  // The matrices of a part without its columns.
  Part matrices(part.begin(), part.end() - 1);
  Span rows = tile.rowOf(matrices);
  bool isRow = matrices.empty();
  LogicalResult result = success();
  tile.rows(matrices, [&](ArrayRef<Value> leading) {
    SmallVector<Value> indices = matrixIndices(tile, matmul, leading);
    View own = *weight;
    Value matrix = emit.i64(0);
    if (isDirect(type)) {
      own.base = tile.address(own, indices);
      own.strides.erase(own.strides.begin(), own.strides.begin() + indices.size());
    } else {
      for (auto [dim, index] : llvm::enumerate(indices))
        matrix = emit.add(emit.mul(matrix, type.getDimSize(dim)), index);
    }
    MatrixProduct product = createProduct(tile, op, own, matmul.getSemiring());
    auto addressIn = [&](const View &view, Value row) {
      SmallVector<Value> place(leading);
      if (!isRow) place.push_back(row);
      return tile.address(view, place);
    };
    result = product(
        matrix, part.back(),
        {rows, [&](Value row) { return addressIn(*input, row); },
         [&](Value row) { return addressIn(out, row); }, isRow ? 0 : out.strides[part.size() - 2]});
  });
  return result;
}

void addContractionEmitters(EmitterTable &table) {
  table["emel.matmul"] = {emitMatmul, {kKnownProducts}};
}

}  // namespace emel::cpu
