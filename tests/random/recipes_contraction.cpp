// Sums of products, of every type of weight in every layout.

#include "codegen/cpu/products/Products.h"
#include "runtime/gguf/integer_blocks.h"
#include "tests/random/recipes.h"

using namespace mlir;

namespace emel::random {
namespace {

constexpr const char* kInputs[] = {"f32", "a8", "bf16"};

// Those that there is code for, which the table of products tells; each semiring with one float and
// one block format.
std::vector<Variant> productVariants() {
  std::vector<Variant> variants;
  for (const cpu::Product& product : cpu::knownProducts()) {
    Variant variant{.element = std::string(gguf::GetInfo(product.weight.type).name),
                    .layout = std::string(layout::Name(product.weight.layout)),
                    .input = kInputs[static_cast<int>(product.input)]};
    variants.push_back(variant);
    bool isShown = product.weight.type == gguf::TensorType::kF32 ||
                   product.weight.type == gguf::TensorType::kIQ2_XXS;
    for (uint32_t i = 1; isShown && symbolizeSemiring(i); ++i) {
      variant.kind = stringifySemiring(*symbolizeSemiring(i)).str();
      variants.push_back(variant);
    }
  }
  return variants;
}

std::vector<Variant> expertVariants() {
  std::vector<Variant> variants;
  for (const cpu::Product& product : cpu::knownProducts())
    variants.push_back({.element = std::string(gguf::GetInfo(product.weight.type).name),
                        .layout = std::string(layout::Name(product.weight.layout)),
                        .input = kInputs[static_cast<int>(product.input)]});
  size_t count = variants.size();
  for (size_t i = 0; i < count; ++i) {
    variants.push_back(variants[i]);
    variants.back().kind = "grouped";
  }
  return variants;
}

int64_t columnsFor(Random& random, const Variant& variant) {
  int64_t block =
      gguf::GetInfo(gguf::FindTensorType(std::string_view(variant.element))->type).block_elements;
  if (block > 1) return block * random.between(1, block >= 128 ? 2 : 5);
  // Rounding to 8 bits goes by groups of 16, tiles of bf16 by pairs.
  return variant.input == "f32" ? oddSize(random) : 32 * random.between(1, 4);
}

Value makeMatmul(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  int64_t columns = columnsFor(random, variant);
  bool isPlain = variant.kind.empty();
  Value x = graph.rows({columns}, isPlain ? Numbers::kNormal : Numbers::kOdd);
  Type element = elementOf(graph, variant.element);
  Value w = graph.weight({random.between(1, 70), columns}, element);
  SmallVector<NamedAttribute> attributes;
  if (!isPlain)
    attributes.push_back(graph.attr(
        "semiring", SemiringAttr::get(graph.b.getContext(), *symbolizeSemiring(variant.kind))));
  return resultOf(graph.op("emel.matmul", {x, w}, attributes));
}

Value makeMatmulId(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  int64_t used = random.between(1, 3), experts = used + random.below(3);
  int64_t columns = columnsFor(random, variant);
  Value x = random.once(2) ? graph.rows({columns}) : graph.rows({used, columns});
  Value w =
      graph.weight({experts, random.between(1, 40), columns}, elementOf(graph, variant.element));
  return resultOf(graph.op("emel.matmul_id", {x, w, graph.chosen(used, experts)}));
}

Value makeGroupExperts(Graph& graph, const Variant& variant) {
  Value ids = graph.chosen(2, 3);
  Operation* grouped = graph.op("emel.group_experts", ids, graph.integer("experts", 3));
  if (!grouped) return {};
  Value x = graph.rows({5}), w = graph.weight({3, 4, 5});
  return resultOf(
      graph.op("emel.matmul_id", {x, w, ids, grouped->getResult(0), grouped->getResult(1)}));
}

Value makeOutProd(Graph& graph, const Variant& variant) {
  Random& random = graph.random;
  int64_t shared = random.between(1, 9);
  Value left = graph.rows({shared, random.between(1, 9)}),
        right = graph.rows({shared, oddSize(random)});
  auto semiring = SemiringAttr::get(graph.b.getContext(), *symbolizeSemiring(variant.kind));
  return resultOf(graph.op("emel.out_prod", {left, right}, graph.attr("semiring", semiring)));
}

std::vector<Variant> outProdVariants() {
  std::vector<Variant> variants;
  for (uint32_t i = 0; auto semiring = symbolizeSemiring(i); ++i)
    variants.push_back({.kind = stringifySemiring(*semiring).str(), .element = "f32"});
  return variants;
}

}  // namespace

void addContractionRecipes(std::vector<Recipe>& recipes) {
  recipes.insert(recipes.end(), {{"emel.matmul", productVariants(), makeMatmul},
                                 {"emel.matmul_id", expertVariants(), makeMatmulId},
                                 {"emel.group_experts", {{.element = "i32"}}, makeGroupExperts},
                                 {"emel.out_prod", outProdVariants(), makeOutProd}});
}

}  // namespace emel::random
