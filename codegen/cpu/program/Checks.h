#ifndef EMEL_CODEGEN_CPU_PROGRAM_CHECKS_H_
#define EMEL_CODEGEN_CPU_PROGRAM_CHECKS_H_

namespace emel::cpu {

/// Whose runtime checks the accesses to memory that code makes.
enum class Sanitizer { None, Address, Thread };

/// What code is compiled to find in itself, or in its plan, while it runs.
struct Checks {
  /// Between launches, memory that holds no value of the plan is filled with NaN.
  bool poison = false;
  Sanitizer sanitizer = Sanitizer::None;
};

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_PROGRAM_CHECKS_H_
