#ifndef EMEL_CODEGEN_CPU_CHECKS_H_
#define EMEL_CODEGEN_CPU_CHECKS_H_

namespace emel::cpu {

/// What code is compiled to find in itself, or in its plan, while it runs.
struct Checks {
  /// Between launches, memory that holds no value of the plan is filled with NaN.
  bool poison = false;
};

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_CHECKS_H_
