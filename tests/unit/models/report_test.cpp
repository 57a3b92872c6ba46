// What `emel-compile --emit=report` says of models, held to what we promise: launches and barriers
// below the ceilings of ceilings.csv, arenas close to the bytes that are live, passes that do
// something. A test that fails for a missing row of the table prints the row.

#include "compiler/import/Import.h"
#include "runtime/gguf/gguf.h"
#include "tests/support/build_kind.h"
#include "tests/support/process.h"
#include "tests/unit/models/model_runner.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <unistd.h>

namespace emel::testing {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr double kMostOverBound = 1.03;  // arena to live bytes
constexpr double kMostOfNoReuse = 0.5;   // arena to the sum of all values
constexpr int64_t kBarriersOfLayer = 5;  // in the decode step of a dense llama
constexpr const char* kCompile = EMEL_BINARY_DIR "/bin/emel-compile";

struct ReportedModel {
  std::string name, path;    // without a path: made of the shape that the name says
  std::string shape = {};    // of emel-modelgen
  std::string refused = {};  // why there is nothing to test
};
void PrintTo(const ReportedModel& model, std::ostream* out) { *out << model.name; }

std::vector<ReportedModel> committedModels() {
  std::vector<ReportedModel> found{{"tales", EMEL_SOURCE_DIR "/models/tales.gguf"}};
  for (const auto& entry : fs::directory_iterator(EMEL_SOURCE_DIR "/tests/fixtures/models")) {
    std::string name = entry.path().filename().string();
    std::replace(name.begin(), name.end(), '-', '_');
    found.push_back({name, (entry.path() / "model.gguf").string()});
  }
  return found;
}

std::vector<ReportedModel> reportedModels() {
  std::vector<ReportedModel> found = committedModels();
  for (const char* shape : {"1b", "8b", "70b"})
    found.push_back({std::string("shape_") + shape, "", shape});
  std::vector<OracleModel> oracle = oracleModels(/*onlyKnown=*/false);
  if (oracle.empty()) found.push_back({"oracle", "", "", "no reference data at " + oracleFolder()});
  for (const OracleModel& model : oracle) {
    std::string arch = model.json["arch"];
    bool isKnown = llvm::is_contained(knownArchitectures(), arch);
    found.push_back({"oracle_" + model.name, model.folder + "/model.gguf", "",
                     isKnown ? "" : "no importer reads architecture '" + arch + "'"});
  }
  return found;
}

/// A file that is gone at the end of the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& name)
      : path_(fs::path(::testing::TempDir()) / (std::to_string(getpid()) + name)) {}
  ~TemporaryFile() { fs::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

void makeShape(const std::string& shape, const std::string& path) {
  Outcome made = Run({EMEL_BINARY_DIR "/bin/emel-modelgen", "--shape=" + shape, "--type=q4_k_m",
                      "--sparse", "-o", path});
  ASSERT_EQ(made.code, 0) << made.err;
}

Json reportOf(const std::string& path) {
  Outcome compiled = Run({kCompile, path, "--emit=report"});
  EXPECT_EQ(compiled.code, 0) << compiled.err;
  return Json::parse(compiled.out, nullptr, /*allow_exceptions=*/false);
}

//===----------------------------------------------------------------------===//
// Launches, barriers, memory
//===----------------------------------------------------------------------===//

struct Ceiling {
  int64_t launches, barriers;
};

/// The row of a model's entry in ceilings.csv.
std::optional<Ceiling> findCeiling(const std::string& model, const std::string& entry) {
  std::ifstream in(EMEL_SOURCE_DIR "/tests/unit/models/ceilings.csv");
  std::string start = model + "," + entry + ",";
  for (std::string line; std::getline(in, line);) {
    if (line.compare(0, start.size(), start) != 0) continue;
    size_t comma = line.rfind(',');
    return Ceiling{std::stoll(line.substr(start.size())), std::stoll(line.substr(comma + 1))};
  }
  return std::nullopt;
}

class ReportTest : public ::testing::TestWithParam<ReportedModel> {
 protected:
  void SetUp() override {
    if (!GetParam().refused.empty()) GTEST_SKIP() << GetParam().refused;
    path_ = GetParam().path;
    if (!GetParam().shape.empty()) makeShape(GetParam().shape, path_ = made_.path());
    auto model = gguf::Model::Open(path_);
    ASSERT_TRUE(model.ok()) << model.status();
    std::string arch(*model->Find("general.architecture")->AsString());
    layers_ = static_cast<int64_t>(*model->Find(arch + ".block_count")->AsUnsigned());
    const auto* experts = model->Find(arch + ".expert_count");
    isDenseLlama_ = arch == "llama" && (experts == nullptr || experts->AsUnsigned() == 0);
  }

  void checkCounts(const Json& entry) {
    std::string name = entry["name"];
    int64_t launches = entry["launches"], barriers = entry["barriers"];
    std::optional<Ceiling> ceiling = findCeiling(GetParam().name, name);
    if (!ceiling) {
      ADD_FAILURE() << "no row in ceilings.csv: " << GetParam().name << "," << name << ","
                    << launches << "," << barriers;
    } else {
      EXPECT_TRUE(launches <= ceiling->launches && barriers <= ceiling->barriers)
          << launches << " launches and " << barriers << " barriers, ceilings.csv allows "
          << ceiling->launches << " and " << ceiling->barriers;
    }
    if (isDenseLlama_ && name == "decode") {
      EXPECT_LE(barriers, kBarriersOfLayer * layers_);
    }
  }

  void checkMemory(const Json& entry) {
    double arena = entry["arena_bytes"];
    EXPECT_LE(arena, kMostOverBound * entry["arena_lower_bound_bytes"].get<double>());
    EXPECT_GE(arena, entry["arena_lower_bound_bytes"].get<double>());
    // Few values of a single layer could share bytes.
    if (layers_ > 1) {
      EXPECT_LE(arena, kMostOfNoReuse * entry["arena_no_reuse_bytes"].get<double>());
    }
  }

  std::string path_;
  int64_t layers_ = 0;
  bool isDenseLlama_ = false;

 private:
  TemporaryFile made_{"report.gguf"};
};

TEST_P(ReportTest, KeepsItsPromises) {
  Json report = reportOf(path_);
  ASSERT_TRUE(report.is_object() && report["entry_points"].size() >= 2);
  for (const Json& entry : report["entry_points"]) {
    SCOPED_TRACE(entry["name"].get<std::string>());
    checkCounts(entry);
    checkMemory(entry);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, ReportTest, ::testing::ValuesIn(reportedModels()),
                         [](const auto& info) { return info.param.name; });

//===----------------------------------------------------------------------===//
// Cost of planning
//===----------------------------------------------------------------------===//

// The kernel holds the compiler to the limits: 500 MB of memory that is no file's, in KiB, and 10 s
// of CPU time.
constexpr const char* kLimited = "ulimit -d 488281; ulimit -t 10; exec \"$0\" \"$@\"";
constexpr const char* kTooLimited = "ulimit -d 4096; exec \"$0\" \"$@\"";

TEST(PlanningCost, IsSmallForALargeModel) {
  if (!testing::kMeasures) GTEST_SKIP() << "a build that measures nothing";
  TemporaryFile model("8b.gguf");
  makeShape("8b", model.path());
  std::vector<std::string> command{"/bin/sh", "-c",         kTooLimited,
                                   kCompile,  model.path(), "--emit=report"};
  if (testing::Run(command).code == 0)
    GTEST_SKIP() << "this system does not limit what programs allocate";
  command[2] = kLimited;
  Outcome compiled = testing::Run(command);
  EXPECT_EQ(compiled.code, 0) << compiled.err;
}

//===----------------------------------------------------------------------===//
// Passes
//===----------------------------------------------------------------------===//

/// What a pass does to a committed model.
struct Effect {
  const char *pass, *counted, *model;
};
void PrintTo(const Effect& effect, std::ostream* out) { *out << effect.pass; }

// --emel-fuse-head is missing: it works on demand only, and tests/passes/fuse-head-ids.test runs it
// on a model.
constexpr Effect kEffects[] = {
    {"simplify", "ops", "gemma3"},
    {"merge-weights", "weights", "llama_copies"},
    {"merge-weights", "bytes", "llama_copies"},
    {"fold-constants", "ops", "llama_copies"},
    {"fuse-attention", "reads", "tales"},
    {"drop-dead-weights", "weights", "llama_copies"},
    {"drop-dead-weights", "bytes", "llama_copies"},
    {"quantize-activations", "products", "tales"},
    {"specialize", "entries", "tales"},
    {"select-layouts", "weights", "tales"},
    {"store-packed", "ops", "tales"},
    {"fuse-projections", "joined", "tales"},
    {"fuse-epilogue", "joined", "tales"},
    {"fuse-rope", "joined", "tales"},
    {"fuse-residual", "joined", "mixtral"},
    {"fuse-rows", "joined", "tales"},
    {"outline", "launches", "tales"},
    {"partition", "tiles", "tales"},
    {"insert-barriers", "barriers", "tales"},
    {"insert-barriers", "avoided", "tales"},
    {"lifetimes", "in place", "tales"},
    {"plan-buffers", "bytes saved", "tales"},
};

class PassEffectTest : public ::testing::TestWithParam<Effect> {};

TEST_P(PassEffectTest, IsSeenOnAModel) {
  std::vector<ReportedModel> models = committedModels();
  auto model = llvm::find_if(
      models, [](const ReportedModel& model) { return model.name == GetParam().model; });
  ASSERT_NE(model, models.end());
  int64_t sum = 0;
  Json report = reportOf(model->path);
  for (const Json& pass : report["passes"])
    if (pass["pass"] == GetParam().pass) sum += pass.value(GetParam().counted, int64_t{0});
  EXPECT_GT(sum, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Passes, PassEffectTest, ::testing::ValuesIn(kEffects), [](const auto& info) {
      std::string name = std::string(info.param.pass) + "_" + info.param.counted;
      std::replace_if(name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
      return name;
    });

TEST(PassEffects, CoverEveryPassOfTheReport) {
  std::set<std::string> covered;
  for (const Effect& effect : kEffects) covered.insert(effect.pass);
  Json report = reportOf(EMEL_SOURCE_DIR "/models/tales.gguf");
  for (const Json& pass : report["passes"])
    EXPECT_TRUE(covered.count(pass["pass"])) << pass["pass"] << " has no row in kEffects";
}

}  // namespace
}  // namespace emel::testing
