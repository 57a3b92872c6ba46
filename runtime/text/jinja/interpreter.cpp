#include "runtime/text/jinja/interpreter.h"

#include "runtime/text/jinja/filters.h"
#include "runtime/text/jinja/globals.h"
#include "runtime/text/jinja/hosts.h"
#include "runtime/text/jinja/tests.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace emel::text::jinja {

Interpreter::Interpreter(const Tree& tree, const Value& context, const Limits& limits, int64_t now)
    : Run(limits), tree_(tree), context_(context), now_(now), random_(static_cast<uint64_t>(now)) {}

// Namespaces may hold each other, and variables hold macros that know the variables.
Interpreter::~Interpreter() {
  for (const auto& made : namespaces_) {
    const auto released = std::move(made->attributes.entries);
  }
  for (const auto& activation : kept_) {
    const auto released = std::move(activation->slots);
  }
}

std::string Interpreter::Render() {
  std::string text;
  out_ = &text;
  auto root = NewActivation(tree_.function, nullptr);
  root_ = activation_ = root.get();
  EnterScope(tree_.scope);
  ExecuteBody(tree_.body);
  KeepForLater(root.get());
  EndActivation(std::move(root));
  activation_ = nullptr;
  return text;
}

std::unique_ptr<Activation> Interpreter::NewActivation(const Function& function,
                                                       Activation* outer) {
  auto activation = std::make_unique<Activation>();
  activation->outer = outer;
  if (Take(sizeof(Activation) + function.slots * sizeof(Value)))
    activation->slots.resize(function.slots, Value::Missing());
  return activation;
}

void Interpreter::EndActivation(std::unique_ptr<Activation> activation) {
  if (activation->captured)
    kept_.push_back(std::move(activation));
  else if (!activation->slots.empty() || !failed())
    Release(sizeof(Activation) + activation->slots.size() * sizeof(Value));
}

void Interpreter::KeepForLater(Activation* activation) {
  for (; activation && !activation->captured; activation = activation->outer)
    activation->captured = true;
}

Value& Interpreter::At(Place place) {
  static thread_local Value nowhere;
  Activation* activation = activation_;
  for (uint32_t i = 0; i < place.hops && activation; ++i) activation = activation->outer;
  if (activation && place.slot < activation->slots.size()) return activation->slots[place.slot];
  return nowhere = Value::Missing();  // it had no memory for them
}

void Interpreter::EnterScope(const Scope& scope) {
  for (const Load& load : scope.loads) {
    Value value = Value::Missing();
    if (load.from == Load::kContext) value = Lookup(load.name);
    if (load.from == Load::kOuter) value = At(load.outer);
    At({0, load.slot}) = std::move(value);
  }
}

// What the template was given under a name, or has for everyone.
Value Interpreter::Lookup(const std::string& name) {
  if (block_variables_)
    for (const auto& [variable, value] : *block_variables_)
      if (variable == name && !value.is(Kind::kMissing)) return value;
  if (!tree_.blocks.empty()) {
    for (const auto& [variable, slot] : tree_.exported)
      if (variable == name && root_ && !root_->slots[slot].is(Kind::kMissing))
        return root_->slots[slot];
    if (name == "self") return {Kind::kHost, Own(std::make_shared<TemplateHost>(), 0)};
  }
  if (const Value* value = context_.dict().FindName(name)) return *value;
  return FindGlobal(*this, name).value_or(Value::Missing());
}

const Statement* Interpreter::FindBlock(std::string_view name) const {
  for (const Statement* block : tree_.blocks)
    if (block->text == name) return block;
  return nullptr;
}

Value Interpreter::Call(const Value& callee, Arguments& arguments) {
  if (!callee.is(Kind::kHost) || !callee.host().callable())
    return Fail(absl::StrCat("expected something to call, found ", Found(callee)));
  const bool entered = Enter();
  // A macro may be set to something else while it runs.
  const std::shared_ptr<Object> kept = callee.object();  // NOLINT(performance-*)
  Value result = entered ? callee.host().Call(*this, arguments) : Value();
  Leave();
  return result;
}

Value Interpreter::ApplyFilter(std::string_view name, const Value& value, Arguments arguments) {
  const Filter* filter = FindFilter(name);
  if (!filter)
    return Fail(absl::StrCat("expected a filter, found the name '", std::string(name), "'"));
  const bool entered =
      Enter() && Step() &&
      arguments.Bind(*this, filter->parameters, absl::StrCat("filter '", std::string(name), "'"));
  Value result = entered ? filter->apply(*this, value, arguments) : Value();
  Leave();
  return result;
}

bool Interpreter::ApplyTest(std::string_view name, const Value& value, Arguments arguments) {
  const Test* test = FindTest(name);
  if (!test) {
    Fail(absl::StrCat("expected a test, found the name '", std::string(name), "'"));
    return false;
  }
  return Step() &&
         arguments.Bind(*this, test->parameters, absl::StrCat("test '", std::string(name), "'")) &&
         test->holds(*this, value, arguments);
}

uint64_t Interpreter::NextRandom() {
  random_ = random_ * 6364136223846793005u + 1442695040888963407u;
  return random_ >> 33;
}

Value Host::Call(Interpreter& in, Arguments& arguments) {
  return in.Fail(absl::StrCat("expected something to call, found ", std::string(type())));
}

std::optional<Value> Host::Attribute(Interpreter& in, std::string_view name) {
  return std::nullopt;
}

}  // namespace emel::text::jinja
