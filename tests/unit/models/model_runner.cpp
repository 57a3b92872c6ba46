#include "tests/unit/models/model_runner.h"

#include "compiler/driver/Diagnostics.h"
#include "compiler/driver/Load.h"
#include "dialects/RegisterDialects.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace mlir;

namespace emel::testing {

ModelRunner::ModelRunner(const std::string& path)
    : context_(knownDialects(), MLIRContext::Threading::DISABLED) {
  absl::StatusOr<ImportResult> result = loadGguf(context_, path, {});
  if (!result.ok())
    error_ = std::string(result.status().message());
  else
    module_ = std::move(result->module);
}

std::vector<double> ModelRunner::logits(const std::vector<int32_t>& tokens, bool oneByOne,
                                        interpreter::Precision precision) {
  DiagnosticCollector diagnostics(&context_);
  interpreter::Interpreter interpreter(*module_, {.precision = precision});
  interpreter::Session session(interpreter);
  std::vector<double> rows;
  for (size_t i = 0, chunk = oneByOne ? 1 : tokens.size(); i < tokens.size(); i += chunk) {
    auto step = session.step(ArrayRef<int32_t>(tokens).slice(i, chunk));
    if (failed(step)) {
      error_ = std::string(diagnostics.status().message());
      return {};
    }
    rows.insert(rows.end(), step->reals().begin(), step->reals().end());
  }
  return rows;
}

std::vector<int32_t> ModelRunner::generate(const std::vector<int32_t>& tokens, size_t count) {
  interpreter::Interpreter interpreter(*module_, {});
  interpreter::Session session(interpreter);
  std::vector<int32_t> generated, input = tokens;
  while (generated.size() < count) {
    auto step = session.step(input);
    if (failed(step)) break;
    generated.push_back(argmax(step->reals(), input.size() - 1, step->rowSize()));
    input = {generated.back()};
  }
  return generated;
}

void ModelRunner::simplify() {
  PassManager passes(&context_);
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  if (failed(passes.run(*module_))) error_ = "simplifying failed";
}

void ModelRunner::roundTrip() {
  std::string text;
  llvm::raw_string_ostream out(text);
  module_->print(out);
  DiagnosticCollector diagnostics(&context_);
  module_ = parseSourceString<ModuleOp>(text, &context_);
  if (!module_) error_ = std::string(diagnostics.status().message());
}

std::string oracleFolder() {
  const char* folder = std::getenv("EMEL_ORACLE");
  return folder ? folder : EMEL_SOURCE_DIR "/../shared/oracle";
}

std::vector<OracleModel> oracleModels(bool onlyKnown) {
  std::ifstream file(oracleFolder() + "/manifest.json");
  auto manifest = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  std::vector<OracleModel> found;
  if (!manifest.is_object()) return found;
  for (const auto& json : manifest["entries"]) {
    std::string name = json["name"], arch = json["arch"], folder = json["dir"];
    if (onlyKnown && !llvm::is_contained(knownArchitectures(), arch)) continue;
    std::replace_if(name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
    found.push_back({name, oracleFolder() + "/" + folder, json});
  }
  return found;
}

int32_t argmax(const std::vector<double>& rows, size_t row, size_t width) {
  auto begin = rows.begin() + row * width;
  return static_cast<int32_t>(std::max_element(begin, begin + width) - begin);
}

std::vector<int32_t> readIds(const std::string& path) {
  std::ifstream in(path);
  std::vector<int32_t> ids;
  for (int32_t id; in >> id;) {
    ids.push_back(id);
    if (in.peek() == ',') in.get();
  }
  return ids;
}

std::vector<float> readFloats(const std::string& path) {
  std::vector<float> values(std::filesystem::file_size(path) / sizeof(float));
  std::ifstream(path, std::ios::binary)
      .read(reinterpret_cast<char*>(values.data()), values.size() * sizeof(float));
  return values;
}

double largestDifference(const std::vector<double>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return INFINITY;
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    double difference = std::abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference;  // a NaN is the largest
  }
  return largest;
}

}  // namespace emel::testing
