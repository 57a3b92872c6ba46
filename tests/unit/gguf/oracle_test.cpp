#include "runtime/gguf/gguf.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

// The verdicts of an independent set of broken and sound files, where a checkout has it beside the
// repository or EMEL_ORACLE names its folder.
namespace emel::gguf {
namespace {

namespace fs = std::filesystem;

fs::path OracleDir() {
  const char* dir = std::getenv("EMEL_ORACLE");
  return dir != nullptr ? fs::path(dir) : fs::path(EMEL_SOURCE_DIR) / ".." / "shared" / "oracle";
}

std::vector<std::string> SplitTabs(const std::string& line) {
  std::vector<std::string> fields;
  size_t begin = 0;
  for (size_t tab; (tab = line.find('\t', begin)) != std::string::npos; begin = tab + 1) {
    fields.push_back(line.substr(begin, tab - begin));
  }
  fields.push_back(line.substr(begin));
  return fields;
}

// Defects of the model, not of the container: the importers refuse those.
bool ConcernsContainer(const std::string& name) {
  static const char* const kImporters[] = {
      "meta-",           "tensor-missing-",     "tensor-extra-",      "tensor-transposed",
      "tensor-k-wrong-", "tensor-layer-index-", "tensor-output-rows", "shard-3-other-shapes"};
  for (const char* prefix : kImporters) {
    if (name.rfind(prefix, 0) == 0) return false;
  }
  return true;
}

void CheckVerdict(const fs::path& file, const std::string& expected, const std::string& name) {
  for (const io::Strategy strategy : {io::Strategy::kMap, io::Strategy::kRead}) {
    const auto model = Model::Open(file, {.strategy = strategy, .first_shard_only = true});
    if (expected == "accept" || !ConcernsContainer(name)) {
      EXPECT_TRUE(model.ok()) << name << ": " << model.status();
    } else if (expected == "reject") {
      EXPECT_FALSE(model.ok()) << name;
    }
  }
}

TEST(OracleTest, MalformedFilesGetTheirVerdicts) {
  std::ifstream manifest(OracleDir() / "malformed" / "manifest.tsv");
  if (!manifest) GTEST_SKIP() << "no " << OracleDir() << "; set EMEL_ORACLE to its folder";
  std::string line;
  std::getline(manifest, line);
  while (std::getline(manifest, line)) {
    const std::vector<std::string> fields = SplitTabs(line);
    CheckVerdict(OracleDir() / "malformed" / fields[0], fields[1], fields[0]);
  }
}

TEST(OracleTest, SplitModelsGetTheirVerdicts) {
  std::ifstream manifest(OracleDir() / "split" / "manifest.tsv");
  if (!manifest) GTEST_SKIP() << "no " << OracleDir() << "; set EMEL_ORACLE to its folder";
  std::string line;
  std::getline(manifest, line);
  while (std::getline(manifest, line)) {
    const std::vector<std::string> fields = SplitTabs(line);
    CheckVerdict(OracleDir() / "split" / fields[0] / fields[1], fields[2], fields[0]);
  }
}

TEST(OracleTest, EveryModelOpensAndHasFiniteTensors) {
  int models = 0;
  for (const char* folder : {"models", "quant", "stories"}) {
    if (!fs::is_directory(OracleDir() / folder)) continue;
    for (const auto& entry : fs::directory_iterator(OracleDir() / folder)) {
      const auto model = Model::Open(entry.path() / "model.gguf", {.check_tensors = true});
      EXPECT_TRUE(model.ok()) << model.status();
      ++models;
    }
  }
  if (models == 0) GTEST_SKIP() << "no " << OracleDir() << "; set EMEL_ORACLE to its folder";
}

}  // namespace
}  // namespace emel::gguf
