#ifndef EMEL_DIALECTS_PLAN_DEVICE_H_
#define EMEL_DIALECTS_PLAN_DEVICE_H_

#include "dialects/emel/Emel.h"

/// What passes may ask of the machines that a plan is made for. A backend describes its own, as
/// plain data, and registers it; passes, the plan and the driver know nothing else of any.
namespace emel::plan {

/// What kernels reach on a machine, in units for a second. Ratios matter, absolute numbers do not:
/// they decide between layouts and make the roofline of the report.
struct Speeds {
  llvm::StringLiteral name;
  double readBytes;  // weights from memory, by the kernels of packed layouts
  /// Operations of kernels for many tokens, by the class that a weight's type is computed in.
  double quantized, bf16, f16, f32;
  /// What kernels of GGUF's arrangement reach of that, when reading and when computing.
  double rowMajorReading, rowMajorComputing;
};

/// How launches may be divided among workers, and from where on it pays.
struct LaunchRules {
  bool mayOwn;            // tiles of one worker, known before; else workers take them as they come
  int64_t eachElements;   // the most numbers that every worker computes for itself
  int64_t eachRows;       // the same in tokens; 0: no limit
  int64_t dynamicTokens;  // entries for more have dynamic launches
};

/// The tiles that kernels want.
struct TileRules {
  int64_t panel;    // rows of a weight that kernels compute together
  int64_t columns;  // of a weight, at most
  int64_t rows;     // tokens of light work
  int64_t block;    // tokens of heavy work that is divided by tokens too
  int64_t wanted;   // so that many workers find work
  int64_t ofCells;  // the same where neighbours read the same cells of a state
};

/// Activations that products take in place of f32.
struct FormRule {
  ActivationForm form;
  int64_t tilesWanted;  // each of them reads all activations anew
};

struct Device {
  llvm::StringLiteral name;
  llvm::StringLiteral description;  // "two cores of a CPU"
  llvm::ArrayRef<Speeds> machines;  // the last one stands for all that have no row
  llvm::ArrayRef<Layout> layouts;   // that its kernels read, beside the file's own
  llvm::ArrayRef<FormRule> forms;
  LaunchRules launches;
  TileRules tiles;

  /// Null where there is none.
  const Speeds *findMachine(llvm::StringRef name) const;
  std::string machineNames() const;  // "x86-64-v3, x86-64-v4, …"
  bool takes(ActivationForm form) const;
  /// How many tiles a launch with such products should have.
  int64_t tilesWanted(std::optional<ActivationForm> form) const;
};

/// Makes a device known, for the life of the process.
void registerDevice(const Device &device);
/// Null where there is none.
const Device *findDevice(llvm::StringRef name);

/// The device that the attribute `emel.device` of a module names, a CPU where it has none; fails,
/// with an error, where nobody registered it.
mlir::FailureOr<const Device *> deviceOf(mlir::ModuleOp module);

}  // namespace emel::plan

#endif  // EMEL_DIALECTS_PLAN_DEVICE_H_
