// Changes good plans at random and compares what the verifier says of them with what the
// interpreter finds when it runs them: of what does harm the verifier accepts nothing, of what does
// none nearly all.

#include "compiler/driver/Diagnostics.h"
#include "compiler/driver/Load.h"
#include "dialects/RegisterDialects.h"
#include "dialects/interpreter/PlanMachine.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Pipelines.h"
#include "tests/unit/interpreter/plan_mutations.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace emel::testing {
namespace {

using interpreter::RuntimeValue;
using interpreter::StepPlan;
using interpreter::StepValues;
using interpreter::Tensor;
using mlir::failed;
using mlir::succeeded;

constexpr int64_t kWorkers[] = {1, 2, 3, 5};
constexpr uint64_t kSeeds[] = {0, 1, 3};
/// Plans written by hand have no barrier too many, so changes tell more.
constexpr int kMutants = 120, kMutantsByHand = 800;

/// An entry in a module of its own, and what it computes at several sizes of the step.
class Subject {
 public:
  Subject(mlir::ModuleOp model, llvm::StringRef name) : module_(model.clone()) {
    for (auto entry : llvm::make_early_inc_range(module_->getOps<plan::EntryOp>()))
      if (entry.getSymName() != name) entry.erase();
    entry_ = *module_->getOps<plan::EntryOp>().begin();
    llvm::DenseSet<mlir::StringAttr> used;
    entry_.walk([&](plan::LaunchOp launch) { used.insert(launch.getKernelAttr().getAttr()); });
    for (auto kernel : llvm::make_early_inc_range(module_->getOps<plan::KernelOp>()))
      if (!used.contains(kernel.getSymNameAttr())) kernel.erase();
  }

  plan::EntryOp entry() { return entry_; }
  bool isAccepted() { return succeeded(verify(*module_)); }

  /// Runs steps of several sizes, to know the right bytes.
  bool computeValues() {
    interpreter::Interpreter interpreter(*module_, {});
    plan::Extents most = plan::Extents::of(entry_);
    sizes_ = {most};
    if (most.tokens > 1) sizes_.push_back({most.tokens / 2 + 1, 1});
    if (most.tokens > 2) sizes_.push_back({1, 1});
    for (plan::Extents size : sizes_)
      if (failed(values_.emplace_back().compute(interpreter, entry_, size, arguments(size))))
        return false;
    return true;
  }

  /// Whether some order of some number of workers finds something wrong with a copy of the entry.
  bool isHarmful(plan::EntryOp copy, const mlir::IRMapping& mapping) {
    for (auto [i, size] : llvm::enumerate(sizes_)) {
      auto plan = StepPlan::create(copy, size, tiles_);
      if (failed(plan)) return true;
      StepValues values = values_[i].mapped(mapping);
      for (int64_t workers : kWorkers)
        for (uint64_t seed : kSeeds) {
          interpreter::PlanMachine machine(**plan, &values, workers);
          if (failed(machine.run(interpreter::Schedule(workers, seed)))) return true;
          if (workers == 1) break;
        }
    }
    return false;
  }

  /// A changed copy in the place of the entry, for as long as it lives.
  class Mutant {
   public:
    explicit Mutant(Subject& subject) : subject_(subject) {
      for (auto arena : subject.module_->getOps<plan::ArenaOp>())
        arenas_.push_back({arena, arena.getBytes()});
      mlir::OpBuilder builder(subject.entry_);
      copy_ = mlir::cast<plan::EntryOp>(builder.clone(*subject.entry_, mapping_));
      subject.entry_->remove();
    }
    ~Mutant() {
      subject_.module_->getBody()->push_back(subject_.entry_);
      copy_.erase();
      for (auto [arena, bytes] : arenas_) arena.setBytes(bytes);
    }

    plan::EntryOp entry() { return copy_; }
    bool isHarmful() { return subject_.isHarmful(copy_, mapping_); }

   private:
    Subject& subject_;
    mlir::IRMapping mapping_;
    plan::EntryOp copy_;
    std::vector<std::pair<plan::ArenaOp, uint64_t>> arenas_;
  };

 private:
  llvm::SmallVector<RuntimeValue> arguments(plan::Extents size) {
    Tensor tokens = Tensor::ofInts({size.tokens}), positions = tokens, slots = tokens;
    Tensor rows = Tensor::ofInts({size.rows});
    for (int64_t i = 0; i < size.tokens; ++i) tokens.ints()[i] = 1 + i % 7, positions.ints()[i] = i;
    for (int64_t i = 0; i < size.rows; ++i) rows.ints()[i] = i;
    llvm::SmallVector<RuntimeValue> arguments;
    for (Tensor* tensor : {&tokens, &positions, &slots, &rows})
      arguments.push_back(std::make_shared<const Tensor>(std::move(*tensor)));
    while (arguments.size() < entry_.getNumArguments())
      arguments.push_back(std::make_shared<const interpreter::State>());
    return arguments;
  }

  mlir::OwningOpRef<mlir::ModuleOp> module_;
  plan::EntryOp entry_;
  interpreter::TileCache tiles_;
  std::vector<plan::Extents> sizes_;
  std::vector<StepValues> values_;
};

/// How the verifier and the interpreter judge the mutants of a kind.
struct Tally {
  int harmful = 0, harmfulAccepted = 0, harmless = 0, harmlessAccepted = 0;

  Tally& operator+=(const Tally& other) {
    harmful += other.harmful;
    harmfulAccepted += other.harmfulAccepted;
    harmless += other.harmless;
    harmlessAccepted += other.harmlessAccepted;
    return *this;
  }
  void print(const char* name) const {
    std::printf("%-32s%8d%10d%10d%10d\n", name, harmful, harmfulAccepted, harmless,
                harmlessAccepted);
  }
};

std::vector<std::string> plans() {
  std::string tests = EMEL_SOURCE_DIR "/tests/";
  std::vector<std::string> paths{tests + "interpreter/plan/inputs/chain.mlir"};
  for (const char* name : {"llama-288", "gemma2", "mixtral", "gpt2"})
    paths.push_back(tests + "fixtures/models/" + name + "/model.gguf");
  return paths;
}

class PlanMutationTest : public ::testing::Test {
 protected:
  /// The plan of a model, or one written by hand; null after a failure.
  mlir::OwningOpRef<mlir::ModuleOp> planOf(const std::string& path) {
    DiagnosticCollector diagnostics(&context_);
    if (!isGguf(path)) {
      auto plan = loadMlir(context_, path);
      if (!plan.ok()) ADD_FAILURE() << plan.status();
      return plan.ok() ? *std::move(plan) : mlir::OwningOpRef<mlir::ModuleOp>();
    }
    auto model = loadGguf(context_, path, {});
    if (!model.ok()) {
      ADD_FAILURE() << model.status();
      return {};
    }
    PipelineOptions options;
    options.small = 3;
    options.bulk = 40;
    mlir::PassManager passes(&context_);
    addAllPasses(passes, options);
    if (succeeded(passes.run(*model->module))) return std::move(model->module);
    ADD_FAILURE() << diagnostics.status();
    return {};
  }

  void mutate(Subject& subject, int count) {
    while (count > 0) {
      size_t kind = random_() % planMutations().size();
      Subject::Mutant mutant(subject);
      if (!planMutations()[kind].apply(mutant.entry(), random_)) continue;
      judge(subject, mutant, kind);
      --count;
    }
  }

  void judge(Subject& subject, Subject::Mutant& mutant, size_t kind) {
    std::string found, refused;
    bool isHarmful, isAccepted;
    {
      DiagnosticCollector diagnostics(&context_);
      isHarmful = mutant.isHarmful();
      if (isHarmful) found = diagnostics.status().ToString();
    }
    {
      DiagnosticCollector diagnostics(&context_);
      isAccepted = subject.isAccepted();
      if (!isAccepted) refused = diagnostics.status().ToString();
    }
    Tally& tally = tallies_[kind];
    ++(isHarmful ? tally.harmful : tally.harmless);
    if (isAccepted) ++(isHarmful ? tally.harmfulAccepted : tally.harmlessAccepted);
    const char* name = planMutations()[kind].name;
    if (isHarmful && isAccepted) ADD_FAILURE() << name << " does harm: " << found;
    if (!isHarmful && !isAccepted)
      std::printf("%s does no harm: %s\n", name, refused.substr(0, refused.find('\n')).c_str());
  }

  mlir::MLIRContext context_{knownDialects(), mlir::MLIRContext::Threading::DISABLED};
  Random random_{1};
  std::vector<Tally> tallies_ = std::vector<Tally>(planMutations().size());
};

TEST_F(PlanMutationTest, VerifierAndInterpreterAgree) {
  for (const std::string& path : plans()) {
    SCOPED_TRACE(path);
    auto model = planOf(path);
    ASSERT_TRUE(model);
    for (auto entry : model->getOps<plan::EntryOp>()) {
      SCOPED_TRACE(entry.getSymName().str());
      DiagnosticCollector diagnostics(&context_);
      Subject subject(*model, entry.getSymName());
      ASSERT_TRUE(subject.computeValues()) << diagnostics.status();
      EXPECT_TRUE(subject.isAccepted()) << diagnostics.status();
      EXPECT_FALSE(Subject::Mutant(subject).isHarmful()) << diagnostics.status();
      mutate(subject, isGguf(path) ? kMutants : kMutantsByHand);
    }
  }
  Tally all;
  std::printf("%-32s%8s%10s%10s%10s\n", "mutation", "harmful", "accepted", "harmless", "accepted");
  for (auto [mutation, tally] : llvm::zip_equal(planMutations(), tallies_)) {
    tally.print(mutation.name);
    all += tally;
  }
  all.print("all");
  int count = all.harmful + all.harmless;
  EXPECT_GE(count, 1000);
  EXPECT_GE(all.harmful, 0.3 * count);
  EXPECT_EQ(all.harmfulAccepted, 0);
  EXPECT_GE(all.harmlessAccepted, 0.9 * all.harmless);
}

}  // namespace
}  // namespace emel::testing
