// Ops that compute a row from a row: norms, softmax, reductions, choices, rounding to 8 bits.

#include "tests/random/recipes.h"

using namespace mlir;

namespace emel::random {
namespace {

std::vector<Variant> forRowFloats(std::initializer_list<const char*> kinds = {""}) {
  std::vector<Variant> variants;
  for (const char* kind : kinds) variants.push_back({.kind = kind, .element = "f32"});
  for (const char* element : {"f16", "bf16", "f64"})
    variants.push_back({.kind = *kinds.begin(), .element = element});
  return variants;
}

SmallVector<int64_t> rowDims(Random& random) {
  SmallVector<int64_t> dims;
  if (random.once(3)) dims.push_back(random.between(1, 3));
  dims.push_back(random.once(4) ? random.between(66, 300) : oddSize(random));
  return dims;
}

Value makeRmsNorm(Graph& graph, const Variant& variant) {
  SmallVector<int64_t> dims = rowDims(graph.random);
  Value x = rowsOf(graph, variant, dims);
  if (!x) return {};
  SmallVector<Value> operands{x};
  if (graph.random.once(2))
    operands.push_back(graph.weight({dims.back()}, elementOf(graph, variant.element)));
  return resultOf(graph.op("emel.rms_norm", operands,
                           graph.number("eps", graph.random.of({1e-5, 0.5})), x.getType()));
}

Value makeLayerNorm(Graph& graph, const Variant& variant) {
  SmallVector<int64_t> dims = rowDims(graph.random);
  Value x = rowsOf(graph, variant, dims);
  if (!x) return {};
  SmallVector<Value> operands{x};
  int64_t more = graph.random.below(3);
  for (int64_t i = 0; i < more; ++i)
    operands.push_back(graph.weight({dims.back()}, elementOf(graph, variant.element)));
  auto segments = graph.b.getDenseI32ArrayAttr({1, more > 0, more > 1});
  return resultOf(graph.op("emel.layer_norm", operands,
                           {graph.number("eps", 1e-5), graph.attr("operandSegmentSizes", segments)},
                           x.getType()));
}

Value makeL2Norm(Graph& graph, const Variant& variant) {
  Value x = rowsOf(graph, variant, rowDims(graph.random));
  return x ? resultOf(graph.op("emel.l2_norm", x, graph.number("eps", 1e-5), x.getType()))
           : Value();
}

Value makeGroupNorm(Graph& graph, const Variant& variant) {
  int64_t groups = graph.random.between(1, 3), channels = groups * graph.random.between(1, 3);
  Value x =
      rowsOf(graph, variant, {channels, graph.random.between(1, 5), graph.random.between(1, 19)});
  if (!x) return {};
  return resultOf(graph.op("emel.group_norm", x,
                           {graph.integer("groups", groups), graph.number("eps", 1e-5)},
                           x.getType()));
}

Value makeSoftmax(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  bool isMasked = variant.kind == "masked", hasSinks = variant.kind == "sinks";
  SmallVector<int64_t> dims = rowDims(random);
  if (isMasked || hasSinks) dims = {random.between(1, 4), oddSize(random)};
  Value x = rowsOf(graph, variant, dims);
  if (!x) return {};
  SmallVector<Value> operands{x};
  Type element = elementOf(graph, variant.element);
  // The input is [n, heads, row]: a mask would be [heads, row], and sinks one for each n; so both
  // get an input of more dimensions, [n, heads, 2, row].
  if (isMasked || hasSinks) {
    x = rowsOf(graph, variant, {dims[0], 2, dims[1]});
    operands = {x};
    operands.push_back(isMasked ? graph.weight({2, dims[1]}, element)
                                : graph.weight({dims[0]}, element));
  }
  auto segments = graph.b.getDenseI32ArrayAttr({1, isMasked, hasSinks});
  return resultOf(graph.op("emel.softmax", operands,
                           {graph.number("scale", random.of({1.0, 0.125, -0.5})),
                            graph.attr("operandSegmentSizes", segments)},
                           x.getType()));
}

Value makeReduce(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  auto [kind, where] = llvm::StringRef(variant.kind).split(' ');
  SmallVector<int64_t> dims{random.between(1, 7), oddSize(random)}, over;
  if (random.once(2)) dims.insert(dims.begin(), random.between(1, 3));
  auto rank = static_cast<int64_t>(dims.size()) + 1;
  if (rank == 4 && random.once(2)) over.push_back(1);
  if (where == "inner")
    over.push_back(rank - 1);
  else
    over.push_back(rank - 2);
  Value x = rowsOf(graph, variant, dims, Numbers::kOdd);
  if (!x) return {};
  auto attribute = ReduceKindAttr::get(graph.b.getContext(), *symbolizeReduceKind(kind));
  return resultOf(
      graph.op("emel.reduce", x, {graph.attr("kind", attribute), graph.integers("dims", over)}));
}

// Gathers by the ids found, which shows them.
Value showIds(Graph& graph, Value ids, int64_t limit) {
  auto type = cast<RankedTensorType>(ids.getType());
  if (type.getRank() == 1) {
    Value table = graph.weight({limit, 3});
    return resultOf(graph.op("emel.get_rows", {table, ids}));
  }
  Value table = graph.weight({limit, 2});
  SmallVector<int64_t> shape(type.getShape());
  if (shape.size() == 2 && shape[1] == 1)
    return resultOf(graph.op("emel.get_rows", {table, graph.reshape(ids, {Graph::kUnknown})}));
  // Of several ids, each adds the bias that it chooses to rows.
  if (shape.size() == 2)
    return resultOf(graph.op("emel.add_id", {graph.rows({shape[1], 2}), table, ids}));
  return ids;
}

// Of several ids for each token there are experts to choose, which products have code for.
Value useIds(Graph& graph, Value ids, int64_t limit) {
  auto shape = cast<RankedTensorType>(ids.getType()).getShape();
  if (shape.size() != 2 || shape[1] == 1) return showIds(graph, ids, limit);
  Value x = graph.rows({3}), experts = graph.weight({limit, 2, 3});
  return resultOf(graph.op("emel.matmul_id", {x, experts, ids}));
}

Value makeTopK(Graph& graph, const Variant& variant) {
  int64_t size = graph.random.between(1, 40),
          k = graph.random.between(1, std::min<int64_t>(size, 5));
  Value x = rowsOf(graph, variant, {size}, Numbers::kOdd);
  if (!x) return {};
  Value ids = resultOf(graph.op("emel.top_k", x, graph.integer("k", k)));
  return ids ? useIds(graph, ids, size) : ids;
}

Value makeArgmax(Graph& graph, const Variant& variant) {
  int64_t size = oddSize(graph.random);
  Value x = rowsOf(graph, variant, {size}, Numbers::kOdd);
  Value ids = x ? resultOf(graph.op("emel.argmax", x)) : Value();
  return ids ? showIds(graph, ids, size) : ids;
}

Value makeArgsort(Graph& graph, const Variant& variant) {
  int64_t size = graph.random.between(2, 20);
  Value x = rowsOf(graph, variant, {size}, Numbers::kOdd);
  auto order = SortOrderAttr::get(graph.b.getContext(), *symbolizeSortOrder(variant.kind));
  Value ids = x ? resultOf(graph.op("emel.argsort", x, graph.attr("order", order))) : Value();
  return ids ? useIds(graph, ids, size) : ids;
}

Value makeCumsum(Graph& graph, const Variant& variant) {
  Value x = rowsOf(graph, variant, rowDims(graph.random));
  return x ? resultOf(graph.op("emel.cumsum", x, {}, x.getType())) : Value();
}

Value makeCountEqual(Graph& graph, const Variant& variant) {
  Value left = graph.chosen(2, 3), right = graph.chosen(2, 3);
  return resultOf(graph.op("emel.count_equal", {left, right}));
}

Value makeQuantize(Graph& graph, const Variant& variant) {
  int64_t columns = 32 * graph.random.between(1, 5);
  Value x = graph.rows({columns}, Numbers::kOdd);
  Value rounded = resultOf(
      graph.op("emel.quantize", x, graph.attr("scheme", SchemeAttr::get(graph.b.getContext()))));
  Type element = elementOf(graph, graph.random.of({"q8_0", "q4_0", "q4_1"}));
  Value w = graph.weight({graph.random.between(1, 40), columns}, element);
  return rounded ? resultOf(graph.op("emel.matmul", {rounded, w})) : Value();
}

std::vector<Variant> reduceVariants() {
  std::vector<Variant> variants;
  for (const char* kind : {"sum", "mean", "max", "min"})
    for (const char* where : {" outer", " inner"})
      variants.push_back({.kind = std::string(kind) + where, .element = "f32"});
  return variants;
}

}  // namespace

void addRowRecipes(std::vector<Recipe>& recipes) {
  recipes.insert(recipes.end(),
                 {{"emel.rms_norm", forRowFloats(), makeRmsNorm},
                  {"emel.layer_norm", forRowFloats(), makeLayerNorm},
                  {"emel.l2_norm", forRowFloats(), makeL2Norm},
                  {"emel.group_norm", forRowFloats(), makeGroupNorm},
                  {"emel.softmax", forRowFloats({"", "masked", "sinks"}), makeSoftmax},
                  {"emel.reduce", reduceVariants(), makeReduce},
                  {"emel.top_k", forRowFloats(), makeTopK},
                  {"emel.argmax", forRowFloats(), makeArgmax},
                  {"emel.argsort", forRowFloats({"asc", "desc"}), makeArgsort},
                  {"emel.cumsum", forRowFloats(), makeCumsum},
                  {"emel.count_equal", {{.element = "i32"}}, makeCountEqual},
                  {"emel.quantize", {{.element = "f32"}}, makeQuantize}});
}

}  // namespace emel::random
