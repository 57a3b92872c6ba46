// Ops that work on each element by itself, and those whose elements follow from their place.

#include "tests/random/recipes.h"

using namespace mlir;

namespace emel::random {
namespace {

const std::vector<std::string> kFloats = {"f32", "f16", "bf16", "f64"};

std::vector<Variant> forFloats() {
  std::vector<Variant> variants;
  for (const std::string& element : kFloats) variants.push_back({.element = element});
  return variants;
}

template <typename Enum>
std::vector<Variant> forKinds(std::optional<Enum> (*symbolize)(uint32_t),
                              llvm::StringRef (*stringify)(Enum)) {
  std::vector<Variant> variants;
  for (uint32_t i = 0; auto kind = symbolize(i); ++i)
    variants.push_back({.kind = stringify(*kind).str(), .element = "f32"});
  for (const std::string& element : {"f16", "f64"})
    variants.push_back({.kind = stringify(*symbolize(0)).str(), .element = element});
  return variants;
}

SmallVector<int64_t> oddDims(Random& random) {
  SmallVector<int64_t> dims;
  if (random.once(3)) dims.push_back(random.between(1, 4));
  dims.push_back(oddSize(random));
  return dims;
}

template <const char* const* kName>
Value makeBinary(Graph& graph, const Variant& variant) {
  SmallVector<int64_t> dims = oddDims(graph.random);
  Value left = rowsOf(graph, variant, dims, Numbers::kOdd), right;
  if (!left) return {};
  switch (graph.random.below(5)) {
    case 0:
      right = graph.weight({dims.back()}, elementOf(graph, variant.element));
      break;
    case 1:
      right = graph.weight({1}, elementOf(graph, variant.element));
      break;
    case 2:
      dims.back() = 1;
      right = rowsOf(graph, variant, dims, Numbers::kPositive);
      break;
    case 3:
      right = left;
      break;
    default:
      right = rowsOf(graph, variant, dims, Numbers::kOdd);
  }
  return right ? resultOf(graph.op(*kName, {left, right})) : Value();
}

Value makeUnary(Graph& graph, const Variant& variant) {
  Value x = rowsOf(graph, variant, oddDims(graph.random), Numbers::kOdd);
  auto kind = symbolizeUnaryKind(variant.kind);
  auto attribute = UnaryKindAttr::get(graph.b.getContext(), *kind);
  return x ? resultOf(graph.op("emel.unary", x, graph.attr("kind", attribute))) : Value();
}

Value makeGlu(Graph& graph, const Variant& variant) {
  SmallVector<int64_t> dims = oddDims(graph.random);
  Value gate = rowsOf(graph, variant, dims), up = rowsOf(graph, variant, dims);
  auto attribute = GluKindAttr::get(graph.b.getContext(), *symbolizeGluKind(variant.kind));
  if (!gate || !up) return {};
  return resultOf(graph.op("emel.glu", {gate, up}, graph.attr("kind", attribute)));
}

// Ops of one input, whose other parameters are numbers.
template <const char* const* kName>
Value makeWithNumbers(Graph& graph, const Variant& variant) {
  Value x = rowsOf(graph, variant, oddDims(graph.random), Numbers::kOdd);
  if (!x) return {};
  Random& random = graph.random;
  std::string name = *kName;
  SmallVector<NamedAttribute> attributes;
  auto add = [&](const char* key, double value) { attributes.push_back(graph.number(key, value)); };
  if (name == "emel.scale") add("factor", random.normal()), add("bias", random.of({0.0, 0.75}));
  if (name == "emel.clamp") add("low", -random.unit()), add("high", random.unit());
  if (name == "emel.leaky_relu") add("slope", random.of({0.1, -0.5, 0.0}));
  if (name == "emel.fill") add("value", random.normal());
  if (name == "emel.xielu")
    add("alpha_n", 1), add("alpha_p", 0.8), add("beta", 0.5), add("eps", -1e-6);
  return resultOf(graph.op(name, x, attributes));
}

Value makeSwigluOai(Graph& graph, const Variant& variant) {
  SmallVector<int64_t> dims = oddDims(graph.random);
  Value gate = rowsOf(graph, variant, dims), up = rowsOf(graph, variant, dims);
  if (!gate || !up) return {};
  return resultOf(graph.op("emel.swiglu_oai", {gate, up},
                           {graph.number("alpha", 1.702), graph.number("limit", 1.5)}));
}

Value makeAddId(Graph& graph, const Variant& variant) {
  int64_t used = graph.random.between(1, 3), width = oddSize(graph.random);
  int64_t experts = used + graph.random.below(3);
  Value x = rowsOf(graph, variant, {used, width});
  Value bias = graph.weight({experts, width}, elementOf(graph, variant.element));
  if (!x) return {};
  return resultOf(graph.op("emel.add_id", {x, bias, graph.chosen(used, experts)}));
}

Value makeCast(Graph& graph, const Variant& variant) {
  auto [from, to] = llvm::StringRef(variant.element).split(" to ");
  SmallVector<int64_t> dims = oddDims(graph.random);
  Value x;
  Type source = elementOf(graph, from.str());
  if (source.isF32()) {
    x = graph.rows(dims, Numbers::kOdd);
  } else if (isa<IntegerType>(source)) {
    x = graph.indices({oddSize(graph.random)}, source, 100);
  } else {
    int64_t columns = gguf::GetInfo(*getTensorType(source)).block_elements;
    x = graph.weight({3, columns}, source);
  }
  auto shape = cast<RankedTensorType>(x.getType()).getShape();
  auto result = RankedTensorType::get(shape, elementOf(graph, to.str()));
  Value y = resultOf(graph.op("emel.cast", x, {}, result));
  // What takes bf16 and gives f32.
  if (y && to == "bf16") {
    Value w = graph.weight({oddSize(graph.random), shape.back()}, graph.b.getBF16Type());
    if (shape.size() == 2) return resultOf(graph.op("emel.matmul", {y, w}));
  }
  return y;
}

std::vector<Variant> castVariants() {
  std::vector<Variant> variants;
  for (const char* pair : {"f32 to bf16", "f32 to f16", "f32 to f64", "f32 to i32", "f32 to i64",
                           "f32 to i8", "f16 to f32", "bf16 to f32", "f64 to f32", "i32 to f32",
                           "i64 to f32", "i8 to f32", "i64 to i32", "q8_0 to f32", "q4_k to f32"})
    variants.push_back({.element = pair});
  return variants;
}

Value makeArange(Graph& graph, const Variant& variant) {
  auto type = RankedTensorType::get({oddSize(graph.random)}, elementOf(graph, variant.element));
  return resultOf(
      graph.op("emel.arange", {}, {graph.number("start", 0.5), graph.number("step", 0.25)}, type));
}

Value makeDiag(Graph& graph, const Variant& variant) {
  Value x = rowsOf(graph, variant, {graph.random.between(1, 19)});
  return x ? resultOf(graph.op("emel.diag", x)) : Value();
}

Value makeDiagMask(Graph& graph, const Variant& variant) {
  Value x = rowsOf(graph, variant, {graph.random.between(1, 5), oddSize(graph.random)});
  auto kind = DiagMaskKindAttr::get(graph.b.getContext(), *symbolizeDiagMaskKind(variant.kind));
  if (!x) return {};
  return resultOf(
      graph.op("emel.diag_mask", x,
               {graph.attr("kind", kind), graph.integer("past", graph.random.below(4))}));
}

Value makeTri(Graph& graph, const Variant& variant) {
  Value x = rowsOf(graph, variant, {graph.random.between(1, 20), graph.random.between(1, 20)});
  auto kind = TriKindAttr::get(graph.b.getContext(), *symbolizeTriKind(variant.kind));
  return x ? resultOf(graph.op("emel.tri", x, graph.attr("kind", kind))) : Value();
}

constexpr const char* kAdd = "emel.add";
constexpr const char* kSub = "emel.sub";
constexpr const char* kMul = "emel.mul";
constexpr const char* kDiv = "emel.div";
constexpr const char* kScale = "emel.scale";
constexpr const char* kClamp = "emel.clamp";
constexpr const char* kLeakyRelu = "emel.leaky_relu";
constexpr const char* kFill = "emel.fill";
constexpr const char* kXielu = "emel.xielu";

}  // namespace

void addElementwiseRecipes(std::vector<Recipe>& recipes) {
  recipes.insert(
      recipes.end(),
      {{"emel.add", forFloats(), makeBinary<&kAdd>},
       {"emel.sub", forFloats(), makeBinary<&kSub>},
       {"emel.mul", forFloats(), makeBinary<&kMul>},
       {"emel.div", forFloats(), makeBinary<&kDiv>},
       {"emel.unary", forKinds<UnaryKind>(symbolizeUnaryKind, stringifyUnaryKind), makeUnary},
       {"emel.glu", forKinds<GluKind>(symbolizeGluKind, stringifyGluKind), makeGlu},
       {"emel.scale", forFloats(), makeWithNumbers<&kScale>},
       {"emel.clamp", forFloats(), makeWithNumbers<&kClamp>},
       {"emel.leaky_relu", forFloats(), makeWithNumbers<&kLeakyRelu>},
       {"emel.fill", forFloats(), makeWithNumbers<&kFill>},
       {"emel.xielu", forFloats(), makeWithNumbers<&kXielu>},
       {"emel.swiglu_oai", forFloats(), makeSwigluOai},
       {"emel.add_id", forFloats(), makeAddId},
       {"emel.cast", castVariants(), makeCast},
       {"emel.arange", forFloats(), makeArange},
       {"emel.diag", forFloats(), makeDiag},
       {"emel.diag_mask", forKinds<DiagMaskKind>(symbolizeDiagMaskKind, stringifyDiagMaskKind),
        makeDiagMask},
       {"emel.tri", forKinds<TriKind>(symbolizeTriKind, stringifyTriKind), makeTri}});
}

}  // namespace emel::random
