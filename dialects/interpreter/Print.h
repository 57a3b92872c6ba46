#ifndef EMEL_DIALECTS_INTERPRETER_PRINT_H_
#define EMEL_DIALECTS_INTERPRETER_PRINT_H_

#include "dialects/interpreter/Interpreter.h"

namespace emel::interpreter {

/// Prints a value: a tensor as one line for each row, a state as one line for each cell. Numbers
/// are written with 6 significant digits.
void printValue(const RuntimeValue &value, llvm::raw_ostream &out);

/// Calls every function and plan entry of the module that takes nothing but states, in order, with
/// empty states, and prints for each `@name` and its results. This is how numeric tests are
/// written.
mlir::LogicalResult runFunctions(mlir::ModuleOp module, Options options, llvm::raw_ostream &out);

}  // namespace emel::interpreter

#endif  // EMEL_DIALECTS_INTERPRETER_PRINT_H_
