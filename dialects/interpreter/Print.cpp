#include "dialects/interpreter/Print.h"

#include <cmath>

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace emel::interpreter {

/// A NaN has no sign worth showing.
static void printNumber(double x, llvm::raw_ostream &out) {
  if (std::isnan(x))
    out << "nan";
  else
    out << llvm::format("%.6g", x);
}

static void printNumber(int64_t x, llvm::raw_ostream &out) { out << x; }

template <typename Number>
static void printRow(ArrayRef<Number> row, llvm::raw_ostream &out) {
  llvm::interleave(row, out, [&](Number x) { printNumber(x, out); }, " ");
}

template <typename Number>
static void printRows(ArrayRef<Number> numbers, int64_t rowSize, llvm::raw_ostream &out) {
  for (; !numbers.empty(); numbers = numbers.drop_front(rowSize)) {
    printRow(numbers.take_front(rowSize), out);
    out << '\n';
  }
}

/// A line for each group: its scale, then its integers.
static void printRounded(const Tensor &tensor, llvm::raw_ostream &out) {
  for (int64_t row = 0; row < tensor.rowCount(); ++row)
    for (const gguf::ActivationGroup &group : tensor.groups(row)) {
      printNumber(static_cast<double>(group.scale), out);
      out << " *";
      for (int8_t q : group.values) out << ' ' << static_cast<int>(q);
      out << '\n';
    }
}

static void printTensor(const Tensor &tensor, llvm::raw_ostream &out) {
  if (tensor.isInts()) return printRows(ArrayRef<int64_t>(tensor.ints()), tensor.rowSize(), out);
  if (tensor.isRounded()) return printRounded(tensor, out);
  // What a function returns has been decoded.
  printRows(ArrayRef<double>(tensor.reals()), tensor.rowSize(), out);
}

static void printState(const State &state, llvm::raw_ostream &out) {
  for (const auto &[slot, cells] : state)
    for (const auto &[position, cell] : cells) {
      out << "slot " << slot << " position " << position << ": ";
      printRow(ArrayRef<double>(cell->key), out);
      out << " -> ";
      printRow(ArrayRef<double>(cell->value), out);
      out << '\n';
    }
}

void printValue(const RuntimeValue &value, llvm::raw_ostream &out) {
  if (auto *tensor = std::get_if<std::shared_ptr<const Tensor>>(&value))
    printTensor(**tensor, out);
  else
    printState(*std::get<std::shared_ptr<const State>>(value), out);
}

LogicalResult runFunctions(ModuleOp module, Options options, llvm::raw_ostream &out) {
  Interpreter interpreter(module, std::move(options));
  for (auto function : module.getOps<FunctionOpInterface>()) {
    auto entry = dyn_cast<plan::EntryOp>(*function);
    auto callee = dyn_cast<func::FuncOp>(*function);
    if ((!entry && !callee) || function.isExternal() ||
        !llvm::all_of(function.getArgumentTypes(), llvm::IsaPred<KvType>))
      continue;
    SmallVector<RuntimeValue> results, states;
    while (states.size() < function.getNumArguments())
      states.push_back(std::make_shared<const State>());
    if (failed(entry ? interpreter.call(entry, states, results)
                     : interpreter.call(callee, states, results)))
      return failure();
    out << '@' << function.getName() << '\n';
    for (const RuntimeValue &value : results) printValue(value, out);
  }
  return success();
}

}  // namespace emel::interpreter
