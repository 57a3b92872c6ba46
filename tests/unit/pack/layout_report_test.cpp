#include "codegen/cpu/Device.h"
#include "compiler/driver/Load.h"
#include "dialects/RegisterDialects.h"
#include "llvm/Support/JSON.h"
#include "mlir/Pass/PassManager.h"
#include "passes/LayoutChoice.h"
#include "passes/Passes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace emel {
namespace {

using ::testing::HasSubstr;

/// The report of a fixture model, after some passes.
class LayoutReportTest : public ::testing::Test {
 protected:
  LayoutReportTest() : context_(knownDialects(), mlir::MLIRContext::Threading::DISABLED) {}

  void load(const std::string& name) {
    auto model =
        loadGguf(context_, EMEL_SOURCE_DIR "/tests/fixtures/models/" + name + "/model.gguf", {});
    ASSERT_TRUE(model.ok()) << model.status();
    module_ = std::move(model->module);
  }

  LayoutReport report(const char* target = "sapphirerapids") {
    auto found = chooseLayouts(*module_, {.machines = {cpu::device().findMachine(target)}});
    EXPECT_TRUE(succeeded(found));
    return std::move(*found);
  }

  template <typename... Passes>
  void run(Passes... passes) {
    mlir::PassManager manager(&context_);
    (manager.addPass(std::move(passes)), ...);
    ASSERT_TRUE(succeeded(manager.run(*module_)));
  }

  static const LayoutChoice& find(const LayoutReport& report, const std::string& name) {
    for (const LayoutChoice& weight : report.weights)
      if (weight.name == name) return weight;
    ADD_FAILURE() << "no weight " << name;
    return report.weights.front();
  }

  static std::string json(const LayoutReport& report) {
    std::string text;
    llvm::raw_string_ostream out(text);
    report.printJson(out);
    return text;
  }

  mlir::MLIRContext context_;
  mlir::OwningOpRef<mlir::ModuleOp> module_;
};

Layout layoutOf(const LayoutChoice& choice) {
  LayoutAttr layout = choice.choice().layout;
  return layout ? layout.getValue() : Layout::RowMajor;
}

TEST_F(LayoutReportTest, TiedEmbeddingIsPackedForItsHead) {
  load("llama-mha-tied");
  LayoutReport found = report();
  const LayoutChoice& embedding = find(found, "token_embd.weight");
  ASSERT_EQ(embedding.candidates.size(), 2u);
  EXPECT_EQ(embedding.uses.size(), 2u);
  EXPECT_EQ(layoutOf(embedding), Layout::R16);
  for (const LayoutCandidate& candidate : embedding.candidates) {
    EXPECT_GT(candidate.decode, 0);
    EXPECT_GT(candidate.prefill, 0);
  }
  const LayoutChoice& norm = find(found, "output_norm.weight");
  EXPECT_EQ(norm.candidates.size(), 1u);
  EXPECT_EQ(norm.reason, "its type has no other layout");
}

TEST_F(LayoutReportTest, UntiedEmbeddingStaysInRows) {
  load("mixtral");
  for (const char* target : {"x86-64-v3", "x86-64-v4", "sapphirerapids", "generic"}) {
    LayoutReport found = report(target);
    EXPECT_EQ(layoutOf(find(found, "token_embd.weight")), Layout::RowMajor);
    EXPECT_EQ(layoutOf(find(found, "output.weight")), Layout::R16);
    EXPECT_EQ(layoutOf(find(found, "blk.0.ffn_down_exps.weight")), Layout::R16);
  }
}

TEST_F(LayoutReportTest, WhatPaddingMakesTooLargeStaysInRows) {
  load("mixtral");  // experts of 36 rows of 32 columns: a third is padding, and half of each unit
  LayoutReport found = report("generic");
  const LayoutChoice& experts = find(found, "blk.0.ffn_up_exps.weight");
  EXPECT_GT(experts.candidates[1].bytes, experts.candidates[0].bytes * 3 / 2);
  EXPECT_EQ(layoutOf(experts), Layout::RowMajor);
}

TEST_F(LayoutReportTest, IsTheSameAfterTheLayoutsWereSelected) {
  load("mixtral");
  run(createFuseAttention(), createSpecialize());
  std::string before = json(report());
  run(createSelectLayouts());
  EXPECT_EQ(json(report()), before);
  run(createStorePacked());
  EXPECT_EQ(json(report()), before);
}

TEST_F(LayoutReportTest, TotalsAddUp) {
  load("llama-288");
  LayoutReport found = report();
  for (const LayoutChoice& weight : found.weights)
    for (const LayoutCandidate& candidate : weight.candidates)
      EXPECT_NEAR(candidate.total, 256 * candidate.decode + candidate.prefill + candidate.packing,
                  1e-9 * candidate.total);
}

TEST_F(LayoutReportTest, PrintsATableAndJson) {
  load("llama-mha-tied");
  LayoutReport found = report();
  std::string table;
  llvm::raw_string_ostream out(table);
  found.print(out);
  EXPECT_THAT(table, HasSubstr("targets: sapphirerapids; workload: 256 tokens one by one"));
  EXPECT_THAT(table, HasSubstr("297x96x!emel.q4_0"));
  EXPECT_THAT(table, HasSubstr("*r16"));
  auto parsed = llvm::json::parse(json(found));
  ASSERT_TRUE(static_cast<bool>(parsed));
  const llvm::json::Object& object = *parsed->getAsObject();
  EXPECT_EQ(object.getArray("weights")->size(), found.weights.size());
  const llvm::json::Object& first = *(*object.getArray("weights"))[0].getAsObject();
  EXPECT_EQ(first.getString("choice"), "r16");
  EXPECT_EQ(first.getArray("candidates")->size(), 2u);
}

}  // namespace
}  // namespace emel
