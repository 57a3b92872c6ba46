// Positions, attention and the state it reads.

#include "tests/random/recipes.h"

#include <cmath>

using namespace mlir;

namespace emel::random {
namespace {

// Keys, values and queries of a layer, and what attention over them is like.
struct Layer {
  int64_t heads, kv_heads, key, value;
};

Layer makeLayer(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  int64_t kv = random.between(1, 3);
  Layer layer{kv * random.between(1, 4), kv, random.between(1, 40), random.between(1, 40)};
  bool isBlocks = variant.element == "q8_0";
  if (isBlocks) layer.key = 32 * random.between(1, 2), layer.value = 32 * random.between(1, 2);
  return layer;
}

Value write(Graph& graph, const Layer& layer, const Variant& variant, Value& state) {
  // What a state keeps is chosen by a pass where it is f32.
  Type element = variant.element == "f32" || variant.element == "f16"
                     ? graph.f32()
                     : elementOf(graph, variant.element);
  if (variant.element == "q8_0") element = graph.f32();
  state = graph.state(layer.kv_heads, layer.key, layer.value, element);
  Value key = graph.rows({layer.kv_heads, layer.key}),
        value = graph.rows({layer.kv_heads, layer.value});
  Operation* write = graph.op("emel.kv_write", {state, key, value, graph.positions, graph.slots},
                              {}, state.getType());
  if (!write) return {};
  graph.states.back() = write->getResult(0);
  return write->getResult(0);
}

SmallVector<NamedAttribute> numbersOf(Graph& graph, const Layer& layer) {
  Random& random = graph.random;
  SmallVector<NamedAttribute> attributes{
      graph.number("scale", 1 / std::sqrt(static_cast<double>(layer.key)))};
  if (random.once(4)) attributes.push_back(graph.number("softcap", 2.0));
  if (random.once(4)) attributes.push_back(graph.number("max_bias", 4.0));
  return attributes;
}

Value makeAttention(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  Layer layer = makeLayer(graph, variant);
  Value state, written = write(graph, layer, variant, state);
  if (!written) return {};
  Value query = graph.rows({layer.heads, layer.key});
  SmallVector<Value> operands{query, written, graph.positions, graph.slots};
  if (random.once(3)) operands.push_back(graph.weight({layer.heads}));
  SmallVector<NamedAttribute> attributes = numbersOf(graph, layer);
  if (random.once(3)) attributes.push_back(graph.integer("window", random.between(1, 40)));
  if (variant.kind == "bidirectional")
    attributes.push_back(graph.attr("bidirectional", graph.b.getUnitAttr()));
  return resultOf(graph.op("emel.attention", operands, attributes));
}

// The plain form, which a pass makes one op of.
Value makeFlash(Graph& graph, const Variant& variant) {
  Layer layer = makeLayer(graph, variant);
  Value state, written = write(graph, layer, variant, state);
  if (!written) return {};
  SmallVector<NamedAttribute> attributes = numbersOf(graph, layer), reads;
  bool hasDistance = attributes.size() > 1 && attributes.back().getName() == "max_bias";
  if (hasDistance) reads.push_back(graph.attr("distance", graph.b.getUnitAttr()));
  auto mask = graph.tensor({Graph::kUnknown, Graph::kUnknown}, graph.f32());
  SmallVector<Type> types{graph.perToken({layer.kv_heads, layer.key}),
                          graph.perToken({layer.kv_heads, layer.value}), mask};
  Operation* read = graph.op("emel.kv_read", {written, graph.positions, graph.slots}, reads, types);
  if (!read) return {};
  Value query = graph.rows({layer.heads, layer.key});
  attributes.push_back(
      graph.attr("operandSegmentSizes", graph.b.getDenseI32ArrayAttr({1, 1, 1, 1, 0})));
  return resultOf(graph.op("emel.flash_attention",
                           {query, read->getResult(0), read->getResult(1), read->getResult(2)},
                           attributes));
}

// Two sequences of small tensors attend to one another.
Value makeFlashOfTensors(Graph& graph, const Variant& variant) {
  if (variant.kind != "tensors") return makeFlash(graph, variant);
  Value query = graph.rows({2, 4}), key = graph.weight({3, 1, 4}), value = graph.weight({3, 1, 5});
  return resultOf(
      graph.op("emel.flash_attention", {query, key, value},
               {graph.number("scale", 0.5),
                graph.attr("operandSegmentSizes", graph.b.getDenseI32ArrayAttr({1, 1, 1, 0, 0}))}));
}

Value makeRope(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  auto mode = *symbolizeRopeMode(variant.kind);
  bool hasSections = mode != RopeMode::Normal && mode != RopeMode::Neox;
  int64_t dims = 2 * random.between(1, 12), row = dims + random.below(3) * random.below(20);
  if (mode == RopeMode::Vision) row = 2 * dims;
  Value x = rowsOf(graph, variant, {random.between(1, 4), row});
  if (!x) return {};
  Value positions = graph.positions;
  SmallVector<NamedAttribute> attributes{
      graph.attr("mode", RopeModeAttr::get(graph.b.getContext(), mode)),
      graph.integer("dims", dims), graph.number("base", 10000)};
  if (hasSections) {
    // The four positions of each token are the same one.
    Value row = graph.reshape(positions, {1, Graph::kUnknown});
    positions = resultOf(graph.op("emel.concat", {row, row, row, row}, graph.integer("dim", 0)));
    if (!positions) return {};
    attributes.push_back(graph.integers("sections", {dims / 2, 1, 1, 0}));
  }
  SmallVector<Value> operands{x, positions};
  if (random.once(3))
    operands.push_back(graph.weight({mode == RopeMode::Vision ? dims : dims / 2}, graph.f32(),
                                    Numbers::kPositive));
  if (random.once(3)) {
    attributes.push_back(graph.number("scale", 0.25));
    attributes.push_back(graph.number("ext", 1));
    attributes.push_back(graph.integer("orig", 32));
  }
  return resultOf(graph.op("emel.rope", operands, attributes, x.getType()));
}

std::vector<Variant> stateVariants(std::initializer_list<const char*> kinds) {
  std::vector<Variant> variants;
  for (const char* kind : kinds)
    for (const char* element : {"f32", "f16", "q8_0", "bf16"})
      variants.push_back({.kind = kind, .element = element});
  return variants;
}

std::vector<Variant> ropeVariants() {
  std::vector<Variant> variants;
  for (uint32_t i = 0; auto mode = symbolizeRopeMode(i); ++i)
    variants.push_back({.kind = stringifyRopeMode(*mode).str(), .element = "f32"});
  variants.push_back({.kind = "neox", .element = "f16"});
  return variants;
}

}  // namespace

void addAttentionRecipes(std::vector<Recipe>& recipes) {
  recipes.insert(recipes.end(),
                 {{"emel.rope", ropeVariants(), makeRope},
                  {"emel.kv_write", stateVariants({""}), makeAttention},
                  {"emel.attention", stateVariants({"", "bidirectional"}), makeAttention},
                  {"emel.kv_read", {{.element = "f32"}}, makeFlash},
                  {"emel.flash_attention",
                   {{.kind = "", .element = "f32"}, {.kind = "tensors", .element = "f32"}},
                   makeFlashOfTensors}});
}

}  // namespace emel::random
