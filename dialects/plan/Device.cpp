#include "dialects/plan/Device.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace emel::plan {

const Speeds *Device::findMachine(StringRef name) const {
  const auto *found = llvm::find_if(machines, [&](const Speeds &own) { return own.name == name; });
  return found == machines.end() ? nullptr : found;
}

std::string Device::machineNames() const {
  return llvm::join(llvm::map_range(machines, [](const Speeds &own) { return own.name; }), ", ");
}

bool Device::takes(ActivationForm form) const {
  return llvm::any_of(forms, [&](const FormRule &rule) { return rule.form == form; });
}

int64_t Device::tilesWanted(std::optional<ActivationForm> form) const {
  for (const FormRule &rule : forms)
    if (rule.form == form) return rule.tilesWanted;
  return tiles.wanted;
}

static SmallVector<const Device *> &devices() {
  static SmallVector<const Device *> all;
  return all;
}

void registerDevice(const Device &device) {
  if (!llvm::is_contained(devices(), &device)) devices().push_back(&device);
}

const Device *findDevice(StringRef name) {
  const auto *found = llvm::find_if(devices(), [&](auto *own) { return own->name == name; });
  return found == devices().end() ? nullptr : *found;
}

FailureOr<const Device *> deviceOf(ModuleOp module) {
  auto name = module->getAttrOfType<StringAttr>(EmelDialect::kDeviceAttr);
  const Device *device = findDevice(name ? name.getValue() : "cpu");
  if (device) return device;
  InFlightDiagnostic error = module.emitError("(D2) expected '")
                             << EmelDialect::kDeviceAttr << "' to name a device of ";
  llvm::interleaveComma(devices(), error, [&](auto *own) { error << own->name; });
  return error << ", found " << (name ? name.getValue() : "none");
}

}  // namespace emel::plan
