#include "codegen/cpu/program/Kernel.h"

#include "codegen/cpu/emit/Tile.h"
#include "dialects/emel/Emel.h"
#include "dialects/plan/UnknownSizes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "runtime/include/emel/step.h"

using namespace mlir;
using namespace emel::plan;

namespace emel::cpu {

ArrayAttr functionAttributes(Builder &builder, const Target &target) {
  auto pair = [&](StringRef key, StringRef value) { return builder.getStrArrayAttr({key, value}); };
  SmallVector<Attribute> attributes{pair("target-cpu", target.cpu), pair("no-builtins", ""),
                                    builder.getStringAttr("nounwind"),
                                    builder.getStringAttr("noinline"),
                                    pair("prefer-vector-width", std::to_string(target.vectorBits))};
  if (!target.features.empty()) attributes.push_back(pair("target-features", target.features));
  return builder.getArrayAttr(attributes);
}

std::pair<Value, Value> loadSizes(Emit &emit, EntryOp entry, Value step) {
  auto load = [&](int64_t most, size_t offset) {
    return most == 1 && entry.getMaxTokens() == 1
               ? emit.i64(1)
               : emit.toI64(emit.load(emit.i32(), emit.at(step, offset), 4));
  };
  return {load(entry.getMaxTokens(), offsetof(emel_step_t, token_count)),
          load(entry.getMaxRows(), offsetof(emel_step_t, row_count))};
}

/// The dimensions of a result of a launch, the unknown one being n or m.
static Part resultPart(Emit &emit, LaunchOp launch, unsigned result, Extents bounds, Value n,
                       Value m) {
  Type type = launch.getResult(result).getType();
  if (auto state = dyn_cast<KvType>(type))
    return {{emit.i64(0), emit.i64(state.getHeads()), state.getHeads()}};
  StringRef name;
  if (auto names = launch.getExtents()) name = cast<StringAttr>((*names)[result]).getValue();
  Part part;
  for (int64_t size : cast<RankedTensorType>(type).getShape()) {
    bool isUnknown = ShapedType::isDynamic(size);
    part.push_back({emit.i64(0), isUnknown ? (name == "m" ? m : n) : emit.i64(size),
                    isUnknown ? bounds.sizeOf(name) : size});
  }
  return part;
}

SmallVector<Value> countTiles(Emit &emit, LaunchOp launch, Value n, Value m) {
  SmallVector<Value> counts;
  Extents bounds = Extents::of(launch->getParentOfType<EntryOp>());
  for (unsigned result = 0; result < launch.getNumResults(); ++result) {
    Part whole = resultPart(emit, launch, result, bounds, n, m);
    TileAttr tile = launch.getTile(result);
    Value count = emit.i64(1);
    for (auto [dim, size] : llvm::zip(tile.getDims(), tile.getSizes()))
      count = emit.mul(count, emit.ceilDiv(whole[dim].size, size));
    counts.push_back(count);
  }
  return counts;
}

/// The part of a result that tile `index` is.
static Part tilePart(Emit &emit, TileAttr tile, Part whole, Value index) {
  Part part = whole;
  for (size_t i = tile.getDims().size(); i-- > 0;) {
    int64_t dim = tile.getDims()[i], size = tile.getSizes()[i];
    Span &span = part[dim];
    Value along = emit.ceilDiv(span.size, size);
    auto count = Emit::constant(along);
    Value own = index;
    if (i > 0) {
      own = count ? emit.rem(index, *count) : emit.createOrFold<arith::RemUIOp>(index, along);
      index = count ? emit.div(index, *count) : emit.createOrFold<arith::DivUIOp>(index, along);
    }
    Value begin = emit.mul(own, size), extent = emit.i64(size);
    auto known = Emit::constant(span.size);
    if (!known || *known % size != 0) extent = emit.min(extent, emit.sub(span.size, begin));
    span = {begin, extent, std::min(size, span.most), size};
  }
  return part;
}

/// The types of a kernel's values where n and m are numbers that tell them apart.
static FailureOr<TypeMap> typesOf(LaunchOp launch, KernelOp kernel, const Target &target) {
  EntryOp entry = launch->getParentOfType<EntryOp>();
  TypeMap entryTypes = typesAt(entry, {kTokensSize, kRowsSize}), types;
  for (auto [argument, operand] : llvm::zip(kernel.getArguments(), launch.getInputs()))
    types[argument] = typeIn(entryTypes, operand);
  for (BlockArgument argument : kernel.getArguments())
    types.try_emplace(argument, argument.getType());
  if (failed(inferTypes(kernel.getBody().front(), types))) return failure();
  if (Value other = findOtherExtent(kernel, types))
    return emitNoCode(other.getDefiningOp(), target,
                      "an unknown dimension is neither the number of tokens nor of rows");
  return types;
}

/// The arguments of a kernel's function before those of its body.
static constexpr unsigned kStepArgument = 0, kFrame = 1, kFirst = 2;

/// `void name(step, frame, operands…, weights…, results…, tile)`, with an empty body.
static Block *addFunction(Emit &emit, LaunchOp launch, const Target &target, StringRef name) {
  unsigned results =
      llvm::count_if(launch.getResultTypes(), [](Type type) { return !isa<KvType>(type); });
  SmallVector<Type> inputs(kFirst + launch.getKernelOp().getNumArguments() + results, emit.ptr());
  inputs.push_back(emit.i64());
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(emit.getContext()), inputs);
  auto function = emit.create<LLVM::LLVMFuncOp>(name, type, LLVM::Linkage::Internal);
  function.setPassthroughAttr(functionAttributes(emit, target));
  function.setArgAttr(kFrame, LLVM::LLVMDialect::getNoAliasAttrName(), emit.getUnitAttr());
  return function.addEntryBlock(emit);
}

/// The code of every result's tiles: numbered through, those of the first result first.
static LogicalResult emitResults(Tile &tile, LaunchOp launch, Block *body, Value n, Value m) {
  Emit &emit = tile.emit;
  KernelOp kernel = launch.getKernelOp();
  Extents bounds = Extents::of(launch->getParentOfType<EntryOp>());
  Operation *end = kernel.getBody().front().getTerminator();
  SmallVector<Value> counts = countTiles(emit, launch, n, m);
  Value index = body->getArguments().back();
  unsigned next = kFirst + kernel.getNumArguments();
  LogicalResult status = success();
  for (unsigned result = 0; result < launch.getNumResults(); ++result) {
    Value value = end->getOperand(result);
    View out;
    if (!isa<KvType>(value.getType()))
      out = tile.viewOf(body->getArgument(next++), value.getType());
    auto run = [&] {
      Part whole = resultPart(emit, launch, result, bounds, n, m);
      Part part = tilePart(emit, launch.getTile(result), whole, index);
      if (failed(tile.need(value, part, &out))) status = failure();
      tile.forget();
    };
    if (result + 1 == launch.getNumResults()) {
      run();
      break;
    }
    auto branch = emit.create<scf::IfOp>(emit.less(index, counts[result]), /*withElseRegion=*/true);
    emit.setInsertionPointToStart(branch.thenBlock());
    run();
    emit.setInsertionPointToStart(branch.elseBlock());
    index = emit.sub(index, counts[result]);
  }
  return status;
}

FailureOr<int64_t> emitKernel(LaunchOp launch, const Target &target, ArrayRef<PageTable> pages,
                              ModuleOp module, StringRef name) {
  KernelOp kernel = launch.getKernelOp();
  EntryOp entry = launch->getParentOfType<EntryOp>();
  FailureOr<TypeMap> types = typesOf(launch, kernel, target);
  if (failed(types)) return failure();
  Emit emit(kernel.getLoc(), module.getContext());
  emit.setInsertionPointToEnd(module.getBody());
  Block *body = addFunction(emit, launch, target, name);
  emit.setInsertionPointToStart(body);
  emit.setFrame(body->getArgument(kFrame));
  Tile tile(emit, target, Extents::of(entry), *types);
  tile.step = body->getArgument(kStepArgument);
  auto [n, m] = loadSizes(emit, entry, tile.step);
  tile.setSizes(n, m);
  for (auto [index, argument] : llvm::enumerate(kernel.getArguments())) {
    View view = tile.viewOf(body->getArgument(kFirst + index), argument.getType());
    if (isa<KvType>(argument.getType())) {
      view.pages = pages.front();
      pages = pages.drop_front();
    }
    tile.bind(argument, std::move(view));
  }
  if (failed(emitResults(tile, launch, body, n, m))) return failure();
  emit.setInsertionPointToEnd(body);
  emit.create<LLVM::ReturnOp>(ValueRange{});
  return emit.frameBytes();
}

}  // namespace emel::cpu
