#ifndef EMEL_TESTS_UNIT_MODELS_COMPILED_MODEL_H_
#define EMEL_TESTS_UNIT_MODELS_COMPILED_MODEL_H_

#include "runtime/exec/model.h"
#include "runtime/exec/session.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace emel::testing {

/// A model that emel-compile made an artifact of, in a file that goes with this.
class CompiledModel {
 public:
  /// Makes code for each of the variants, with further options of the tool.
  CompiledModel(const std::string& gguf, const std::vector<std::string>& variants,
                const std::vector<std::string>& options = {});
  ~CompiledModel();
  CompiledModel(const CompiledModel&) = delete;

  const std::string& path() const { return path_; }
  const std::string& error() const { return error_; }
  /// Whether the compiler says that it has no code for what the model does.
  bool isUnsupported() const;
  std::shared_ptr<const exec::Model> load(const std::string& variant) const;

 private:
  static inline int made_ = 0;
  std::string path_, error_;
};

/// Every variant that this machine runs, the best one last.
std::vector<std::string> variantsHere();

/// The row after each of the tokens, fed in pieces of `chunk`.
std::vector<double> feed(const exec::Program& program, const std::vector<int32_t>& tokens,
                         uint32_t workers, size_t chunk = SIZE_MAX);

/// The same, while two other sequences take part in every step.
std::vector<double> feedInCompany(const exec::Program& program, const std::vector<int32_t>& tokens,
                                  uint32_t workers, size_t chunk);

/// The `count` most likely tokens after `tokens`, each fed in its turn.
std::vector<int32_t> generate(const exec::Program& program, std::vector<int32_t> tokens,
                              size_t count);

/// A step in which the workers take turns between barriers, so that one can see who did what.
struct TurnsOfWorkers {
  std::vector<double> logits;
  /// For each worker: between how many barriers it changed the memory of the step.
  std::vector<size_t> turnsAtWork;
};
/// Feeds `tokens` at once to a new sequence. Fails as `feed` does.
TurnsOfWorkers feedInTurns(const exec::Program& program, const std::vector<int32_t>& tokens,
                           uint32_t workers);

}  // namespace emel::testing

#endif  // EMEL_TESTS_UNIT_MODELS_COMPILED_MODEL_H_
