#include "tools/inspect/inspect.h"

#include <algorithm>

namespace emel::tools {

Totals TotalsOf(const gguf::Model& model) {
  std::map<gguf::TensorType, TypeTotal> by_type;
  Totals totals;
  for (const gguf::Tensor& tensor : model.tensors()) {
    TypeTotal& total = by_type[tensor.type];
    total.type = tensor.type;
    total.tensors += 1;
    total.parameters += tensor.elements();
    total.bytes += tensor.bytes;
    totals.parameters += tensor.elements();
    totals.bytes += tensor.bytes;
  }
  for (const auto& [type, total] : by_type) totals.types.push_back(total);
  std::stable_sort(totals.types.begin(), totals.types.end(),
                   [](const TypeTotal& a, const TypeTotal& b) { return a.bytes > b.bytes; });
  return totals;
}

}  // namespace emel::tools
