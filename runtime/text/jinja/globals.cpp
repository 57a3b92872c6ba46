#include "runtime/text/jinja/globals.h"

#include "runtime/text/jinja/hosts.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/methods.h"
#include "runtime/text/jinja/show.h"

#include <absl/strings/str_cat.h>

#include <ctime>
#include <limits>

namespace emel::text::jinja {
namespace {

struct GlobalHost : Host {
  explicit GlobalHost(const Method& function) : function(function) {}
  std::string_view type() const override { return "function"; }
  std::string Describe(Interpreter& in) const override {
    return absl::StrCat("<function ", std::string(function.name), ">");
  }
  bool callable() const override { return true; }
  Value Call(Interpreter& in, Arguments& arguments) override {
    if (!arguments.Bind(in, function.parameters, function.name)) return {};
    return function.apply(in, {}, arguments);
  }
  const Method& function;
};

struct CyclerHost : Host, std::enable_shared_from_this<CyclerHost> {
  std::string_view type() const override { return "Cycler"; }
  std::string Describe(Interpreter& in) const override { return "<Cycler>"; }
  std::optional<Value> Attribute(Interpreter& in, std::string_view name) override;
  std::vector<Value> items;
  size_t position = 0;
};

struct JoinerHost : Host {
  std::string_view type() const override { return "Joiner"; }
  std::string Describe(Interpreter& in) const override { return "<Joiner>"; }
  bool callable() const override { return true; }
  Value Call(Interpreter& in, Arguments& arguments) override {
    if (!arguments.Bind(in, "", "joiner")) return {};
    return std::exchange(used, true) ? separator : in.NewText("");
  }
  std::optional<Value> Attribute(Interpreter& in, std::string_view name) override {
    if (name == "sep") return separator;
    return name == "used" ? std::optional(Value(used)) : std::nullopt;
  }
  Value separator;
  bool used = false;
};

Value CyclerNext(Interpreter&, const Value& self, Arguments&) {
  auto& cycler = static_cast<CyclerHost&>(self.host());
  const Value item = cycler.items[cycler.position];
  cycler.position = (cycler.position + 1) % cycler.items.size();
  return item;
}

Value CyclerReset(Interpreter&, const Value& self, Arguments&) {
  static_cast<CyclerHost&>(self.host()).position = 0;
  return {};
}

Value MakeRange(Interpreter& in, const Value&, Arguments& arguments) {
  const size_t count = arguments.positional.size();
  for (size_t i = 0; i < count; ++i) arguments.Integer(in, i);
  if (in.failed()) return {};
  auto range = in.Own(std::make_shared<Range>(), 0);
  const bool has_start = arguments.has(1);
  range->start = has_start ? arguments.Integer(in, 0) : 0;
  const int64_t stop = arguments.Integer(in, has_start ? 1 : 0);
  range->stop = stop;
  range->step = arguments.Integer(in, 2, 1);
  if (range->step == 0) return in.Fail("range: expected a step other than 0, found 0");
  const bool forward = range->step > 0;
  if (forward ? stop <= range->start : stop >= range->start)
    return {Kind::kRange, std::move(range)};
  // Differences of any two integers fit into an unsigned one.
  const uint64_t span = forward ? static_cast<uint64_t>(stop) - static_cast<uint64_t>(range->start)
                                : static_cast<uint64_t>(range->start) - static_cast<uint64_t>(stop);
  const uint64_t step =
      forward ? static_cast<uint64_t>(range->step) : ~static_cast<uint64_t>(range->step) + 1;
  const uint64_t length = (span - 1) / step + 1;
  if (length > static_cast<uint64_t>(kMaxRange))
    return in.FailLimit(
        absl::StrCat("range: expected at most ", kMaxRange, " numbers, found ", length));
  range->length = static_cast<int64_t>(length);
  return {Kind::kRange, std::move(range)};
}

// The entries of dict(…) and namespace(…): a mapping or pairs, then names.
bool FillDict(Interpreter& in, Arguments& arguments, Dict& dict, std::string_view what) {
  if (arguments.positional.size() > 1) {
    in.Fail(absl::StrCat(std::string(what),
                         ": expected at most one argument without a name, found ",
                         arguments.positional.size()));
  } else if (!arguments.positional.empty() && arguments[0].is(Kind::kDict)) {
    for (const auto& [key, value] : arguments[0].dict().entries) dict.Set(key, value);
  } else if (!arguments.positional.empty()) {
    Iteration iteration(in, arguments[0]);
    for (Value pair; iteration.Next(pair);) {
      const std::vector<Value> parts = Collect(in, pair);
      if (parts.size() != 2 || !IsHashable(parts[0])) {
        in.Fail(absl::StrCat(std::string(what), ": expected pairs of a key and a value, found ",
                             Found(pair)));
        break;
      }
      dict.Set(parts[0], parts[1]);
    }
  }
  for (auto& [name, value] : arguments.named) dict.Set(Value(name), value);
  return !in.failed() && in.Step(1 + dict.entries.size());
}

Value MakeDict(Interpreter& in, const Value&, Arguments& arguments) {
  auto dict = std::make_shared<Dict>();
  return FillDict(in, arguments, *dict, "dict") ? in.NewDict(std::move(dict)) : Value();
}

Value MakeNamespace(Interpreter& in, const Value&, Arguments& arguments) {
  auto made = std::make_shared<NamespaceHost>();
  if (!FillDict(in, arguments, made->attributes, "namespace")) return {};
  const size_t bytes = 256 + made->attributes.entries.size() * 3 * sizeof(Value);
  made = in.Own(std::move(made), bytes);
  in.Register(made);
  return {Kind::kHost, std::move(made)};
}

Value MakeCycler(Interpreter& in, const Value&, Arguments& arguments) {
  if (arguments.positional.empty() || !arguments.named.empty())
    return in.Fail("cycler: expected items without names, found none or one with a name");
  const Value items = in.NewTuple(std::move(arguments.positional));
  auto cycler = in.Own(std::make_shared<CyclerHost>(), items.items().size() * sizeof(Value),
                       items.depth() + 1);
  cycler->items = items.items();
  return {Kind::kHost, std::move(cycler)};
}

Value MakeJoiner(Interpreter& in, const Value&, Arguments& arguments) {
  auto joiner = in.Own(std::make_shared<JoinerHost>(), 0, arguments[0].depth() + 1);
  joiner->separator = arguments.has(0) ? arguments[0] : Value(", ");
  return {Kind::kHost, std::move(joiner)};
}

Value RaiseException(Interpreter& in, const Value&, Arguments& arguments) {
  return in.Fail(ShowText(in, arguments[0]), absl::StatusCode::kFailedPrecondition);
}

// Python's datetime.now() knows no zone, and writes nothing for one.
std::string WithoutZone(std::string_view format) {
  std::string result;
  for (size_t i = 0; i < format.size(); ++i) {
    const char next = format[i] == '%' && i + 1 < format.size() ? format[i + 1] : '\0';
    if (next != 'z' && next != 'Z') result += format[i];
    if (next == '%') result += next;
    i += next == 'z' || next == 'Z' || next == '%';
  }
  return result;
}

Value StrftimeNow(Interpreter& in, const Value&, Arguments& arguments) {
  const std::string format = WithoutZone(arguments.String(in, 0));
  if (in.failed() || format.size() > 4096)
    return in.Fail("strftime_now: expected a format of at most 4096 bytes, found a longer one");
  const std::time_t now = in.now();
  std::tm local = {};
  if (!localtime_r(&now, &local)) return in.Fail("expected a time that can be told, found another");
  // The last character tells a result that is empty from one that had no room.
  const std::string padded = format + " ";
  std::string text(16 * 4096, '\0');
  text.resize(std::strftime(text.data(), text.size(), padded.c_str(), &local));
  if (text.empty()) return in.Fail("strftime_now: expected a shorter result");
  text.pop_back();
  return in.NewText(std::move(text));
}

Value Lipsum(Interpreter& in, const Value&, Arguments&) {
  return in.Fail("lipsum: expected a template that needs no random text, found one that does");
}

constexpr Method kGlobals[] = {
    {"range", "/start! stop step", MakeRange},
    {"dict", "*", MakeDict},
    {"namespace", "*", MakeNamespace},
    {"cycler", "*", MakeCycler},
    {"joiner", "sep", MakeJoiner},
    {"lipsum", "*", Lipsum},
    {"raise_exception", "message!", RaiseException},
    {"strftime_now", "format!", StrftimeNow},
};

constexpr Method kCyclerMethods[] = {{"next", "", CyclerNext}, {"reset", "", CyclerReset}};

std::optional<Value> CyclerHost::Attribute(Interpreter& in, std::string_view name) {
  if (name == "current") return items[position];
  if (name == "items") return in.NewTuple(items);
  if (name == "pos") return Value(static_cast<int64_t>(position));
  for (const Method& method : kCyclerMethods)
    if (method.name == name) return BindMethod(in, {Kind::kHost, shared_from_this()}, method);
  return std::nullopt;
}

}  // namespace

std::optional<Value> FindGlobal(Interpreter& in, std::string_view name) {
  for (const Method& function : kGlobals)
    if (function.name == name)
      return Value(Kind::kHost, in.Own(std::make_shared<GlobalHost>(function), 0));
  return std::nullopt;
}

}  // namespace emel::text::jinja
