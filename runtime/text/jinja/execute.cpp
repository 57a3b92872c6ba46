#include "runtime/text/jinja/hosts.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/operators.h"
#include "runtime/text/jinja/show.h"

#include <absl/strings/str_cat.h>

// Statements but for loops.
namespace emel::text::jinja {

Interpreter::Flow Interpreter::ExecuteBody(const Body& body) {
  for (const auto& statement : body) {
    const Flow flow = Execute(*statement);
    if (flow != Flow::kNext || failed()) return flow;
  }
  return Flow::kNext;
}

Interpreter::Flow Interpreter::Execute(const Statement& statement) {
  Flow flow = Flow::kNext;
  if (Enter() && Step()) flow = ExecuteStatement(statement);
  Leave();
  return flow;
}

Interpreter::Flow Interpreter::ExecuteStatement(const Statement& s) {
  switch (s.kind) {
    case Statement::kText:
      set_line(s.line);
      Append(s.text);
      break;
    case Statement::kOutput:
      ExecuteOutput(s);
      break;
    case Statement::kIf:
      return ExecuteIf(s);
    case Statement::kFor:
      return ExecuteFor(s);
    case Statement::kSet:
      ExecuteSet(s);
      break;
    case Statement::kSetBlock:
      return ExecuteSetBlock(s);
    case Statement::kMacro:
      At(s.place) = MakeMacro(s);
      break;
    case Statement::kCallBlock:
      ExecuteCallBlock(s);
      break;
    case Statement::kFilterBlock:
      return ExecuteFilterBlock(s);
    case Statement::kWith:
      return ExecuteWith(s);
    case Statement::kScope:
      return ExecuteScope(s);
    case Statement::kBlock:
      ExecuteBlock(s);
      break;
    case Statement::kBreak:
      return Flow::kBreak;
    case Statement::kContinue:
      return Flow::kContinue;
    case Statement::kUnloadable:
      set_line(s.line);
      Fail(absl::StrCat("expected a template that needs no other, found '", s.text, "'"));
  }
  return Flow::kNext;
}

void Interpreter::Append(std::string_view text) {
  if (!StepBytes(text.size())) return;
  if (out_->size() + text.size() > limits().output) {
    FailLimit(absl::StrCat("expected at most ", limits().output, " bytes of output, found more"));
    return;
  }
  if (HasRoom(out_->size() + text.size())) out_->append(text);
}

void Interpreter::AppendValue(const Value& value) {
  if (value.is_string()) return Append(value.string());
  Builder text(*this);
  Show(*this, value, text);
  Append(text.Take());
}

// What blocks are replaced by, which must be text already.
void Interpreter::AppendText(const Value& value, std::string_view what) {
  if (failed()) return;
  if (value.is_string()) return Append(value.string());
  Fail(absl::StrCat("expected ", std::string(what), " to give a str, found ", Found(value)));
}

void Interpreter::ExecuteOutput(const Statement& s) {
  for (const auto& expression : s.values) {
    const Value value = Evaluate(*expression);
    if (failed()) return;
    set_line(expression->line);
    AppendValue(value);
  }
}

Interpreter::Flow Interpreter::ExecuteIf(const Statement& s) {
  for (const Branch& branch : s.branches) {
    const bool holds = Truth(Evaluate(*branch.condition));
    if (failed()) return Flow::kNext;
    if (holds) return ExecuteBody(branch.body);
  }
  return ExecuteBody(s.otherwise);
}

void Interpreter::Assign(const Expression& target, const Value& value) {
  if (target.kind == Expression::kName) {
    At(target.place) = value;
    return;
  }
  if (target.kind == Expression::kNamespaceAttribute) {
    const Value& space = At(target.place);
    auto* host = space.is(Kind::kHost) ? dynamic_cast<NamespaceHost*>(&space.host()) : nullptr;
    if (host)
      host->Set(*this, target.attribute, value);
    else
      Fail(absl::StrCat("expected a namespace to set '", target.attribute, "' of, found ",
                        space.is(Kind::kMissing) ? "an undefined variable" : Found(space)));
    return;
  }
  const std::vector<Value> items = Collect(*this, value);
  if (items.size() != target.parts.size()) {
    Fail(absl::StrCat("expected ", target.parts.size(), " values to assign, found ", items.size()));
    return;
  }
  for (size_t i = 0; i < items.size(); ++i) Assign(*target.parts[i], items[i]);
}

void Interpreter::ExecuteSet(const Statement& s) {
  const Value value = Evaluate(*s.value);
  set_line(s.line);
  if (!failed()) Assign(*s.target, value);
}

// What the body writes.
Interpreter::Flow Interpreter::Capture(const Body& body, std::string& text) {
  std::string* outer = std::exchange(out_, &text);
  const Flow flow = ExecuteBody(body);
  out_ = outer;
  return flow;
}

Interpreter::Flow Interpreter::ExecuteSetBlock(const Statement& s) {
  EnterScope(s.scope);
  std::string text;
  const Flow flow = Capture(s.body, text);
  if (flow != Flow::kNext || failed()) return flow;
  captured_ = NewText(std::move(text));
  const Value value = s.value ? Evaluate(*s.value) : captured_;
  set_line(s.line);
  if (!failed()) Assign(*s.target, value);
  return Flow::kNext;
}

Interpreter::Flow Interpreter::ExecuteFilterBlock(const Statement& s) {
  EnterScope(s.scope);
  std::string text;
  const Flow flow = Capture(s.body, text);
  if (flow != Flow::kNext || failed()) return flow;
  captured_ = NewText(std::move(text));
  AppendText(Evaluate(*s.value), "a filter block");
  return Flow::kNext;
}

Interpreter::Flow Interpreter::ExecuteWith(const Statement& s) {
  EnterScope(s.scope);
  for (size_t i = 0; i < s.targets.size() && !failed(); ++i) {
    const Value value = Evaluate(*s.values[i]);
    set_line(s.line);
    if (!failed()) Assign(*s.targets[i], value);
  }
  return failed() ? Flow::kNext : ExecuteBody(s.body);
}

Interpreter::Flow Interpreter::ExecuteScope(const Statement& s) {
  const bool escapes = Truth(Evaluate(*s.value));
  set_line(s.line);
  if (escapes)
    Fail("expected autoescape to be off, as it is for text that is no HTML, found it on");
  if (failed()) return Flow::kNext;
  EnterScope(s.scope);
  return ExecuteBody(s.body);
}

Value Interpreter::MakeMacro(const Statement& s) {
  KeepForLater(activation_);
  return {Kind::kHost, Own(std::make_shared<MacroHost>(s, activation_), 0)};
}

void Interpreter::ExecuteCallBlock(const Statement& s) {
  const Value caller = MakeMacro(s);
  Arguments none;
  AppendText(s.value ? EvaluateCall(*s.value, &caller) : Call(caller, none), "a call block");
}

void Interpreter::ExecuteBlock(const Statement& s) {
  set_line(s.line);
  if (s.required) {
    Fail(absl::StrCat("expected a template that fills the block '", s.text, "', found none"));
    return;
  }
  std::vector<std::pair<std::string, Value>> variables;
  for (const auto& [name, place] : s.visible) variables.emplace_back(name, At(place));
  const auto* outer = block_variables_;
  if (s.scoped) block_variables_ = &variables;
  const Value text = CallBlock(s);
  block_variables_ = outer;
  if (!failed()) AppendValue(text);
}

Value Interpreter::CallBlock(const Statement& block) {
  if (!Enter()) return Leave(), Value();
  auto activation = NewActivation(*block.function, nullptr);
  Activation* outer = std::exchange(activation_, activation.get());
  EnterScope(block.scope);
  std::string text;
  Capture(block.body, text);
  activation_ = outer;
  EndActivation(std::move(activation));
  Leave();
  return NewText(std::move(text));
}

Value Interpreter::CallMacro(const Statement& macro, Activation* outer, Arguments& arguments) {
  std::vector<Value> given;
  if (!BindMacro(macro, arguments, given)) return {};
  const int line = this->line();
  auto activation = NewActivation(*macro.function, outer);
  Activation* previous = std::exchange(activation_, activation.get());
  EnterScope(macro.scope);
  for (size_t i = 0; i < given.size(); ++i) At(macro.parameters[i]) = std::move(given[i]);
  const size_t count = macro.targets.size(), first_default = count - macro.values.size();
  for (size_t i = 0; i < count && !failed(); ++i) {
    if (!At(macro.parameters[i]).is(Kind::kMissing)) continue;
    Value value = i >= first_default ? Evaluate(*macro.values[i - first_default])
                                     : NewUndefined(absl::StrCat("no argument for the parameter '",
                                                                 macro.targets[i]->name, "'"));
    At(macro.parameters[i]) = std::move(value);
  }
  std::string text;
  if (!failed()) Capture(macro.body, text);
  activation_ = previous;
  EndActivation(std::move(activation));
  if (!failed()) set_line(line);
  return NewText(std::move(text));
}

}  // namespace emel::text::jinja
