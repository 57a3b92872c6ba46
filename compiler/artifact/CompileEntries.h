#ifndef EMEL_COMPILER_ARTIFACT_COMPILE_ENTRIES_H_
#define EMEL_COMPILER_ARTIFACT_COMPILE_ENTRIES_H_

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "codegen/cpu/program/Image.h"
#include "codegen/cpu/program/StepProgram.h"
#include "llvm/Support/ThreadPool.h"

namespace emel {

/// Calls with what is being done and how far it is.
using ReportProgress = std::function<void(llvm::StringRef what, uint64_t done, uint64_t total)>;

/// Makes the dialects known that kernels are written in.
void loadCodeDialects(mlir::MLIRContext &context);

/// The code of all entries for one target, an object for each.
struct TargetCode {
  std::vector<llvm::SmallVector<char, 0>> objects;
  std::vector<cpu::StepProgram> programs;
};

/// The code of a module's entries, each for several targets:
///
///     CompiledEntries code(module, targets, places, kind, checks, pool);
///     code.lower(report);                 // here, one after the other: what cannot be
///                                         // compiled is known
///     ...                                 // meanwhile LLVM's part runs in the pool
///     code.take(targets.size() - 1, ...)  // waits
///
/// Each piece has an LLVM context of its own and they are taken in order, so that the bytes depend
/// neither on the number of threads nor on which of them is first.
class CompiledEntries {
 public:
  CompiledEntries(mlir::ModuleOp module, llvm::ArrayRef<const cpu::Target *> targets,
                  const cpu::ModelPlaces &places, cpu::CodeKind kind, const cpu::Checks &checks,
                  llvm::ThreadPoolInterface &pool, mlir::TimingScope *timing = nullptr)
      : module_(module),
        targets_(targets),
        places_(places),
        kind_(kind),
        checks_(checks),
        pool_(pool),
        timing_(timing) {}
  /// Waits for what still runs.
  ~CompiledEntries() { pool_.wait(); }

  mlir::LogicalResult lower(const ReportProgress &report);
  mlir::FailureOr<TargetCode> take(size_t target, const ReportProgress &report);

 private:
  struct Piece {
    std::string what;
    const cpu::Target *target;
    cpu::StepProgram program;
    cpu::LlvmCode code;
    llvm::SmallVector<char, 0> object;
    std::string error;
    std::shared_future<void> done;
  };
  mlir::LogicalResult lowerOne(plan::EntryOp entry, Piece &piece);
  void compile(Piece &piece) const;

  mlir::ModuleOp module_;
  llvm::ArrayRef<const cpu::Target *> targets_;
  const cpu::ModelPlaces &places_;
  cpu::CodeKind kind_;
  cpu::Checks checks_;
  llvm::ThreadPoolInterface &pool_;
  mlir::TimingScope *timing_;
  std::deque<Piece> pieces_;  // threads hold references
};

}  // namespace emel

#endif  // EMEL_COMPILER_ARTIFACT_COMPILE_ENTRIES_H_
