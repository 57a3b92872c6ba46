#include "codegen/cpu/program/Image.h"
#include "codegen/cpu/program/Sanitize.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/CodeGen/MachineModuleInfo.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/LICM.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/LoopRotation.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace emel::cpu {

void addTidyPasses(OpPassManager &passes) {
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
}

void addLlvmPasses(OpPassManager &passes) {
  addTidyPasses(passes);
  passes.addPass(createConvertSCFToCFPass());
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
}

LogicalResult lowerToLlvm(ModuleOp module, TimingScope *timing) {
  PassManager passes(module.getContext());
  if (timing) passes.enableTiming(*timing);
  (void)applyPassManagerCLOptions(passes);  // fails where a program does not take them
  addLlvmPasses(passes);
  return passes.run(module);
}

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>> createMachine(const Target &target) {
  static const bool isReady = [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
    return true;
  }();
  (void)isReady;
  std::string error;
  const llvm::Target *family = llvm::TargetRegistry::lookupTarget(target.triple.str(), error);
  if (!family)
    return llvm::createStringError("cannot generate code for " + target.name + ": " + error);
  llvm::TargetOptions options;
  options.MCOptions.AsmVerbose = true;  // says which loads and stores of the frame are spills
  return std::unique_ptr<llvm::TargetMachine>(
      family->createTargetMachine(target.triple, target.cpu, target.features, options,
                                  llvm::Reloc::PIC_, std::nullopt, llvm::CodeGenOptLevel::Default));
}

/// What TargetMachine::addPassesToEmitFile adds, but for the scheduler before register allocation:
/// emitters write code in an order that keeps few values alive, and it hides latencies, which CPUs
/// do themselves, at the price of spills. Returns whether there is no such output.
static bool addEmission(llvm::TargetMachine &machine, llvm::legacy::PassManager &passes,
                        llvm::raw_pwrite_stream &out, llvm::CodeGenFileType type) {
  auto &target = static_cast<llvm::LLVMTargetMachine &>(machine);
  llvm::TargetPassConfig *config = target.createPassConfig(passes);
  config->disablePass(&llvm::MachineSchedulerID);
  auto *info = new llvm::MachineModuleInfoWrapperPass(&target);
  passes.add(config);
  passes.add(info);
  if (config->addISelPasses()) return true;
  config->addMachinePasses();
  config->setInitialized();
  if (target.addAsmPrinter(passes, out, nullptr, type, info->getMMI().getContext())) return true;
  passes.add(llvm::createFreeMachineFunctionPass());
  return false;
}

FailureOr<LlvmCode> toLlvm(ModuleOp module) {
  registerBuiltinDialectTranslation(*module.getContext());
  registerLLVMDialectTranslation(*module.getContext());
  LlvmCode code;
  code.context = std::make_unique<llvm::LLVMContext>();
  code.module = translateModuleToLLVMIR(module, *code.context, "emel");
  if (!code.module) return module.emitError("cannot be translated to LLVM IR");
  return code;
}

/// Emitters write loops and registers as they are to be. What is left are addresses computed twice
/// and in loops, and branches that are known: the rest of -O2 made nothing faster, and took two
/// fifths of compiling.
static void optimize(llvm::Module &module, llvm::TargetMachine *machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager callGraph;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(callGraph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, callGraph, modules);
  llvm::FunctionPassManager passes;
  auto tidy = [&] {
    passes.addPass(llvm::EarlyCSEPass(/*UseMemorySSA=*/true));
    passes.addPass(llvm::InstCombinePass(llvm::InstCombineOptions().setVerifyFixpoint(false)));
    passes.addPass(llvm::SimplifyCFGPass());
  };
  tidy();
  llvm::LoopPassManager hoist;
  hoist.addPass(llvm::LoopRotatePass());
  hoist.addPass(llvm::LICMPass(llvm::LICMOptions()));
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(std::move(hoist), /*UseMemorySSA=*/true));
  tidy();
  llvm::ModulePassManager all;
  all.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(passes)));
  all.run(module, modules);
}

static llvm::Expected<SmallVector<char, 0>> write(llvm::Module &module, const Target &target,
                                                  llvm::TargetMachine &machine, CodeKind kind) {
  SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream out(bytes);
  if (kind == CodeKind::Llvm) {
    module.print(out, nullptr);
    return bytes;
  }
  llvm::legacy::PassManager emission;
  auto type = kind == CodeKind::Object ? llvm::CodeGenFileType::ObjectFile
                                       : llvm::CodeGenFileType::AssemblyFile;
  if (addEmission(machine, emission, out, type))
    return llvm::createStringError("cannot write code for " + target.name);
  emission.run(module);
  return bytes;
}

llvm::Expected<SmallVector<char, 0>> emitCode(LlvmCode &code, const Target &target, CodeKind kind,
                                              Sanitizer sanitizer) {
  auto machine = createMachine(target);
  if (!machine) return machine.takeError();
  code.module->setTargetTriple(target.triple);
  code.module->setDataLayout((*machine)->createDataLayout());
  optimize(*code.module, machine->get());
  instrument(*code.module, sanitizer);
  return write(*code.module, target, **machine, kind);
}

llvm::Expected<SmallVector<char, 0>> joinCode(ArrayRef<SmallVector<char, 0>> pieces,
                                              const Target &target, CodeKind kind) {
  auto machine = createMachine(target);
  if (!machine) return machine.takeError();
  llvm::LLVMContext context;
  llvm::Module whole("emel", context);
  for (const auto &piece : pieces) {
    std::string text(piece.begin(), piece.end());  // which ends in a zero
    llvm::SMDiagnostic error;
    auto module = llvm::parseAssemblyString(text, error, context);
    if (!module || llvm::Linker::linkModules(whole, std::move(module)))
      return llvm::createStringError("cannot join code: " + error.getMessage());
  }
  return write(whole, target, **machine, kind);
}

FailureOr<SmallVector<char, 0>> emitCode(ModuleOp module, const Target &target, CodeKind kind) {
  FailureOr<LlvmCode> code = toLlvm(module);
  if (failed(code)) return failure();
  auto bytes = emitCode(*code, target, kind);
  if (!bytes) return module.emitError(llvm::toString(bytes.takeError()));
  return std::move(*bytes);
}

}  // namespace emel::cpu
