#include "tests/kernels/step_module.h"

#include "codegen/cpu/program/StepProgram.h"
#include "compiler/driver/Diagnostics.h"
#include "compiler/driver/Load.h"
#include "compiler/pack/Pack.h"
#include "dialects/RegisterDialects.h"
#include "dialects/emel/Emel.h"
#include "dialects/interpreter/Encoding.h"
#include "dialects/interpreter/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"

#include <filesystem>
#include <numeric>
#include <unistd.h>

using namespace mlir;

namespace emel::testing {

const CompiledKernel::Entry& CompiledKernel::EntryFor(int64_t tokens) const {
  for (const Entry& entry : entries)
    if (entry.max_tokens >= tokens) return entry;
  llvm::report_fatal_error("no entry takes so many tokens");
}

WeightFile::WeightFile() {
  static int count = 0;
  path_ = std::filesystem::temp_directory_path().string() + "/emel-kernel-" +
          std::to_string(getpid()) + "-" + std::to_string(count++);
  file_.open(path_, std::ios::binary);
}

WeightFile::~WeightFile() { std::filesystem::remove(path_); }

void WeightFile::Add(const std::string& name, const std::string& type,
                     absl::Span<const uint8_t> bytes, const std::string& suffix) {
  text_ += "  emel.weight @" + name + " : " + type + " in @file at " + std::to_string(bytes_) +
           " bytes " + std::to_string(bytes.size()) + " " + suffix + "\n";
  file_.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
  bytes_ += bytes.size();
}

std::string WeightFile::Text() {
  file_.close();
  return "  emel.shard @file \"" + path_ + "\" bytes " + std::to_string(bytes_) + "\n" + text_;
}

std::string TensorOf(std::initializer_list<int64_t> dims, llvm::StringRef element,
                     llvm::StringRef encoding) {
  std::string text = "tensor<";
  for (int64_t dim : dims)
    if (dim) text += (dim < 0 ? "?" : std::to_string(dim)) + "x";
  return text + element.str() + encoding.str() + ">";
}

StepModule::StepModule() : context_(knownDialects(), MLIRContext::Threading::DISABLED) {
  context_.loadDialect<arith::ArithDialect, cf::ControlFlowDialect, LLVM::LLVMDialect,
                       math::MathDialect, scf::SCFDialect, vector::VectorDialect>();
}

absl::StatusOr<std::unique_ptr<StepModule>> StepModule::Parse(const std::string& text) {
  std::unique_ptr<StepModule> made(new StepModule);
  DiagnosticCollector diagnostics(&made->context_);
  made->module_ = parseSourceString<ModuleOp>(text, &made->context_);
  if (!made->module_) return diagnostics.status();
  return made;
}

absl::StatusOr<std::unique_ptr<StepModule>> StepModule::Import(const std::string& gguf) {
  std::unique_ptr<StepModule> made(new StepModule);
  absl::StatusOr<ImportResult> result = loadGguf(made->context_, gguf, {});
  if (!result.ok()) return result.status();
  made->module_ = std::move(result->module);
  return made;
}

absl::Status StepModule::Run(absl::FunctionRef<void(PassManager&)> add_passes) {
  DiagnosticCollector diagnostics(&context_);
  PassManager passes(&context_);
  add_passes(passes);
  return succeeded(passes.run(*module_)) ? absl::OkStatus() : diagnostics.status();
}

absl::StatusOr<std::vector<float>> StepModule::Interpret(const std::vector<int32_t>& tokens,
                                                         interpreter::Precision precision,
                                                         absl::Span<const size_t> pieces) {
  DiagnosticCollector diagnostics(&context_);
  interpreter::Interpreter interpreter(*module_, {.precision = precision});
  interpreter::Session session(interpreter);
  std::vector<float> rows;
  for (ArrayRef<int32_t> left = tokens; !left.empty();) {
    size_t size = pieces.empty() ? left.size() : pieces.front();
    if (!pieces.empty()) pieces.remove_prefix(1);
    auto step = session.step(left.take_front(size));
    if (failed(step)) return diagnostics.status();
    rows.insert(rows.end(), step->reals().begin(), step->reals().end());
    left = left.drop_front(size);
  }
  return rows;
}

int64_t StepModule::Context() const {
  auto model = (*module_)->getAttrOfType<DictionaryAttr>(EmelDialect::kModelAttr);
  return model.getAs<IntegerAttr>("context").getInt();
}

absl::StatusOr<std::vector<uint8_t>> StepModule::Evaluate(const std::vector<int32_t>& tokens) {
  DiagnosticCollector diagnostics(&context_);
  interpreter::Interpreter interpreter(*module_, {});
  auto count = static_cast<int64_t>(tokens.size());
  auto share = [](interpreter::Tensor tensor) {
    return std::make_shared<const interpreter::Tensor>(std::move(tensor));
  };
  auto ids = interpreter::Tensor::ofInts({count}), places = ids, slots = ids;
  ids.ints().assign(tokens.begin(), tokens.end());
  std::iota(places.ints().begin(), places.ints().end(), 0);
  SmallVector<interpreter::RuntimeValue> arguments{share(ids), share(places), share(slots),
                                                   share(places)};
  SmallVector<interpreter::RuntimeValue> results;
  RankedTensorType type;
  auto call = [&](auto function) {
    type = cast<RankedTensorType>(function.getResultTypes().front());
    return interpreter.call(function, arguments, results);
  };
  auto entries = module_->getOps<plan::EntryOp>();
  if (failed(entries.empty() ? call(*module_->getOps<func::FuncOp>().begin())
                             : call(*entries.begin())))
    return diagnostics.status();
  const auto& tensor = *std::get<std::shared_ptr<const interpreter::Tensor>>(results.front());
  return interpreter::encode(RankedTensorType::get(tensor.shape, type.getElementType()), tensor);
}

absl::StatusOr<CompiledKernel> StepModule::Compile(const TestForm& form) {
  DiagnosticCollector diagnostics(&context_);
  auto packing = Packing::create(*module_, {});
  if (failed(packing)) return diagnostics.status();
  CompiledKernel made;
  auto append = [&](absl::Span<const uint8_t> bytes) {
    made.weights.insert(made.weights.end(), bytes.begin(), bytes.end());
    return absl::OkStatus();
  };
  if (failed(packing->write(append))) return diagnostics.status();
  cpu::ModelPlaces places;
  for (PackedWeight weight : packing->weights()) {
    places.weights[weight.weight.getSymName()] = weight.offset;
    made.weight_bytes[weight.weight.getSymName().str()] = weight.bytes;
  }
  places.states = plan::layOutStates(*module_->getOps<plan::EntryOp>().begin());
  made.page_bytes = places.states.classes.front().pageBytes;
  std::vector<SmallVector<char, 0>> objects;
  for (auto entry : module_->getOps<plan::EntryOp>()) {
    OwningOpRef<ModuleOp> own = ModuleOp::create(entry.getLoc());
    auto program = cpu::emitStepProgram(entry, form.target, places, *own);
    if (failed(program)) return diagnostics.status();
    auto object = compiler_.ObjectOf(*own, form);
    if (failed(object)) return diagnostics.status();
    objects.push_back(std::move(*object));
    made.scratch_bytes = std::max<uint64_t>(made.scratch_bytes, program->scratchBytes);
    made.entries.push_back({program->symbol, entry.getMaxTokens(), program->tickets});
  }
  auto image = cpu::linkImage(objects, module_->getLoc());
  if (failed(image)) return diagnostics.status();
  made.image = std::move(*image);
  for (auto arena : module_->getOps<plan::ArenaOp>())
    if (arena.getKind() == plan::ArenaKind::Shared) made.arena_bytes = arena.getBytes();
  if (auto model = (*module_)->getAttrOfType<DictionaryAttr>(EmelDialect::kModelAttr))
    made.width = model.getAs<IntegerAttr>("vocab").getInt();
  return made;
}

absl::StatusOr<std::string> StepModule::Assembly(const cpu::Target& target) {
  DiagnosticCollector diagnostics(&context_);
  cpu::ModelPlaces places;
  places.states = plan::layOutStates(*module_->getOps<plan::EntryOp>().begin());
  std::string text;
  for (auto entry : module_->getOps<plan::EntryOp>()) {
    OwningOpRef<ModuleOp> own = ModuleOp::create(entry.getLoc());
    if (failed(cpu::emitStepProgram(entry, target, places, *own)) || failed(cpu::lowerToLlvm(*own)))
      return diagnostics.status();
    auto code = cpu::emitCode(*own, target, cpu::CodeKind::Assembly);
    if (failed(code)) return diagnostics.status();
    text.append(code->begin(), code->end());
  }
  return text;
}

}  // namespace emel::testing
