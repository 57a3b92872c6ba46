#include "dialects/emel/Emel.h"
#include "dialects/emel/ModelVerifier.h"

#include "llvm/ADT/TypeSwitch.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace emel;

#include "dialects/emel/EmelDialect.cpp.inc"
#include "dialects/emel/EmelEnums.cpp.inc"
#include "dialects/emel/EmelInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/emel/EmelAttrs.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/emel/EmelTypes.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/emel/EmelOps.cpp.inc"

void EmelDialect::initialize() {
  registerTypes();
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dialects/emel/EmelOps.cpp.inc"
      >();
}

void EmelDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/emel/EmelTypes.cpp.inc"
      >();
}

void EmelDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/emel/EmelAttrs.cpp.inc"
      >();
}

static LogicalResult verifyEntry(Operation *op, Attribute attribute) {
  auto bounds = dyn_cast<DictionaryAttr>(attribute);
  auto isPositive = [&](StringRef name) {
    auto bound = bounds ? bounds.getAs<IntegerAttr>(name) : IntegerAttr();
    return bound && bound.getInt() > 0;
  };
  if (!isa<FunctionOpInterface>(op) || !isPositive("tokens") || !isPositive("rows"))
    return op->emitOpError(
               "(E1) expected 'emel.entry' on a function, with positive 'tokens' and 'rows'")
           << ", found " << attribute << " on '" << op->getName() << "'";
  return success();
}

static bool isPassRecord(Attribute attribute) {
  auto dict = dyn_cast<DictionaryAttr>(attribute);
  if (!dict || !dict.getAs<StringAttr>("pass")) return false;
  return llvm::all_of(dict, [](NamedAttribute entry) {
    if (entry.getName() == "pass") return true;
    if (entry.getName() != "removed") return isa<IntegerAttr>(entry.getValue());
    auto removed = dyn_cast<DictionaryAttr>(entry.getValue());
    return removed && llvm::all_of(removed, [](NamedAttribute name) {
             return isa<StringAttr>(name.getValue());
           });
  });
}

static LogicalResult verifyPasses(Operation *op, Attribute attribute) {
  auto records = dyn_cast<ArrayAttr>(attribute);
  if (isa<ModuleOp>(op) && records && llvm::all_of(records, isPassRecord)) return success();
  return op->emitOpError("(R1) expected 'emel.passes' to be records of passes, on a module, found ")
         << attribute << " on '" << op->getName() << "'";
}

static LogicalResult verifyDevice(Operation *op, Attribute attribute) {
  if (isa<ModuleOp>(op) && isa<StringAttr>(attribute)) return success();
  return op->emitOpError("(D1) expected 'emel.device' to be a name, on a module, found ")
         << attribute << " on '" << op->getName() << "'";
}

LogicalResult EmelDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  if (attribute.getName() == kEntryAttr) return verifyEntry(op, attribute.getValue());
  if (attribute.getName() == kPassesAttr) return verifyPasses(op, attribute.getValue());
  if (attribute.getName() == kDeviceAttr) return verifyDevice(op, attribute.getValue());
  if (attribute.getName() != kModelAttr)
    return op->emitOpError("has no use for attribute '") << attribute.getName().strref() << "'";
  auto module = dyn_cast<ModuleOp>(op);
  if (!module) return op->emitOpError("'emel.model' belongs on a module");
  return verifyModel(module, attribute.getValue());
}

//===----------------------------------------------------------------------===//
// Ops that are not
//===----------------------------------------------------------------------===//

/// ggml's ops that only training needs.
static constexpr StringLiteral kTrainingOps[] = {
    "cross_entropy_loss", "cross_entropy_loss_back", "flash_attn_back", "get_rows_back",
    "im2col_back",        "opt_step_adamw",          "opt_step_sgd",    "pool_2d_back",
    "repeat_back",        "rms_norm_back",           "rope_back",       "silu_back",
    "soft_max_back"};

static ParseResult refuseTrainingOp(OpAsmParser &parser, OperationState &) {
  // The parser has named the op already.
  return parser.emitError(parser.getNameLoc())
         << "is a training op, and those are no part of the dialect";
}

std::optional<Dialect::ParseOpHook> EmelDialect::getParseOperationHook(StringRef opName) const {
  opName.consume_front("emel.");
  if (llvm::is_contained(kTrainingOps, opName)) return ParseOpHook(refuseTrainingOp);
  return std::nullopt;
}

static LogicalResult verifyDims(Operation *op, NamedAttribute attribute, Type type) {
  if (attribute.getName() != EmelDialect::kDimsAttr)
    return op->emitOpError("has no use for attribute '") << attribute.getName().strref() << "'";
  auto names = dyn_cast<ArrayAttr>(attribute.getValue());
  auto tensor = dyn_cast_or_null<RankedTensorType>(type);
  if (!names || !tensor || !llvm::all_of(names, llvm::IsaPred<StringAttr>) ||
      static_cast<int64_t>(names.size()) != tensor.getNumDynamicDims())
    return op->emitOpError("(D1) expected 'emel.dims' to name each unknown dimension of ")
           << type << ", found " << attribute.getValue();
  return success();
}

LogicalResult EmelDialect::verifyRegionArgAttribute(Operation *op, unsigned, unsigned index,
                                                    NamedAttribute attribute) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  return verifyDims(op, attribute, function ? function.getArgumentTypes()[index] : Type());
}

LogicalResult EmelDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned index,
                                                       NamedAttribute attribute) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  return verifyDims(op, attribute, function ? function.getResultTypes()[index] : Type());
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

Type EmelDialect::parseType(DialectAsmParser &parser) const {
  StringRef keyword;
  Type type;
  SMLoc loc = parser.getCurrentLocation();
  if (generatedTypeParser(parser, &keyword, type).has_value()) return type;
  const gguf::TensorTypeInfo *info = gguf::FindTensorType(std::string_view(keyword));
  if (info && info->family == gguf::TypeFamily::Block)
    return BlockType::get(getContext(), info->type);
  parser.emitError(loc) << "expected a block format, 'a8' or 'kv', found '" << keyword << "'";
  return {};
}

void EmelDialect::printType(Type type, DialectAsmPrinter &printer) const {
  if (succeeded(generatedTypePrinter(type, printer))) return;
  printer << StringRef(cast<BlockType>(type).getInfo().name);
}

const gguf::TensorTypeInfo &BlockType::getInfo() const { return gguf::GetInfo(getFormat()); }

Type KvType::parse(AsmParser &parser) {
  SmallVector<int64_t> dims;
  Type element;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseDimensionList(dims, /*allowDynamic=*/false) ||
      parser.parseType(element) || parser.parseGreater())
    return {};
  if (dims.size() != 3) {
    parser.emitError(loc) << "expected 3 dimensions (heads, key, value), found " << dims.size();
    return {};
  }
  return parser.getChecked<KvType>(loc, parser.getContext(), dims[0], dims[1], dims[2], element);
}

void KvType::print(AsmPrinter &printer) const {
  printer << '<' << getHeads() << 'x' << getKeyDim() << 'x' << getValueDim() << 'x'
          << getElementType() << '>';
}

LogicalResult KvType::verify(function_ref<InFlightDiagnostic()> emitError, int64_t heads,
                             int64_t keyDim, int64_t valueDim, Type elementType) {
  if (heads <= 0 || keyDim <= 0 || valueDim <= 0)
    return emitError() << "expected positive dimensions, found " << heads << "x" << keyDim << "x"
                       << valueDim;
  if (!elementType.isF32() && !elementType.isF16() && !elementType.isBF16() &&
      !llvm::isa<BlockType>(elementType))
    return emitError() << "expected f32, f16, bf16 or a block format, found " << elementType;
  for (int64_t size : {keyDim, valueDim})
    if (auto block = llvm::dyn_cast<BlockType>(elementType);
        block && size % block.getInfo().block_elements != 0)
      return emitError() << "expected a multiple of " << block.getInfo().block_elements
                         << " elements of " << elementType << ", found " << size;
  return success();
}

int64_t KvType::getHeadBytes() const {
  auto bytes = [&](int64_t size) {
    return *getStorageBytes(RankedTensorType::get({size}, getElementType()));
  };
  return bytes(getKeyDim()) + bytes(getValueDim());
}

Type emel::getElementType(MLIRContext *context, gguf::TensorType type) {
  Builder builder(context);
  switch (type) {
    case gguf::TensorType::kF32: return builder.getF32Type();
    case gguf::TensorType::kF16: return builder.getF16Type();
    case gguf::TensorType::kBF16: return builder.getBF16Type();
    case gguf::TensorType::kF64: return builder.getF64Type();
    case gguf::TensorType::kI8: return builder.getI8Type();
    case gguf::TensorType::kI16: return builder.getI16Type();
    case gguf::TensorType::kI32: return builder.getI32Type();
    case gguf::TensorType::kI64: return builder.getI64Type();
    default: break;
  }
  if (gguf::GetInfo(type).family != gguf::TypeFamily::Block) return {};
  return BlockType::get(context, type);
}

std::optional<gguf::TensorType> emel::getTensorType(Type type) {
  if (auto block = dyn_cast<BlockType>(type)) return block.getFormat();
  if (type.isF32()) return gguf::TensorType::kF32;
  if (type.isF16()) return gguf::TensorType::kF16;
  if (type.isBF16()) return gguf::TensorType::kBF16;
  if (type.isF64()) return gguf::TensorType::kF64;
  if (type.isInteger(8)) return gguf::TensorType::kI8;
  if (type.isInteger(16)) return gguf::TensorType::kI16;
  if (type.isInteger(32)) return gguf::TensorType::kI32;
  if (type.isInteger(64)) return gguf::TensorType::kI64;
  return std::nullopt;
}
