#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/filters.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/operators.h"
#include "runtime/text/jinja/text_parts.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <charconv>
#include <optional>

// Filters that look at attributes of items, or put items in order.
namespace emel::text::jinja {

AttributePath::AttributePath(const Value& attribute) {
  if (attribute.is_none()) return;
  if (!attribute.is_string()) {
    keys_.push_back(attribute);
    return;
  }
  std::string_view rest = attribute.string();
  while (true) {
    const size_t dot = std::min(rest.find('.'), rest.size());
    const std::string_view part = rest.substr(0, dot);
    int64_t index = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
    const bool is_index = !part.empty() && IsAsciiDigit(part[0]) && error == std::errc{} &&
                          end == part.data() + part.size();
    keys_.push_back(is_index ? Value(index) : Value(part));
    if (dot == rest.size()) return;
    rest.remove_prefix(dot + 1);
  }
}

Value AttributePath::Get(Interpreter& in, Value value, const Value* otherwise) const {
  for (const Value& key : keys_) {
    value = in.Item(value, key);
    if (otherwise && !otherwise->is_none() && value.is_undefined()) value = *otherwise;
  }
  return value;
}

Value IgnoreCase(Interpreter& in, const Value& value) {
  if (!value.is_string()) return value;
  if (!in.StepBytes(4 * value.string().size()) || !in.HasRoom(3 * value.string().size()))
    return value;
  return in.NewText(Lower(value.string()));
}

namespace {

Value Cased(Interpreter& in, const Value& value, bool case_sensitive) {
  return case_sensitive ? value : IgnoreCase(in, value);
}

Value AttributeOf(Interpreter& in, const Value& value, Arguments& arguments) {
  const std::string name(arguments.String(in, 0));
  if (in.failed()) return {};
  if (value.is_undefined()) return in.Attribute(value, name);
  auto found = in.FindAttribute(value, name);
  return found ? *found
               : in.NewUndefined(
                     absl::StrCat("no attribute '", name, "' in a ", std::string(TypeName(value))));
}

// What map does with an item.
struct Mapping {
  std::optional<AttributePath> path;
  Value otherwise;
  std::string filter;
  Arguments arguments;

  Value Apply(Interpreter& in, const Value& item) const {
    return path ? path->Get(in, item, &otherwise) : in.ApplyFilter(filter, item, arguments);
  }
};

std::optional<Mapping> MakeMapping(Interpreter& in, Arguments arguments) {
  Mapping mapping;
  if (arguments.positional.empty() && arguments.FindNamed("attribute")) {
    for (const auto& [name, value] : arguments.named) {
      if (name == "attribute")
        mapping.path.emplace(value);
      else if (name == "default")
        mapping.otherwise = value;
      else
        in.Fail(absl::StrCat("filter 'map': expected no argument '", name, "', found one"));
    }
    return mapping;
  }
  if (arguments.positional.empty() || !arguments.positional[0].is_string()) {
    in.Fail(absl::StrCat("filter 'map': expected the name of a filter, found ",
                         arguments.positional.empty() ? "none" : Found(arguments.positional[0])));
    return std::nullopt;
  }
  mapping.filter = arguments.positional[0].string();
  arguments.positional.erase(arguments.positional.begin());
  mapping.arguments = std::move(arguments);
  return mapping;
}

// A generator, which looks at nothing before it is asked.
template <typename Step, typename State>
Value Generate(Interpreter& in, const Value& value, const Value& deepest,
               std::shared_ptr<State> state, Step step) {
  auto iteration = std::make_shared<std::optional<Iteration>>();
  return in.NewIterator("generator", deepest, [&in, value, iteration, state, step](Value& result) {
    if (!*iteration) iteration->emplace(in, Truth(value) ? value : Value::MakeList({}));
    for (Value item; (*iteration)->Next(item);)
      if (step(*state, item, result) && !in.failed()) return true;
    return false;
  });
}

Value MapItems(Interpreter& in, const Value& value, Arguments& arguments) {
  struct State {
    Arguments arguments;
    std::optional<Mapping> mapping;
  };
  auto state = std::make_shared<State>();
  const Value deepest = arguments.Deepest(value);
  state->arguments = std::move(arguments);
  return Generate(in, value, deepest, state, [&in](State& s, const Value& item, Value& result) {
    if (!s.mapping) s.mapping = MakeMapping(in, std::move(s.arguments));
    if (!s.mapping || in.failed()) return false;
    result = s.mapping->Apply(in, item);
    return true;
  });
}

struct Selection {
  std::optional<AttributePath> path;
  std::optional<std::string> test;
  Arguments arguments;
  bool ready = false;

  void Prepare(Interpreter& in, bool by_attribute) {
    ready = true;
    auto& positional = arguments.positional;
    if (by_attribute) {
      if (positional.empty()) {
        in.Fail("expected the name of an attribute to select by, found none");
        return;
      }
      path.emplace(positional[0]);
      positional.erase(positional.begin());
    }
    if (positional.empty()) return;
    if (!positional[0].is_string())
      in.Fail(absl::StrCat("expected the name of a test, found ", Found(positional[0])));
    if (in.failed()) return;
    test = positional[0].string();
    positional.erase(positional.begin());
  }

  bool Holds(Interpreter& in, const Value& item) const {
    const Value value = path ? path->Get(in, item) : item;
    return test ? in.ApplyTest(*test, value, arguments) : Truth(value);
  }
};

template <bool kExpected, bool kByAttribute>
Value SelectItems(Interpreter& in, const Value& value, Arguments& arguments) {
  auto selection = std::make_shared<Selection>();
  const Value deepest = arguments.Deepest(value);
  selection->arguments = std::move(arguments);
  return Generate(in, value, deepest, selection,
                  [&in](Selection& s, const Value& item, Value& result) {
                    if (!s.ready) s.Prepare(in, kByAttribute);
                    if (in.failed() || s.Holds(in, item) != kExpected) return false;
                    result = item;
                    return true;
                  });
}

using Keyed = std::vector<std::pair<Value, Value>>;  // what to order by, and the item

void SortByKey(Interpreter& in, Keyed& items, bool reverse) {
  const auto before = [&](const auto& a, const auto& b) {
    return Order(in, Op::kLess, a.first, b.first);
  };
  if (reverse) std::reverse(items.begin(), items.end());
  std::stable_sort(items.begin(), items.end(), before);
  if (reverse) std::reverse(items.begin(), items.end());
}

Value ItemsOf(Interpreter& in, const Keyed& keyed) {
  std::vector<Value> items;
  for (const auto& [key, item] : keyed) items.push_back(item);
  return in.NewList(std::move(items));
}

Value SortItems(Interpreter& in, const Value& value, Arguments& arguments) {
  std::vector<AttributePath> paths;
  if (arguments[2].is_string())
    for (std::string_view part : Split(in, arguments[2].string(), ",", -1))
      paths.emplace_back(Value(part));
  else
    paths.emplace_back(arguments[2]);
  Keyed items;
  for (const Value& item : Collect(in, value)) {
    std::vector<Value> keys;
    for (const AttributePath& path : paths)
      keys.push_back(Cased(in, path.Get(in, item), arguments.Truth(in, 1)));
    items.emplace_back(in.NewList(std::move(keys)), item);
  }
  SortByKey(in, items, arguments.Truth(in, 0));
  return ItemsOf(in, items);
}

Value DictSort(Interpreter& in, const Value& value, Arguments& arguments) {
  const std::string_view by = arguments.String(in, 1, "key");
  if (by != "key" && by != "value")
    return in.Fail("filter 'dictsort': expected to sort by key or value, found another");
  if (!value.is(Kind::kDict))
    return in.Fail(absl::StrCat("filter 'dictsort': expected a dict, found ", Found(value)));
  Keyed items;
  for (const auto& [key, entry] : value.dict().entries)
    items.emplace_back(Cased(in, by == "key" ? key : entry, arguments.Truth(in, 0)),
                       in.NewTuple({key, entry}));
  SortByKey(in, items, arguments.Truth(in, 2));
  return ItemsOf(in, items);
}

Value GroupBy(Interpreter& in, const Value& value, Arguments& arguments) {
  const AttributePath path(arguments[0]);
  const Value& otherwise = arguments[1];
  Keyed items;
  for (const Value& item : Collect(in, value))
    items.emplace_back(Cased(in, path.Get(in, item, &otherwise), arguments.Truth(in, 2)), item);
  SortByKey(in, items, false);
  std::vector<Value> groups;
  for (size_t i = 0; i < items.size() && !in.failed();) {
    const size_t first = i;
    std::vector<Value> members;
    for (; i < items.size() && Equal(in, items[first].first, items[i].first); ++i)
      members.push_back(items[i].second);
    if (members.empty()) break;  // the run failed, or a key is not equal to itself
    const Value key = path.Get(in, members[0], &otherwise);
    const Value group = in.NewTuple({key, in.NewList(std::move(members))});
    static_cast<Sequence*>(group.object().get())->is_group = true;
    groups.push_back(group);
  }
  return in.NewList(std::move(groups));
}

Value Unique(Interpreter& in, const Value& value, Arguments& arguments) {
  struct State {
    explicit State(const Value& attribute) : path(attribute) {}
    AttributePath path;
    bool case_sensitive = false;
    Dict seen;
  };
  auto state = std::make_shared<State>(arguments[1]);
  state->case_sensitive = arguments.Truth(in, 0);
  auto iteration = std::make_shared<std::optional<Iteration>>();
  return in.NewIterator("generator", value, [&in, value, iteration, state](Value& item) {
    if (!*iteration) iteration->emplace(in, value);
    while ((*iteration)->Next(item)) {
      const Value key = Cased(in, state->path.Get(in, item), state->case_sensitive);
      if (!IsHashable(key))
        in.Fail(
            absl::StrCat("filter 'unique': expected items that can be hashed, found ", Found(key)));
      if (in.failed() || !in.HasRoom(state->seen.entries.size() * 3 * sizeof(Value))) return false;
      if (state->seen.Set(key, {})) return true;
    }
    return false;
  });
}

template <Op kBetter>
Value Extreme(Interpreter& in, const Value& value, Arguments& arguments) {
  const AttributePath path(arguments[1]);
  const bool case_sensitive = arguments.Truth(in, 0);
  Iteration iteration(in, value);
  Value best, best_key;
  bool found = false;
  for (Value item; iteration.Next(item);) {
    Value key = Cased(in, path.Get(in, item), case_sensitive);
    if (found && !Order(in, kBetter, key, best_key)) continue;
    found = true;
    best = std::move(item);
    best_key = std::move(key);
  }
  return found ? best : in.NewUndefined("no least and no greatest item, since there is none");
}

constexpr Filter kSelectFilters[] = {
    {"attr", "name!", AttributeOf},
    {"map", "*", MapItems},
    {"select", "*", SelectItems<true, false>},
    {"reject", "*", SelectItems<false, false>},
    {"selectattr", "*", SelectItems<true, true>},
    {"rejectattr", "*", SelectItems<false, true>},
    {"sort", "reverse case_sensitive attribute", SortItems},
    {"dictsort", "case_sensitive by reverse", DictSort},
    {"groupby", "attribute! default case_sensitive", GroupBy},
    {"unique", "case_sensitive attribute", Unique},
    {"min", "case_sensitive attribute", Extreme<Op::kLess>},
    {"max", "case_sensitive attribute", Extreme<Op::kGreater>},
};

}  // namespace

std::span<const Filter> SelectFilters() { return kSelectFilters; }

}  // namespace emel::text::jinja
