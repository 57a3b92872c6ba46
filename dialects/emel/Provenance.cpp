#include "dialects/emel/Provenance.h"

using namespace mlir;

Location emel::makeOrigin(MLIRContext *context, StringRef op, ArrayRef<std::string> tensors) {
  SmallVector<Location> names;
  for (const std::string &tensor : tensors)
    names.push_back(NameLoc::get(StringAttr::get(context, tensor)));
  return NameLoc::get(StringAttr::get(context, op), FusedLoc::get(context, names));
}

static void collect(Location location, bool insideOp, emel::Origin &origin) {
  if (auto name = dyn_cast<NameLoc>(location)) {
    (insideOp ? origin.tensors : origin.ops).insert(name.getName());
    collect(name.getChildLoc(), true, origin);
  } else if (auto fused = dyn_cast<FusedLoc>(location)) {
    for (Location part : fused.getLocations()) collect(part, insideOp, origin);
  }
}

emel::Origin emel::getOrigin(Location location) {
  Origin origin;
  collect(location, false, origin);
  return origin;
}

emel::Origin emel::getOrigins(Operation *root) {
  Origin origin;
  llvm::DenseSet<Location> seen;  // locations are shared, and their trees may be large
  auto add = [&](Location location) {
    if (seen.insert(location).second) collect(location, false, origin);
  };
  root->walk([&](Operation *op) {
    add(op->getLoc());
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (BlockArgument argument : block.getArguments()) add(argument.getLoc());
  });
  return origin;
}

std::string emel::filePlaceOf(Location location) {
  auto file = location->findInstanceOf<FileLineColLoc>();
  if (!file) return "";
  return (file.getFilename().getValue() + ":" + Twine(file.getLine()) + ":" +
          Twine(file.getColumn()))
      .str();
}
