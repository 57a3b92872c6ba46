#ifndef EMEL_CODEGEN_CPU_PROGRAM_SANITIZE_H_
#define EMEL_CODEGEN_CPU_PROGRAM_SANITIZE_H_

#include "codegen/cpu/program/Checks.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/IR/Module.h"

/// Code whose accesses to memory a sanitizer's runtime checks, as it checks those of the program
/// that calls the code.
namespace emel::cpu {

/// The functions of the runtime that instrumented code calls. Their addresses are in a table in the
/// image, in this order, which whoever maps the image fills in.
llvm::ArrayRef<llvm::StringLiteral> runtimeFunctions(Sanitizer sanitizer);
inline constexpr llvm::StringLiteral kRuntimeTable = "emel_runtime";

/// Adds a call before each load and store of memory that functions are given. LLVM's own pass for
/// threads passes over vectors, which nearly all of our accesses are; and both passes want a
/// constructor and symbols, which an image has none of.
///
/// Not checked: the stack, constants, and what instructions for tiles load and store.
void instrument(llvm::Module &module, Sanitizer sanitizer);

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_PROGRAM_SANITIZE_H_
