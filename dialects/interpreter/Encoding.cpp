#include "dialects/interpreter/Encoding.h"

#include <cstring>

#include "dialects/interpreter/Frame.h"

using namespace mlir;

namespace emel::interpreter {

bool canEncode(RankedTensorType type) {
  Type element = type.getElementType();
  return !type.getEncoding() && type.hasStaticShape() &&
         (isa<FloatType, ActivationType>(element) || element.isInteger(8) ||
          element.isInteger(16) || element.isInteger(32) || element.isInteger(64));
}

template <typename Number, typename From>
static void writeNumbers(ArrayRef<From> numbers, uint8_t *out) {
  for (From from : numbers) {
    Number number = static_cast<Number>(from);
    std::memcpy(out, &number, sizeof(Number));
    out += sizeof(Number);
  }
}

template <typename Number, typename To>
static void readNumbers(ArrayRef<uint8_t> bytes, To *out) {
  for (; !bytes.empty(); bytes = bytes.drop_front(sizeof(Number))) {
    Number number;
    std::memcpy(&number, bytes.data(), sizeof(Number));
    *out++ = static_cast<To>(number);
  }
}

/// Numbers of 16 bits, which C++ has no type for.
static void writeHalves(const llvm::fltSemantics &semantics, ArrayRef<double> numbers,
                        uint8_t *out) {
  for (double number : numbers) {
    llvm::APFloat value(number);
    bool losesInfo;
    value.convert(semantics, llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    auto bits = static_cast<uint16_t>(value.bitcastToAPInt().getZExtValue());
    std::memcpy(out, &bits, sizeof(bits));
    out += sizeof(bits);
  }
}

static void readHalves(const llvm::fltSemantics &semantics, ArrayRef<uint8_t> bytes, double *out) {
  for (; !bytes.empty(); bytes = bytes.drop_front(sizeof(uint16_t))) {
    uint16_t bits;
    std::memcpy(&bits, bytes.data(), sizeof(bits));
    llvm::APFloat value(semantics, llvm::APInt(16, bits));
    bool losesInfo;
    value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    *out++ = value.convertToDouble();
  }
}

/// Rows of rounded activations, as backends keep them.
static std::vector<uint8_t> encodeRounded(const Tensor &tensor) {
  int64_t elements = tensor.rowSize(), rowBytes = gguf::ActivationRowBytes(elements);
  std::vector<uint8_t> bytes(tensor.rowCount() * rowBytes);
  for (int64_t row = 0; row < tensor.rowCount(); ++row)
    for (auto [i, group] : llvm::enumerate(tensor.groups(row)))
      gguf::StoreGroup(group, bytes.data() + row * rowBytes, elements, static_cast<int64_t>(i));
  return bytes;
}

static Tensor decodeRounded(RankedTensorType type, ArrayRef<uint8_t> bytes) {
  Tensor tensor{Shape(type.getShape()), RoundedRows()};
  int64_t elements = tensor.rowSize(), rowBytes = gguf::ActivationRowBytes(elements);
  for (int64_t row = 0; row < tensor.rowCount(); ++row)
    for (int64_t i = 0; i < elements / gguf::kActivationGroup; ++i)
      std::get<RoundedRows>(tensor.data)
          .push_back(gguf::LoadGroup(bytes.data() + row * rowBytes, elements, i));
  return tensor;
}

std::vector<uint8_t> encode(RankedTensorType type, const Tensor &tensor) {
  if (tensor.isRounded()) return encodeRounded(tensor);
  unsigned width = type.getElementTypeBitWidth();
  std::vector<uint8_t> bytes(tensor.size() * (width / 8));
  if (tensor.isInts()) {
    ArrayRef<int64_t> ints(tensor.ints());
    switch (width) {
      case 8: writeNumbers<int8_t>(ints, bytes.data()); break;
      case 16: writeNumbers<int16_t>(ints, bytes.data()); break;
      case 32: writeNumbers<int32_t>(ints, bytes.data()); break;
      default: writeNumbers<int64_t>(ints, bytes.data());
    }
    return bytes;
  }
  ArrayRef<double> reals(tensor.reals());
  switch (width) {
    case 16:
      writeHalves(cast<FloatType>(type.getElementType()).getFloatSemantics(), reals, bytes.data());
      break;
    case 32: writeNumbers<float>(reals, bytes.data()); break;
    default: writeNumbers<double>(reals, bytes.data());
  }
  return bytes;
}

Tensor decode(RankedTensorType type, ArrayRef<uint8_t> bytes) {
  if (isa<ActivationType>(type.getElementType())) return decodeRounded(type, bytes);
  unsigned width = type.getElementTypeBitWidth();
  if (isa<IntegerType>(type.getElementType())) {
    Tensor tensor = Tensor::ofInts(type.getShape());
    switch (width) {
      case 8: readNumbers<int8_t>(bytes, tensor.ints().data()); break;
      case 16: readNumbers<int16_t>(bytes, tensor.ints().data()); break;
      case 32: readNumbers<int32_t>(bytes, tensor.ints().data()); break;
      default: readNumbers<int64_t>(bytes, tensor.ints().data());
    }
    return tensor;
  }
  Tensor tensor = Tensor::ofReals(type.getShape());
  double *out = tensor.reals().data();
  switch (width) {
    case 16:
      readHalves(cast<FloatType>(type.getElementType()).getFloatSemantics(), bytes, out);
      break;
    case 32: readNumbers<float>(bytes, out); break;
    default: readNumbers<double>(bytes, out);
  }
  return tensor;
}

std::vector<Range> runsOf(RankedTensorType type, const Box &part) {
  std::vector<Range> runs;
  for (Range range : part)
    if (range.isEmpty()) return runs;
  // Scalars are rows of one element.
  SmallVector<int64_t> shape(type.getShape());
  Box box = part;
  if (shape.empty()) {
    shape.push_back(1);
    box.push_back({0, 1});
  }
  Type element = type.getElementType();
  bool isRounded = isa<ActivationType>(element);
  if (!element.isIntOrFloat() && !isRounded) box.back() = {0, shape.back()};
  int64_t rowBytes = *getStorageBytes(RankedTensorType::get({shape.back()}, element));
  auto bytesAt = [&](int64_t i) { return rowBytes * i / shape.back(); };
  int64_t rows = 1;
  for (Range range : ArrayRef(box).drop_back()) rows *= range.end - range.begin;
  for (int64_t r = 0; r < rows; ++r) {
    int64_t row = 0, stride = 1, rest = r;
    for (size_t d = box.size() - 1; d-- > 0;) {
      int64_t extent = box[d].end - box[d].begin;
      row += (box[d].begin + rest % extent) * stride;
      stride *= shape[d];
      rest /= extent;
    }
    auto add = [&](int64_t begin, int64_t end) {
      Range run{row * rowBytes + begin, row * rowBytes + end};
      if (!runs.empty() && runs.back().end == run.begin)
        runs.back().end = run.end;
      else
        runs.push_back(run);
    };
    if (!isRounded) {
      add(bytesAt(box.back().begin), bytesAt(box.back().end));
      continue;
    }
    // Integers of all groups, then scales, then sums.
    int64_t group = gguf::kActivationGroup, first = box.back().begin / group,
            last = llvm::divideCeil(box.back().end, group),
            scales = gguf::ActivationScalesAt(shape.back()),
            sums = gguf::ActivationSumsAt(shape.back());
    add(first * group, last * group);
    add(scales + first * 4, scales + last * 4);
    add(sums + first * 2, sums + last * 2);
  }
  return runs;
}

}  // namespace emel::interpreter
