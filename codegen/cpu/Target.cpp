#include "codegen/cpu/Target.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "runtime/artifact/cpu.h"

using namespace mlir;

namespace emel::cpu {

// LLVM knows x86-64-v4 without VNNI, which every CPU with these features but the first has. Its CPU
// called sapphirerapids has more than the variant of that name asks for.
static constexpr Target kTargets[] = {
    {"sapphirerapids", "x86_64-unknown-linux-gnu", "x86-64-v4",
     "+avx512vnni,+avx512bf16,+avx512fp16,+amx-tile,+amx-bf16,+amx-int8", 512, true, true},
    {"x86-64-v4", "x86_64-unknown-linux-gnu", "x86-64-v4", "+avx512vnni", 512, true, false},
    {"x86-64-v3", "x86_64-unknown-linux-gnu", "x86-64-v3", "", 256, false, false},
    {"aarch64", "aarch64-unknown-linux-gnu", "generic", "+neon", 128, false, false},
};

ArrayRef<Target> knownTargets() { return kTargets; }

const Target *findTarget(StringRef name) {
  for (const Target &target : kTargets)
    if (target.name == name) return &target;
  return nullptr;
}

const Target *nativeTarget() {
  absl::Span<const artifact::CpuVariant> known = artifact::KnownVariants();
  absl::StatusOr<size_t> chosen = artifact::ChooseVariantHere(known);
  return chosen.ok() ? findTarget(known[*chosen].name) : nullptr;
}

Value Target::dotBytes(Emit &emit, Value acc, Value a, Value b) const {
  VectorType lanes = emit.vec(emit.i32());
  if (hasVnni)
    return emit.intrinsic(lanes, "llvm.x86.avx512.vpdpbusd.512",
                          {acc, emit.bitcast(lanes, a), emit.bitcast(lanes, b)});
  // Bytes as numbers of 16 bits, the even ones and the odd ones, so that nothing saturates.
  VectorType words = emit.vec(emit.getI16Type(), 2 * kLanes);
  Value wordsA = emit.bitcast(words, a), wordsB = emit.bitcast(words, b);
  Value eight = emit.splatInt(words, 8);
  Value evenA = emit.create<arith::AndIOp>(wordsA, emit.splatInt(words, 255));
  Value evenB = emit.create<arith::ShRSIOp>(emit.create<arith::ShLIOp>(wordsB, eight), eight);
  Value oddA = emit.create<arith::ShRUIOp>(wordsA, eight);
  Value oddB = emit.create<arith::ShRSIOp>(wordsB, eight);
  return dotWords(emit, dotWords(emit, acc, evenA, evenB), oddA, oddB);
}

Value Target::dotWords(Emit &emit, Value acc, Value a, Value b) const {
  VectorType lanes = emit.vec(emit.i32());
  auto plus = [&](Value x, Value y) -> Value { return emit.create<arith::AddIOp>(x, y); };
  if (vectorBits == 256) {
    Value sums = emit.splatInt(lanes, 0);
    for (int64_t at : {int64_t{0}, kLanes / 2}) {
      auto half = [&](Value words) -> Value {
        return emit.create<vector::ExtractStridedSliceOp>(
            words, ArrayRef<int64_t>{2 * at}, ArrayRef<int64_t>{kLanes}, ArrayRef<int64_t>{1});
      };
      Value own = emit.intrinsic(emit.vec(emit.i32(), kLanes / 2), "llvm.x86.avx2.pmadd.wd",
                                 {half(a), half(b)});
      sums = emit.create<vector::InsertStridedSliceOp>(own, sums, ArrayRef<int64_t>{at},
                                                       ArrayRef<int64_t>{1});
    }
    return plus(acc, sums);
  }
  // A product of 0 to 255 and -128 to 127 is a number of 16 bits.
  Value products = emit.bitcast(lanes, emit.create<arith::MulIOp>(a, b));
  Value sixteen = emit.splatInt(lanes, 16);
  Value low = emit.create<arith::ShRSIOp>(emit.create<arith::ShLIOp>(products, sixteen), sixteen);
  return plus(acc, plus(low, emit.create<arith::ShRSIOp>(products, sixteen)));
}

Value Target::lookUp(Emit &emit, ArrayRef<uint8_t> table, Value index) const {
  int64_t bytes = cast<VectorType>(index.getType()).getNumElements();
  auto tableOf = [&](int64_t count) -> Value {
    SmallVector<uint8_t> repeated;
    for (int64_t i = 0; i < count; ++i) repeated.push_back(table[i % 16]);
    return emit.create<arith::ConstantOp>(DenseElementsAttr::get(
        emit.vec(emit.i8(), count), ArrayRef<char>(reinterpret_cast<char *>(repeated.data()), count)));
  };
  auto inParts = [&](int64_t part, llvm::function_ref<Value(Value)> lookUpPart) -> Value {
    Value result;
    for (int64_t at = 0; at < bytes; at += part) {
      Value own = emit.create<vector::ExtractStridedSliceOp>(index, ArrayRef<int64_t>{at},
                                                             ArrayRef<int64_t>{part},
                                                             ArrayRef<int64_t>{1});
      own = lookUpPart(own);
      if (!result) result = emit.splatInt(index.getType(), 0);
      result = emit.create<vector::InsertStridedSliceOp>(own, result, ArrayRef<int64_t>{at},
                                                         ArrayRef<int64_t>{1});
    }
    return result;
  };
  if (vectorBits == 512)
    return emit.intrinsic(index.getType(), "llvm.x86.avx512.pshuf.b.512", {tableOf(64), index});
  if (vectorBits == 256)
    return inParts(32, [&](Value own) {
      return emit.intrinsic(own.getType(), "llvm.x86.avx2.pshuf.b", {tableOf(32), own});
    });
  return inParts(16, [&](Value own) {
    return emit.intrinsic(own.getType(), "llvm.aarch64.neon.tbl1.v16i8", {tableOf(16), own});
  });
}

}  // namespace emel::cpu
