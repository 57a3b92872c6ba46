#include "tests/kernels/test_form.h"

#include "codegen/cpu/program/Kernel.h"
#include "mlir/Parser/Parser.h"
#include "runtime/artifact/cpu.h"
#include "tests/support/process.h"

#include <absl/strings/str_cat.h>

using namespace mlir;

namespace emel::testing {
namespace {

// Of the tiles and their configuration, as the portable instructions keep them.
constexpr int64_t kTileStateBytes = 8 * 1024 + 64;

// Puts calls of portable instructions in the place of a CPU's own.
class Replacer {
 public:
  Replacer(ModuleOp module, const cpu::Target& host) : module_(module), host_(host) {}

  LogicalResult Run() {
    portable_ = parseSourceFile<ModuleOp>(PortableInstructionsPath(), module_.getContext());
    if (!portable_) return failure();
    Builder builder(module_.getContext());
    for (auto function : module_.getOps<LLVM::LLVMFuncOp>())
      function.setPassthroughAttr(cpu::functionAttributes(builder, host_));
    SmallVector<LLVM::CallIntrinsicOp> calls;
    module_.walk([&](LLVM::CallIntrinsicOp call) {
      if (call.getIntrin().starts_with("llvm.x86.") ||
          call.getIntrin().starts_with("llvm.aarch64."))
        calls.push_back(call);
    });
    for (LLVM::CallIntrinsicOp call : calls)
      if (failed(Replace(call))) return failure();
    return success();
  }

 private:
  LogicalResult Replace(LLVM::CallIntrinsicOp call) {
    LLVM::LLVMFuncOp function = Import(call.getIntrin().drop_front(StringRef("llvm.").size()));
    if (!function)
      return call.emitError() << "'" << call.getIntrin() << "' has no portable meaning: add it to "
                              << PortableInstructionsPath();
    SmallVector<Value> arguments(call.getArgs());
    if (function.getNumArguments() > arguments.size())
      arguments.insert(arguments.begin(), TilesOf(call->getParentOfType<LLVM::LLVMFuncOp>()));
    OpBuilder builder(call);
    auto made = builder.create<LLVM::CallOp>(call.getLoc(), function, arguments);
    call->replaceAllUsesWith(made->getResults());
    call.erase();
    return success();
  }

  // The module's copy of a function and of those that it calls; null where there is none.
  LLVM::LLVMFuncOp Import(StringRef name) {
    if (auto own = module_.lookupSymbol<LLVM::LLVMFuncOp>(name)) return own;
    auto found = portable_->lookupSymbol<LLVM::LLVMFuncOp>(name);
    if (!found) return {};
    OpBuilder builder = OpBuilder::atBlockEnd(module_.getBody());
    auto own = cast<LLVM::LLVMFuncOp>(builder.clone(*found));
    own.setLinkage(LLVM::Linkage::Internal);
    // Helpers may go into those that call them; instructions would make kernels many times as long.
    bool is_helper = !found.getPassthrough();
    SmallVector<Attribute> attributes(cpu::functionAttributes(builder, host_).getValue());
    llvm::erase_if(attributes, [&](Attribute attribute) {
      return is_helper && attribute == builder.getStringAttr("noinline");
    });
    own.setPassthroughAttr(builder.getArrayAttr(attributes));
    own.walk([&](LLVM::CallOp call) { Import(*call.getCallee()); });
    return own;
  }

  // A function keeps its tiles to itself, as ours do.
  Value TilesOf(LLVM::LLVMFuncOp function) {
    Value& tiles = tiles_[function];
    if (tiles) return tiles;
    cpu::Emit emit(function.getLoc(), function.getContext());
    emit.setInsertionPointToStart(&function.getBody().front());
    return tiles = emit.create<LLVM::AllocaOp>(emit.ptr(), emit.i8(), emit.i64(kTileStateBytes),
                                               /*alignment=*/64);
  }

  ModuleOp module_;
  const cpu::Target& host_;
  OwningOpRef<ModuleOp> portable_;
  llvm::DenseMap<Operation*, Value> tiles_;
};

// As a loader asks.
absl::Status RunsHere(const cpu::Target& target) {
  return artifact::ChooseVariantHere(artifact::KnownVariants(), target.name.str()).status();
}

}  // namespace

std::string TestForm::name() const { return target.name.str() + (is_portable ? "-portable" : ""); }

std::vector<TestForm> KnownForms() {
  llvm::ArrayRef<cpu::Target> targets = cpu::knownTargets();
  std::vector<TestForm> forms(targets.begin(), targets.end());
  for (const cpu::Target& target : targets) forms.push_back(PortableFormOf(target));
  return forms;
}

TestForm PortableFormOf(const cpu::Target& target) {
  TestForm form = target;
  form.is_portable = true;
  for (const cpu::Target& host : cpu::knownTargets())
    if (RunsHere(host).ok()) form.host = host;
  return form;
}

absl::StatusOr<Runner> RunnerOf(const TestForm& form) {
  absl::Status status = RunsHere(form.host);
  if (status.ok()) return Runner::kNative;
  if (!form.host.triple.starts_with("aarch64")) return status;
  static const bool has_emulator = Run({"/usr/bin/env", "qemu-aarch64", "--version"}).code == 0;
  if (has_emulator) return Runner::kEmulator;
  return absl::FailedPreconditionError(
      absl::StrCat(status.message(), "; nor is there a qemu-aarch64"));
}

std::string PortableInstructionsPath() {
  return EMEL_SOURCE_DIR "/tests/kernels/inputs/portable_instructions.mlir";
}

FailureOr<SmallVector<char, 0>> FormCompiler::ObjectOf(ModuleOp module, const TestForm& form) {
  if (form.is_portable && failed(Replacer(module, form.host).Run())) return failure();
  std::string key;
  llvm::raw_string_ostream(key) << form.host.name << "\n" << module;
  if (auto found = objects_.find(key); found != objects_.end()) return found->second;
  if (failed(cpu::lowerToLlvm(module))) return failure();
  auto object = cpu::emitCode(module, form.host, cpu::CodeKind::Object);
  if (succeeded(object)) objects_[key] = *object;
  return object;
}

}  // namespace emel::testing
