#include "codegen/cpu/program/Sanitize.h"

#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace emel::cpu {
namespace {

/// Indices into the table of either sanitizer.
enum Function : unsigned { kRead, kWrite, kFetchAdd };

class Instrumenter {
 public:
  Instrumenter(Module &module, Sanitizer sanitizer)
      : module_(module), sanitizer_(sanitizer), builder_(module.getContext()) {
    size_t count = runtimeFunctions(sanitizer).size();
    table_ = new GlobalVariable(module, ArrayType::get(builder_.getPtrTy(), count),
                                /*isConstant=*/true, GlobalValue::ExternalLinkage, nullptr,
                                kRuntimeTable);
    table_->setVisibility(GlobalValue::HiddenVisibility);
    table_->setDSOLocal(true);
  }

  void run() {
    for (llvm::Function &function : module_) {
      if (function.isDeclaration()) continue;
      function.addFnAttr("frame-pointer", "all");  // for reports that name who called
      SmallVector<Instruction *> instructions;
      for (Instruction &instruction : llvm::instructions(function))
        instructions.push_back(&instruction);
      for (Instruction *instruction : instructions) visit(*instruction);
    }
  }

 private:
  void visit(Instruction &at) {
    builder_.SetInsertPoint(&at);
    if (auto *load = dyn_cast<LoadInst>(&at)) {
      check(kRead, load->getPointerOperand(), bytesOf(load->getType()));
    } else if (auto *store = dyn_cast<StoreInst>(&at)) {
      check(kWrite, store->getPointerOperand(), bytesOf(store->getValueOperand()->getType()));
    } else if (auto *add = dyn_cast<AtomicRMWInst>(&at)) {
      visitAtomic(*add);
    } else if (auto *set = dyn_cast<AnyMemIntrinsic>(&at)) {
      check(kWrite, set->getRawDest(), set->getLength());
      if (auto *copy = dyn_cast<AnyMemTransferInst>(set))
        check(kRead, copy->getRawSource(), copy->getLength());
    } else if (auto *call = dyn_cast<IntrinsicInst>(&at)) {
      if (call->getIntrinsicID() == Intrinsic::masked_load)
        check(kRead, call->getArgOperand(0), maskedBytes(call->getArgOperand(2), call->getType()));
      if (call->getIntrinsicID() == Intrinsic::masked_store)
        check(kWrite, call->getArgOperand(1),
              maskedBytes(call->getArgOperand(3), call->getArgOperand(0)->getType()));
    }
  }

  Value *bytesOf(Type *type) {
    return builder_.getInt64(module_.getDataLayout().getTypeStoreSize(type));
  }

  /// Kernels mask the end of a row: the lanes in use are the first ones.
  Value *maskedBytes(Value *mask, Type *type) {
    auto *vector = cast<FixedVectorType>(type);
    Value *bits = builder_.CreateBitCast(mask, builder_.getIntNTy(vector->getNumElements()));
    Value *lanes = builder_.CreateZExt(builder_.CreateUnaryIntrinsic(Intrinsic::ctpop, bits),
                                       builder_.getInt64Ty());
    return builder_.CreateMul(lanes, bytesOf(vector->getElementType()));
  }

  /// Tickets: the runtime for threads does the addition itself, to know of it.
  void visitAtomic(AtomicRMWInst &add) {
    if (sanitizer_ == Sanitizer::Address)
      return check(kWrite, add.getPointerOperand(), bytesOf(add.getType()));
    assert(add.getOperation() == AtomicRMWInst::Add && add.getType()->isIntegerTy(64));
    constexpr int kRelaxed = 0;
    Value *result =
        call(kFetchAdd, builder_.getInt64Ty(),
             {add.getPointerOperand(), add.getValOperand(), builder_.getInt32(kRelaxed)});
    add.replaceAllUsesWith(result);
    add.eraseFromParent();
  }

  void check(Function function, Value *pointer, Value *bytes) {
    const Value *object = getUnderlyingObject(pointer, /*MaxLookup=*/0);
    if (isa<AllocaInst>(object) || isa<GlobalVariable>(object)) return;
    call(function, builder_.getVoidTy(), {pointer, bytes});
  }

  Value *call(Function function, Type *result, ArrayRef<Value *> arguments) {
    SmallVector<Type *> types;
    for (Value *argument : arguments) types.push_back(argument->getType());
    Value *slot = builder_.CreateConstInBoundsGEP2_64(table_->getValueType(), table_, 0, function);
    Value *address = builder_.CreateLoad(builder_.getPtrTy(), slot);
    return builder_.CreateCall(FunctionType::get(result, types, /*isVarArg=*/false), address,
                               arguments);
  }

  Module &module_;
  Sanitizer sanitizer_;
  IRBuilder<> builder_;
  GlobalVariable *table_;
};

}  // namespace

ArrayRef<StringLiteral> runtimeFunctions(Sanitizer sanitizer) {
  static constexpr StringLiteral kAddress[] = {"__asan_loadN", "__asan_storeN"};
  static constexpr StringLiteral kThread[] = {"__tsan_read_range", "__tsan_write_range",
                                              "__tsan_atomic64_fetch_add"};
  switch (sanitizer) {
    case Sanitizer::None: return {};
    case Sanitizer::Address: return kAddress;
    case Sanitizer::Thread: return kThread;
  }
  llvm_unreachable("every sanitizer has its functions");
}

void instrument(Module &module, Sanitizer sanitizer) {
  if (sanitizer != Sanitizer::None) Instrumenter(module, sanitizer).run();
}

}  // namespace emel::cpu
