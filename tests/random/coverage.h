#ifndef EMEL_TESTS_RANDOM_COVERAGE_H_
#define EMEL_TESTS_RANDOM_COVERAGE_H_

#include "tests/random/case.h"

#include <map>
#include <string>

// Which cells of op, type, layout, launch kind and form ran how often, and why others did not.
namespace emel::random {

class Coverage {
 public:
  Coverage(const std::vector<Goal>& goals, const std::vector<testing::TestForm>& forms);

  void add(const std::string& cell) { ++counts_[cell]; }
  // Why a goal could not be reached.
  void refuse(const Goal& goal, const std::string& why);
  bool isFilled(const Goal& goal) const;
  bool hasReason(const Goal& goal) const;
  // A goal that nothing was tried for, or that failed without a reason, has an empty cell.
  int64_t emptyCells() const;

  // A row for each op with its types, a column for each kind and form; letters stand for reasons,
  // which follow.
  std::string table() const;

 private:
  std::string textOf(const Goal& goal, std::map<std::string, int>& reasons) const;

  const std::vector<Goal>& goals_;
  const std::vector<testing::TestForm>& forms_;
  std::map<std::string, int64_t> counts_;
  std::map<std::string, std::string> refusals_;
};

}  // namespace emel::random

#endif  // EMEL_TESTS_RANDOM_COVERAGE_H_
