#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/filters.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/operators.h"
#include "runtime/text/jinja/show.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <optional>

namespace emel::text::jinja {
namespace {

Value Default(Interpreter& in, const Value& value, Arguments& arguments) {
  const bool missing = value.is_undefined() || (arguments.Truth(in, 1) && !Truth(value));
  if (!missing) return value;
  return arguments.has(0) ? arguments[0] : in.NewText("");
}

Value LengthOf(Interpreter& in, const Value& value, Arguments&) {
  const auto length = value.is(Kind::kHost) ? value.host().length(in) : Length(value);
  return length
             ? Value(*length)
             : in.Fail(absl::StrCat("expected something that has a length, found ", Found(value)));
}

Value FirstItem(Interpreter& in, const Value& value, Arguments&) {
  Iteration iteration(in, value);
  Value item;
  return iteration.Next(item) ? item : in.NewUndefined("no first item, since there is none");
}

bool IsReversible(const Value& value) { return IsIterable(value) && !value.is(Kind::kIterator); }

Value LastItem(Interpreter& in, const Value& value, Arguments&) {
  if (!IsReversible(value))
    return in.Fail(
        absl::StrCat("filter 'last': expected something with an end, found ", Found(value)));
  const int64_t length = *Length(value);
  if (length == 0) return in.NewUndefined("no last item, since there is none");
  if (value.is_string() || value.is_sequence() || value.is(Kind::kRange))
    return in.Item(value, length - 1);
  return Collect(in, value).back();
}

Value ReverseOf(Interpreter& in, const Value& value, Arguments&) {
  if (!IsIterable(value))
    return in.Fail(
        absl::StrCat("filter 'reverse': expected something to iterate over, found ", Found(value)));
  std::vector<Value> items = Collect(in, value);
  std::reverse(items.begin(), items.end());
  if (value.is(Kind::kIterator)) return in.NewList(std::move(items));
  if (value.is_string()) {
    Builder text(in);
    for (const Value& item : items) text += item.string();
    return text.Finish(value.is_markup());
  }
  const Value list = in.NewList(std::move(items));
  return in.NewIterator("reversed", list, [list, i = size_t{0}](Value& item) mutable {
    if (i >= list.items().size()) return false;
    item = list.items()[i++];
    return true;
  });
}

Value ListOf(Interpreter& in, const Value& value, Arguments&) {
  return in.NewList(Collect(in, value));
}

Value JoinItems(Interpreter& in, const Value& value, Arguments& arguments) {
  const AttributePath path(arguments[1]);
  const std::string separator = arguments.has(0) ? ShowText(in, arguments[0]) : "";
  Builder text(in);
  Iteration iteration(in, value);
  bool first = true;
  for (Value item; iteration.Next(item);) {
    if (!first) text += separator;
    first = false;
    Show(in, path.Get(in, item), text);
  }
  return text.Finish();
}

Value Items(Interpreter& in, const Value& value, Arguments&) {
  return in.NewIterator("generator", value, [&in, value, i = size_t{0}](Value& item) mutable {
    if (value.is_undefined()) return false;
    if (!value.is(Kind::kDict)) {
      in.Fail(absl::StrCat("filter 'items': expected a dict, found ", Found(value)));
      return false;
    }
    if (i >= value.dict().entries.size()) return false;
    const auto& [key, entry] = value.dict().entries[i++];
    item = in.NewTuple({key, entry});
    return true;
  });
}

Value RandomItem(Interpreter& in, const Value& value, Arguments&) {
  const auto length = Length(value);
  if (!length || value.is(Kind::kView) || value.is(Kind::kDict))
    return in.Fail(absl::StrCat("filter 'random': expected a sequence, found ", Found(value)));
  if (*length == 0) return in.NewUndefined("no random item, since there is none");
  return in.Item(value, static_cast<int64_t>(in.NextRandom() % static_cast<uint64_t>(*length)));
}

Value Sum(Interpreter& in, const Value& value, Arguments& arguments) {
  const AttributePath path(arguments[0]);
  Value sum = arguments.has(1) ? arguments[1] : Value(0);
  if (sum.is_string())
    return in.Fail("filter 'sum': expected a start that is no str, found one: 'join' adds text");
  Iteration iteration(in, value);
  for (Value item; iteration.Next(item);) sum = Binary(in, Op::kAdd, sum, path.Get(in, item));
  return sum;
}

// Lists of `size` items, the last of them filled up.
Value Batch(Interpreter& in, const Value& value, Arguments& arguments) {
  const int64_t size = arguments.Integer(in, 0);
  struct State {
    std::optional<Iteration> iteration;
    std::vector<Value> items;
    bool ended = false;
  };
  auto state = std::make_shared<State>();
  return in.NewIterator(
      "generator", arguments.Deepest(value),
      [&in, value, size, fill = arguments[1], state](Value& batch) {
        if (!state->iteration) state->iteration.emplace(in, value);
        for (Value item; !state->ended && state->iteration->Next(item);) {
          const bool full = static_cast<int64_t>(state->items.size()) == size;
          if (full) batch = in.NewList(std::exchange(state->items, {}));
          if (in.HasRoom(state->items.size() * sizeof(Value))) state->items.push_back(item);
          if (full) return true;
        }
        if (std::exchange(state->ended, true) || state->items.empty()) return false;
        const int64_t missing = size - static_cast<int64_t>(state->items.size());
        if (!fill.is_none() && missing > 0 &&
            in.HasRoom(std::min<int64_t>(missing, int64_t{1} << 40) * sizeof(Value)))
          state->items.insert(state->items.end(), static_cast<size_t>(missing), fill);
        batch = in.NewList(std::move(state->items));
        return true;
      });
}

// So many lists, the first of them longer where the items do not divide.
Value SliceInto(Interpreter& in, const Value& value, Arguments& arguments) {
  const int64_t slices = arguments.Integer(in, 0);
  struct State {
    std::optional<std::vector<Value>> items;
    int64_t next = 0;
  };
  auto state = std::make_shared<State>();
  return in.NewIterator(
      "generator", arguments.Deepest(value),
      [&in, value, slices, fill = arguments[1], state](Value& slice) {
        if (!state->items) state->items = Collect(in, value);
        if (slices == 0) in.Fail("filter 'slice': expected at least one slice, found 0");
        if (state->next >= slices || in.failed()) return false;
        const auto length = static_cast<int64_t>(state->items->size());
        const int64_t number = state->next++, size = length / slices, extra = length % slices;
        const int64_t start = number * size + std::min(number, extra);
        const int64_t end = start + size + (number < extra);
        std::vector<Value> items(state->items->begin() + start, state->items->begin() + end);
        if (!fill.is_none() && number >= extra) items.push_back(fill);
        slice = in.NewList(std::move(items));
        return true;
      });
}

constexpr Filter kSequenceFilters[] = {
    {"default", "default_value boolean", Default},
    {"d", "default_value boolean", Default},
    {"length", "", LengthOf},
    {"count", "", LengthOf},
    {"first", "", FirstItem},
    {"last", "", LastItem},
    {"reverse", "", ReverseOf},
    {"list", "", ListOf},
    {"join", "d attribute", JoinItems},
    {"items", "", Items},
    {"random", "", RandomItem},
    {"sum", "attribute start", Sum},
    {"batch", "linecount! fill_with", Batch},
    {"slice", "slices! fill_with", SliceInto},
};

}  // namespace

std::span<const Filter> SequenceFilters() { return kSequenceFilters; }

}  // namespace emel::text::jinja
