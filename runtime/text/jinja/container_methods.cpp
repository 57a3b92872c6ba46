#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/methods.h"
#include "runtime/text/jinja/operators.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <bit>
#include <cmath>

// Methods of dicts, lists, tuples, ranges and numbers.
namespace emel::text::jinja {
namespace {

template <View::Part kPart>
Value MakeView(Interpreter& in, const Value& self, Arguments&) {
  auto view = in.Own(std::make_shared<View>(), 0, self.depth() + 1);
  view->part = kPart;
  view->dict = self;
  return {Kind::kView, std::move(view)};
}

Value Get(Interpreter& in, const Value& self, Arguments& arguments) {
  if (!IsHashable(arguments[0]))
    return in.Fail(
        absl::StrCat("get: expected a key that can be hashed, found ", Found(arguments[0])));
  const Value* found = self.dict().Find(arguments[0]);
  return found ? *found : arguments[1];
}

// Nothing changes lists and dicts, so that they are their own copies.
Value Copy(Interpreter& in, const Value& self, Arguments&) { return self; }

Value FromKeys(Interpreter& in, const Value&, Arguments& arguments) {
  auto dict = std::make_shared<Dict>();
  Iteration iteration(in, arguments[0]);
  for (Value key; iteration.Next(key) && in.HasRoom(dict->entries.size() * 2 * sizeof(Value));) {
    if (!IsHashable(key))
      return in.Fail("fromkeys: expected keys that can be hashed, found " + Found(key));
    dict->Set(key, arguments[1]);
  }
  return in.NewDict(std::move(dict));
}

Value CountItems(Interpreter& in, const Value& self, Arguments& arguments) {
  int64_t count = 0;
  Iteration iteration(in, self);
  for (Value item; iteration.Next(item);) count += Equal(in, item, arguments[0]);
  return count;
}

Value IndexOfItem(Interpreter& in, const Value& self, Arguments& arguments) {
  const int64_t length = *Length(self);
  const auto bound = [&](size_t index, int64_t otherwise) {
    const int64_t value = arguments.Integer(in, index, otherwise);
    return value < 0 ? std::max<int64_t>(value + length, 0) : value;
  };
  const int64_t start = bound(1, 0), stop = bound(2, length);
  Iteration iteration(in, self);
  Value item;
  for (int64_t i = 0; i < stop && iteration.Next(item); ++i)
    if (i >= start && Equal(in, item, arguments[0])) return i;
  return in.Fail("index: expected a value that is there, found it nowhere");
}

Value BitLength(Interpreter&, const Value& self, Arguments&) {
  const int64_t value = self.integer();
  const uint64_t size =
      value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value);
  return std::bit_width(size);
}

Value BitCount(Interpreter&, const Value& self, Arguments&) {
  const int64_t value = self.integer();
  return std::popcount(value < 0 ? ~static_cast<uint64_t>(value) + 1
                                 : static_cast<uint64_t>(value));
}

Value Conjugate(Interpreter&, const Value& self, Arguments&) {
  return self.is(Kind::kBool) ? Value(self.integer()) : self;
}

Value IsInteger(Interpreter&, const Value& self, Arguments&) {
  return std::isfinite(self.real()) && std::trunc(self.real()) == self.real();
}

constexpr Method kDict[] = {
    {"keys", "", MakeView<View::kKeys>},
    {"values", "", MakeView<View::kValues>},
    {"items", "", MakeView<View::kItems>},
    {"get", "/key! default", Get},
    {"copy", "", Copy},
    {"fromkeys", "/iterable! value", FromKeys},
};
constexpr Method kList[] = {{"index", "/value! start stop", IndexOfItem},
                            {"count", "/value!", CountItems},
                            {"copy", "", Copy}};
constexpr Method kTuple[] = {{"index", "/value! start stop", IndexOfItem},
                             {"count", "/value!", CountItems}};
constexpr Method kRange[] = {{"index", "/value!", IndexOfItem}, {"count", "/value!", CountItems}};
constexpr Method kInteger[] = {
    {"bit_length", "", BitLength}, {"bit_count", "", BitCount}, {"conjugate", "", Conjugate}};
constexpr Method kFloat[] = {{"is_integer", "", IsInteger}, {"conjugate", "", Conjugate}};

}  // namespace

std::span<const Method> ContainerMethods(Kind kind) {
  switch (kind) {
    case Kind::kDict:
      return kDict;
    case Kind::kList:
      return kList;
    case Kind::kTuple:
      return kTuple;
    case Kind::kRange:
      return kRange;
    default:
      return {};
  }
}

std::span<const Method> NumberMethods(Kind kind) {
  return kind == Kind::kFloat ? std::span<const Method>(kFloat) : std::span<const Method>(kInteger);
}

}  // namespace emel::text::jinja
