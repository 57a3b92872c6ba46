#include "tests/random/recipes.h"

#include "dialects/emel/Layouts.h"

using namespace mlir;

namespace emel::random {

std::string Variant::label() const {
  std::string text;
  for (const std::string* part : {&kind, &element, &layout, &input})
    if (!part->empty()) text += (text.empty() ? "" : " ") + *part;
  return text;
}

const std::vector<Recipe>& recipes() {
  static const std::vector<Recipe> all = [] {
    std::vector<Recipe> made;
    addElementwiseRecipes(made);
    addRowRecipes(made);
    addContractionRecipes(made);
    addMovementRecipes(made);
    addAttentionRecipes(made);
    return made;
  }();
  return all;
}

const std::vector<std::pair<std::string, std::string>>& opsWithoutRecipe() {
  static const std::vector<std::pair<std::string, std::string>> ops = {
      {"emel.fuse", "passes make it of other ops"}, {"emel.yield", "passes make it with emel.fuse"},
      {"emel.get_weight", "every case has some"},   {"emel.shard", "every case has one"},
      {"emel.weight", "every case has some"},
  };
  return ops;
}

//===----------------------------------------------------------------------===//
// Labels
//===----------------------------------------------------------------------===//

static std::string nameOfElement(Type type) {
  if (auto state = dyn_cast<KvType>(type)) type = state.getElementType();
  if (auto tensor = dyn_cast<RankedTensorType>(type)) type = tensor.getElementType();
  if (isa<ActivationType>(type)) return "a8";
  auto known = getTensorType(type);
  return known ? std::string(gguf::GetInfo(*known).name) : "?";
}

static std::string kindOf(Operation* op) {
  if (auto matmul = dyn_cast<MatmulOp>(op)) {
    Semiring semiring = matmul.getSemiring();
    return semiring == Semiring::PlusTimes ? "" : stringifySemiring(semiring).str();
  }
  if (auto product = dyn_cast<OutProdOp>(op)) return stringifySemiring(product.getSemiring()).str();
  if (auto experts = dyn_cast<MatmulIdOp>(op)) return experts.isGrouped() ? "grouped" : "";
  if (auto reduce = dyn_cast<ReduceOp>(op)) {
    int64_t last = cast<RankedTensorType>(reduce.getInput().getType()).getRank() - 1;
    return stringifyReduceKind(reduce.getKind()).str() +
           (llvm::is_contained(reduce.getDims(), last) ? " inner" : " outer");
  }
  if (auto softmax = dyn_cast<SoftmaxOp>(op))
    return std::string(softmax.getMask() ? "masked" : "") + (softmax.getSinks() ? "sinks" : "");
  for (StringRef name : {"kind", "mode", "order"})
    if (Attribute attribute = op->getInherentAttr(name).value_or(Attribute())) {
      std::string text;
      llvm::raw_string_ostream(text) << attribute;
      StringRef word = StringRef(text).rtrim('>');
      if (word.contains(' ')) return word.rsplit(' ').second.str();
    }
  return "";
}

std::string labelOf(Operation* op) {
  Variant variant;
  variant.kind = kindOf(op);
  if (isa<MatmulOp, MatmulIdOp>(op)) {
    variant.element = nameOfElement(op->getOperand(1).getType());
    variant.input = nameOfElement(op->getOperand(0).getType());
  } else if (auto castOp = dyn_cast<CastOp>(op)) {
    variant.element = nameOfElement(castOp.getInput().getType()) + " to " +
                      nameOfElement(castOp.getResult().getType());
  } else {
    Value of = op->getNumOperands() ? op->getOperand(0) : Value(op->getResult(0));
    if (auto attention = dyn_cast<AttentionOp>(op)) of = attention.getState();
    variant.element = nameOfElement(of.getType());
  }
  if (isa<MatmulOp, MatmulIdOp, GetRowsOp>(op)) {
    auto type = cast<RankedTensorType>(op->getOperand(isa<GetRowsOp>(op) ? 0 : 1).getType());
    auto format = getFormat(type);
    variant.layout = format ? std::string(layout::Name(format->layout)) : "?";
  }
  return variant.label();
}

//===----------------------------------------------------------------------===//
// What families have in common
//===----------------------------------------------------------------------===//

Type elementOf(Graph& graph, const std::string& name) {
  const gguf::TensorTypeInfo* info = gguf::FindTensorType(std::string_view(name));
  return info ? getElementType(graph.b.getContext(), info->type) : Type();
}

int64_t oddSize(Random& random) {
  constexpr int64_t kSizes[] = {1, 2, 3, 5, 7, 8, 13, 15, 16, 17, 31, 32, 33, 37, 48, 53, 64, 65};
  return random.pick(kSizes);
}

Value rowsOf(Graph& graph, const Variant& variant, ArrayRef<int64_t> dims, Numbers numbers) {
  Value value = graph.rows(dims, numbers);
  Type element = elementOf(graph, variant.element);
  return element.isF32() ? value : graph.cast(value, element);
}

Value resultOf(Operation* op, unsigned index) { return op ? op->getResult(index) : Value(); }

Value decorate(Graph& graph, Value value) {
  Random& random = graph.random;
  auto type = cast<RankedTensorType>(value.getType());
  if (!type.getElementType().isF32() || type.getRank() < 2 || !type.isDynamicDim(0)) return value;
  int64_t row = type.getShape().back();
  auto dims = type.getShape().drop_front();
  auto unary = [&](UnaryKind kind) {
    return resultOf(graph.op("emel.unary", value,
                             graph.attr("kind", UnaryKindAttr::get(graph.b.getContext(), kind))));
  };
  switch (random.below(9)) {
    case 0:
      return unary(UnaryKind::Neg);
    case 1:
      return unary(random.of({UnaryKind::Silu, UnaryKind::Tanh, UnaryKind::Relu}));
    case 2:
      return resultOf(
          graph.op("emel.scale", value, {graph.number("factor", 1.5), graph.number("bias", 0.25)}));
    case 3:
      return resultOf(graph.op("emel.add", {value, graph.weight({row})}));
    case 4:
      return resultOf(graph.op("emel.add", {value, graph.rows(dims)}));
    case 5:
      return resultOf(graph.op("emel.mul", {graph.rows(dims), value}));
    case 6:
      return resultOf(graph.op("emel.sub", {value, value}));
    case 7:
      return resultOf(
          graph.op("emel.rms_norm", {value, graph.weight({row})}, graph.number("eps", 1e-5)));
    default:
      return value;
  }
}

}  // namespace emel::random
