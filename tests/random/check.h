#ifndef EMEL_TESTS_RANDOM_CHECK_H_
#define EMEL_TESTS_RANDOM_CHECK_H_

#include "tests/random/run.h"

#include <map>
#include <set>
#include <string>

// Takes a case through everything and compares what comes out.
namespace emel::random {

// A mistake that is made on purpose: changes the plan or the code, or does not find a place.
struct Mutation;

struct Verdict {
  enum Kind {
    kPassed,
    kRefused,  // there is no code for it, or the verifier forbids it
    kFailed,
  } kind = kPassed;
  std::string message;
  // Cells that the case filled: what ran, of the plan's launches.
  std::set<std::string> cells;
  // Whether a mistake was made.
  bool isMutated = false;
};

// "emel.add | f32 | owner | x86-64-v3"
std::string cellOf(const std::string& row, plan::LaunchKind kind, const std::string& form);

class Checker {
 public:
  Checker(std::vector<testing::TestForm> forms, const Mutation* mutation)
      : forms_(std::move(forms)), mutation_(mutation) {}

  Verdict check(Case& one);

 private:
  std::vector<testing::TestForm> forms_;
  const Mutation* mutation_;
  Compiler compiler_;
};

}  // namespace emel::random

#endif  // EMEL_TESTS_RANDOM_CHECK_H_
