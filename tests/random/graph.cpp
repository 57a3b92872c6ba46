#include "tests/random/graph.h"

#include "dialects/emel/Shapes.h"
#include "mlir/IR/Verifier.h"
#include "tests/random/numbers.h"

#include <fstream>

using namespace mlir;

namespace emel::random {

static constexpr char kStepText[] = "step";

Graph::Graph(MLIRContext& context, Random& random, std::string path)
    : b(&context),
      loc(UnknownLoc::get(&context)),
      random(random),
      module_(ModuleOp::create(loc)),
      path_(std::move(path)),
      token_rows_(random.between(2, 9)) {
  b.setInsertionPointToEnd(module_->getBody());
  auto ids = RankedTensorType::get({kUnknown}, b.getI32Type());
  step_ =
      b.create<func::FuncOp>(loc, kStepText, b.getFunctionType({ids, ids, ids, ids}, TypeRange()));
  Block* body = step_.addEntryBlock();
  for (unsigned i = 0; i < 4; ++i)
    step_.setArgAttr(i, EmelDialect::kDimsAttr,
                     b.getStrArrayAttr({i == kOutRowsArgument ? StringRef("m") : StringRef("n")}));
  std::tie(tokens, positions, slots, out_rows) = std::tuple(
      body->getArgument(0), body->getArgument(1), body->getArgument(2), body->getArgument(3));
  b.setInsertionPointToEnd(body);
}

RankedTensorType Graph::perToken(ArrayRef<int64_t> dims, Type element) {
  SmallVector<int64_t> shape{kUnknown};
  llvm::append_range(shape, dims);
  return tensor(shape, element ? element : f32());
}

Value Graph::addWeight(RankedTensorType type, absl::Span<const uint8_t> bytes) {
  std::string name = "w" + std::to_string(weights_++);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(step_);
  b.create<WeightOp>(loc, name, type, "file", bytes_.size(), bytes.size(), LayoutAttr(),
                     FlatSymbolRefAttr());
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  b.setInsertionPointToEnd(&step_.front());
  return b.create<GetWeightOp>(loc, type, name);
}

Value Graph::weight(ArrayRef<int64_t> shape, Type element, Numbers numbers) {
  RankedTensorType type = tensor(shape, element ? element : f32());
  int64_t columns = shape.empty() ? 1 : shape.back();
  int64_t rows = columns ? type.getNumElements() / columns : 0;
  return addWeight(type,
                   makeRows(*getTensorType(type.getElementType()), rows, columns, numbers, random));
}

Value Graph::indices(ArrayRef<int64_t> shape, Type element, int64_t limit) {
  RankedTensorType type = tensor(shape, element);
  std::vector<uint8_t> bytes;
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    int64_t id = random.below(limit);
    auto* from = reinterpret_cast<const uint8_t*>(&id);
    bytes.insert(bytes.end(), from, from + type.getElementTypeBitWidth() / 8);
  }
  return addWeight(type, bytes);
}

Value Graph::rows(ArrayRef<int64_t> dims, Numbers numbers) {
  int64_t width = 1;
  for (int64_t dim : dims) width *= dim;
  Value table = weight({token_rows_, width}, f32(), numbers);
  Value flat = op("emel.get_rows", {table, tokens})->getResult(0);
  return dims.size() == 1 ? flat : reshape(flat, perToken(dims).getShape());
}

Value Graph::chosen(int64_t count, int64_t limit) {
  Value scores = rows({limit});
  return op("emel.top_k", scores, integer("k", count))->getResult(0);
}

Value Graph::reshape(Value value, ArrayRef<int64_t> dims) {
  auto type = mlir::cast<RankedTensorType>(value.getType());
  return op("emel.reshape", value, {}, type.clone(dims))->getResult(0);
}

Value Graph::cast(Value value, Type element) {
  auto type = mlir::cast<RankedTensorType>(value.getType());
  return op("emel.cast", value, {}, RankedTensorType::get(type.getShape(), element))->getResult(0);
}

Operation* Graph::op(StringRef name, ValueRange operands, ArrayRef<NamedAttribute> attributes,
                     TypeRange results) {
  OperationState state(loc, name);
  state.addOperands(operands);
  state.addAttributes(attributes);
  std::string said;
  ScopedDiagnosticHandler handler(b.getContext(),
                                  [&](Diagnostic& found) { said += found.str() + "; "; });
  SmallVector<Type> types(results);
  auto registered = RegisteredOperationName::lookup(name, b.getContext());
  if (types.empty() && registered && registered->hasInterface<InferTypeOpInterface>()) {
    OperationState twin(loc, name);
    twin.addOperands(operands);
    twin.addAttributes(attributes);
    auto* infer = registered->getInterface<InferTypeOpInterface>();
    DictionaryAttr all = b.getDictionaryAttr(attributes);
    OpaqueProperties properties = nullptr;
    std::vector<char> storage(registered->getOpPropertyByteSize());
    if (!storage.empty()) {
      properties = OpaqueProperties(storage.data());
      registered->initOpProperties(properties, nullptr);
      if (failed(registered->setOpPropertiesFromAttribute(*registered, properties, all,
                                                          [&] { return emitError(loc); }))) {
        refusal_ = said;
        return nullptr;
      }
    }
    bool isFine = succeeded(
        infer->inferReturnTypes(b.getContext(), loc, operands, all, properties, {}, types));
    if (!storage.empty()) registered->destroyOpProperties(properties);
    if (!isFine) {
      refusal_ = said;
      return nullptr;
    }
  }
  state.addTypes(types);
  Operation* made = b.create(state);
  if (succeeded(verify(made))) return made;
  refusal_ = said;
  made->erase();
  return nullptr;
}

Value Graph::state(int64_t heads, int64_t key, int64_t value, Type element) {
  auto type = KvType::get(b.getContext(), heads, key, value, element);
  unsigned index = step_.getNumArguments();
  step_.insertArgument(index, type, {}, loc);
  states.push_back(step_.getArgument(index));
  return states.back();
}

// Rows of a table that each token has, which the integers choose; their range is what a table of
// their kind would have.
Value Graph::showIntegers(Value value) {
  if (auto* shown = op(
          "emel.cast", value, {},
          RankedTensorType::get(mlir::cast<RankedTensorType>(value.getType()).getShape(), f32())))
    return shown->getResult(0);
  return {};
}

OwningOpRef<ModuleOp> Graph::finish(Value value) {
  auto type = mlir::cast<RankedTensorType>(value.getType());
  if (isa<IntegerType>(type.getElementType()))
    value = showIntegers(value);
  else if (!type.getElementType().isF32())
    value = cast(value, f32());
  if (!value) return {};
  type = mlir::cast<RankedTensorType>(value.getType());
  int64_t width = 1;
  bool isPerToken = type.getRank() > 0 && type.isDynamicDim(0);
  for (int64_t dim : type.getShape()) width *= ShapedType::isDynamic(dim) ? 1 : dim;
  if (!isPerToken) {
    Value flat = type.getRank() == 1 ? value : reshape(value, {width});
    value = op("emel.add", {rows({width}), flat})->getResult(0);
  } else if (type.getRank() != 2) {
    value = reshape(value, {kUnknown, width});
  }
  Value logits = op("emel.get_rows", {value, out_rows})->getResult(0);
  SmallVector<Value> results{logits};
  llvm::append_range(results, states);
  b.create<func::ReturnOp>(loc, results);
  step_.setFunctionType(
      b.getFunctionType(step_.front().getArgumentTypes(), ValueRange(results).getTypes()));
  OpBuilder top(b.getContext());
  top.setInsertionPointToStart(module_->getBody());
  top.create<ShardOp>(loc, "file", path_, bytes_.size());
  (*module_)->setAttr(EmelDialect::kModelAttr,
                      b.getDictionaryAttr({attr("architecture", b.getStringAttr("random")),
                                           attr("context", b.getI64IntegerAttr(kContext)),
                                           attr("vocab", b.getI64IntegerAttr(width))}));
  saveWeights();
  return std::move(module_);
}

void Graph::saveWeights() {
  std::ofstream file(path_, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes_.data()),
             static_cast<std::streamsize>(bytes_.size()));
}

}  // namespace emel::random
