#include "codegen/cpu/emit/Emit.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace emel::cpu {

Type Emit::ptr() { return LLVM::LLVMPointerType::get(getContext()); }

//===----------------------------------------------------------------------===//
// Constants and indices
//===----------------------------------------------------------------------===//

Value Emit::i64(int64_t value) { return create<arith::ConstantOp>(getI64IntegerAttr(value)); }

Value Emit::i32(int64_t value) {
  return create<arith::ConstantOp>(getI32IntegerAttr(static_cast<int32_t>(value)));
}

Value Emit::f32(double value) { return splat(f32(), value); }

Value Emit::splat(Type type, double value) {
  FloatAttr number = getFloatAttr(getElementTypeOrSelf(type), value);
  if (auto vector = dyn_cast<VectorType>(type))
    return create<arith::ConstantOp>(DenseElementsAttr::get(vector, Attribute(number)));
  return create<arith::ConstantOp>(number);
}

Value Emit::splatInt(Type type, int64_t value) {
  IntegerAttr number = getIntegerAttr(getElementTypeOrSelf(type), value);
  if (auto vector = dyn_cast<VectorType>(type))
    return create<arith::ConstantOp>(DenseElementsAttr::get(vector, Attribute(number)));
  return create<arith::ConstantOp>(number);
}

Value Emit::iota() {
  SmallVector<int32_t> lanes = llvm::to_vector(llvm::seq<int32_t>(0, kLanes));
  return create<arith::ConstantOp>(DenseElementsAttr::get(vec(i32()), ArrayRef<int32_t>(lanes)));
}

std::optional<int64_t> Emit::constant(Value value) {
  IntegerAttr attribute;
  if (matchPattern(value, m_Constant(&attribute))) return attribute.getInt();
  return std::nullopt;
}

Value Emit::add(Value a, Value b) { return createOrFold<arith::AddIOp>(a, b); }
Value Emit::sub(Value a, Value b) { return createOrFold<arith::SubIOp>(a, b); }
Value Emit::mul(Value a, Value b) { return createOrFold<arith::MulIOp>(a, b); }
Value Emit::div(Value a, int64_t b) { return b == 1 ? a : createOrFold<arith::DivUIOp>(a, i64(b)); }
Value Emit::rem(Value a, int64_t b) {
  return b == 1 ? i64(0) : createOrFold<arith::RemUIOp>(a, i64(b));
}
Value Emit::min(Value a, Value b) { return createOrFold<arith::MinSIOp>(a, b); }
Value Emit::max(Value a, Value b) { return createOrFold<arith::MaxSIOp>(a, b); }
Value Emit::less(Value a, Value b) {
  return createOrFold<arith::CmpIOp>(arith::CmpIPredicate::slt, a, b);
}
Value Emit::equal(Value a, Value b) {
  return createOrFold<arith::CmpIOp>(arith::CmpIPredicate::eq, a, b);
}
Value Emit::toI64(Value number) { return createOrFold<arith::ExtUIOp>(i64(), number); }

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value Emit::at(Value pointer, Value bytes) {
  if (constant(bytes) == 0) return pointer;
  return create<LLVM::GEPOp>(ptr(), i8(), pointer, ValueRange{bytes});
}

Value Emit::load(Type type, Value pointer, unsigned align) {
  return create<LLVM::LoadOp>(type, pointer, align);
}

void Emit::store(Value value, Value pointer, unsigned align) {
  create<LLVM::StoreOp>(value, pointer, align);
}

Value Emit::maskBelow(Value count, int64_t lanes) {
  SmallVector<int32_t> indices = llvm::to_vector(llvm::seq<int32_t>(0, lanes));
  Value lane = create<arith::ConstantOp>(
      DenseElementsAttr::get(vec(i32(), lanes), ArrayRef<int32_t>(indices)));
  Value limit = broadcast(create<arith::TruncIOp>(i32(), count), lanes);
  return create<arith::CmpIOp>(arith::CmpIPredicate::slt, lane, limit);
}

Value Emit::loadFirst(VectorType type, Value pointer, Value count, Value rest) {
  if (!rest) rest = create<arith::ConstantOp>(getZeroAttr(type));
  return create<LLVM::MaskedLoadOp>(type, pointer, maskBelow(count, type.getNumElements()),
                                    ValueRange{rest}, 1);
}

void Emit::storeFirst(Value value, Value pointer, Value count) {
  int64_t lanes = cast<VectorType>(value.getType()).getNumElements();
  create<LLVM::MaskedStoreOp>(value, pointer, maskBelow(count, lanes), 1);
}

void Emit::prefetch(Value pointer) {
  create<LLVM::Prefetch>(pointer, /*rw=*/0u, /*hint=*/3u, /*cache=*/1u);
}

Value Emit::frame(int64_t bytes) {
  auto function = getInsertionBlock()->getParentOp();
  while (!isa<LLVM::LLVMFuncOp>(function)) function = function->getParentOp();
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(&cast<LLVM::LLVMFuncOp>(function).getBody().front());
  constexpr int64_t kMostOnStack = 1024;
  if (bytes <= kMostOnStack) return create<LLVM::AllocaOp>(ptr(), i8(), i64(bytes), 64);
  int64_t offset = frameBytes_;
  frameBytes_ += llvm::alignTo(bytes, 64);
  return at(frame_, offset);
}

Value Emit::table(StringRef name, DenseElementsAttr data) {
  Operation *module = getInsertionBlock()->getParentOp();
  while (!isa<ModuleOp>(module)) module = module->getParentOp();
  SymbolTable symbols(module);
  auto global = symbols.lookup<LLVM::GlobalOp>(name);
  if (!global) {
    OpBuilder::InsertionGuard guard(*this);
    setInsertionPointToStart(cast<ModuleOp>(module).getBody());
    auto type = LLVM::LLVMArrayType::get(data.getElementType(), data.getNumElements());
    global = create<LLVM::GlobalOp>(type, /*isConstant=*/true, LLVM::Linkage::Internal, name, data,
                                    /*alignment=*/64);
  }
  return create<LLVM::AddressOfOp>(global);
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

Value Emit::broadcast(Value number, int64_t lanes) {
  return createOrFold<vector::BroadcastOp>(vec(number.getType(), lanes), number);
}

Value Emit::bitcast(Type type, Value value) {
  if (type == value.getType()) return value;
  if (isa<VectorType>(type)) return create<vector::BitCastOp>(cast<VectorType>(type), value);
  return create<arith::BitcastOp>(type, value);
}

Value Emit::select(Value condition, Value yes, Value no) {
  return create<arith::SelectOp>(condition, yes, no);
}

Value Emit::fma(Value a, Value b, Value c) { return create<math::FmaOp>(a, b, c); }

Value Emit::foldLanes(Value vector, function_ref<Value(Value, Value)> fold) {
  int64_t lanes = cast<VectorType>(vector.getType()).getNumElements();
  for (int64_t half = lanes / 2; half > 0; half /= 2) {
    SmallVector<int64_t> order;
    for (int64_t i = 0; i < lanes; ++i) order.push_back((i + half) % lanes);
    vector = fold(vector, create<vector::ShuffleOp>(vector, vector, order));
  }
  return create<vector::ExtractOp>(vector, ArrayRef<int64_t>{0});
}

Value Emit::sumLanes(Value vector) {
  return foldLanes(vector, [&](Value a, Value b) { return create<arith::AddFOp>(a, b); });
}

Value Emit::maxLanes(Value vector) {
  return foldLanes(vector, [&](Value a, Value b) { return create<arith::MaximumFOp>(a, b); });
}

Value Emit::intrinsic(Type type, StringRef name, ValueRange arguments) {
  return create<LLVM::CallIntrinsicOp>(type, getStringAttr(name), arguments).getResult(0);
}

void Emit::instruction(StringRef name, ValueRange arguments) {
  create<LLVM::CallIntrinsicOp>(Type(), getStringAttr(name), arguments);
}

//===----------------------------------------------------------------------===//
// Control
//===----------------------------------------------------------------------===//

void Emit::loop(Value from, Value to, int64_t step, function_ref<void(Value)> body) {
  loop(from, to, step, {}, [&](Value index, ValueRange) {
    body(index);
    return SmallVector<Value>();
  });
}

SmallVector<Value> Emit::loop(Value from, Value to, int64_t step, ValueRange start,
                              function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  if (auto begin = constant(from), end = constant(to); begin && end) {
    if (*end <= *begin) return SmallVector<Value>(start);
    if (*end - *begin <= step) return body(from, start);
  }
  auto loop = create<scf::ForOp>(from, to, i64(step), start,
                                 [](OpBuilder &, Location, Value, ValueRange) {});
  OpBuilder::InsertionGuard guard(*this);
  Block *block = loop.getBody();
  if (!block->empty() && block->back().hasTrait<OpTrait::IsTerminator>()) block->back().erase();
  setInsertionPointToEnd(block);
  SmallVector<Value> results = body(loop.getInductionVar(), loop.getRegionIterArgs());
  create<scf::YieldOp>(results);
  return SmallVector<Value>(loop.getResults());
}

void Emit::when(Value condition, function_ref<void()> body) {
  if (auto known = constant(condition)) {
    if (*known) body();
    return;
  }
  auto branch = create<scf::IfOp>(condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(branch.thenBlock());
  body();
}

void Emit::vectors(Value size, function_ref<void(Value, Value)> body) {
  Value whole = mul(div(size, kLanes), kLanes);
  loop(i64(0), whole, kLanes, [&](Value index) { body(index, {}); });
  when(less(whole, size), [&] { body(whole, sub(size, whole)); });
}

}  // namespace emel::cpu
