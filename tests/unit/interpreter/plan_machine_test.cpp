// What the interpreter says of plans that are wrong: one for each way to be wrong. They are parsed
// without the verifier, which would refuse them.

#include "compiler/driver/Diagnostics.h"
#include "dialects/RegisterDialects.h"
#include "dialects/interpreter/Interpreter.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>

namespace emel::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kKernels[] = R"(
plan.arena shared @arena bytes 256 align 64
plan.arena worker @scratch bytes 128 align 64
plan.arena caller @out bytes 128 align 64
plan.kernel @start() -> tensor<4x4xf32> {
  %x = arith.constant dense<1.5> : tensor<4x4xf32>
  plan.return %x : tensor<4x4xf32>
}
plan.kernel @double(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %y = emel.add %x, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  plan.return %y : tensor<4x4xf32>
}
plan.kernel @add(%x: tensor<4x4xf32>, %y: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %z = emel.add %x, %y : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  plan.return %z : tensor<4x4xf32>
}
plan.kernel @transpose(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %y = emel.permute %x [1, 0] : (tensor<4x4xf32>) -> tensor<4x4xf32>
  plan.return %y : tensor<4x4xf32>
}
plan.kernel @store(%kv: !emel.kv<2x2x2xf32>, %x: tensor<4x4xf32>) -> !emel.kv<2x2x2xf32> {
  %at = arith.constant dense<[0, 1, 2, 3]> : tensor<4xi32>
  %rows = emel.reshape %x : tensor<4x4xf32> to tensor<4x2x2xf32>
  %new = emel.kv_write %kv, %rows, %rows at %at in %at
      : (!emel.kv<2x2x2xf32>, tensor<4x2x2xf32>, tensor<4x2x2xf32>, tensor<4xi32>, tensor<4xi32>)
      -> !emel.kv<2x2x2xf32>
  plan.return %new : !emel.kv<2x2x2xf32>
}
plan.kernel @attend(%x: tensor<4x4xf32>, %kv: !emel.kv<2x2x2xf32>) -> tensor<4x2x2xf32> {
  %at = arith.constant dense<[0, 1, 2, 3]> : tensor<4xi32>
  %rows = emel.reshape %x : tensor<4x4xf32> to tensor<4x2x2xf32>
  %y = emel.attention %rows, %kv at %at in %at {scale = 1.0 : f32}
      : (tensor<4x2x2xf32>, !emel.kv<2x2x2xf32>, tensor<4xi32>, tensor<4xi32>) -> tensor<4x2x2xf32>
  plan.return %y : tensor<4x2x2xf32>
}
)";

// Shorthands for the text of an entry: a launch with its tiles and place.
const std::string kUnary = " : (tensor<4x4xf32>) -> tensor<4x4xf32>\n";

std::string start(const std::string& place = "@arena at 0 bytes 64",
                  const std::string& tiles = "[0] by [1]") {
  return "%x = plan.launch owner @start() tiles [#plan.tile<" + tiles + ">] places [#plan.place<" +
         place + ">] : () -> tensor<4x4xf32>\n";
}

std::string launch(const std::string& result, const std::string& callee, const std::string& place,
                   const std::string& tiles = "[0] by [1]", const std::string& kind = "owner") {
  return result + " = plan.launch " + kind + " " + callee + " tiles [#plan.tile<" + tiles +
         ">] places [#plan.place<" + place + ">]" + kUnary;
}

const std::string kBarrier = "plan.barrier\n";
const std::string kReturn = "plan.return %r : tensor<4x4xf32>\n";
const std::string kOut = "@out at 0 bytes 64";

class PlanMachineTest : public ::testing::Test {
 protected:
  /// The errors of running an entry in several orders; nothing where there are none.
  std::string run(const std::string& body, int64_t workers = 2,
                  const std::string& signature = "() -> tensor<4x4xf32>") {
    std::string text = kKernels + ("plan.entry @e" + signature) +
                       " attributes {emel.entry = {tokens = 4 : i64, rows = 4 : i64}} {\n" + body +
                       "}\n";
    DiagnosticCollector diagnostics(&context_);
    mlir::ParserConfig config(&context_, /*verifyAfterParse=*/false);
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, config);
    if (!module) return std::string(diagnostics.status().message());
    interpreter::Interpreter interpreter(*module, {.workers = workers, .schedules = 6});
    auto entry = module->lookupSymbol<plan::EntryOp>("e");
    llvm::SmallVector<interpreter::RuntimeValue> results, states;
    for (mlir::Type type : entry.getArgumentTypes())
      if (mlir::isa<KvType>(type)) states.push_back(std::make_shared<const interpreter::State>());
    if (mlir::succeeded(interpreter.call(entry, states, results))) return "";
    return std::string(diagnostics.status().message());
  }

 private:
  mlir::MLIRContext context_{knownDialects(), mlir::MLIRContext::Threading::DISABLED};
};

TEST_F(PlanMachineTest, RunsWhatIsRight) {
  for (int64_t workers : {1, 2, 3, 4, 7}) {
    EXPECT_EQ(run(start() + launch("%y", "@double(%x)", "@arena at 0 bytes 64") + kBarrier +
                      launch("%r", "@transpose(%y)", kOut) + kReturn,
                  workers),
              "");
  }
}

TEST_F(PlanMachineTest, FindsAReadWithoutABarrier) {
  std::string body = start() + launch("%r", "@transpose(%x)", kOut) + kReturn;
  EXPECT_EQ(run(body, 1), "");
  std::string error = run(body, 2);
  EXPECT_THAT(error, HasSubstr("of launch 1 (@transpose) on worker 0 of 2 reads result 0 of launch "
                               "0 (@start), but tile 2 of launch 0 (@start) on worker 1 writes"));
  EXPECT_THAT(error, HasSubstr("of @arena too: no barrier lies between them"));
  EXPECT_THAT(error, HasSubstr("the other launch"));
}

TEST_F(PlanMachineTest, FindsAWriteOverWhatASlowWorkerReads) {
  EXPECT_THAT(run(start() + kBarrier + launch("%y", "@transpose(%x)", "@arena at 64 bytes 64") +
                  launch("%z", "@double(%y)", "@arena at 0 bytes 64") + kBarrier +
                  launch("%r", "@double(%z)", kOut) + kReturn),
              HasSubstr("no barrier lies between them"));
}

TEST_F(PlanMachineTest, FindsTilesThatBelongToDifferentWorkersForSomeNumbers) {
  // Halves against thirds: alike for 1 worker only.
  std::string body = start("@arena at 0 bytes 64", "[0] by [2]") +
                     launch("%r", "@double(%x)", kOut, "[0] by [1]") + kReturn;
  EXPECT_EQ(run(body, 1), "");
  EXPECT_EQ(run(body, 2), "");
  EXPECT_THAT(run(body, 3), HasSubstr("no barrier lies between them"));
}

TEST_F(PlanMachineTest, FindsTilesThatWriteOverEachOther) {
  EXPECT_THAT(run(start() + launch("%y", "@double(%x)", "@arena at 64 bytes 64", "[0] by [4]") +
                  launch("%z", "@double(%x)", "@arena at 64 bytes 64", "[0] by [1]") + kBarrier +
                  launch("%r", "@double(%z)", kOut) + kReturn),
              HasSubstr("no barrier lies between them"));
}

TEST_F(PlanMachineTest, TakesEachTileOfADynamicLaunchForAnotherWorkers) {
  std::string body = start("@arena at 0 bytes 64", "[0] by [1]") +
                     launch("%r", "@double(%x)", kOut, "[0] by [1]", "dynamic") + kReturn;
  EXPECT_EQ(run(body, 1), "");
  EXPECT_THAT(run(body, 2), HasSubstr("no barrier lies between them"));
}

TEST_F(PlanMachineTest, WantsABarrierAfterADynamicLaunch) {
  EXPECT_THAT(run(start() + kBarrier +
                  launch("%y", "@double(%x)", "@arena at 64 bytes 64", "[0] by [1]", "dynamic") +
                  launch("%r", "@double(%x)", kOut) + kReturn),
              HasSubstr("begins while workers still take tiles of a dynamic launch"));
}

TEST_F(PlanMachineTest, FindsWhatWasOverwritten) {
  EXPECT_THAT(
      run(start() + kBarrier + launch("%y", "@double(%x)", "@arena at 0 bytes 64") + kBarrier +
              launch("%r", "@double(%x)", kOut) + kReturn,
          1),
      HasSubstr("of launch 2 (@double) on worker 0 of 1 reads result 0 of launch 0 (@start), "
                "but result 0 of launch 1 (@double) lies at byte 0 of @arena"));
}

TEST_F(PlanMachineTest, FindsWhatWasOverwrittenInTheMemoryOfAWorker) {
  EXPECT_THAT(run(start() + kBarrier +
                      launch("%y", "@double(%x)", "@scratch at 0 bytes 64", "[] by []", "each") +
                      launch("%z", "@transpose(%x)", "@scratch at 0 bytes 64", "[] by []", "each") +
                      launch("%r", "@double(%y)", kOut) + kReturn,
                  2),
              HasSubstr("lies at byte 0 of @scratch"));
}

TEST_F(PlanMachineTest, FindsResultsOverOperandsThatAreStillNeeded) {
  EXPECT_THAT(run(start("@arena at 0 bytes 64", "[] by []") + kBarrier +
                      launch("%y", "@transpose(%x)", "@arena at 0 bytes 64", "[] by []") +
                      kBarrier + launch("%r", "@double(%y)", kOut) + kReturn,
                  1),
              HasSubstr("writes result 0 over operand 0"));
}

TEST_F(PlanMachineTest, FindsPlacesThatDoNotFit) {
  auto runAt = [&](const std::string& place) {
    return run(start(place) + kBarrier + launch("%r", "@double(%x)", kOut) + kReturn);
  };
  EXPECT_EQ(runAt("@arena at 192 bytes 64"), "");
  EXPECT_THAT(runAt("@arena at 256 bytes 64"), HasSubstr("of @arena, which has 256"));
  EXPECT_THAT(runAt("@arena at -64 bytes 64"), HasSubstr("of @arena, which has 256"));
  EXPECT_THAT(runAt("@arena at 0 bytes 9223372036854775807"),
              HasSubstr("of @arena, which has 256"));
  EXPECT_THAT(runAt("@arena at 32 bytes 64"), HasSubstr("@arena, which aligns to 64"));
  EXPECT_THAT(runAt("@arena at 0 bytes 60"), HasSubstr("takes 64 bytes, its place has 60"));
  EXPECT_THAT(runAt("@nowhere at 0 bytes 64"), HasSubstr("names @nowhere, which is no arena"));
}

TEST_F(PlanMachineTest, WantsResultsInTheMemoryOfTheCaller) {
  EXPECT_THAT(
      run(start() + kBarrier + launch("%r", "@double(%x)", "@arena at 64 bytes 64") + kReturn),
      HasSubstr("lies in @arena and not in memory of the caller"));
  EXPECT_THAT(run(start() + kBarrier + launch("%r", "@double(%x)", kOut) + kBarrier +
                  launch("%y", "@transpose(%x)", kOut) + kReturn),
              HasSubstr("returns result 0 of launch 1 (@double), but result 0 of launch 2 "
                        "(@transpose) lies at byte 0 of @out"));
}

TEST_F(PlanMachineTest, FindsRacesOnStates) {
  auto body = [](const std::string& between, const std::string& tiles) {
    return start() + kBarrier + "%new = plan.launch owner @store(%kv, %x) tiles [#plan.tile<" +
           tiles +
           ">] places [unit] : (!emel.kv<2x2x2xf32>, tensor<4x4xf32>) -> !emel.kv<2x2x2xf32>\n" +
           between +
           "%r = plan.launch owner @attend(%x, %new) tiles [#plan.tile<[1] by [1]>] places "
           "[#plan.place<@out at 0 bytes 64>] : (tensor<4x4xf32>, !emel.kv<2x2x2xf32>) -> "
           "tensor<4x2x2xf32>\nplan.return %r, %new : tensor<4x2x2xf32>, !emel.kv<2x2x2xf32>\n";
  };
  const std::string signature =
      "(%kv: !emel.kv<2x2x2xf32>) -> (tensor<4x2x2xf32>, !emel.kv<2x2x2xf32>)";
  EXPECT_EQ(run(body(kBarrier, "[] by []"), 2, signature), "");
  // Head by head, on the worker that attends with it.
  EXPECT_EQ(run(body("", "[0] by [1]"), 2, signature), "");
  EXPECT_THAT(run(body("", "[] by []"), 2, signature),
              HasSubstr("writes head 1 of state 0 too: no barrier lies between them"));
}

TEST_F(PlanMachineTest, RefusesTilesBeyondCounting) {
  std::string wide = R"(%r = plan.launch owner @wide() tiles [#plan.tile<[0] by [1]>]
      places [#plan.place<@out at 0 bytes 64>] : () -> tensor<1048577xf32>
      plan.return %r : tensor<1048577xf32>
    }
    plan.kernel @wide() -> tensor<1048577xf32> {
      %x = arith.constant dense<1.0> : tensor<1048577xf32>
      plan.return %x : tensor<1048577xf32>
  )";
  EXPECT_THAT(run(wide, 2, "() -> tensor<1048577xf32>"), HasSubstr("has more than 1048576 tiles"));
}

}  // namespace
}  // namespace emel::testing
