#include "dialects/emel/Inference.h"

using namespace mlir;
using namespace emel;

LogicalResult SchemeAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t group,
                                 Rounding, SumOrder) {
  if (group == ActivationType::kGroup) return success();
  return emitError() << "expected groups of " << ActivationType::kGroup << ", found " << group;
}

LogicalResult QuantizeOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                           Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput());
  if (input.getRank() == 0 || hasLayout(input))
    return emitOptionalError(loc, "(C1) expected rows without a layout, found ", input);
  auto result = RankedTensorType::get(input.getShape(), ActivationType::get(context));
  if (isDynamic(lastDim(input)) || !hasWholeBlocks(result))
    return emitOptionalError(loc, "(C2) expected rows of whole groups of ", ActivationType::kGroup,
                             " elements, found ", input);
  results.push_back(result);
  return success();
}

std::optional<DimMap> QuantizeOp::mapTile(unsigned, int64_t dim, unsigned) {
  DimMap map = DimMap::same(dim);
  if (dim == tensorType(getInput()).getRank() - 1) map.granule = ActivationType::kGroup;
  return map;
}
