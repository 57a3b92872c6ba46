#ifndef EMEL_CODEGEN_CPU_TARGET_H_
#define EMEL_CODEGEN_CPU_TARGET_H_

#include "codegen/cpu/emit/Emit.h"

/// What a CPU variant can do that code has to ask for by name.
namespace emel::cpu {

/// The least and the greatest that a byte can be.
struct ByteRange {
  int least, most;
};

/// How 4 bytes of each lane are multiplied and added.
enum class DotBytes {
  kVpdpbusd,    // 0 to 255 by -128 to 127
  kVpmaddubsw,  // the same, in sums of 16 bits that may overflow
  kSdot,        // -128 to 127 by -128 to 127
};

/// How bytes are looked up in a table of 16.
enum class ByteLookUp {
  kVpshufb512,
  kVpshufb256,
  kTbl,
};

class Target {
 public:
  /// Makes a pair of vectors of bytes, just before they are multiplied.
  using PairAt = llvm::function_ref<std::pair<mlir::Value, mlir::Value>(int64_t)>;

  llvm::StringLiteral name, triple, cpu, features;
  /// The registers that vectors are kept in: how many, and their bits.
  int registers, vectorBits;
  DotBytes dotBytes;
  ByteLookUp byteLookUp;
  bool hasAmx;

  /// The numbers of 32 bits that a register holds.
  int64_t lanes() const { return vectorBits / 32; }
  /// How many vectors of kLanes floats all registers hold.
  int64_t vectors() const { return int64_t{registers} * vectorBits / (32 * kLanes); }

  /// acc plus the sums, over the 4 bytes of each lane, of the products of `count` pairs of vectors,
  /// each a register. Exact: the first of a pair is in the range, which `dotBytes` allows, the
  /// second is -127 to 127.
  mlir::Value dot(Emit &emit, mlir::Value acc, int64_t count, PairAt pairAt, ByteRange range) const;
  /// table[index] in every byte, for indices of 0 to 15.
  mlir::Value lookUp(Emit &emit, llvm::ArrayRef<uint8_t> table, mlir::Value index) const;

 private:
  mlir::Value dotInWords(Emit &emit, mlir::Value acc, int64_t count, PairAt pairAt,
                         ByteRange range) const;
};

/// Every variant, from the most to the least demanding of a family.
llvm::ArrayRef<Target> knownTargets();
/// Null where there is none of that name.
const Target *findTarget(llvm::StringRef name);
/// The best one for this machine; null where none fits.
const Target *nativeTarget();

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_TARGET_H_
