// Sums of products over a shared dimension.

#ifndef EMEL_DIALECTS_EMEL_CONTRACTION_TD
#define EMEL_DIALECTS_EMEL_CONTRACTION_TD

include "dialects/emel/EmelBase.td"
include "dialects/emel/Interfaces.td"

def Emel_MatmulOp : Emel_InferredOp<"matmul", [
    DeclareOpInterfaceMethods<Emel_TileOpInterface>,
    DeclareOpInterfaceMethods<Emel_CostOpInterface>,
    DeclareOpInterfaceMethods<Emel_WeightOpInterface>,
    DeclareOpInterfaceMethods<Emel_ContractionOpInterface>]> {
  let summary = "Multiplies rows by the rows of a weight";
  let description = [{
    `result[…, i, o] = sum over k of input[…, i, k] * weight[…, o, k]`, with sum and product of the
    semiring. Leading dimensions of the weight broadcast to those of the input, each of the weight's
    serving `input / weight` consecutive ones of the input (so that query heads share a key head).

    | semiring | sum | product | zero |
    | --- | --- | --- | --- |
    | `plus_times` | a + b | a * b | 0 |
    | `max_plus` | max(a, b) | a + b | -inf |
    | `min_plus` | min(a, b) | a + b | inf |
    | `or_and` | a or b | a and b (0 is false, else 1) | 0 |
    | `log_sum_exp` | log(e^a + e^b) | a + b | -inf |

    Where a + b is a product, a product with the zero is the zero, even with the other infinity or a NaN;
    else a NaN makes the sum one.

    **An input of `!emel.a8`** has integers q and a scale d for each group of 16. A weight of a block
    format with an integer form has integers w under small integer scales s, one for 16 or 32 elements, and a float
    scale D; some formats also have minima m under a float D'. The result is f32 and prescribed to the bit: starting
    with 0, for each group in ascending order and with one rounding to f32 for each product of scales and each fma

    `acc = fma(s * sum of w q, D * d, acc)`, and with minima then `acc = fma(m * sum of q, -(D' * d), acc)`.

    The integers are exact: they stay below 2^24. `docs/numerics.md` lists the formats.

    **An input of bf16** gives a result of f32 as well. A backend that multiplies it in tiles of bf16 rounds the weight's elements
    to bf16 too; `docs/numerics.md` says when.

    * (C1) the weight has at least 2 dimensions;
    * (C2) the innermost dimensions are equal;
    * (C3) the weight has at most as many dimensions as the input (2 for an input of 1), and each of
      its leading ones divides the input's that is as far from the innermost one;
    * (C4) the innermost dimension of a weight of a block format is a multiple of its block;
    * (C5) an input of `!emel.a8` meets a weight whose format has an integer form, in `plus_times`.

    ```mlir
    %y = emel.matmul %x, %w : (tensor<?x64xf32>, tensor<172x64x!emel.q8_0>) -> tensor<?x172xf32>
    %z = emel.matmul %x, %d semiring min_plus : (tensor<?x64xf32>, tensor<8x64xf32>) -> tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Emel_FloatOrActivationTensor:$input, Emel_WeightTensor:$weight,
      DefaultValuedAttr<Emel_SemiringAttr, "::emel::Semiring::PlusTimes">:$semiring);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = [{
    $input `,` $weight (`semiring` $semiring^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Emel_GroupExpertsOp : Emel_InferredOp<"group_experts"> {
  let summary = "Sorts pairs of token and slot by the expert chosen for them";
  let description = [{
    Pair p of n tokens with u experts each is slot `p % u` of token `p / u`. `order` lists the pairs, read row after
    row, by expert and those of one expert by p; those of expert e are from `starts[e]` up to, not including, `starts[e + 1]`:

        ids           pairs             order            starts of 3 experts
        [[2, 0],      [[0, 1],    →     [[1, 5],         [0, 2, 3, 6]
         [2, 1],       [2, 3],           [3, 0],          └──┘ expert 0: pairs 1 and 5
         [2, 0]]       [4, 5]]           [2, 4]]

    There are as many pairs as ids, however tokens choose, so that the result is bounded by the step. Every part of it
    depends on all ids.

    * (C1) ids have 2 dimensions;
    * (C2) there are from 1 to 2147483647 experts.

    An id that names no expert is an error when run.

    ```mlir
    %order, %starts = emel.group_experts %ids experts 8 : (tensor<?x2xi32>) -> (tensor<?x2xi32>, tensor<9xi32>)
    ```
  }];
  let arguments = (ins Emel_IntTensor:$ids, I64Attr:$experts);
  let results = (outs Emel_IntTensor:$order, Emel_IntTensor:$starts);
  let assemblyFormat = "$ids `experts` $experts attr-dict `:` functional-type(operands, results)";
}

def Emel_MatmulIdOp : Emel_InferredOp<"matmul_id", [
    DeclareOpInterfaceMethods<Emel_TileOpInterface, ["keepsWhole"]>,
    DeclareOpInterfaceMethods<Emel_CostOpInterface>,
    DeclareOpInterfaceMethods<Emel_WeightOpInterface>,
    DeclareOpInterfaceMethods<Emel_ContractionOpInterface>]> {
  let summary = "Multiplies each row by the experts chosen for it";
  let description = [{
    `result[i, e, o] = sum over k of input[i, (e,) k] * weight[ids[i, e], o, k]`. The input has one row
    for each token, or one for each token and chosen expert.

    * (C1) the weight has 3 dimensions, ids 2, the input 2 or 3;
    * (C2) the innermost dimensions of input and weight are equal;
    * (C3) input and ids agree on the tokens and, where the input has 3 dimensions, on the experts;
    * (C4) the innermost dimension of a weight of a block format is a multiple of its block;
    * (C5) an input of `!emel.a8` meets a weight whose format has an integer form;
    * (C6) groups are an order of the shape of ids, and as many starts as experts and one more.

    Sums over an input of `!emel.a8` are those of `emel.matmul`. An id that names no expert is an error when run.

    **Grouped**, with the results of `emel.group_experts` of the same ids, it computes the same bits. Then a kernel walks the
    experts and reads each chosen one once, not once for each pair; tiles are ranges of o over all pairs, as those of one expert
    are no range of tokens. Groups that are not those of the ids are an error when run.

    ```mlir
    %order, %starts = emel.group_experts %ids experts 8 : (tensor<?x2xi32>) -> (tensor<?x2xi32>, tensor<9xi32>)
    %y = emel.matmul_id %x, %w, %ids grouped(%order, %starts)
        : (tensor<?x64xf32>, tensor<8x172x64x!emel.q8_0>, tensor<?x2xi32>, tensor<?x2xi32>, tensor<9xi32>) -> tensor<?x2x172xf32>
    ```
  }];
  let arguments = (ins Emel_FloatOrActivationTensor:$input, Emel_WeightTensor:$weight, Emel_IntTensor:$ids,
      Variadic<Emel_IntTensor>:$groups);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = [{
    $input `,` $weight `,` $ids (`grouped` `` `(` $groups^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = [{
    bool isGrouped() { return !getGroups().empty(); }
  }];
}

def Emel_OutProdOp : Emel_InferredOp<"out_prod", [
    DeclareOpInterfaceMethods<Emel_TileOpInterface>,
    DeclareOpInterfaceMethods<Emel_CostOpInterface>]> {
  let summary = "Sums the outer products of rows";
  let description = [{
    `result[…, i, o] = sum over k of lhs[…, k, i] * rhs[…, k, o]`, with sum and product of the semiring (see
    `emel.matmul`). Leading dimensions of the right operand broadcast as those of a weight do there.

    * (C1) both operands have at least 2 dimensions, the right one no more than the left one;
    * (C2) the dimensions before the innermost ones are equal;
    * (C3) each leading dimension of the right operand divides the left one's.

    ```mlir
    %y = emel.out_prod %a, %b : (tensor<?x4xf32>, tensor<?x8xf32>) -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins Emel_FloatTensor:$lhs, Emel_FloatTensor:$rhs,
      DefaultValuedAttr<Emel_SemiringAttr, "::emel::Semiring::PlusTimes">:$semiring);
  let results = (outs Emel_FloatTensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs (`semiring` $semiring^)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif  // EMEL_DIALECTS_EMEL_CONTRACTION_TD
