#include "dialects/plan/Plan.h"

#include "dialects/emel/Inference.h"
#include "dialects/plan/PlanVerifier.h"
#include "llvm/ADT/TypeSwitch.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace emel;
using namespace emel::plan;

#include "dialects/plan/PlanDialect.cpp.inc"
#include "dialects/plan/PlanEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/plan/PlanAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/plan/Plan.cpp.inc"

void PlanDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/plan/PlanAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/plan/Plan.cpp.inc"
      >();
}

Attribute TileAttr::parse(AsmParser &parser, Type) {
  SmallVector<int64_t> dims, sizes;
  auto parseNumbers = [&](SmallVector<int64_t> &numbers) {
    return parser.parseCommaSeparatedList(
        AsmParser::Delimiter::Square, [&] { return parser.parseInteger(numbers.emplace_back()); });
  };
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parseNumbers(dims) || parser.parseKeyword("by") ||
      parseNumbers(sizes) || parser.parseGreater())
    return {};
  return parser.getChecked<TileAttr>(loc, parser.getContext(), dims, sizes);
}

void TileAttr::print(AsmPrinter &printer) const {
  printer << "<[" << getDims() << "] by [" << getSizes() << "]>";
}

LogicalResult TileAttr::verify(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int64_t> dims,
                               ArrayRef<int64_t> sizes) {
  if (dims.size() != sizes.size())
    return emitError() << "(C3) expected a size for each of " << dims.size()
                       << " dimensions, found " << sizes.size();
  for (size_t i = 0; i < dims.size(); ++i)
    if (sizes[i] <= 0 || dims[i] < 0 || (i > 0 && dims[i] <= dims[i - 1]))
      return emitError() << "(C3) expected ascending dimensions and positive sizes, found [" << dims
                         << "] by [" << sizes << "]";
  return success();
}

LogicalResult ArenaOp::verify() {
  if (static_cast<int64_t>(getBytes()) < 0 || !llvm::isPowerOf2_64(getAlign()))
    return emitOpError(
               "(C1) expected bytes of at least 0 and an alignment that is a power of two, found ")
           << static_cast<int64_t>(getBytes()) << " bytes and an alignment of " << getAlign();
  return success();
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

/// Kernels and entries read and print like functions.
template <typename FunctionOp>
static ParseResult parseFunction(OpAsmParser &parser, OperationState &result) {
  auto makeType = [](Builder &builder, ArrayRef<Type> inputs, ArrayRef<Type> results,
                     function_interface_impl::VariadicFlag,
                     std::string &) { return builder.getFunctionType(inputs, results); };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false, FunctionOp::getFunctionTypeAttrName(result.name),
      makeType, FunctionOp::getArgAttrsAttrName(result.name),
      FunctionOp::getResAttrsAttrName(result.name));
}

template <typename FunctionOp>
static void printFunction(FunctionOp op, OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(printer, op, /*isVariadic=*/false,
                                           op.getFunctionTypeAttrName(), op.getArgAttrsAttrName(),
                                           op.getResAttrsAttrName());
}

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseFunction<KernelOp>(parser, result);
}
void KernelOp::print(OpAsmPrinter &printer) { printFunction(*this, printer); }
ParseResult EntryOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseFunction<EntryOp>(parser, result);
}
void EntryOp::print(OpAsmPrinter &printer) { printFunction(*this, printer); }

LogicalResult KernelOp::verify() {
  for (Operation &op : getBody().front().without_terminator())
    if (!isa<EmelDialect>(op.getDialect()) && !op.hasTrait<OpTrait::ConstantLike>())
      return emitOpError("(C1) cannot hold '") << op.getName() << "'";
  return success();
}

LogicalResult EntryOp::verify() {
  if (!(*this)->hasAttr(EmelDialect::kEntryAttr))
    return emitOpError("(C1) expected an attribute '")
           << EmelDialect::kEntryAttr << "', found none";
  for (Operation &op : getBody().front().without_terminator())
    if (!isa<LaunchOp, BarrierOp>(op))
      return emitOpError("(C1) cannot hold '") << op.getName() << "'";
  return success();
}

// A plan is verified as a user of symbols: by then kernels and launches have been verified.
LogicalResult EntryOp::verifySymbolUses(SymbolTableCollection &) {
  return isPlaced() ? verifyPlan(*this) : success();
}

static int64_t getBound(EntryOp entry, StringRef name) {
  return entry->getAttrOfType<DictionaryAttr>(EmelDialect::kEntryAttr)
      .getAs<IntegerAttr>(name)
      .getInt();
}
int64_t EntryOp::getMaxTokens() { return getBound(*this, "tokens"); }
int64_t EntryOp::getMaxRows() { return getBound(*this, "rows"); }

bool EntryOp::isPlaced() {
  return llvm::all_of(getBody().front().getOps<LaunchOp>(),
                      [](LaunchOp launch) { return launch.getPlaces() && launch.getTiles(); });
}

LogicalResult plan::ReturnOp::verify() {
  ArrayRef<Type> results = cast<FunctionOpInterface>((*this)->getParentOp()).getResultTypes();
  if (TypeRange(results) != getOperandTypes())
    return emitOpError("(C1) expected (") << results << "), found (" << getOperandTypes() << ")";
  return success();
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

KernelOp LaunchOp::getKernelOp() {
  return SymbolTable::lookupNearestSymbolFrom<KernelOp>(*this, getKernelAttr());
}

/// Element `index` of an optional array; null where it is no `Attr`.
template <typename Attr>
static Attr elementOf(std::optional<ArrayAttr> array, unsigned index) {
  return array && index < array->size() ? dyn_cast<Attr>((*array)[index]) : Attr();
}
TileAttr LaunchOp::getTile(unsigned result) { return elementOf<TileAttr>(getTiles(), result); }
LifeAttr LaunchOp::getLife(unsigned result) { return elementOf<LifeAttr>(getLives(), result); }
PlaceAttr LaunchOp::getPlace(unsigned result) { return elementOf<PlaceAttr>(getPlaces(), result); }

bool LaunchOp::consumesState(OpOperand &operand) {
  KernelOp kernel = getKernelOp();
  if (!kernel || operand.getOperandNumber() >= kernel.getNumArguments()) return false;
  for (OpOperand &use : kernel.getArgument(operand.getOperandNumber()).getUses()) {
    auto stateOp = dyn_cast<StateOpInterface>(use.getOwner());
    if (stateOp ? stateOp.consumesState(use) : use.getOwner()->hasTrait<OpTrait::ReturnLike>())
      return true;
  }
  return false;
}

/// The number of dimensions that tiles can divide.
static int64_t countTileDims(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? tensor.getRank() : 1;
}

/// Whether two tiles would write numbers that share a scale.
static bool dividesGroup(TileAttr tile, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || tile.getDims().empty() || tile.getDims().back() != tensor.getRank() - 1)
    return false;
  return tile.getSizes().back() % blockElements(tensor.getElementType()) != 0;
}

LogicalResult LaunchOp::verify() {
  for (auto [name, array] :
       {std::pair<StringRef, std::optional<ArrayAttr>>{"extents", getExtents()},
        {"tiles", getTiles()},
        {"lives", getLives()},
        {"places", getPlaces()}})
    if (array && array->size() != getNumResults())
      return emitOpError("(C2) expected ")
             << getNumResults() << " " << name << ", found " << array->size();
  for (auto [i, type] : llvm::enumerate(getResultTypes())) {
    bool isState = isa<KvType>(type);
    TileAttr tile = getTile(i);
    if (getTiles() && !tile)
      return emitOpError("(C2) expected a tile for result ") << i << ", found " << (*getTiles())[i];
    bool hasWrongLife = getLives() && !getLife(i) != isState;
    if (hasWrongLife || (getPlaces() && !getPlace(i) != isState))
      return emitOpError(
                 "(C2) expected a life and a place for each tensor, and none for a state, found ")
             << (hasWrongLife ? *getLives() : *getPlaces())[i] << " as the "
             << (hasWrongLife ? "life" : "place") << " of result " << i << " of " << type;
    if (tile && dividesGroup(tile, type))
      return emitOpError("(C3) has tiles that divide numbers under one scale: ") << tile;
    if (tile && !tile.getDims().empty() && tile.getDims().back() >= countTileDims(type))
      return emitOpError("(C3) has tiles of dimension ")
             << tile.getDims().back() << ", which result " << i << " of " << type << " lacks";
    if (isState && getKind() == LaunchKind::Each)
      return emitOpError("(C4) cannot return a state from every worker");
  }
  return success();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto kernel = symbols.lookupNearestSymbolFrom<KernelOp>(*this, getKernelAttr());
  if (!kernel) return emitOpError("(C1) names ") << getKernelAttr() << ", which is no kernel";
  SmallVector<Type> inputs(getOperandTypes());
  if (getWeights())
    for (auto name : getWeights()->getAsRange<FlatSymbolRefAttr>()) {
      auto weight = symbols.lookupNearestSymbolFrom<WeightOp>(*this, name);
      if (!weight) return emitOpError("(C1) names ") << name << ", which is no weight";
      inputs.push_back(weight.getStoredType());
    }
  if (TypeRange(inputs) != TypeRange(kernel.getArgumentTypes()) ||
      getResultTypes() != TypeRange(kernel.getResultTypes()))
    return emitOpError("(C1) expected (")
           << kernel.getArgumentTypes() << ") -> (" << kernel.getResultTypes() << ") as "
           << getKernelAttr() << " has it, found (" << inputs << ") -> (" << getResultTypes()
           << ")";
  for (unsigned i = 0; i < getNumResults(); ++i) {
    PlaceAttr place = getPlace(i);
    if (!place) continue;
    auto arena = symbols.lookupNearestSymbolFrom<ArenaOp>(*this, place.getArena());
    if (!arena) return emitOpError("(C4) names ") << place.getArena() << ", which is no arena";
    if ((arena.getKind() == ArenaKind::Worker) != (getKind() == LaunchKind::Each))
      return emitOpError("(C4) of kind '")
             << stringifyEnum(getKind()) << "' has its result in " << place.getArena() << ", a "
             << stringifyEnum(arena.getKind()) << " arena";
  }
  return success();
}
