#ifndef EMEL_RUNTIME_TEXT_JINJA_INTERPRETER_H_
#define EMEL_RUNTIME_TEXT_JINJA_INTERPRETER_H_

#include "runtime/text/jinja/arguments.h"
#include "runtime/text/jinja/ast.h"
#include "runtime/text/jinja/host.h"
#include "runtime/text/jinja/run.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace emel::text::jinja {

struct LoopHost;
struct NamespaceHost;

// The variables of one call of a function.
struct Activation {
  Activation* outer = nullptr;
  std::vector<Value> slots;
  bool captured = false;  // a macro made in it may come to be called later
};

// What goes through the items of a for statement that its condition holds for.
class LoopSource {
 public:
  LoopSource(class Interpreter& in, const Statement& loop, Activation* home, Value items);
  bool Next(Value& item);
  void Detach() { home_ = nullptr; }  // the loop is over: no more items
  const Value& items() const { return items_; }
  bool is_filtered() const { return loop_.condition != nullptr; }

 private:
  Interpreter& in_;
  const Statement& loop_;
  Activation* home_;
  Value items_;
  Iteration iteration_;
};

// One rendering.
class Interpreter : public Run {
 public:
  Interpreter(const Tree& tree, const Value& context, const Limits& limits, int64_t now);
  ~Interpreter();

  std::string Render();

  Value Evaluate(const Expression& expression);

  // object.name and object[key], which find what the other would as well.
  Value Attribute(const Value& object, std::string_view name);
  Value Item(const Value& object, const Value& key);
  // The same without looking among an object's items.
  std::optional<Value> FindAttribute(const Value& object, std::string_view name);
  Value Call(const Value& callee, Arguments& arguments);
  Value ApplyFilter(std::string_view name, const Value& value, Arguments arguments);
  bool ApplyTest(std::string_view name, const Value& value, Arguments arguments);

  Value CallMacro(const Statement& macro, Activation* outer, Arguments& arguments);
  Value CallBlock(const Statement& block);
  const Statement* FindBlock(std::string_view name) const;
  // Runs a recursive loop's body again, for other items.
  Value Recurse(const Statement& loop, Activation* outer, const Value& items, int64_t depth);

  void Register(std::shared_ptr<NamespaceHost> made) { namespaces_.push_back(std::move(made)); }
  int64_t now() const { return now_; }
  uint64_t NextRandom();

 private:
  friend class LoopSource;
  enum class Flow : uint8_t { kNext, kBreak, kContinue };

  // Statements, in execute.cpp and loops.cpp.
  Flow ExecuteBody(const Body& body);
  Flow Execute(const Statement& statement);
  Flow ExecuteStatement(const Statement& statement);
  Flow ExecuteIf(const Statement& statement);
  Flow ExecuteFor(const Statement& statement);
  Flow ExecuteIterations(const Statement& loop, LoopSource& source, LoopHost* host, bool& ran);
  Flow ExecuteElse(const Statement& loop);
  void ExecuteOutput(const Statement& statement);
  void ExecuteSet(const Statement& statement);
  Flow ExecuteSetBlock(const Statement& statement);
  Flow ExecuteFilterBlock(const Statement& statement);
  Flow ExecuteWith(const Statement& statement);
  Flow ExecuteScope(const Statement& statement);
  void ExecuteCallBlock(const Statement& statement);
  void ExecuteBlock(const Statement& statement);
  Value MakeMacro(const Statement& statement);
  Flow Capture(const Body& body, std::string& text);
  void Assign(const Expression& target, const Value& value);
  void EnterScope(const Scope& scope);
  Value Lookup(const std::string& name);
  void Append(std::string_view text);
  void AppendValue(const Value& value);
  void AppendText(const Value& value, std::string_view what);

  bool BindMacro(const Statement& macro, Arguments& arguments, std::vector<Value>& slots);

  // Expressions, in evaluate.cpp.
  Value EvaluateKind(const Expression& expression);
  Value EvaluateName(const Expression& expression);
  Value EvaluateSequence(const Expression& expression);
  Value EvaluateDict(const Expression& expression);
  Value EvaluateSlice(const Expression& expression);
  Value EvaluateCall(const Expression& expression, const Value* caller = nullptr);
  Value EvaluateFilter(const Expression& expression);
  Value EvaluateTest(const Expression& expression);
  Value EvaluateConcat(const Expression& expression);
  Value EvaluateCompare(const Expression& expression);
  Value EvaluateConditional(const Expression& expression);
  bool EvaluateArguments(const Expression& expression, Arguments& arguments);
  bool AddStar(const Expression& star, Arguments& arguments);
  bool AddDoubleStar(const Expression& double_star, Arguments& arguments);

  Value& At(Place place);

  // A function's variables for as long as it runs.
  std::unique_ptr<Activation> NewActivation(const Function& function, Activation* outer);
  void EndActivation(std::unique_ptr<Activation> activation);
  void KeepForLater(Activation* activation);

  const Tree& tree_;
  const Value& context_;
  int64_t now_;
  uint64_t random_;
  Activation* activation_ = nullptr;
  Activation* root_ = nullptr;
  std::string* out_ = nullptr;
  Value captured_;  // what a block wrote, for the filters after it
  const std::vector<std::pair<std::string, Value>>* block_variables_ =
      nullptr;  // of a scoped block
  std::vector<std::unique_ptr<Activation>> kept_;
  std::vector<std::shared_ptr<NamespaceHost>> namespaces_;
};

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_INTERPRETER_H_
