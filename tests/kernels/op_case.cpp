#include "tests/kernels/op_case.h"

#include "compiler/driver/Diagnostics.h"
#include "dialects/RegisterDialects.h"
#include "dialects/interpreter/Interpreter.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Passes.h"
#include "passes/Pipelines.h"
#include "tests/kernels/compile_module.h"

#include <filesystem>
#include <fstream>
#include <numeric>
#include <regex>
#include <unistd.h>

using namespace mlir;

namespace emel::testing {

OpCase::OpCase(const OpSpec& spec)
    : tokens_(spec.tokens),
      columns_(spec.columns),
      context_(knownDialects(), MLIRContext::Threading::DISABLED) {
  static int count = 0;
  path_ = std::filesystem::temp_directory_path().string() + "/emel-op-" + std::to_string(getpid()) +
          "-" + std::to_string(count++);
  context_.loadDialect<arith::ArithDialect, cf::ControlFlowDialect, LLVM::LLVMDialect,
                       math::MathDialect, scf::SCFDialect, vector::VectorDialect>();
}

OpCase::~OpCase() { std::filesystem::remove(path_); }

std::string OpCase::Text(const OpSpec& spec) const {
  std::string columns = std::to_string(columns_), bytes = std::to_string(tokens_ * columns_ * 4);
  std::string table = "tensor<" + std::to_string(tokens_) + "x" + columns + "xf32>", weights, rows;
  for (size_t i = 0; i < spec.tables.size(); ++i) {
    std::string n = std::to_string(i);
    weights += "emel.weight @t" + n + " : " + table + " in @file at " +
               std::to_string(i * tokens_ * columns_ * 4) + " bytes " + bytes + "\n";
    rows += "%t" + n + " = emel.get_weight @t" + n + " : " + table + "\n%a" + n +
            " = emel.get_rows %t" + n + ", %tokens : (" + table + ", tensor<?xi32>) -> ROWS\n%x" +
            n + " = emel.get_rows %a" + n + ", %out_rows : (ROWS, tensor<?xi32>) -> ROWS\n";
  }
  std::string text =
      "module attributes {emel.model = {architecture = \"test\", context = 1024 : i64, "
      "vocab = " +
      columns + " : i64}} {\nemel.shard @file \"" + path_ + "\" bytes " +
      std::to_string(spec.tables.size() * tokens_ * columns_ * 4) + "\n" + weights +
      R"(func.func @step(%tokens: tensor<?xi32> {emel.dims = ["n"]},
    %positions: tensor<?xi32> {emel.dims = ["n"]}, %slots: tensor<?xi32> {emel.dims = ["n"]},
    %out_rows: tensor<?xi32> {emel.dims = ["m"]}) -> ROWS {
)" + rows +
      spec.body + "\nreturn %y : ROWS\n}\n}\n";
  return std::regex_replace(text, std::regex("ROWS"), "tensor<?x" + columns + "xf32>");
}

absl::StatusOr<std::unique_ptr<OpCase>> OpCase::Create(const OpSpec& spec) {
  std::unique_ptr<OpCase> made(new OpCase(spec));
  std::ofstream file(made->path_, std::ios::binary);
  for (const std::vector<float>& table : spec.tables)
    file.write(reinterpret_cast<const char*>(table.data()), table.size() * sizeof(float));
  file.close();
  DiagnosticCollector diagnostics(&made->context_);
  made->module_ = parseSourceString<ModuleOp>(made->Text(spec), &made->context_);
  if (!made->module_) return diagnostics.status();
  made->planned_ = made->module_->clone();
  PipelineOptions options;
  PassManager passes(&made->context_);
  passes.addPass(createSpecialize({.small = 1, .bulk = spec.tokens}));
  addFusionPasses(passes, options);
  addPlanPasses(passes, options);
  if (failed(passes.run(*made->planned_))) return diagnostics.status();
  return made;
}

absl::StatusOr<std::vector<float>> OpCase::Interpret() {
  DiagnosticCollector diagnostics(&context_);
  interpreter::Interpreter interpreter(*module_, {});
  interpreter::Session session(interpreter);
  std::vector<int32_t> tokens(tokens_);
  std::iota(tokens.begin(), tokens.end(), 0);
  auto step = session.step(tokens);
  if (failed(step)) return diagnostics.status();
  return std::vector<float>(step->reals().begin(), step->reals().end());
}

absl::StatusOr<std::vector<float>> OpCase::Run(const cpu::Target& target) {
  auto compiled = CompileModule(*planned_, target, columns_);
  if (!compiled.ok()) return compiled.status();
  if (RunnerOf(target) == Runner::kNative) return RunKernel(*compiled, {tokens_}).front();
  auto results = EmulateKernel(*compiled, target, {tokens_});
  if (!results.ok()) return results.status();
  return results->front();
}

}  // namespace emel::testing
