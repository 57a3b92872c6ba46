#include "tests/kernels/op_case.h"

#include "passes/Passes.h"
#include "passes/Pipelines.h"

#include <regex>

using namespace mlir;

namespace emel::testing {

static std::string TextOf(const OpSpec& spec, WeightFile& file) {
  std::string table = TensorOf({spec.tokens, spec.columns}, "f32"), rows;
  for (size_t i = 0; i < spec.tables.size(); ++i) {
    std::string n = std::to_string(i);
    file.Add("t" + n, table, spec.tables[i]);
    rows += "%t" + n + " = emel.get_weight @t" + n + " : " + table + "\n%a" + n +
            " = emel.get_rows %t" + n + ", %tokens : (" + table + ", tensor<?xi32>) -> ROWS\n%x" +
            n + " = emel.get_rows %a" + n + ", %out_rows : (ROWS, tensor<?xi32>) -> ROWS\n";
  }
  std::string text =
      "module attributes {emel.model = {architecture = \"test\", context = 1024 : i64, vocab = " +
      std::to_string(spec.columns) + " : i64}} {\n" + file.Text() +
      R"(func.func @step(%tokens: tensor<?xi32> {emel.dims = ["n"]},
    %positions: tensor<?xi32> {emel.dims = ["n"]}, %slots: tensor<?xi32> {emel.dims = ["n"]},
    %out_rows: tensor<?xi32> {emel.dims = ["m"]}) -> ROWS {
)" + rows +
      spec.body + "\nreturn %y : ROWS\n}\n}\n";
  return std::regex_replace(text, std::regex("ROWS"), TensorOf({-1, spec.columns}, "f32"));
}

absl::StatusOr<std::unique_ptr<OpCase>> OpCase::Create(const OpSpec& spec) {
  std::unique_ptr<OpCase> made(new OpCase(spec));
  std::string text = TextOf(spec, made->file_);
  auto module = StepModule::Parse(text), planned = StepModule::Parse(text);
  if (!module.ok()) return module.status();
  if (!planned.ok()) return planned.status();
  made->module_ = *std::move(module);
  made->planned_ = *std::move(planned);
  absl::Status status = made->planned_->Run([&](PassManager& passes) {
    PipelineOptions options;
    passes.addPass(createSpecialize({.small = 1, .bulk = spec.tokens}));
    addFusionPasses(passes, options);
    addPlanPasses(passes, options);
  });
  if (!status.ok()) return status;
  return made;
}

absl::StatusOr<std::vector<float>> OpCase::Interpret(interpreter::Precision precision) {
  return module_->Interpret(FirstTokens(tokens_).tokens, precision);
}

absl::StatusOr<std::vector<float>> OpCase::Run(const TestForm& form) {
  auto compiled = planned_->Compile(form);
  if (!compiled.ok()) return compiled.status();
  auto results = RunOn(form, *compiled, {FirstTokens(tokens_)});
  if (!results.ok()) return results.status();
  return results->front();
}

}  // namespace emel::testing
