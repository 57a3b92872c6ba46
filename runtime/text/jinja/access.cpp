#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/escape.h"
#include "runtime/text/jinja/hosts.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/methods.h"
#include "runtime/text/jinja/operators.h"
#include "runtime/text/jinja/show.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

// Attributes and items, with what the sandbox says to them.
namespace emel::text::jinja {
namespace {

// Of any Python object; there, but not for templates.
constexpr std::string_view kObjectAttributes[] = {
    "__class__",  "__delattr__",   "__dir__",         "__doc__",
    "__eq__",     "__format__",    "__ge__",          "__getattribute__",
    "__gt__",     "__hash__",      "__init__",        "__init_subclass__",
    "__le__",     "__lt__",        "__ne__",          "__new__",
    "__reduce__", "__reduce_ex__", "__repr__",        "__setattr__",
    "__sizeof__", "__str__",       "__subclasshook__"};

constexpr std::string_view kListMutators[] = {"append", "clear",  "extend",  "insert",
                                              "pop",    "remove", "reverse", "sort"};
constexpr std::string_view kDictMutators[] = {"clear", "pop", "popitem", "setdefault", "update"};

template <size_t kCount>
bool IsAmong(const std::string_view (&names)[kCount], std::string_view name) {
  return std::find(names, names + kCount, name) != names + kCount;
}

const Method* FindIn(std::span<const Method> methods, std::string_view name) {
  const auto found = std::find_if(methods.begin(), methods.end(),
                                  [&](const Method& method) { return method.name == name; });
  return found == methods.end() ? nullptr : &*found;
}

std::optional<Value> FindProperty(const Value& object, std::string_view name) {
  if (object.is_number()) {
    const Value zero = object.is(Kind::kFloat) ? Value(0.0) : Value(0);
    if (name == "real") return object.is(Kind::kBool) ? Value(object.integer()) : object;
    if (name == "imag") return zero;
    if (name == "numerator" && object.is_integer()) return Value(object.integer());
    if (name == "denominator" && object.is_integer()) return Value(1);
  }
  if (object.is(Kind::kRange)) {
    const Range& range = object.range();
    if (name == "start") return Value(range.start);
    if (name == "stop") return Value(range.stop);
    if (name == "step") return Value(range.step);
  }
  if (object.is(Kind::kTuple) && object.sequence().is_group) {
    if (name == "grouper") return object.items()[0];
    if (name == "list") return object.items()[1];
  }
  return std::nullopt;
}

Value Unsafe(Interpreter& in, const Value& object, std::string_view name) {
  return in.NewUndefined(absl::StrCat("the attribute '", std::string(name), "' of a ",
                                      std::string(TypeName(object)),
                                      ", which templates may not use"));
}

Value Absent(Interpreter& in, const Value& object, const Value& key) {
  if (key.is_string())
    return in.NewUndefined(absl::StrCat("no attribute '", key.string().substr(0, 100), "' in a ",
                                        std::string(TypeName(object))));
  return in.NewUndefined(absl::StrCat("no such element in a ", std::string(TypeName(object))));
}

// object[key] where it is a sequence.
std::optional<Value> FindElement(Interpreter& in, const Value& object, int64_t index) {
  const int64_t length = *Length(object);
  if (index < 0) index += length;
  if (index < 0 || index >= length) return std::nullopt;
  if (object.is_sequence()) return object.items()[static_cast<size_t>(index)];
  if (object.is(Kind::kRange)) return Value(object.range().at(index));
  const size_t start = ByteOffset(object.text(), index), end = ByteOffset(object.text(), index + 1);
  in.StepBytes(end);
  return in.NewText(object.string().substr(start, end - start), object.is_markup());
}

std::optional<Value> FindItem(Interpreter& in, const Value& object, const Value& key) {
  if (object.is(Kind::kDict)) {
    const Value* found = IsHashable(key) ? object.dict().Find(key) : nullptr;
    return found ? std::optional(*found) : std::nullopt;
  }
  const bool indexed = object.is_string() || object.is_sequence() || object.is(Kind::kRange);
  return indexed && key.is_integer() ? FindElement(in, object, key.integer()) : std::nullopt;
}

}  // namespace

bool IsMutator(const Value& self, std::string_view name) {
  return (self.is(Kind::kList) && IsAmong(kListMutators, name)) ||
         (self.is(Kind::kDict) && IsAmong(kDictMutators, name));
}

const Method* FindMethod(const Value& self, std::string_view name) {
  if (!self.is_string())
    return FindIn(self.is_number() ? NumberMethods(self.kind()) : ContainerMethods(self.kind()),
                  name);
  for (const auto methods : {CaseMethods(), SearchMethods(), LayoutMethods()})
    if (const Method* found = FindIn(methods, name)) return found;
  return nullptr;
}

Value BindMethod(Interpreter& in, const Value& self, const Method& method) {
  auto bound = in.Own(std::make_shared<MethodHost>(), 0, self.depth() + 1);
  bound->self = self;
  bound->method = &method;
  return {Kind::kHost, std::move(bound)};
}

std::string MethodHost::Describe(Interpreter& in) const {
  return absl::StrCat("<built-in method ", std::string(method->name), " of ",
                      std::string(TypeName(self)), " object>");
}

Value MethodHost::Call(Interpreter& in, Arguments& arguments) {
  return CallMethod(in, self, *method, arguments);
}

std::optional<Value> Interpreter::FindAttribute(const Value& object, std::string_view name) {
  if (object.is(Kind::kHost)) {
    if (dynamic_cast<const TemplateHost*>(&object.host())) {
      if (const Statement* block = FindBlock(name))
        return Value(Kind::kHost, Own(std::make_shared<BlockHost>(*block), 0));
    }
    // A namespace hides even what every object has.
    if (auto found = object.host().Attribute(*this, name); found || failed())
      return name.starts_with('_') ? Unsafe(*this, object, name) : found;
  }
  if (name.starts_with("__") && IsAmong(kObjectAttributes, name))
    return Unsafe(*this, object, name);
  if (IsMutator(object, name)) return Unsafe(*this, object, name);
  if (auto property = FindProperty(object, name)) return property;
  if (const Method* method = FindMethod(object, name)) return BindMethod(*this, object, *method);
  return std::nullopt;
}

Value Interpreter::Attribute(const Value& object, std::string_view name) {
  if (object.is_undefined())
    return Fail(absl::StrCat("expected something to take '", std::string(name), "' of, found ",
                             Found(object)));
  if (auto found = FindAttribute(object, name)) return *std::move(found);
  if (object.is(Kind::kDict))
    if (const Value* found = object.dict().FindName(name)) return *found;
  return NewUndefined(
      absl::StrCat("no attribute '", std::string(name), "' in a ", std::string(TypeName(object))));
}

Value Interpreter::Item(const Value& object, const Value& key) {
  if (object.is_undefined())
    return Fail(absl::StrCat("expected something to take an item of, found ", Found(object)));
  if (auto found = FindItem(*this, object, key)) return *std::move(found);
  if (key.is_string())
    if (auto found = FindAttribute(object, key.string())) return *std::move(found);
  return Absent(*this, object, key);
}

}  // namespace emel::text::jinja
