#ifndef EMEL_TESTS_RANDOM_RECIPES_H_
#define EMEL_TESTS_RANDOM_RECIPES_H_

#include "tests/random/graph.h"

#include <string>
#include <vector>

// How to make a well-typed instance of every op of the dialect.
namespace emel::random {

// One of the ways in which an op is of another kind, or of other types: what has code of its own.
// Labels are those that `labelOf` gives to the op in a plan.
struct Variant {
  std::string kind;     // "silu", "max outer", "masked"; empty where there is one
  std::string element;  // of the first operand, or of the weight: "f32", "q4_0"
  std::string layout;   // of the weight: "row_major" or "r16"; empty of other operands
  std::string input;    // what meets a weight: "f32", "a8" or "bf16"; empty of other ops

  std::string label() const;
};

struct Recipe {
  std::string op;
  std::vector<Variant> variants;
  // Null where the verifier refuses it, which the graph then says.
  mlir::Value (*make)(Graph& graph, const Variant& variant);
};

// Every op that computes something, in the order of the families.
const std::vector<Recipe>& recipes();
// Ops of the dialect without a recipe, with what makes one needless.
const std::vector<std::pair<std::string, std::string>>& opsWithoutRecipe();

std::string labelOf(mlir::Operation* op);

// Ops that change a per-token value and leave its shape: what surrounds the op in question.
mlir::Value decorate(Graph& graph, mlir::Value value);

// What families have in common.
mlir::Type elementOf(Graph& graph, const std::string& name);
int64_t oddSize(Random& random);
// Numbers for each token in an element type other than f32 as well.
mlir::Value rowsOf(Graph& graph, const Variant& variant, llvm::ArrayRef<int64_t> dims,
                   Numbers numbers = Numbers::kNormal);
mlir::Value resultOf(mlir::Operation* op, unsigned index = 0);

void addElementwiseRecipes(std::vector<Recipe>& recipes);
void addRowRecipes(std::vector<Recipe>& recipes);
void addContractionRecipes(std::vector<Recipe>& recipes);
void addMovementRecipes(std::vector<Recipe>& recipes);
void addAttentionRecipes(std::vector<Recipe>& recipes);

}  // namespace emel::random

#endif  // EMEL_TESTS_RANDOM_RECIPES_H_
