#ifndef EMEL_COMPILER_DRIVER_DIAGNOSTICS_H_
#define EMEL_COMPILER_DRIVER_DIAGNOSTICS_H_

#include <string>

#include <absl/status/status.h>

#include "mlir/IR/Diagnostics.h"

namespace emel {

/// Turns the errors that MLIR reports while this lives into a status.
class DiagnosticCollector {
 public:
  explicit DiagnosticCollector(mlir::MLIRContext *context);
  /// The errors so far, with their notes; never OK. They are about the input unless who asks knows
  /// that the fault is ours.
  absl::Status status(absl::StatusCode code = absl::StatusCode::kInvalidArgument) const;

 private:
  std::string text_;
  mlir::ScopedDiagnosticHandler handler_;
};

}  // namespace emel

#endif  // EMEL_COMPILER_DRIVER_DIAGNOSTICS_H_
