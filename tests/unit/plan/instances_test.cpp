// Problems in files named NAME.CAPACITY.csv: each fits into its capacity. Our own always; published
// ones where the reference data is (EMEL_ORACLE names its folder, or it lies beside the
// repository).

#include "runtime/plan/strategy.h"
#include "tools/plan/lifetimes_csv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace emel::plan {
namespace {

namespace fs = std::filesystem;

void ExpectAllFit(const fs::path& folder, size_t at_least) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".csv") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  EXPECT_GE(files.size(), at_least) << folder;
  for (const fs::path& file : files) {
    SCOPED_TRACE(file);
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    auto problem = tools::ReadLifetimes(text, file.filename());
    ASSERT_TRUE(problem.ok()) << problem.status();
    problem->capacity = std::stoll(file.stem().extension().string().substr(1));
    const auto solution = Solve(*problem);
    ASSERT_TRUE(solution.ok()) << solution.status();
    EXPECT_LE(solution->plan.total, problem->capacity);
    EXPECT_TRUE(Validate(*problem, solution->plan).ok());
    // Well within the limit, so that a small change of the search does not make this test fail.
    EXPECT_LT(solution->nodes, Options().node_limit / 2);
  }
}

TEST(Instances, OursFit) { ExpectAllFit(fs::path(EMEL_SOURCE_DIR) / "tests/fixtures/plan", 4); }

TEST(Instances, PublishedOnesFit) {
  const char* variable = std::getenv("EMEL_ORACLE");
  const fs::path oracle =
      variable ? fs::path(variable) : fs::path(EMEL_SOURCE_DIR) / "../shared/oracle";
  const fs::path folder = oracle / "minimalloc";
  if (!fs::is_directory(folder))
    GTEST_SKIP() << "no " << folder << "; set EMEL_ORACLE to its folder";
  ExpectAllFit(folder, 7);
}

}  // namespace
}  // namespace emel::plan
