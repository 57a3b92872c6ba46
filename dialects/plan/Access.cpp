#include "dialects/plan/Access.h"

using namespace mlir;
using namespace emel;
using namespace emel::plan;

Box plan::wholeOf(Type type) {
  if (auto state = dyn_cast<KvType>(type)) return {{0, state.getHeads()}};
  Box box;
  for (int64_t dim : cast<RankedTensorType>(type).getShape()) box.push_back({0, dim});
  return box;
}

static Type at(Type type, StringRef name, Extents extents) {
  return withUnknown(type, extents.sizeOf(name));
}

TypeMap plan::typesAt(EntryOp entry, Extents extents) {
  TypeMap types;
  for (BlockArgument argument : entry.getArguments()) {
    bool isRows = argument.getArgNumber() == kOutRowsArgument;
    types[argument] = at(argument.getType(), isRows ? "m" : "n", extents);
  }
  for (LaunchOp launch : entry.getBody().front().getOps<LaunchOp>())
    for (OpResult result : launch.getResults()) {
      StringRef name;
      if (auto names = launch.getExtents())
        name = cast<StringAttr>((*names)[result.getResultNumber()]).getValue();
      types[result] = at(result.getType(), name, extents);
    }
  return types;
}

bool plan::leavesEntry(Value value) {
  return llvm::any_of(value.getUsers(), llvm::IsaPred<plan::ReturnOp>);
}

bool plan::isBest(Value value) {
  auto module = value.getDefiningOp()->getParentOfType<ModuleOp>();
  auto model = module->getAttrOfType<DictionaryAttr>(EmelDialect::kModelAttr);
  return model && model.contains(EmelDialect::kSample) &&
         llvm::any_of(value.getUses(), [](OpOperand &use) {
           return isa<plan::ReturnOp>(use.getOwner()) && use.getOperandNumber() == 1;
         });
}

FailureOr<KernelAccess> KernelAccess::create(KernelOp kernel, TypeRange arguments) {
  KernelAccess access;
  access.kernel_ = kernel;
  for (auto [argument, type] : llvm::zip_equal(kernel.getArguments(), arguments))
    access.types_[argument] = type;
  if (failed(inferTypes(kernel.getBody().front(), access.types_))) return failure();
  return access;
}

Type KernelAccess::argumentType(unsigned index) const {
  KernelOp kernel = kernel_;
  return typeIn(types_, kernel.getArgument(index));
}

Type KernelAccess::resultType(unsigned index) const {
  KernelOp kernel = kernel_;
  return typeIn(types_, kernel.getBody().front().getTerminator()->getOperand(index));
}

/// What a part of a result needs of one operand.
static Box mapPart(OpResult result, const Box &part, OpOperand &operand, Type operandType) {
  Box needed = plan::wholeOf(operandType);
  auto tileOp = dyn_cast<TileOpInterface>(result.getOwner());
  if (!tileOp) return needed;
  for (auto [dim, range] : llvm::enumerate(part)) {
    std::optional<DimMap> map =
        tileOp.mapTile(result.getResultNumber(), dim, operand.getOperandNumber());
    if (!map) continue;
    emel::Range &own = needed[map->dim];
    emel::Range mapped = map->apply(range, own.end);
    int64_t begin = std::max(own.begin, mapped.begin);
    own = {begin, std::max(begin, std::min(own.end, mapped.end))};
  }
  return needed;
}

static void addPart(DenseMap<Value, Box> &parts, Value value, const Box &part) {
  auto [it, isNew] = parts.try_emplace(value, part);
  if (isNew) return;
  for (auto [range, other] : llvm::zip_equal(it->second, part)) range = range.hull(other);
}

KernelAccess::Parts KernelAccess::partsFor(unsigned result, const Box &part) const {
  KernelOp kernel = kernel_;
  Block &body = kernel.getBody().front();
  Parts parts;
  parts[body.getTerminator()->getOperand(result)] = part;
  for (Operation &op : llvm::reverse(body.without_terminator()))
    for (OpResult opResult : op.getResults()) {
      auto found = parts.find(opResult);
      if (found == parts.end()) continue;
      Box own = found->second;
      for (OpOperand &operand : op.getOpOperands())
        addPart(parts, operand.get(),
                mapPart(opResult, own, operand, typeIn(types_, operand.get())));
    }
  return parts;
}

SmallVector<std::optional<Box>> KernelAccess::reads(unsigned result, const Box &part) const {
  KernelOp kernel = kernel_;
  Parts parts = partsFor(result, part);
  SmallVector<std::optional<Box>> reads;
  for (BlockArgument argument : kernel.getArguments()) {
    auto found = parts.find(argument);
    reads.push_back(found == parts.end() ? std::nullopt : std::optional<Box>(found->second));
  }
  return reads;
}

bool KernelAccess::dividesWhole(unsigned result, const Box &part) const {
  return llvm::any_of(partsFor(result, part), [&](auto &valueAndPart) {
    auto [value, box] = valueAndPart;
    auto op = dyn_cast_if_present<TileOpInterface>(value.getDefiningOp());
    if (!op) return false;
    Box whole = wholeOf(typeIn(types_, value));
    for (auto [dim, range] : llvm::enumerate(box))
      if (range != whole[dim] && op.keepsWhole(cast<OpResult>(value).getResultNumber(), dim))
        return true;
    return false;
  });
}

double KernelAccess::countFlops(unsigned result, const Box &part, int64_t context) const {
  KernelOp kernel = kernel_;
  DenseMap<Value, SmallVector<int64_t>> shapes;
  for (auto &[value, box] : partsFor(result, part))
    for (emel::Range range : box) shapes[value].push_back(range.end - range.begin);
  double flops = 0;
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    bool isNeeded = llvm::any_of(op.getResults(), [&](Value v) { return shapes.contains(v); });
    if (!isNeeded) continue;
    if (auto cost = dyn_cast<CostOpInterface>(op)) {
      flops +=
          cost.countFlops([&](Value value) { return ArrayRef<int64_t>(shapes[value]); }, context);
      continue;
    }
    double elements = 1;
    if (isa<TileOpInterface>(op) || op.getNumOperands() == 0)
      for (int64_t size : shapes[op.getResult(0)]) elements *= size;
    else  // It cannot be divided: any part takes all the work.
      for (emel::Range range : wholeOf(typeIn(types_, op.getResult(0)))) elements *= range.end;
    flops += elements;
  }
  return flops;
}

bool KernelAccess::isElementwise(unsigned result, unsigned argument) const {
  KernelOp kernel = kernel_;
  Block &body = kernel.getBody().front();
  // Values that hold, index by index, what the result needs; true while every way to the argument
  // keeps indices.
  DenseMap<Value, bool> keeps;
  keeps[body.getTerminator()->getOperand(result)] = true;
  for (Operation &op : llvm::reverse(body.without_terminator()))
    for (OpResult opResult : op.getResults()) {
      auto found = keeps.find(opResult);
      if (found == keeps.end()) continue;
      bool own = found->second;
      auto tileOp = dyn_cast<TileOpInterface>(op);
      for (OpOperand &operand : op.getOpOperands()) {
        bool same = own && tileOp &&
                    wholeOf(typeIn(types_, opResult)) == wholeOf(typeIn(types_, operand.get()));
        for (size_t dim = 0; same && dim < wholeOf(typeIn(types_, opResult)).size(); ++dim) {
          auto map = tileOp.mapTile(opResult.getResultNumber(), dim, operand.getOperandNumber());
          same = map && map->isIdentity(dim);
        }
        auto [it, isNew] = keeps.try_emplace(operand.get(), same);
        if (!isNew) it->second = it->second && same;
      }
    }
  auto found = keeps.find(kernel.getArgument(argument));
  return found != keeps.end() && found->second && argumentType(argument) == resultType(result);
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

Tiles::Tiles(TileAttr tile, Type type) : tile_(tile), whole_(wholeOf(type)) {
  for (auto [dim, size] : llvm::zip_equal(tile.getDims(), tile.getSizes()))
    count_ *= llvm::divideCeil(whole_[dim].end, size);
}

Box Tiles::part(int64_t index) const {
  Box part = whole_;
  for (size_t i = tile_.getDims().size(); i-- > 0;) {
    int64_t dim = tile_.getDims()[i], size = tile_.getSizes()[i];
    int64_t along = llvm::divideCeil(whole_[dim].end, size);
    int64_t begin = index % along * size;
    part[dim] = {begin, std::min(begin + size, whole_[dim].end)};
    index /= along;
  }
  return part;
}

emel::Range plan::byteHull(RankedTensorType type, const Box &part) {
  int64_t first = 0, last = 0;
  for (auto [dim, range] : llvm::zip_equal(type.getShape(), part)) {
    if (range.isEmpty()) return {};
    first = first * dim + range.begin;
    last = last * dim + range.end - 1;
  }
  auto row = RankedTensorType::get({type.getRank() == 0 ? 1 : type.getShape().back()},
                                   type.getElementType());
  // Formats of blocks hold whole rows only: a part of a row counts as all of it.
  int64_t rowSize = type.getRank() == 0 ? 1 : type.getShape().back();
  int64_t rowBytes = *getStorageBytes(row);
  if (type.getElementType().isIntOrFloat()) {
    int64_t bytes = type.getElementTypeBitWidth() / 8;
    return {first * bytes, (last + 1) * bytes};
  }
  return {first / rowSize * rowBytes, (last / rowSize + 1) * rowBytes};
}
