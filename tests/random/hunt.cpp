#include "tests/random/hunt.h"

#include "compiler/driver/Load.h"
#include "dialects/RegisterDialects.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace mlir;

namespace emel::random {
namespace {

// Of a process, so that what it leaves in memory does not add up.
constexpr uint64_t kCasesOfProcess = 150;
constexpr double kMostSeconds = 60;  // of a case

void loadDialects(MLIRContext& context) {
  context.loadDialect<arith::ArithDialect, cf::ControlFlowDialect, LLVM::LLVMDialect,
                      math::MathDialect, scf::SCFDialect, vector::VectorDialect>();
  context.loadAllAvailableDialects();
  context.printOpOnDiagnostic(false);
}

void say(int pipe, const std::string& line) {
  std::string text = line + "\n";
  for (size_t at = 0; at < text.size();) {
    ssize_t count = write(pipe, text.data() + at, text.size() - at);
    if (count <= 0) _exit(0);  // nobody listens any more
    at += static_cast<size_t>(count);
  }
}

}  // namespace

Hunt::Hunt(Plan plan)
    : plan_(std::move(plan)),
      forms_(formsHere()),
      all_(allGoals(forms_)),
      coverage_(goals_, forms_),
      begin_(now()) {
  std::string op = plan_.mutation && !plan_.mutation->op.empty() ? plan_.mutation->op : plan_.op;
  for (const Goal& goal : all_)
    if (absl::StrContains(goal.row(), op)) goals_.push_back(goal);
}

double Hunt::now() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

uint64_t Hunt::seedOf(uint64_t number) const {
  return Random(plan_.seed * 0x9e3779b97f4a7c15 + number).bits();
}

// Goals come in an order that spreads ops, types and forms: steps of a size that has no divisor in
// common with their number.
const Goal& Hunt::goalOf(uint64_t number) const {
  uint64_t count = all_.size(), step = count * 5 / 13 + 1;
  const std::vector<Goal>& goals = goals_;
  count = goals.size(), step = count * 5 / 13 + 1;
  while (std::gcd(step, count) != 1) ++step;
  return goals[(number * step + plan_.seed * 7919) % count];
}

std::string Hunt::describe(const Goal& goal) const {
  return cellOf(goal.row(), goal.kind, goal.form.name());
}

std::string Hunt::list() const {
  std::string text;
  for (const Goal& goal : goals_) text += describe(goal) + "\n";
  return text;
}

std::string Hunt::save(uint64_t number, const std::string& folder) const {
  std::filesystem::create_directories(folder);
  std::string stem = std::filesystem::absolute(folder).string() + "/case-" +
                     std::to_string(plan_.seed) + "-" + std::to_string(number);
  MLIRContext context(knownDialects(), MLIRContext::Threading::DISABLED);
  loadDialects(context);
  Case one = makeCase(context, goalOf(number), seedOf(number), stem + ".weights");
  if (!one.module) return "";
  std::string text;
  llvm::raw_string_ostream(text) << *one.module;
  std::ofstream(stem + ".mlir") << text;
  return stem + ".mlir";
}

//===----------------------------------------------------------------------===//
// In a process of its own
//===----------------------------------------------------------------------===//

// What it says of a case: lines of a word and what belongs to it.
std::string Hunt::checkOne(uint64_t number, const std::string& weights) const {
  MLIRContext context(knownDialects(), MLIRContext::Threading::DISABLED);
  loadDialects(context);
  Case one = makeCase(context, goalOf(number), seedOf(number), weights);
  if (!plan_.replay.empty()) {
    auto module = loadMlir(context, plan_.replay);
    if (!module.ok()) return absl::StrCat("error ", absl::CEscape(module.status().message()));
    one.module = *std::move(module);
    if (!(*one.module)->hasAttr(EmelDialect::kModelAttr)) return "passed -";
  }
  ScopedDiagnosticHandler quiet(&context, [](Diagnostic&) { return success(); });
  Verdict verdict = Checker(forms_, plan_.mutation).check(one);
  std::string text;
  for (const std::string& cell : verdict.cells) absl::StrAppend(&text, "cell ", cell, "\n");
  if (verdict.isMutated) text += "mutated -\n";
  constexpr const char* kKinds[] = {"passed", "refused", "failed"};
  return absl::StrCat(text, kKinds[verdict.kind], " ",
                      verdict.message.empty() ? "-" : absl::CEscape(verdict.message));
}

void Hunt::work(uint64_t first, int pipe) const {
  std::string weights =
      std::filesystem::temp_directory_path().string() + "/emel-random-" + std::to_string(getpid());
  for (uint64_t i = 0; i < kCasesOfProcess; ++i) {
    uint64_t number = first + i * plan_.jobs;
    say(pipe, absl::StrCat("begin ", number));
    say(pipe, checkOne(number, weights));
    if (plan_.only) break;
  }
  std::filesystem::remove(weights);
  _exit(0);
}

//===----------------------------------------------------------------------===//
// In ours
//===----------------------------------------------------------------------===//

void Hunt::start(Worker& worker) {
  int ends[2];
  if (pipe(ends) != 0) llvm::report_fatal_error("cannot make a pipe");
  fflush(nullptr);
  worker.process = fork();
  if (worker.process == 0) {
    close(ends[0]);
    work(worker.next, ends[1]);
  }
  close(ends[1]);
  worker.pipe = ends[0];
  worker.isBusy = false;
  worker.unread.clear();
  worker.since = now();
}

void Hunt::takeLine(Worker& worker, const std::string& line, Result& result) {
  auto [word, escaped] =
      std::pair<std::string, std::string>(absl::StrSplit(line, absl::MaxSplits(' ', 1)));
  std::string rest;
  absl::CUnescape(escaped, &rest);
  const Goal& goal = goalOf(worker.current);
  if (word == "begin") {
    worker.current = std::stoull(rest);
    worker.next = worker.current + plan_.jobs;
    worker.isBusy = true;
    worker.since = now();
  } else if (word == "cell") {
    coverage_.add(rest);
  } else if (word == "mutated") {
    ++result.mutated;
  } else {
    ++result.cases;
    worker.isBusy = false;
    if (word == "refused") ++result.refused;
    if (word == "refused") coverage_.refuse(goal, rest);
    if (word == "passed" && !coverage_.isFilled(goal))
      coverage_.refuse(goal, "passes leave no launch of this kind that has it");
    if (word == "failed" || word == "error")
      result.findings.push_back({worker.current, describe(goal), rest});
  }
}

void Hunt::take(Worker& worker, Result& result) {
  char buffer[4096];
  ssize_t count = read(worker.pipe, buffer, sizeof(buffer));
  if (count <= 0) return end(worker, result);
  worker.unread.append(buffer, static_cast<size_t>(count));
  for (size_t at; (at = worker.unread.find('\n')) != std::string::npos;) {
    takeLine(worker, worker.unread.substr(0, at), result);
    worker.unread.erase(0, at + 1);
  }
}

// Of a process that said nothing of its case a crash is to be told.
void Hunt::end(Worker& worker, Result& result) {
  int status = 0;
  waitpid(worker.process, &status, 0);
  close(worker.pipe);
  worker.pipe = -1;
  if (!worker.isBusy) return;
  ++result.cases;
  worker.isBusy = false;
  std::string how = WIFSIGNALED(status) ? strsignal(WTERMSIG(status))
                                        : "exit code " + std::to_string(WEXITSTATUS(status));
  if (now() - worker.since > kMostSeconds) how = "took more than a minute";
  result.findings.push_back({worker.current, describe(goalOf(worker.current)), "crashed: " + how});
}

Result Hunt::run() {
  Result result;
  begin_ = now();
  std::vector<Worker> workers(plan_.only ? 1 : plan_.jobs);
  for (size_t i = 0; i < workers.size(); ++i) workers[i].next = plan_.only.value_or(i);
  auto isOver = [&] {
    return now() - begin_ > plan_.seconds || (plan_.only && result.cases > 0) ||
           (plan_.stopsEarly && !result.findings.empty()) ||
           (plan_.sweeps && result.cases >= static_cast<int64_t>(goals_.size()));
  };
  while (!isOver()) {
    std::vector<pollfd> polled;
    for (Worker& worker : workers) {
      if (worker.pipe < 0) start(worker);
      polled.push_back({worker.pipe, POLLIN, 0});
    }
    poll(polled.data(), polled.size(), 100);
    for (size_t i = 0; i < workers.size(); ++i) {
      if (polled[i].revents)
        take(workers[i], result);
      else if (workers[i].isBusy && now() - workers[i].since > kMostSeconds)
        kill(workers[i].process, SIGKILL);
    }
  }
  for (Worker& worker : workers) {
    if (worker.pipe < 0) continue;
    kill(worker.process, SIGKILL);
    worker.isBusy = false;
    end(worker, result);
  }
  result.seconds = now() - begin_;
  return result;
}

}  // namespace emel::random
