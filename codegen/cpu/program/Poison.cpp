#include "codegen/cpu/program/Poison.h"

#include "codegen/cpu/program/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace emel::plan;

namespace emel::cpu {

SmallVector<Range> deadBytes(EntryOp entry, ArenaOp arena, int64_t epoch) {
  SmallVector<Range> live;
  for (LaunchOp launch : entry.getBody().front().getOps<LaunchOp>()) {
    for (unsigned i = 0; i < launch.getNumResults(); ++i) {
      PlaceAttr place = launch.getPlace(i);
      LifeAttr life = launch.getLife(i);
      if (!place || !life || place.getArena().getValue() != arena.getSymName()) continue;
      if (life.getLower() < epoch && epoch < life.getUpper())
        live.push_back({place.getOffset(), place.getOffset() + place.getBytes()});
    }
  }
  llvm::sort(live, [](Range a, Range b) { return a.begin < b.begin; });
  live.push_back({static_cast<int64_t>(arena.getBytes()), static_cast<int64_t>(arena.getBytes())});
  SmallVector<Range> dead;
  int64_t end = 0;
  for (Range range : live) {
    if (end < range.begin) dead.push_back({end, range.begin});
    end = std::max(end, range.end);
  }
  return dead;
}

void emitPoison(Emit &emit, const Target &target, ModuleOp module, StringRef name) {
  OpBuilder::InsertionGuard guard(emit);
  emit.setInsertionPointToEnd(module.getBody());
  auto type =
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(emit.getContext()),
                                  {emit.ptr(), emit.i64(), emit.i64(), emit.i64(), emit.i64()});
  auto function = emit.create<LLVM::LLVMFuncOp>(name, type, LLVM::Linkage::Internal);
  function.setPassthroughAttr(functionAttributes(emit, target));
  Block *body = function.addEntryBlock(emit);
  emit.setInsertionPointToStart(body);
  Value memory = body->getArgument(0), begin = body->getArgument(1), end = body->getArgument(2),
        worker = body->getArgument(3), workers = body->getArgument(4);

  constexpr int64_t kLine = 64;
  Value lines = emit.ceilDiv(emit.sub(end, begin), kLine);
  auto firstOf = [&](Value index) -> Value {
    return emit.create<arith::DivUIOp>(emit.mul(index, lines), workers);
  };
  emit.loop(firstOf(worker), firstOf(emit.add(worker, 1)), 1, [&](Value line) {
    Value from = emit.add(begin, emit.mul(line, kLine));
    Value to = emit.min(emit.add(from, kLine), end);
    Value whole = emit.equal(emit.sub(to, from), emit.i64(kLine));
    emit.when(whole, [&] {
      emit.store(emit.splatInt(emit.vec(emit.i8(), kLine), -1), emit.at(memory, from));
    });
    Value rest = emit.create<arith::SelectOp>(whole, to, from);
    emit.loop(rest, to, 1,
              [&](Value byte) { emit.store(emit.splatInt(emit.i8(), -1), emit.at(memory, byte)); });
  });
  emit.create<LLVM::ReturnOp>(ValueRange{});
}

}  // namespace emel::cpu
