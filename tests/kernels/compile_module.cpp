#include "tests/kernels/compile_module.h"

#include "codegen/cpu/StepProgram.h"
#include "compiler/driver/Diagnostics.h"
#include "compiler/pack/Pack.h"
#include "dialects/plan/Plan.h"

using namespace mlir;

namespace emel::testing {

absl::StatusOr<CompiledKernel> CompileModule(ModuleOp module, const cpu::Target& target,
                                             int64_t width) {
  DiagnosticCollector diagnostics(module.getContext());
  auto packing = Packing::create(module, {});
  if (failed(packing)) return diagnostics.status();
  CompiledKernel made;
  made.width = width;
  auto append = [&](absl::Span<const uint8_t> bytes) {
    made.weights.insert(made.weights.end(), bytes.begin(), bytes.end());
    return absl::OkStatus();
  };
  if (failed(packing->write(append))) return diagnostics.status();
  cpu::ModelPlaces places;
  for (PackedWeight weight : packing->weights())
    places.weights[weight.weight.getSymName()] = weight.offset;
  std::vector<SmallVector<char, 0>> objects;
  for (auto entry : module.getOps<plan::EntryOp>()) {
    OwningOpRef<ModuleOp> own = ModuleOp::create(entry.getLoc());
    auto program = cpu::emitStepProgram(entry, target, places, *own);
    if (failed(program) || failed(cpu::lowerToLlvm(*own))) return diagnostics.status();
    auto object = cpu::emitCode(*own, target, cpu::CodeKind::Object);
    if (failed(object)) return diagnostics.status();
    objects.push_back(std::move(*object));
    made.scratch_bytes = std::max<uint64_t>(made.scratch_bytes, program->scratchBytes);
    made.entries.push_back({program->symbol, entry.getMaxTokens(), program->tickets});
  }
  auto image = cpu::linkImage(objects, module.getLoc());
  if (failed(image)) return diagnostics.status();
  made.image = std::move(*image);
  for (auto arena : module.getOps<plan::ArenaOp>())
    if (arena.getKind() == plan::ArenaKind::Shared) made.arena_bytes = arena.getBytes();
  return made;
}

}  // namespace emel::testing
