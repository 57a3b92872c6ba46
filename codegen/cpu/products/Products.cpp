#include "codegen/cpu/products/Products.h"

#include "runtime/gguf/integer_blocks.h"

namespace emel::cpu {

using gguf::TensorType;

static std::string nameOf(Input input) {
  switch (input) {
    case Input::Float: return "f32";
    case Input::Rounded: return "a8";
    case Input::Bfloat16: return "bf16";
  }
  llvm_unreachable("an input of no kind");
}

std::string Product::name() const {
  return std::string(gguf::GetInfo(weight.type).name) + " " +
         std::string(layout::Name(weight.layout)) + " " + nameOf(input);
}

static std::unique_ptr<Micro> makeIntegerMicro(Emit &emit, const Target &target, TensorType type,
                                               Semiring) {
  return createIntegerMicro(emit, target, type);
}

static bool isFloat(TensorType type) {
  return type == TensorType::kF32 || type == TensorType::kF16 || type == TensorType::kBF16;
}

static bool isInteger(TensorType type) {
  return type == TensorType::kI8 || type == TensorType::kI16 || type == TensorType::kI32 ||
         type == TensorType::kI64;
}

llvm::ArrayRef<Product> knownProducts() {
  static const std::vector<Product> products = [] {
    std::vector<Product> list;
    for (layout::Format format : layout::Formats()) {
      if (isInteger(format.type)) continue;  // no weights
      bool isPacked = format.layout == layout::Layout::kR16;
      bool hasIntegers = isPacked && gguf::FindIntegerForm(format.type);
      if (hasIntegers) list.push_back({format, Input::Rounded, makeIntegerMicro});
      if (hasIntegers || (isPacked && format.type == TensorType::kBF16))
        list.push_back({format, Input::Bfloat16, nullptr});
      list.push_back(
          {format, Input::Float, isPacked && isFloat(format.type) ? createFloatMicro : nullptr});
    }
    return list;
  }();
  return products;
}

const Product *findProduct(layout::Format weight, Input input) {
  for (const Product &product : knownProducts())
    if (product.weight.type == weight.type && product.weight.layout == weight.layout &&
        product.input == input)
      return &product;
  return nullptr;
}

}  // namespace emel::cpu
