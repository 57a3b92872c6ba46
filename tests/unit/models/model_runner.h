#ifndef EMEL_TESTS_UNIT_MODELS_MODEL_RUNNER_H_
#define EMEL_TESTS_UNIT_MODELS_MODEL_RUNNER_H_

#include "dialects/interpreter/Interpreter.h"
#include "mlir/IR/OwningOpRef.h"

#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace emel::testing {

/// A model imported once, to be run in several ways.
class ModelRunner {
 public:
  explicit ModelRunner(const std::string& path);

  const std::string& error() const { return error_; }
  mlir::ModuleOp module() { return *module_; }

  /// Logits after each of the tokens, fed in one step or one by one.
  std::vector<double> logits(const std::vector<int32_t>& tokens, bool oneByOne = false,
                             interpreter::Precision precision = interpreter::Precision::F32);
  /// The `count` most likely tokens after `tokens`, each fed in its turn.
  std::vector<int32_t> generate(const std::vector<int32_t>& tokens, size_t count);

  /// Canonicalises the module and removes common subexpressions.
  void simplify();
  /// Prints the module and parses it again.
  void roundTrip();

 private:
  mlir::MLIRContext context_;
  mlir::OwningOpRef<mlir::ModuleOp> module_;
  std::string error_;
};

/// The reference data beside the project: $EMEL_ORACLE or ../shared/oracle.
std::string oracleFolder();

/// A model of the reference data and what its manifest says of it.
struct OracleModel {
  std::string name, folder;
  nlohmann::json json;
};
/// Keeps failure messages short.
inline void PrintTo(const OracleModel& model, std::ostream* out) { *out << model.name; }
/// All, or those of architectures that we import; none where there is no reference data.
std::vector<OracleModel> oracleModels(bool onlyKnown = true);

/// The index of the largest element of row `row`; of equal ones the first.
int32_t argmax(const std::vector<double>& rows, size_t row, size_t width);

/// Comma- or whitespace-separated integers of a text file.
std::vector<int32_t> readIds(const std::string& path);
std::vector<float> readFloats(const std::string& path);

/// The largest difference between two lists of the same length.
double largestDifference(const std::vector<double>& a, const std::vector<float>& b);

}  // namespace emel::testing

#endif  // EMEL_TESTS_UNIT_MODELS_MODEL_RUNNER_H_
