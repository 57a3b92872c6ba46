#ifndef EMEL_CODEGEN_CPU_PROGRAM_IMAGE_H_
#define EMEL_CODEGEN_CPU_PROGRAM_IMAGE_H_

#include <memory>
#include <string>
#include <vector>

#include "codegen/cpu/Target.h"
#include "codegen/cpu/program/Checks.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"

/// From functions in MLIR to one position-independent image, in this process.
namespace emel::cpu {

struct ImageSymbol {
  std::string name;
  uint64_t offset, size;
};

/// Code and its constants: runs wherever it is mapped at a page boundary. Refers to nothing outside
/// but through the table of instrumented code.
struct Image {
  std::vector<uint8_t> bytes;
  std::vector<ImageSymbol> symbols;
  /// Of instrumented code: where the addresses of runtimeFunctions go.
  uint64_t runtimeTable = 0;

  const ImageSymbol *find(llvm::StringRef name) const;
};

/// From what kernels and step programs are written in to the LLVM dialect.
void addLlvmPasses(mlir::OpPassManager &passes);
/// The first of these, which only make it shorter.
void addTidyPasses(mlir::OpPassManager &passes);
/// Runs them.
mlir::LogicalResult lowerToLlvm(mlir::ModuleOp module, mlir::TimingScope *timing = nullptr);

enum class CodeKind { Object, Assembly, Llvm };

/// A module of LLVM's with a context of its own, so that several can be worked on at once.
struct LlvmCode {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
};
mlir::FailureOr<LlvmCode> toLlvm(mlir::ModuleOp module);

/// The code, optimised for the target. Callable from several threads.
llvm::Expected<llvm::SmallVector<char, 0>> emitCode(LlvmCode &code, const Target &target,
                                                    CodeKind kind,
                                                    Sanitizer sanitizer = Sanitizer::None);
/// Both in one: errors are reported at the module.
mlir::FailureOr<llvm::SmallVector<char, 0>> emitCode(mlir::ModuleOp module, const Target &target,
                                                     CodeKind kind);

/// One text of several of CodeKind::Llvm for one target, which are as they should be: nothing in
/// them is optimised again.
llvm::Expected<llvm::SmallVector<char, 0>> joinCode(
    llvm::ArrayRef<llvm::SmallVector<char, 0>> pieces, const Target &target, CodeKind kind);

/// Links objects. Refuses, with an error that names it, what would have to be changed when loading:
/// absolute addresses, undefined symbols, data that can be written.
mlir::FailureOr<Image> linkImage(llvm::ArrayRef<llvm::SmallVector<char, 0>> objects,
                                 mlir::Location loc, Sanitizer sanitizer = Sanitizer::None);

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_PROGRAM_IMAGE_H_
