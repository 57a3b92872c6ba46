// Prints which op has what: asked of the dialect, the interpreter and the tables of code.

#include "codegen/cpu/emit/Tile.h"
#include "dialects/RegisterDialects.h"
#include "dialects/interpreter/Interpreter.h"
#include "mlir/IR/MLIRContext.h"

using namespace mlir;

/// What the CPUs have for an op.
static std::string codeFor(OperationName name) {
  if (emel::cpu::isInPlace(name.getStringRef())) return "in place";
  const emel::cpu::Emitter* emitter = emel::cpu::findEmitter(name.getStringRef());
  if (!emitter) return "no";
  if (emitter->limits.empty()) return "yes";
  std::string text = emitter->emit ? "part:" : "no:";
  for (const emel::cpu::Limit& limit : emitter->limits)
    text += (&limit == emitter->limits.begin() ? " " : "; ") + limit.reason.str();
  return text;
}

int main() {
  MLIRContext context(emel::knownDialects());
  context.loadAllAvailableDialects();
  std::vector<OperationName> ops;
  for (RegisteredOperationName name : context.getRegisteredOperations())
    if (name.getDialectNamespace() == emel::EmelDialect::getDialectNamespace()) ops.push_back(name);
  llvm::sort(ops,
             [](OperationName a, OperationName b) { return a.getStringRef() < b.getStringRef(); });
  std::string targets;
  for (const emel::cpu::Target& target : emel::cpu::knownTargets())
    targets += (targets.empty() ? "" : ", ") + std::string(target.name);
  llvm::outs() << "| op | interpreter | " << targets << " |\n| --- | --- | --- |\n";
  for (OperationName name : ops) {
    llvm::StringRef op = name.getStringRef();
    std::string anchor = op.str();
    llvm::erase(anchor, '.');
    llvm::outs() << "| [`" << op << "`](emel.md#" << anchor << ") | "
                 << (emel::interpreter::isInterpreted(name) ? "yes" : "no") << " | "
                 << codeFor(name) << " |\n";
  }
}
