#include "dialects/emel/Layouts.h"
#include "dialects/interpreter/Frame.h"
#include "runtime/gguf/dequantize.h"
#include "runtime/io/status.h"

using namespace mlir;

namespace emel::interpreter {

namespace {

/// Some rows of a tensor, packed and unpacked again.
class PackedRows {
 public:
  PackedRows(WeightRows rows, RankedTensorType type)
      : rows_(std::move(rows)), format_(*getFormat(type)), shape_(getMatrices(type)) {
    const gguf::TensorTypeInfo &info = gguf::GetInfo(format_.type);
    rowBytes_ = shape_.columns / info.block_elements * info.block_bytes;
    floats_.resize(shape_.columns);
  }

  absl::Status read(int64_t row, absl::Span<uint8_t> out) {
    int64_t inMatrix = row % shape_.rows, first = row - inMatrix % kRows;
    if (first != first_) EMEL_RETURN_IF_ERROR(load(first, shape_.rows - inMatrix / kRows * kRows));
    std::copy_n(blocks_.begin() + (row - first) * rowBytes_, rowBytes_, out.begin());
    return absl::OkStatus();
  }

  absl::Status decode(int64_t row, MutableArrayRef<double> out) {
    row_.resize(rowBytes_);
    EMEL_RETURN_IF_ERROR(read(row, absl::MakeSpan(row_)));
    EMEL_RETURN_IF_ERROR(gguf::Dequantize(format_.type, row_, absl::MakeSpan(floats_)));
    llvm::copy(floats_, out.begin());
    return absl::OkStatus();
  }

 private:
  /// What packing holds of rows together: those of a panel.
  static constexpr int64_t kRows = 16;

  absl::Status load(int64_t first, int64_t left) {
    layout::Shape panel = {1, static_cast<uint64_t>(std::min(kRows, left)), shape_.columns};
    packed_.clear();
    blocks_.clear();
    auto read = [&](uint64_t offset, absl::Span<uint8_t> out) {
      std::vector<uint8_t> row(rowBytes_);
      EMEL_RETURN_IF_ERROR(rows_.read(first + offset / rowBytes_, absl::MakeSpan(row)));
      std::copy_n(row.begin() + offset % rowBytes_, out.size(), out.begin());
      return absl::OkStatus();
    };
    auto readPacked = [&](uint64_t offset, absl::Span<uint8_t> out) {
      std::copy_n(packed_.begin() + offset, out.size(), out.begin());
      return absl::OkStatus();
    };
    auto appendTo = [](std::vector<uint8_t> &bytes) {
      return [&bytes](absl::Span<const uint8_t> more) {
        bytes.insert(bytes.end(), more.begin(), more.end());
        return absl::OkStatus();
      };
    };
    EMEL_RETURN_IF_ERROR(layout::Pack(format_, panel, read, appendTo(packed_)));
    EMEL_RETURN_IF_ERROR(layout::Unpack(format_, panel, readPacked, appendTo(blocks_)));
    first_ = first;
    return absl::OkStatus();
  }

  WeightRows rows_;
  layout::Format format_;
  layout::Shape shape_;
  uint64_t rowBytes_;
  int64_t first_ = -1;
  std::vector<uint8_t> packed_, blocks_, row_;
  std::vector<float> floats_;
};

}  // namespace

Tensor packRows(Operation *user, const Tensor &tensor, RankedTensorType type) {
  auto *rows = std::get_if<WeightRows>(&tensor.data);
  std::optional<layout::Format> format = getFormat(type);
  // Numbers that lie in no file have no bytes to arrange, and rows of the file's arrangement lie
  // right.
  if (!rows || !rows->read || !format || format->layout == layout::Layout::kRowMajor) return tensor;
  auto packed = std::make_shared<PackedRows>(*rows, type);
  auto decode = [=](int64_t row, MutableArrayRef<double> out) {
    absl::Status status = packed->decode(row, out);
    if (!status.ok()) user->emitError(std::string(status.message()));
    return status.ok();
  };
  auto read = [=](int64_t row, absl::Span<uint8_t> out) { return packed->read(row, out); };
  return {tensor.shape, WeightRows{decode, read}};
}

static LogicalResult pack(PackOp op, Frame &frame) {
  Tensor packed = packRows(op, frame.tensor(op.getInput()), cast<RankedTensorType>(op.getType()));
  frame.set(op.getResult(), RuntimeValue(std::make_shared<const Tensor>(std::move(packed))));
  return success();
}

/// A packed tensor gives its rows decoded as any other does.
static LogicalResult unpack(UnpackOp op, Frame &frame) {
  frame.set(op.getResult(), RuntimeValue(frame.get(op.getInput())));
  return success();
}

void addLayoutHandlers(HandlerTable &table) {
  addRowsHandler<PackOp, pack>(table);
  addRowsHandler<UnpackOp, unpack>(table);
}

}  // namespace emel::interpreter
