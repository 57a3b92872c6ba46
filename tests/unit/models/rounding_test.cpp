// What --emel-quantize-activations costs: the divergence of the logits from exact ones, beside that
// of llama.cpp's CPU path over the same tokens. docs/numerics.md has the table that this test
// prints.

#include "mlir/Pass/PassManager.h"
#include "passes/Passes.h"
#include "runtime/gguf/dequantize.h"
#include "tests/unit/models/model_runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

namespace emel::testing {
namespace {

using Json = nlohmann::json;

constexpr double kMostOfOne = 1.5, kMostInTheMean = 1.0;

/// Natural logarithms of the probabilities that a row of logits stands for.
std::vector<double> logProbabilities(const double* logits, size_t count) {
  double most = *std::max_element(logits, logits + count), sum = 0;
  for (size_t i = 0; i < count; ++i) sum += std::exp(logits[i] - most);
  std::vector<double> result(logits, logits + count);
  for (double& x : result) x -= most + std::log(sum);
  return result;
}

/// The mean over rows of how far the distributions of `other` are from those of `exact`, in nats.
double meanDivergence(const std::vector<double>& exact, const std::vector<double>& other,
                      size_t width) {
  double sum = 0;
  for (size_t row = 0; row < exact.size(); row += width) {
    std::vector<double> a = logProbabilities(&exact[row], width);
    std::vector<double> b = logProbabilities(&other[row], width);
    for (size_t i = 0; i < width; ++i) sum += std::exp(a[i]) * (a[i] - b[i]);
  }
  return sum / (exact.size() / width);
}

std::vector<double> readHalves(const std::string& path) {
  std::vector<double> values;
  std::ifstream in(path, std::ios::binary);
  for (uint8_t bytes[2]; in.read(reinterpret_cast<char*>(bytes), 2);)
    values.push_back(gguf::HalfToFloat(static_cast<uint16_t>(bytes[0] | bytes[1] << 8)));
  return values;
}

/// Whether the peer rounds activations of the model, and no expert is chosen by them: another
/// choice would change everything after it.
bool isCompared(const OracleModel& model) {
  for (const char* mixture : {"moe", "mixtral"})
    if (model.name.find(mixture) != std::string::npos) return false;
  return llvm::any_of(model.json["tensor_types"].items(), [](const auto& type) {
    return type.key() != "F32" && type.key() != "F16" && type.key() != "BF16";
  });
}

/// Not where no weight has an integer form.
bool roundsAnything(mlir::ModuleOp module) {
  return module.walk([](QuantizeOp) { return mlir::WalkResult::interrupt(); }).wasInterrupted();
}

/// The divergence of one run, and the peer's.
std::pair<double, double> compareRun(ModelRunner& runner, const OracleModel& model,
                                     const Json& run) {
  auto tokens = run["prompt"].get<std::vector<int32_t>>();
  for (const Json& token : run["greedy"]) tokens.push_back(token.get<int32_t>());
  std::vector<float> floats =
      readFloats(model.folder + "/" + run["logits_file"].get<std::string>());
  std::vector<double> exact(floats.begin(), floats.end()), ours = runner.logits(tokens);
  std::vector<double> peers =
      readHalves(model.folder + "/" + run["native_file"].get<std::string>());
  if (ours.size() != exact.size() || peers.size() != exact.size()) return {INFINITY, 1};
  size_t width = exact.size() / tokens.size();
  return {meanDivergence(exact, ours, width), meanDivergence(exact, peers, width)};
}

TEST(RoundedActivations, AreAsCloseAsThePeers) {
  std::vector<OracleModel> models = oracleModels();
  if (models.empty()) GTEST_SKIP() << "no reference data at " << oracleFolder();
  double logarithms = 0;
  int count = 0;
  for (const OracleModel& model : models) {
    if (!isCompared(model)) continue;
    SCOPED_TRACE(model.name);
    ModelRunner runner(model.folder + "/model.gguf");
    ASSERT_EQ(runner.error(), "");
    mlir::PassManager passes(runner.module().getContext());
    passes.addPass(createQuantizeActivations());
    ASSERT_TRUE(mlir::succeeded(passes.run(runner.module())));
    if (!roundsAnything(runner.module())) continue;
    for (const Json& run : model.json["runs"]) {
      if (!run.contains("native_file") || run["native_file"].is_null()) continue;
      auto [ours, peers] = compareRun(runner, model, run);
      peers = std::max(peers, 1e-7);
      std::printf("| %s | %.2e | %.2e | %.2f |\n", model.name.c_str(), ours, peers, ours / peers);
      EXPECT_LE(ours, kMostOfOne * peers + 1e-5) << runner.error();
      logarithms += std::log(std::max(ours, 1e-9) / peers);
      ++count;
    }
  }
  ASSERT_GT(count, 0);
  double mean = std::exp(logarithms / count);
  std::printf("geometric mean of %d runs: %.3f\n", count, mean);
  EXPECT_LE(mean, kMostInTheMean);
}

}  // namespace
}  // namespace emel::testing
