#include "compiler/artifact/DecodedWeights.h"

#include "codegen/cpu/ops/Contraction.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace emel {

DecodedWeights findDecodedWeights(ModuleOp module) {
  SymbolTable symbols(module);
  DecodedWeights decoded;
  llvm::StringSet<> seen;
  module.walk([&](plan::LaunchOp launch) {
    if (!launch.getWeights()) return;
    auto kernel = symbols.lookup<plan::KernelOp>(launch.getKernel());
    size_t inputs = launch.getInputs().size();
    kernel.walk([&](ContractionOpInterface op) {
      auto weight = dyn_cast<BlockArgument>(op->getOperand(1));
      if (!weight || weight.getArgNumber() < inputs || !cpu::decodesRows(op)) return;
      auto name = cast<FlatSymbolRefAttr>((*launch.getWeights())[weight.getArgNumber() - inputs])
                      .getValue();
      if (!seen.insert(name).second) return;
      gguf::TensorType type = *getTensorType(getElementTypeOrSelf(weight.getType()));
      decoded[std::string(gguf::GetInfo(type).name)].push_back(name.str());
    });
  });
  return decoded;
}

std::string describe(const DecodedWeights &decoded) {
  constexpr size_t kNamed = 3;
  std::string text;
  llvm::raw_string_ostream out(text);
  for (const auto &[type, names] : decoded) {
    out << names.size() << (names.size() == 1 ? " tensor of " : " tensors of ") << type
        << (names.size() == 1 ? " is" : " are") << " decoded row by row ("
        << llvm::join(ArrayRef(names).take_front(kNamed), ", ");
    if (names.size() > kNamed) out << " and " << names.size() - kNamed << " more";
    out << ")\n";
  }
  return text;
}

}  // namespace emel
