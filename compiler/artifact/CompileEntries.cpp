#include "compiler/artifact/CompileEntries.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace emel {

void loadCodeDialects(MLIRContext &context) {
  context.loadDialect<arith::ArithDialect, cf::ControlFlowDialect, LLVM::LLVMDialect,
                      math::MathDialect, scf::SCFDialect, vector::VectorDialect>();
}

LogicalResult CompiledEntries::lower(const ReportProgress &report) {
  loadCodeDialects(*module_.getContext());
  uint64_t total = targets_.size() * llvm::range_size(module_.getOps<plan::EntryOp>());
  for (const cpu::Target *target : targets_) {
    for (auto entry : module_.getOps<plan::EntryOp>()) {
      Piece &piece = pieces_.emplace_back();
      piece.target = target;
      piece.what = ("compiling " + entry.getSymName() + " for " + target->name).str();
      if (report) report(piece.what, pieces_.size() - 1, total);
      if (failed(lowerOne(entry, piece))) return failure();
      piece.done = pool_.async([this, &piece] { compile(piece); });
    }
  }
  return success();
}

LogicalResult CompiledEntries::lowerOne(plan::EntryOp entry, Piece &piece) {
  OwningOpRef<ModuleOp> own = ModuleOp::create(entry.getLoc());
  auto program = cpu::emitStepProgram(entry, *piece.target, places_, *own, checks_);
  if (failed(program) || failed(cpu::lowerToLlvm(*own, timing_))) return failure();
  FailureOr<cpu::LlvmCode> code = cpu::toLlvm(*own);
  if (failed(code)) return failure();
  piece.program = *program;
  piece.code = std::move(*code);
  return success();
}

void CompiledEntries::compile(Piece &piece) const {
  cpu::LlvmCode code = std::move(piece.code);  // gone when this is done
  auto object = cpu::emitCode(code, *piece.target, kind_, checks_.sanitizer);
  if (object) {
    piece.object = std::move(*object);
  } else {
    piece.error = llvm::toString(object.takeError());
  }
}

FailureOr<TargetCode> CompiledEntries::take(size_t target, const ReportProgress &report) {
  TargetCode code;
  size_t count = pieces_.size() / targets_.size();
  for (size_t i = target * count; i < (target + 1) * count; ++i) {
    Piece &piece = pieces_[i];
    if (report) report(piece.what, i, pieces_.size());
    piece.done.wait();
    if (!piece.error.empty()) return module_.emitError(piece.error);
    code.objects.push_back(std::move(piece.object));
    code.programs.push_back(piece.program);
  }
  return code;
}

}  // namespace emel
