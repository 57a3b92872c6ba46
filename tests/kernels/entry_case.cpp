#include "tests/kernels/entry_case.h"

#include "dialects/plan/Plan.h"
#include "passes/Passes.h"

#include <cstring>
#include <regex>

using namespace mlir;

namespace emel::testing {
namespace {

// Cuts the results of the last launch.
struct CutResults : PassWrapper<CutResults, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CutResults)

  explicit CutResults(TileSizes tile) : tile(std::move(tile)) {}

  void runOnOperation() override {
    SmallVector<int64_t> dims, sizes;
    for (auto [dim, size] : tile) {
      dims.push_back(dim);
      sizes.push_back(size);
    }
    for (auto entry : getOperation().getOps<plan::EntryOp>()) {
      plan::LaunchOp last;
      for (auto launch : entry.getBody().front().getOps<plan::LaunchOp>()) last = launch;
      Attribute cut = plan::TileAttr::get(&getContext(), dims, sizes);
      last.setTilesAttr(Builder(&getContext()).getArrayAttr(cut));
    }
  }

  TileSizes tile;
};

std::string TextOf(const EntrySpec& spec, WeightFile& file) {
  std::string ops, body = spec.body;
  for (size_t i = 0; i < spec.weights.size(); ++i) {
    std::string n = std::to_string(i);
    file.Add("w" + n, spec.weights[i].type, spec.weights[i].bytes);
    ops += "%w" + n + " = emel.get_weight @w" + n + " : W" + n + "\n";
  }
  std::string n = std::to_string(spec.tokens);
  std::string text =
      "module {\n" + file.Text() +
      "func.func @decode(%tokens: tensor<?xi32>, %positions: tensor<?xi32>, %slots: tensor<?xi32>, "
      "%out_rows: tensor<?xi32>) -> R attributes {emel.entry = {rows = " +
      n + " : i64, tokens = " + n + " : i64}} {\n" + ops + body + "\nreturn %y : R\n}\n}\n";
  for (size_t i = 0; i < spec.weights.size(); ++i)
    text = std::regex_replace(text, std::regex("\\bW" + std::to_string(i) + "\\b"),
                              spec.weights[i].type);
  return std::regex_replace(text, std::regex("\\bR\\b"), spec.result);
}

}  // namespace

absl::StatusOr<std::unique_ptr<EntryCase>> EntryCase::Create(const EntrySpec& spec,
                                                             const TileSizes& tile) {
  std::unique_ptr<EntryCase> made(new EntryCase);
  made->tokens_ = FirstTokens(spec.tokens).tokens;
  std::string text = TextOf(spec, made->file_);
  auto module = StepModule::Parse(text), planned = StepModule::Parse(text);
  if (!module.ok()) return module.status();
  if (!planned.ok()) return planned.status();
  made->module_ = *std::move(module);
  made->planned_ = *std::move(planned);
  absl::Status status = made->planned_->Run([&](PassManager& passes) {
    passes.addPass(createOutline());
    passes.addPass(createPartition());
    if (!tile.empty()) passes.addPass(std::make_unique<CutResults>(tile));
    passes.addPass(createInsertBarriers());
    passes.addPass(createLifetimes());
    passes.addPass(createPlanBuffers());
  });
  if (!status.ok()) return status;
  return made;
}

absl::StatusOr<std::vector<uint8_t>> EntryCase::Interpret() { return module_->Evaluate(tokens_); }

absl::StatusOr<std::vector<uint8_t>> EntryCase::InterpretPlan() {
  return planned_->Evaluate(tokens_);
}

absl::StatusOr<std::vector<uint8_t>> EntryCase::Run(const TestForm& form, size_t bytes) {
  auto compiled = planned_->Compile(form);
  if (!compiled.ok()) return compiled.status();
  // The kernel's memory has floats for each token.
  size_t row = tokens_.size() * sizeof(float);
  compiled->width = static_cast<int64_t>((bytes + row - 1) / row);
  auto results = RunOn(form, *compiled, {FirstTokens(static_cast<int64_t>(tokens_.size()))});
  if (!results.ok()) return results.status();
  std::vector<uint8_t> found(bytes);
  std::memcpy(found.data(), results->front().data(), bytes);
  return found;
}

}  // namespace emel::testing
