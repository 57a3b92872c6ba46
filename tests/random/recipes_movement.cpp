// Ops that move elements, and those that change a part of a tensor.

#include "runtime/layout/layout.h"
#include "tests/random/recipes.h"

using namespace mlir;

namespace emel::random {
namespace {

std::vector<Variant> forValues(std::initializer_list<const char*> kinds = {""}) {
  std::vector<Variant> variants;
  for (const char* kind : kinds) variants.push_back({.kind = kind, .element = "f32"});
  for (const char* element : {"f16", "bf16", "f64", "i32", "i64", "i16", "i8"})
    variants.push_back({.kind = *kinds.begin(), .element = element});
  return variants;
}

// Of integers there are none for each token but those that ops find.
Value valuesOf(Graph& graph, const Variant& variant, ArrayRef<int64_t> dims) {
  Type element = elementOf(graph, variant.element);
  if (!isa<IntegerType>(element)) return rowsOf(graph, variant, dims);
  int64_t width = 1;
  for (int64_t dim : dims) width *= dim;
  Value ids = graph.chosen(std::min<int64_t>(width, 40), std::max<int64_t>(width, 41));
  auto shape = cast<RankedTensorType>(ids.getType()).getShape();
  if (shape[1] != width) return {};
  if (!element.isInteger(32)) ids = graph.cast(ids, element);
  return ids && dims.size() != 1 ? graph.reshape(ids, graph.perToken(dims).getShape()) : ids;
}

SmallVector<int64_t> smallDims(Random& random) {
  return {random.between(1, 4), random.between(1, 9)};
}

Value makeGetRows(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  Type element = elementOf(graph, variant.element);
  int64_t block = gguf::GetInfo(*getTensorType(element)).block_elements;
  int64_t columns = block > 1 ? block * random.between(1, 2) : oddSize(random);
  // Other tables than those of tokens have their ids from a choice.
  int64_t rows = random.between(1, 20);
  Value table = graph.weight({rows, columns}, element);
  if (random.once(2)) {
    Value ids = resultOf(graph.op("emel.argmax", graph.rows({rows})));
    return resultOf(graph.op("emel.get_rows", {table, ids}));
  }
  table = graph.weight({graph.tokenRows(), columns}, element);
  return resultOf(graph.op("emel.get_rows", {table, graph.tokens}));
}

std::vector<Variant> tableVariants() {
  std::vector<Variant> variants;
  for (layout::Format format : layout::Formats()) {
    llvm::StringRef name = gguf::GetInfo(format.type).name;
    if (!name.starts_with("i") || name.starts_with("iq"))
      variants.push_back(
          {.element = name.str(), .layout = std::string(layout::Name(format.layout))});
  }
  return variants;
}

Value makeReshape(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  int64_t a = random.between(1, 4), c = random.between(1, 9);
  Value x = valuesOf(graph, variant, {a * c});
  return x ? graph.reshape(x, graph.perToken({a, c}).getShape()) : Value();
}

Value makePermute(Graph& graph, const Variant& variant) {
  Value x = valuesOf(graph, variant, smallDims(graph.random));
  return x ? resultOf(graph.op("emel.permute", x, graph.integers("order", {0, 2, 1}))) : Value();
}

Value makeSlice(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  SmallVector<int64_t> dims = smallDims(random);
  Value x = valuesOf(graph, variant, dims);
  if (!x) return {};
  int64_t dim = random.between(1, 2), whole = dims[dim - 1];
  int64_t offset = random.below(whole), size = random.between(1, whole - offset);
  return resultOf(graph.op(
      "emel.slice", x,
      {graph.integer("dim", dim), graph.integer("offset", offset), graph.integer("size", size)}));
}

Value makeConcat(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  SmallVector<int64_t> dims = smallDims(random);
  int64_t dim = random.between(1, 2);
  SmallVector<Value> parts;
  for (int64_t i = random.between(1, 3); i > 0; --i) {
    dims[dim - 1] = random.between(1, 9);
    Value x = valuesOf(graph, variant, dims);
    if (!x) return {};
    parts.push_back(x);
  }
  return resultOf(graph.op("emel.concat", parts, graph.integer("dim", dim)));
}

Value makeRepeat(Graph& graph, const Variant& variant) {
  Value x = valuesOf(graph, variant, smallDims(graph.random));
  auto counts =
      graph.integers("counts", {1, graph.random.between(1, 3), graph.random.between(1, 3)});
  return x ? resultOf(graph.op("emel.repeat", x, counts)) : Value();
}

Value makePad(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  SmallVector<int64_t> dims{random.between(1, 4), random.between(1, 9)}, low{0}, high{0};
  Value x = valuesOf(graph, variant, dims);
  if (!x) return {};
  for (int64_t dim : dims) {
    int64_t most = variant.kind == "reflect" ? dim : 4;
    low.push_back(random.below(most));
    high.push_back(random.below(most));
  }
  auto kind = PadKindAttr::get(graph.b.getContext(), *symbolizePadKind(variant.kind));
  return resultOf(graph.op(
      "emel.pad", x,
      {graph.attr("kind", kind), graph.integers("low", low), graph.integers("high", high)}));
}

Value makeRoll(Graph& graph, const Variant& variant) {
  Value x = valuesOf(graph, variant, smallDims(graph.random));
  if (!x) return {};
  auto shifts =
      graph.integers("shifts", {0, graph.random.between(-3, 3), graph.random.between(-9, 9)});
  return resultOf(graph.op("emel.roll", x, shifts, x.getType()));
}

Value makePack(Graph& graph, const Variant& variant) {
  Type element = elementOf(graph, variant.element);
  int64_t columns = gguf::GetInfo(*getTensorType(element)).block_elements * 2;
  Value w = graph.weight({graph.random.between(1, 40), columns}, element);
  auto type = cast<RankedTensorType>(w.getType());
  auto packed = RankedTensorType::get(type.getShape(), element,
                                      LayoutAttr::get(graph.b.getContext(), Layout::R16));
  Value p = resultOf(graph.op("emel.pack", w, {}, packed));
  if (!p) return {};
  if (variant.kind == "back") p = resultOf(graph.op("emel.unpack", p, {}, type));
  return resultOf(graph.op("emel.matmul", {graph.rows({columns}), p}));
}

Value makeSet(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  SmallVector<int64_t> dims = smallDims(random), part, offsets{0};
  for (int64_t dim : dims) {
    part.push_back(random.between(1, dim));
    offsets.push_back(random.below(dim - part.back() + 1));
  }
  Value whole = valuesOf(graph, variant, dims), x = valuesOf(graph, variant, part);
  if (!whole || !x) return {};
  return resultOf(graph.op("emel.set", {whole, x}, graph.integers("offsets", offsets)));
}

Value makeAccumulate(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  SmallVector<int64_t> dims = smallDims(random), part, offsets{0};
  for (int64_t dim : dims) {
    part.push_back(random.between(1, dim));
    offsets.push_back(random.below(dim - part.back() + 1));
  }
  Value whole = rowsOf(graph, variant, dims), x = rowsOf(graph, variant, part);
  if (!whole || !x) return {};
  return resultOf(graph.op("emel.accumulate", {whole, x}, graph.integers("offsets", offsets)));
}

// For each token a table of its own.
Value makeSetRows(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  int64_t rows = random.between(2, 6), width = oddSize(random), count = random.between(1, 2);
  Value table = rowsOf(graph, variant, {rows, width}), x = graph.rows({count, width});
  if (!table) return {};
  return resultOf(graph.op("emel.set_rows", {table, x, graph.chosen(count, rows)}));
}

std::vector<Variant> floatVariants() {
  std::vector<Variant> variants;
  for (const char* element : {"f32", "f16", "bf16", "f64"})
    variants.push_back({.element = element});
  return variants;
}

}  // namespace

void addMovementRecipes(std::vector<Recipe>& recipes) {
  recipes.insert(recipes.end(), {{"emel.get_rows", tableVariants(), makeGetRows},
                                 {"emel.reshape", forValues(), makeReshape},
                                 {"emel.permute", forValues(), makePermute},
                                 {"emel.slice", forValues(), makeSlice},
                                 {"emel.concat", forValues(), makeConcat},
                                 {"emel.repeat", forValues(), makeRepeat},
                                 {"emel.pad", forValues({"zeros", "circular", "reflect"}), makePad},
                                 {"emel.roll", forValues(), makeRoll},
                                 {"emel.pack", {{.element = "q4_0"}, {.element = "f32"}}, makePack},
                                 {"emel.unpack", {{.kind = "back", .element = "q4_0"}}, makePack},
                                 {"emel.set", forValues(), makeSet},
                                 {"emel.accumulate", floatVariants(), makeAccumulate},
                                 {"emel.set_rows", floatVariants(), makeSetRows}});
}

}  // namespace emel::random
