#ifndef EMEL_TESTS_RANDOM_HUNT_H_
#define EMEL_TESTS_RANDOM_HUNT_H_

#include "tests/random/check.h"
#include "tests/random/coverage.h"
#include "tests/random/mutations.h"

#include <functional>
#include <optional>

// Runs cases in processes of their own, which may crash and hang.
namespace emel::random {

struct Plan {
  uint64_t seed = 1, jobs = 1;
  double seconds = 20;
  std::optional<uint64_t> only;  // one case
  const Mutation* mutation = nullptr;
  std::string op;           // cases about ops whose name has this
  std::string replay;       // a file whose graph takes the place of the case's own
  bool stopsEarly = false;  // at the first finding
  bool sweeps = false;      // ends when every cell was tried
};

struct Finding {
  uint64_t number;
  std::string goal, message;
};

struct Result {
  std::vector<Finding> findings;
  int64_t cases = 0, refused = 0, mutated = 0;
  double seconds = 0;
};

class Hunt {
 public:
  explicit Hunt(Plan plan);

  Result run();
  const Coverage& coverage() const { return coverage_; }
  // Writes a case and its weights beside each other: "FOLDER/case-SEED-NUMBER.mlir".
  std::string save(uint64_t number, const std::string& folder) const;
  const Goal& goalOf(uint64_t number) const;
  std::string describe(const Goal& goal) const;
  std::string list() const;

 private:
  struct Worker {
    int pipe = -1, process = -1;
    uint64_t next = 0, current = 0;
    bool isBusy = false;
    double since = 0;
    std::string unread;
  };
  uint64_t seedOf(uint64_t number) const;
  void start(Worker& worker);
  [[noreturn]] void work(uint64_t first, int pipe) const;
  std::string checkOne(uint64_t number, const std::string& weights) const;
  void take(Worker& worker, Result& result);
  void takeLine(Worker& worker, const std::string& line, Result& result);
  void end(Worker& worker, Result& result);
  double now() const;

  Plan plan_;
  std::vector<testing::TestForm> forms_;
  std::vector<Goal> all_, goals_;
  Coverage coverage_;
  double begin_;
};

}  // namespace emel::random

#endif  // EMEL_TESTS_RANDOM_HUNT_H_
