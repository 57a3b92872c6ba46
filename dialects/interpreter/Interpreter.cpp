#include "dialects/interpreter/Interpreter.h"

#include <cstring>
#include <filesystem>

#include "dialects/interpreter/Frame.h"
#include "llvm/Support/SaveAndRestore.h"
#include "runtime/gguf/dequantize.h"

using namespace mlir;

namespace emel::interpreter {

Interpreter::Interpreter(ModuleOp module, Options options)
    : module_(module), options_(std::move(options)), symbols_(module) {
  addModelHandlers(handlers_);
  addElementwiseHandlers(handlers_);
  addNormHandlers(handlers_);
  addContractionHandlers(handlers_);
  addAttentionHandlers(handlers_);
  addMovementHandlers(handlers_);
  addLayoutHandlers(handlers_);
  addUpdateHandlers(handlers_);
  addFillHandlers(handlers_);
  addReductionHandlers(handlers_);
}

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
                     "expected a function with a body of one block");
  if (arguments.size() != function.getNumArguments())
    return function.emitError("expected ")
           << function.getNumArguments() << " arguments, found " << arguments.size();
  if (callDepth_ == 0) callCount_ = 0;
  llvm::SaveAndRestore<int> depth(callDepth_, callDepth_ + 1);
  if (callDepth_ > kDeepestCall)
    return function.emitError("calls nest deeper than ") << kDeepestCall;
  if (++callCount_ > kMostCalls)
    return function.emitError("makes more than ") << kMostCalls << " calls";
  Frame frame(*this);
  for (auto [argument, value] : llvm::zip(function.getArguments(), arguments)) {
    if (failed(checkValue(function.getLoc(), argument.getType(), value))) return failure();
    frame.set(argument, value);
  }
  DenseMap<Value, int64_t> usesLeft;
  for (Operation &op : function.front()) {
    if (failed(execute(&op, frame, results))) return failure();
    op.walk([&](Operation *nested) { dropDead(nested, usesLeft, frame); });
  }
  return success();
}

LogicalResult Interpreter::execute(Operation *op, Frame &frame,
                                   SmallVectorImpl<RuntimeValue> &returned) {
  if (auto ret = dyn_cast<func::ReturnOp>(op)) {
    if (failed(decodeOperands(op, frame))) return failure();
    for (Value operand : ret.getOperands()) returned.push_back(frame.get(operand));
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
  auto handler = handlers_.find(op->getName().getStringRef());
  if (handler == handlers_.end()) return op->emitOpError("is not known to the interpreter");
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

FailureOr<io::Source *> Interpreter::openShard(Operation *user, ShardOp shard) {
  std::unique_ptr<io::Source> &source = shards_[shard.getSymName()];
  if (source) return source.get();
  std::filesystem::path path = shard.getPath().str();
  std::string tried;
  std::vector<std::filesystem::path> candidates{path};
  for (const std::string &folder : options_.shardFolders) {
    candidates.push_back(folder / path);
    candidates.push_back(folder / path.filename());
  }
  for (const auto &candidate : candidates) {
    auto opened = io::OpenSource(candidate.string(), options_.load);
    if (!opened.ok()) {
      if (tried.empty()) tried = std::string(opened.status().message());
      continue;
    }
    if ((*opened)->size() < shard.getSize())
      return user->emitError("shard '") << candidate.string() << "': expected at least "
                                        << shard.getSize() << " bytes, found " << (*opened)->size();
    source = std::move(*opened);
    return source.get();
  }
  return user->emitError("cannot open shard @") << shard.getSymName() << ": " << tried;
}

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
  auto shard = weight ? symbols_.lookup<ShardOp>(weight.getShard()) : ShardOp();
  if (!shard) return user->emitError("names no weight of a shard: ") << name;
  FailureOr<io::Source *> source = openShard(user, shard);
  if (failed(source)) return failure();
  uint64_t offset = weight.getOffset(), size = weight.getSize(), most = (*source)->size();
  if (offset > most || size > most - offset)
    return user->emitError("weight ")
           << name << " ends beyond the " << most << " bytes of shard @" << weight.getShard();
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

//===----------------------------------------------------------------------===//
// Sessions
//===----------------------------------------------------------------------===//

Session::Session(Interpreter &interpreter) : interpreter_(interpreter) {
  for (auto function : interpreter.module().getOps<func::FuncOp>()) {
    auto bounds = function->getAttrOfType<DictionaryAttr>(EmelDialect::kEntryAttr);
    if (!bounds && function.getSymName() != EmelDialect::kStep) continue;
    int64_t most = bounds ? bounds.getAs<IntegerAttr>("tokens").getInt() : INT64_MAX;
    steps_.push_back({most, function});
  }
  llvm::stable_sort(steps_, llvm::less_first());
  if (steps_.empty()) return;
  for (Type type : steps_.front().second.getArgumentTypes())
    if (isa<KvType>(type)) states_.push_back(std::make_shared<const State>());
}

FailureOr<Tensor> Session::step(ArrayRef<int32_t> tokens, int64_t slot) {
  ModuleOp module = interpreter_.module();
  // The attribute makes the verifier check what follows relies on: the types of the entries.
  auto model = module->getAttrOfType<DictionaryAttr>(EmelDialect::kModelAttr);
  if (!model) return module.emitError("is no model: it has no attribute 'emel.model'");
  int64_t count = static_cast<int64_t>(tokens.size()), next = nextPosition_[slot];
  int64_t context = model.getAs<IntegerAttr>("context").getInt();
  if (next + count > context)
    return module.emitError("expected at most ")
           << context << " positions, the model's context, found " << next + count;
  Tensor logits = Tensor::ofReals({0, model.getAs<IntegerAttr>("vocab").getInt()});
  do {
    int64_t piece = std::min<int64_t>(tokens.size(), steps_.back().first);
    FailureOr<Tensor> rows = stepOnce(tokens.take_front(piece), slot);
    if (failed(rows)) return failure();
    llvm::append_range(logits.reals(), rows->reals());
    logits.shape[0] += piece;
    tokens = tokens.drop_front(piece);
  } while (!tokens.empty());
  return logits;
}

/// Whether a function's shapes allow so many tokens.
static bool takes(func::FuncOp step, int64_t tokens) {
  auto type = cast<RankedTensorType>(step.getArgumentTypes().front());
  return type.isDynamicDim(0) || type.getDimSize(0) == tokens;
}

/// One call of the smallest entry that takes so many tokens.
FailureOr<Tensor> Session::stepOnce(ArrayRef<int32_t> tokens, int64_t slot) {
  int64_t count = static_cast<int64_t>(tokens.size()), &next = nextPosition_[slot];
  func::FuncOp step = steps_.back().second;
  for (auto &[most, function] : llvm::reverse(steps_))
    if (most >= count && takes(function, count)) step = function;
  Tensor ids = Tensor::ofInts({count}), positions = ids, slots = ids, rows = ids;
  for (int64_t i = 0; i < count; ++i) {
    ids.ints()[i] = tokens[i];
    positions.ints()[i] = next++;
    slots.ints()[i] = slot;
    rows.ints()[i] = i;
  }
  SmallVector<RuntimeValue> arguments, results;
  for (Tensor *tensor : {&ids, &positions, &slots, &rows})
    arguments.push_back(std::make_shared<const Tensor>(std::move(*tensor)));
  llvm::append_range(arguments, states_);
  if (failed(interpreter_.call(step, arguments, results))) return failure();
  states_.assign(results.begin() + 1, results.end());
  const Tensor &logits = *std::get<std::shared_ptr<const Tensor>>(results.front());
  if (logits.shape.front() != count)
    return step.emitError("expected a row of logits for each of ")
           << count << " tokens, found " << logits.shape.front();
  return logits;
}

}  // namespace emel::interpreter
