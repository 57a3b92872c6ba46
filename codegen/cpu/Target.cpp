#include "codegen/cpu/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "runtime/artifact/cpu.h"

using namespace mlir;

namespace emel::cpu {

// LLVM knows x86-64-v4 without VNNI, which every CPU with these features but the first has. Its CPU
// called sapphirerapids has more than the variant of that name asks for.
static constexpr Target kTargets[] = {
    {"sapphirerapids", "x86_64-unknown-linux-gnu", "x86-64-v4",
     "+avx512vnni,+avx512bf16,+avx512fp16,+amx-tile,+amx-bf16,+amx-int8", 32, 512,
     DotBytes::kVpdpbusd, ByteLookUp::kVpshufb512, true},
    {"x86-64-v4", "x86_64-unknown-linux-gnu", "x86-64-v4", "+avx512vnni", 32, 512,
     DotBytes::kVpdpbusd, ByteLookUp::kVpshufb512, false},
    {"x86-64-v3", "x86_64-unknown-linux-gnu", "x86-64-v3", "", 16, 256, DotBytes::kVpmaddubsw,
     ByteLookUp::kVpshufb256, false},
    {"aarch64", "aarch64-unknown-linux-gnu", "generic", "+neon,+dotprod", 32, 128, DotBytes::kSdot,
     ByteLookUp::kTbl, false},
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

Value Target::dot(Emit &emit, Value acc, int64_t count, PairAt pairAt, ByteRange range) const {
  if (dotBytes == DotBytes::kVpmaddubsw) return dotInWords(emit, acc, count, pairAt, range);
  auto type = cast<VectorType>(acc.getType());
  for (int64_t i = 0; i < count; ++i) {
    auto [a, b] = pairAt(i);
    acc = dotBytes == DotBytes::kVpdpbusd
              ? emit.intrinsic(type, "llvm.x86.avx512.vpdpbusd.512",
                               {acc, emit.bitcast(type, a), emit.bitcast(type, b)})
              : emit.intrinsic(type, "llvm.aarch64.neon.sdot.v4i32.v16i8", {acc, a, b});
  }
  return acc;
}

/// Adds pairs of products as numbers of 16 bits, as many as stay below 2^15, then pairs of those.
/// Where the first factors may be negative, their signs go over to the second ones.
Value Target::dotInWords(Emit &emit, Value acc, int64_t count, PairAt pairAt,
                         ByteRange range) const {
  auto type = cast<VectorType>(acc.getType());
  VectorType words = emit.vec(emit.getI16Type(), 2 * type.getNumElements());
  auto plus = [&](Value x, Value y) -> Value {
    return x ? Value(emit.create<arith::AddIOp>(x, y)) : y;
  };
  int64_t together = 32767 / (2 * 127 * std::max(range.most, -range.least));
  Value sum;
  for (int64_t i = 0; i < count; ++i) {
    auto [a, b] = pairAt(i);
    if (range.least < 0) {
      b = emit.intrinsic(b.getType(), "llvm.x86.avx2.psign.b", {b, a});
      a = emit.create<math::AbsIOp>(a);
    }
    sum = plus(sum, emit.intrinsic(words, "llvm.x86.avx2.pmadd.ub.sw", {a, b}));
    if ((i + 1) % together && i + 1 < count) continue;
    acc = plus(acc, emit.intrinsic(type, "llvm.x86.avx2.pmadd.wd", {sum, emit.splatInt(words, 1)}));
    sum = {};
  }
  return acc;
}

Value Target::lookUp(Emit &emit, ArrayRef<uint8_t> table, Value index) const {
  int64_t bytes = cast<VectorType>(index.getType()).getNumElements();
  auto tableOf = [&](int64_t count) -> Value {
    SmallVector<uint8_t> repeated;
    for (int64_t i = 0; i < count; ++i) repeated.push_back(table[i % 16]);
    return emit.create<arith::ConstantOp>(
        DenseElementsAttr::get(emit.vec(emit.i8(), count),
                               ArrayRef<char>(reinterpret_cast<char *>(repeated.data()), count)));
  };
  auto inParts = [&](int64_t part, llvm::function_ref<Value(Value)> lookUpPart) -> Value {
    Value result;
    for (int64_t at = 0; at < bytes; at += part) {
      Value own = emit.create<vector::ExtractStridedSliceOp>(
          index, ArrayRef<int64_t>{at}, ArrayRef<int64_t>{part}, ArrayRef<int64_t>{1});
      own = lookUpPart(own);
      if (!result) result = emit.splatInt(index.getType(), 0);
      result = emit.create<vector::InsertStridedSliceOp>(own, result, ArrayRef<int64_t>{at},
                                                         ArrayRef<int64_t>{1});
    }
    return result;
  };
  if (byteLookUp == ByteLookUp::kVpshufb512)
    return emit.intrinsic(index.getType(), "llvm.x86.avx512.pshuf.b.512", {tableOf(64), index});
  if (byteLookUp == ByteLookUp::kVpshufb256)
    return inParts(32, [&](Value own) {
      return emit.intrinsic(own.getType(), "llvm.x86.avx2.pshuf.b", {tableOf(32), own});
    });
  return inParts(16, [&](Value own) {
    return emit.intrinsic(own.getType(), "llvm.aarch64.neon.tbl1.v16i8", {tableOf(16), own});
  });
}

}  // namespace emel::cpu
