#include "runtime/text/jinja/hosts.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/show.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace emel::text::jinja {
namespace {

std::string NameOf(const Statement& macro) {
  return macro.text.empty() ? "a call block" : absl::StrCat("macro '", macro.text, "'");
}

// Takes a named argument out; missing if there is none.
Value TakeNamed(Arguments& arguments, std::string_view name) {
  for (auto entry = arguments.named.begin(); entry != arguments.named.end(); ++entry) {
    if (entry->first != name) continue;
    Value value = std::move(entry->second);
    arguments.named.erase(entry);
    return value;
  }
  return Value::Missing();
}

Value AllNamed(Run& run, Arguments& arguments) {
  auto dict = std::make_shared<Dict>();
  for (auto& [name, value] : arguments.named) dict->Set(Value(name), std::move(value));
  arguments.named.clear();
  return run.NewDict(std::move(dict));
}

}  // namespace

// What the parameters, then caller, kwargs and varargs are; missing where a default is to be taken.
bool Interpreter::BindMacro(const Statement& macro, Arguments& arguments,
                            std::vector<Value>& given) {
  const size_t count = macro.targets.size();
  const size_t passed = std::min(count, arguments.positional.size());
  given.assign(arguments.positional.begin(), arguments.positional.begin() + passed);
  bool found_caller = passed == count && macro.explicit_caller;
  for (size_t i = passed; i < count; ++i) {
    const std::string& name = macro.targets[i]->name;
    given.push_back(TakeNamed(arguments, name));
    found_caller = found_caller || name == "caller";
  }
  if (macro.takes_caller && !found_caller) {
    Value caller = TakeNamed(arguments, "caller");
    const bool none = caller.is(Kind::kMissing) || caller.is_none();
    given.push_back(none ? NewUndefined("no caller, since this is no call block") : caller);
  }
  if (macro.takes_named) {
    given.push_back(AllNamed(*this, arguments));
  } else if (!arguments.named.empty()) {
    Fail(absl::StrCat(NameOf(macro), ": expected no argument '", arguments.named[0].first,
                      "', found one"));
    return false;
  }
  const auto rest = arguments.positional.begin() + passed;
  if (macro.takes_more) {
    given.push_back(NewTuple({rest, arguments.positional.end()}));
  } else if (arguments.positional.size() > count) {
    Fail(absl::StrCat(NameOf(macro), ": expected at most ", count, " arguments, found ",
                      arguments.positional.size()));
    return false;
  }
  return !failed();
}

std::string MacroHost::Describe(Interpreter& in) const {
  return macro.text.empty() ? "<Macro anonymous>" : absl::StrCat("<Macro '", macro.text, "'>");
}

std::optional<Value> MacroHost::Attribute(Interpreter& in, std::string_view name) {
  if (name == "name") return macro.text.empty() ? Value() : Value(macro.text);
  if (name == "catch_kwargs") return Value(macro.takes_named);
  if (name == "catch_varargs") return Value(macro.takes_more);
  if (name == "caller") return Value(macro.takes_caller);
  if (name == "explicit_caller") return Value(macro.explicit_caller);
  if (name != "arguments") return std::nullopt;
  std::vector<Value> names;
  for (const auto& target : macro.targets) names.emplace_back(target->name);
  return in.NewTuple(std::move(names));
}

std::optional<Value> NamespaceHost::Attribute(Interpreter& in, std::string_view name) {
  const Value* value = attributes.FindName(name);
  return value ? std::optional(*value) : std::nullopt;
}

void NamespaceHost::Set(Run& run, const std::string& name, const Value& value) {
  if (!run.HasRoom(256)) return;
  if (!attributes.Set(Value(name), value)) return;
  if (run.Take(name.size() + 2 * sizeof(Value))) charged += name.size() + 2 * sizeof(Value);
}

std::string NamespaceHost::Describe(Interpreter& in) const {
  if (describing) return "<Namespace {...}>";
  describing = true;
  Builder text(in);
  text += "<Namespace {";
  bool first = true;
  for (const auto& [key, value] : attributes.entries) {
    if (!first) text += ", ";
    first = false;
    Represent(in, key, text);
    text += ": ";
    Represent(in, value, text);
  }
  text += "}>";
  describing = false;
  return text.Take();
}

}  // namespace emel::text::jinja
