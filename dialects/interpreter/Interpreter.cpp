#include "dialects/interpreter/Interpreter.h"

#include <cstring>

#include "dialects/interpreter/Frame.h"
#include "llvm/Support/SaveAndRestore.h"
#include "runtime/gguf/dequantize.h"

using namespace mlir;

namespace emel::interpreter {

static const HandlerTable &knownHandlers() {
  static const HandlerTable table = [] {
    HandlerTable table;
    addModelHandlers(table);
    addElementwiseHandlers(table);
    addNormHandlers(table);
    addContractionHandlers(table);
    addAttentionHandlers(table);
    addRopeHandlers(table);
    addMovementHandlers(table);
    addLayoutHandlers(table);
    addUpdateHandlers(table);
    addFillHandlers(table);
    addReductionHandlers(table);
    addQuantizationHandlers(table);
    return table;
  }();
  return table;
}

bool isInterpreted(OperationName name) {
  return name.hasTrait<OpTrait::ReturnLike>() ||
         name.getStringRef() == FuseOp::getOperationName() ||
         knownHandlers().contains(name.getStringRef());
}

Interpreter::Interpreter(ModuleOp module, Options options)
    : module_(module),
      options_(std::move(options)),
      symbols_(module),
      shards_(options_.load, options_.shardFolders),
      plans_(std::make_unique<PlanRunner>(*this)) {}

Interpreter::~Interpreter() = default;

/// Uses of each value that have yet to happen, so that a value is freed after its last one.
static void dropDead(Operation *op, DenseMap<Value, int64_t> &usesLeft, Frame &frame) {
  for (Value operand : op->getOperands()) {
    auto [it, isNew] = usesLeft.try_emplace(operand, 0);
    if (isNew) it->second = std::distance(operand.use_begin(), operand.use_end());
    if (--it->second == 0) frame.drop(operand);
  }
}

/// Nothing here can branch: a deeper call is a recursion that never ends, and more calls are a tree
/// of them that does not end in a lifetime.
static constexpr int kDeepestCall = 100, kMostCalls = 100000;

LogicalResult Interpreter::call(func::FuncOp function, ArrayRef<RuntimeValue> arguments,
                                SmallVectorImpl<RuntimeValue> &results) {
  if (!function || function.isExternal() || !function.getBody().hasOneBlock())
    return emitError(function ? function.getLoc() : module_.getLoc(),
                     "expected a function with a body of one block, found ")
           << (function ? std::to_string(function.getBlocks().size()) + " blocks" : "none");
  if (arguments.size() != function.getNumArguments())
    return function.emitError("expected ")
           << function.getNumArguments() << " arguments, found " << arguments.size();
  if (callDepth_ == 0) callCount_ = 0;
  llvm::SaveAndRestore<int> depth(callDepth_, callDepth_ + 1);
  if (callDepth_ > kDeepestCall)
    return function.emitError("calls nest deeper than ") << kDeepestCall;
  if (++callCount_ > kMostCalls)
    return function.emitError("makes more than ") << kMostCalls << " calls";
  return run(function.front(), arguments, results);
}

LogicalResult Interpreter::call(plan::KernelOp kernel, ArrayRef<RuntimeValue> arguments,
                                SmallVectorImpl<RuntimeValue> &results) {
  return run(kernel.getBody().front(), arguments, results);
}

LogicalResult Interpreter::call(plan::EntryOp entry, ArrayRef<RuntimeValue> arguments,
                                SmallVectorImpl<RuntimeValue> &results) {
  return plans_->call(entry, arguments, results);
}

LogicalResult Interpreter::run(Block &block, ArrayRef<RuntimeValue> arguments,
                               SmallVectorImpl<RuntimeValue> &results) {
  Frame frame(*this);
  for (auto [argument, value] : llvm::zip_equal(block.getArguments(), arguments)) {
    Location loc = block.getParentOp()->getLoc();
    if (failed(checkValue(loc, argument.getType(), value))) return failure();
    frame.set(argument, value);
  }
  DenseMap<Value, int64_t> usesLeft;
  for (Operation &op : block) {
    if (failed(execute(&op, frame, results))) return failure();
    op.walk([&](Operation *nested) { dropDead(nested, usesLeft, frame); });
  }
  return success();
}

LogicalResult Interpreter::execute(Operation *op, Frame &frame,
                                   SmallVectorImpl<RuntimeValue> &returned) {
  if (op->hasTrait<OpTrait::ReturnLike>()) {
    if (failed(decodeOperands(op, frame))) return failure();
    for (Value operand : op->getOperands()) returned.push_back(frame.get(operand));
    return success();
  }
  if (auto callOp = dyn_cast<func::CallOp>(op)) {
    SmallVector<RuntimeValue> arguments, results;
    for (Value operand : callOp.getOperands()) arguments.push_back(frame.get(operand));
    auto callee = symbols_.lookup<func::FuncOp>(callOp.getCallee());
    if (failed(call(callee, arguments, results))) return failure();
    for (auto [result, value] : llvm::zip(callOp.getResults(), results)) frame.set(result, value);
    return success();
  }
  if (auto fuse = dyn_cast<FuseOp>(op)) return executeFuse(fuse, frame);
  auto handler = knownHandlers().find(op->getName().getStringRef());
  if (handler == knownHandlers().end()) return op->emitOpError("is not known to the interpreter");
  if (!handler->second.takesRows && failed(decodeOperands(op, frame))) return failure();
  // A weight's rows stay in its file, however many there are.
  if (!isa<GetWeightOp>(op) && failed(checkShapes(op, frame))) return failure();
  return handler->second.run(op, frame);
}

/// A group computes what its ops do, one after the other.
LogicalResult Interpreter::executeFuse(FuseOp fuse, Frame &frame) {
  SmallVector<RuntimeValue> none;
  for (Operation &op : fuse.getBody().front().without_terminator())
    if (failed(execute(&op, frame, none))) return failure();
  if (failed(decodeOperands(fuse.getBody().front().getTerminator(), frame))) return failure();
  for (auto [result, value] : llvm::zip(fuse.getResults(), fuse.getYielded()))
    frame.set(result, RuntimeValue(frame.get(value)));
  return success();
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// Little-endian numbers, as they lie in the file.
template <typename Number, typename Out>
static void copyNumbers(ArrayRef<uint8_t> bytes, Out out) {
  for (; !bytes.empty(); bytes = bytes.drop_front(sizeof(Number))) {
    Number number;
    std::memcpy(&number, bytes.data(), sizeof(Number));
    *out++ = number;
  }
}

static void copyIntegers(unsigned width, ArrayRef<uint8_t> bytes, int64_t *out) {
  switch (width) {
    case 8: return copyNumbers<int8_t>(bytes, out);
    case 16: return copyNumbers<int16_t>(bytes, out);
    case 32: return copyNumbers<int32_t>(bytes, out);
    default: return copyNumbers<int64_t>(bytes, out);
  }
}

/// Decodes rows of `type` that start at `offset` of `source`.
static WeightRows rowsOf(Operation *user, io::Source *source, uint64_t offset,
                         gguf::TensorType type, int64_t rowSize) {
  const gguf::TensorTypeInfo &info = gguf::GetInfo(type);
  uint64_t rowBytes = rowSize / info.block_elements * info.block_bytes;
  auto bytes = std::make_shared<std::vector<uint8_t>>(rowBytes);
  auto floats = std::make_shared<std::vector<float>>(rowSize);
  auto read = [=](int64_t row, absl::Span<uint8_t> out) {
    return source->Read(offset + row * rowBytes, out);
  };
  auto decode = [=](int64_t row, MutableArrayRef<double> out) {
    absl::Status status = read(row, absl::MakeSpan(*bytes));
    // The decoder gives floats, which cannot hold what a double does.
    bool isDouble = type == gguf::TensorType::kF64;
    if (status.ok() && !isDouble) status = gguf::Dequantize(type, *bytes, absl::MakeSpan(*floats));
    if (!status.ok()) {
      user->emitError(std::string(status.message()));
      return false;
    }
    if (isDouble)
      copyNumbers<double>(*bytes, out.begin());
    else
      llvm::copy(*floats, out.begin());
    return true;
  };
  return {decode, read};
}

FailureOr<Tensor> Interpreter::openWeight(Operation *user, FlatSymbolRefAttr name) {
  auto weight = symbols_.lookup<WeightOp>(name.getValue());
  if (!weight) return user->emitError("names no weight: ") << name;
  FailureOr<io::Source *> source = shards_.open(user, weight);
  if (failed(source)) return failure();
  uint64_t offset = weight.getOffset(), size = weight.getSize();
  auto type = cast<RankedTensorType>(weight.getType());
  // Vectors take part in elementwise ops and integers index: both are read at once.
  if (type.getElementType().isIntOrIndex()) {
    std::vector<uint8_t> bytes(size);
    if (absl::Status status = (*source)->Read(offset, absl::MakeSpan(bytes)); !status.ok())
      return user->emitError(std::string(status.message()));
    Tensor tensor = Tensor::ofInts(type.getShape());
    copyIntegers(type.getElementTypeBitWidth(), bytes, tensor.ints().data());
    return tensor;
  }
  gguf::TensorType format = *getTensorType(type.getElementType());
  WeightRows rows = rowsOf(user, *source, offset, format, type.getShape().back());
  if (type.getRank() > 1) {
    Tensor tensor = {Shape(type.getShape()), std::move(rows)};
    return weight.getLayout() ? packRows(user, tensor, weight.getStoredType()) : tensor;
  }
  Tensor tensor = Tensor::ofReals(type.getShape());
  if (!rows.decode(0, tensor.reals())) return failure();
  return tensor;
}

}  // namespace emel::interpreter
