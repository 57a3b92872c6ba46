// Code generation as passes, to look at and to test one step of it at a time. emel-compile does the same without them,
// an entry at a time and several at once.

include "mlir/Pass/PassBase.td"

def LowerToCpu : Pass<"emel-lower-to-cpu", "::mlir::ModuleOp"> {
  let summary = "Turns a plan into the kernels and step programs of a CPU";
  let description = [{
    Each `plan.entry` becomes a module of its name with `@emel_ENTRY`, which every worker runs for a step, and one function for each
    kernel and way in which it is launched, in the vector, scf, arith and math dialects over LLVM's pointers. Intrinsics
    stand where a CPU has an instruction of its own. What an op has no code for on the CPU is an error that names it.

    Every weight has a place of its own here; in an artifact, weights of the same bytes share one.
  }];
  let options = [
    Option<"cpu", "cpu", "std::string", "\"x86-64-v3\"", "sapphirerapids, x86-64-v4, x86-64-v3 or aarch64">,
    Option<"poison", "poison", "bool", "false", "fill what the plan says is dead with NaN">,
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect",
  ];
}
