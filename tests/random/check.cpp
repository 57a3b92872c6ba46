#include "tests/random/check.h"

#include "compiler/driver/Diagnostics.h"
#include "tests/random/mutations.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <bit>
#include <cmath>

using namespace mlir;

namespace emel::random {

using interpreter::Precision;

std::string cellOf(const std::string& row, plan::LaunchKind kind, const std::string& form) {
  return absl::StrCat(row, " | ", plan::stringifyLaunchKind(kind).str(), " | ", form);
}

namespace {

bool isSame(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

// Where rows differ; empty where they do not. Rows that one of them lacks do not count.
std::string findDifference(const Rows& found, const Rows& expected) {
  if (found.size() != expected.size())
    return absl::StrCat(found.size(), " rows for ", expected.size());
  for (size_t r = 0; r < found.size(); ++r)
    for (size_t i = 0; i < std::min(found[r].size(), expected[r].size()); ++i)
      if (!isSame(found[r][i], expected[r][i]))
        return absl::StrCat("row ", r, ", column ", i, " of ", found[r].size(), ": ", found[r][i],
                            " for ", expected[r][i]);
  return "";
}

// One case on its way.
class Run {
 public:
  Run(Case& one, const std::vector<testing::TestForm>& forms, const Mutation* mutation,
      Compiler& compiler)
      : one_(one),
        forms_(forms),
        mutation_(mutation),
        compiler_(compiler),
        random_(one.seed ^ 77) {}

  Verdict check() {
    if (!one_.module) return refuse(one_.refusal);
    if (!makePlans() || !checkInterpreted()) return verdict_;
    checkCode();
    return verdict_;
  }

 private:
  Verdict& refuse(const std::string& why) {
    verdict_.kind = Verdict::kRefused;
    verdict_.message = why;
    return verdict_;
  }
  bool fail(const std::string& what) {
    // Of a case without the mistake, what fails is not about it.
    verdict_.kind = mutation_ && !verdict_.isMutated ? Verdict::kRefused : Verdict::kFailed;
    verdict_.message = what;
    return false;
  }
  // Of what does not go: our own fault, or something that there is not.
  bool stop(const std::string& where, const absl::Status& status) {
    // What a mistake made of it may be nothing that can be compiled: that finds nothing.
    if (status.code() == absl::StatusCode::kInternal && !mutation_)
      return fail(absl::StrCat(where, ": ", status.message()));
    refuse(std::string(status.message()));
    return false;
  }

  bool makePlans() {
    plain_ = one_.module->clone();
    graph_ = one_.module->clone();
    plan_ = one_.module->clone();
    if (auto status = makeEntries(*plain_, one_.settings, false); !status.ok())
      return stop("entries", status);
    if (auto status = makeEntries(*graph_, one_.settings, true); !status.ok())
      return stop("graph", status);
    if (auto status = makePlan(*plan_, one_.settings); !status.ok()) return stop("plan", status);
    if (mutation_ && mutation_->plan) verdict_.isMutated = mutation_->plan(*plan_, random_);
    return true;
  }

  // All passes keep the bits that the interpreter computes, and a plan gives them in whatever order
  // its tiles run.
  bool checkInterpreted() {
    auto plain = interpret(*plain_, one_.steps, one_.seed, Precision::F32);
    if (!plain.ok()) return fail(absl::StrCat("interpreter: ", plain.status().message()));
    auto graph = interpret(*graph_, one_.steps, one_.seed, Precision::F32);
    if (!graph.ok()) return fail(absl::StrCat("interpreted graph: ", graph.status().message()));
    if (std::string found = findDifference(*graph, *plain); !found.empty())
      return fail("passes on graphs change bits: " + found);
    auto planned = interpret(*plan_, one_.steps, one_.seed, Precision::F32);
    if (!planned.ok()) return fail(absl::StrCat("interpreted plan: ", planned.status().message()));
    if (std::string found = findDifference(*planned, *graph); !found.empty())
      return fail("the plan computes other bits than the graph: " + found);
    return true;
  }

  ChangeCode change() {
    if (!mutation_ || !mutation_->code) return {};
    return [this](ModuleOp code) {
      // The same change in all forms would go unnoticed where only forms are compared.
      verdict_.isMutated |= mutation_->code(code, random_);
    };
  }

  // The bits of the goal's form are those of all others, and of the interpreter in code's orders.
  bool checkCode() {
    cpu::Checks checks{.poison = random_.once(6)};
    auto kernel = compiler_.compile(*plan_, one_.goal.form, checks, change());
    if (!kernel.ok()) return stop("code", kernel.status());
    auto rows = runCode(*kernel, one_.goal.form, one_.steps);
    if (!rows.ok()) return fail(absl::StrCat("run: ", rows.status().message()));
    addCells(one_.goal.form);
    auto ordered = interpret(*graph_, one_.steps, one_.seed, Precision::ExactOrder);
    if (!ordered.ok()) return fail(absl::StrCat("reference: ", ordered.status().message()));
    if (std::string found = findDifference(*rows, *ordered); !found.empty())
      return fail(absl::StrCat(one_.goal.form.name(), ": ", found));
    if (one_.settings.roundsToBf16) return true;  // a token's bits depend on its step
    return checkSplit(*kernel, *rows) && checkSession(*kernel, *rows) && checkOther(*rows);
  }

  bool checkSplit(const testing::CompiledKernel& kernel, const Rows& rows) {
    // What is counted over all tokens of a step depends on which ones it has.
    if (one_.module->walk([](CountEqualOp) { return WalkResult::interrupt(); }).wasInterrupted())
      return true;
    Steps split = splitOtherwise(one_.steps, random_.between(1, one_.settings.batch), random_);
    auto found = runCode(kernel, one_.goal.form, split);
    if (!found.ok()) return fail(absl::StrCat("split: ", found.status().message()));
    std::string difference = findDifference(*found, rows);
    return difference.empty() || fail("bits depend on the steps: " + difference);
  }

  // Only of code that this process can call.
  bool checkSession(const testing::CompiledKernel& kernel, const Rows& rows) {
    if (*testing::RunnerOf(one_.goal.form) != testing::Runner::kNative) return true;
    auto workers = static_cast<uint32_t>(random_.between(1, 4));
    auto found = runSession(kernel, one_.steps, workers, random_.once(2));
    if (!found.ok()) return fail(absl::StrCat("session: ", found.status().message()));
    std::string difference = findDifference(*found, rows);
    return difference.empty() || fail(absl::StrCat("bits of ", workers, " workers: ", difference));
  }

  // Another form, without fusion where this one has it, or the other way round.
  bool checkOther(const Rows& rows) {
    const testing::TestForm& other = random_.pick(forms_);
    Settings settings = one_.settings;
    settings.fuses = random_.once(2);
    settings.kind.reset();
    settings.rows = random_.of({1, 2, 5, 8});
    OwningOpRef<ModuleOp> plan = one_.module->clone();
    if (auto status = makePlan(*plan, settings); !status.ok())
      return fail(absl::StrCat("plan with other switches: ", status.message()));
    auto kernel = compiler_.compile(*plan, other, {}, {});
    if (!kernel.ok())
      return kernel.status().code() != absl::StatusCode::kInternal ||
             fail(absl::StrCat("code of ", other.name(), ": ", kernel.status().message()));
    auto found = runCode(*kernel, other, one_.steps);
    if (!found.ok()) return fail(absl::StrCat("run: ", found.status().message()));
    std::string difference = findDifference(*found, rows);
    return difference.empty() || fail(absl::StrCat(other.name(), " with other switches than ",
                                                   one_.goal.form.name(), ": ", difference));
  }

  void addCells(const testing::TestForm& form) {
    plan_->walk([&](plan::LaunchOp launch) {
      launch.getKernelOp().walk([&](Operation* op) {
        if (isa<EmelDialect>(op->getDialect()))
          verdict_.cells.insert(cellOf(op->getName().getStringRef().str() + " | " + labelOf(op),
                                       launch.getKind(), form.name()));
      });
    });
  }

  Case& one_;
  const std::vector<testing::TestForm>& forms_;
  const Mutation* mutation_;
  Compiler& compiler_;
  Random random_;
  Verdict verdict_;
  OwningOpRef<ModuleOp> plain_, graph_, plan_;
};

}  // namespace

Verdict Checker::check(Case& one) { return Run(one, forms_, mutation_, compiler_).check(); }

}  // namespace emel::random
