#ifndef EMEL_CODEGEN_CPU_TARGET_H_
#define EMEL_CODEGEN_CPU_TARGET_H_

#include "codegen/cpu/Emit.h"

/// What a CPU variant can do that code has to ask for by name.
namespace emel::cpu {

class Target {
 public:
  llvm::StringLiteral name, triple, cpu, features;
  /// The registers that vectors are kept in, in bits.
  int vectorBits;
  bool hasVnni, hasAmx;

  /// acc + a b over the 4 bytes of each lane: a of 0 to 255, b of -128 to 127. Exact: no sum on the
  /// way is cut off.
  mlir::Value dotBytes(Emit &emit, mlir::Value acc, mlir::Value a, mlir::Value b) const;
  /// table[index] in every byte, for indices of 0 to 15.
  mlir::Value lookUp(Emit &emit, llvm::ArrayRef<uint8_t> table, mlir::Value index) const;

 private:
  /// The same over the 2 words of each lane.
  mlir::Value dotWords(Emit &emit, mlir::Value acc, mlir::Value a, mlir::Value b) const;
};

/// Every variant, from the most to the least demanding of a family.
llvm::ArrayRef<Target> knownTargets();
/// Null where there is none of that name.
const Target *findTarget(llvm::StringRef name);
/// The best one for this machine; null where none fits.
const Target *nativeTarget();

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_TARGET_H_
