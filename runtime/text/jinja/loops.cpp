#include "runtime/text/jinja/hosts.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/methods.h"
#include "runtime/text/jinja/operators.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <iterator>

namespace emel::text::jinja {

LoopSource::LoopSource(Interpreter& in, const Statement& loop, Activation* home, Value items)
    : in_(in), loop_(loop), home_(home), items_(items), iteration_(in, std::move(items)) {}

bool LoopSource::Next(Value& item) {
  if (!loop_.condition) return iteration_.Next(item);
  while (home_ && iteration_.Next(item)) {
    // Whoever asks for the next item, the condition sees the loop's own variables.
    Activation* asking = std::exchange(in_.activation_, home_);
    in_.EnterScope(loop_.test_scope);
    in_.Assign(*loop_.targets[0], item);
    const bool holds = !in_.failed() && Truth(in_.Evaluate(*loop_.condition));
    in_.activation_ = asking;
    if (in_.failed()) return false;
    if (holds) return true;
  }
  return false;
}

LoopHost::LoopHost(Interpreter& in, const Statement& loop, Activation* outer, const Value& items,
                   int64_t depth)
    : loop(loop), outer(outer), source(in, loop, outer, items), depth0(depth) {}

bool LoopHost::Fetch(Value& item) {
  if (ended) return false;
  if (!rest) return source.Next(item);
  if (rest->empty()) return false;
  item = std::move(rest->front());
  rest->pop_front();
  return true;
}

bool LoopHost::Advance(Value& item) {
  if (!after.is(Kind::kMissing))
    item = std::exchange(after, Value::Missing());
  else if (!Fetch(item))
    return false;
  ++index0;
  before = std::move(current);
  current = item;
  return true;
}

void LoopHost::End() {
  ended = true;
  source.Detach();
  last_changed.reset();  // which may be the loop itself
}

const Value& LoopHost::Peek() {
  if (after.is(Kind::kMissing) && !Fetch(after)) after = Value::Missing();
  return after;
}

int64_t LoopHost::Count(Interpreter& in) {
  if (count) return *count;
  if (!source.is_filtered()) count = Length(source.items());
  if (count) return *count;
  std::deque<Value> items;
  for (Value item; Fetch(item) && in.HasRoom(items.size() * sizeof(Value));) items.push_back(item);
  count = static_cast<int64_t>(items.size()) + index0 + 1 + !after.is(Kind::kMissing);
  rest = std::move(items);
  return *count;
}

std::string LoopHost::Describe(Interpreter& in) const {
  return absl::StrCat("<LoopContext ", index0 + 1, "/", const_cast<LoopHost*>(this)->Count(in),
                      ">");
}

Value LoopHost::Call(Interpreter& in, Arguments& arguments) {
  if (!loop.recursive)
    return in.Fail("expected a loop with 'recursive' to call, found one without");
  if (ended) return in.Fail("expected a loop that still runs to call, found one that is over");
  if (!arguments.Bind(in, "iterable!", "loop")) return {};
  return in.Recurse(loop, outer, arguments[0], depth0 + 1);
}

namespace {

using Getter = Value (*)(Interpreter&, LoopHost&);

Value Cycle(Interpreter& in, const Value& self, Arguments& arguments) {
  const auto& items = arguments.positional;
  if (items.empty()) return in.Fail("loop.cycle: expected items, found none");
  const int64_t index = static_cast<LoopHost&>(self.host()).index0;
  return items[static_cast<size_t>(std::max<int64_t>(index, 0)) % items.size()];
}

Value Changed(Interpreter& in, const Value& self, Arguments& arguments) {
  auto& host = static_cast<LoopHost&>(self.host());
  const auto& old = host.last_changed;
  const auto& values = arguments.positional;
  const bool same =
      old && std::equal(old->begin(), old->end(), values.begin(), values.end(),
                        [&](const Value& a, const Value& b) { return Equal(in, a, b); });
  if (same) return false;
  if (host.ended) return true;
  host.last_changed = values;
  for (const Value& value : values) host.depth = std::max(host.depth, value.depth() + 1);
  if (host.depth > kMaxValueDepth)
    return in.FailLimit(absl::StrCat("expected values that nest at most ", kMaxValueDepth,
                                     " deep, found deeper ones"));
  return true;
}

const std::pair<std::string_view, Getter> kLoopAttributes[] = {
    {"index", [](Interpreter&, LoopHost& l) -> Value { return l.index0 + 1; }},
    {"index0", [](Interpreter&, LoopHost& l) -> Value { return l.index0; }},
    {"revindex", [](Interpreter& in, LoopHost& l) -> Value { return l.Count(in) - l.index0; }},
    {"revindex0", [](Interpreter& in, LoopHost& l) -> Value { return l.Count(in) - l.index0 - 1; }},
    {"first", [](Interpreter&, LoopHost& l) -> Value { return l.index0 == 0; }},
    {"last", [](Interpreter&, LoopHost& l) -> Value { return l.Peek().is(Kind::kMissing); }},
    {"length", [](Interpreter& in, LoopHost& l) -> Value { return l.Count(in); }},
    {"depth", [](Interpreter&, LoopHost& l) -> Value { return l.depth0 + 1; }},
    {"depth0", [](Interpreter&, LoopHost& l) -> Value { return l.depth0; }},
    {"previtem",
     [](Interpreter& in, LoopHost& l) -> Value {
       return l.index0 == 0 ? in.NewUndefined("no item before the first of a loop") : l.before;
     }},
    {"nextitem",
     [](Interpreter& in, LoopHost& l) -> Value {
       const Value next = l.Peek();
       return next.is(Kind::kMissing) ? in.NewUndefined("no item after the last of a loop") : next;
     }},
};

const Method kLoopMethods[] = {{"cycle", "*", Cycle}, {"changed", "*", Changed}};

}  // namespace

std::optional<Value> LoopHost::Attribute(Interpreter& in, std::string_view name) {
  for (const auto& [attribute, get] : kLoopAttributes)
    if (attribute == name) return get(in, *this);
  for (const Method& method : kLoopMethods) {
    if (method.name != name) continue;
    return BindMethod(in, {Kind::kHost, shared_from_this()}, method);
  }
  return std::nullopt;
}

Interpreter::Flow Interpreter::ExecuteFor(const Statement& loop) {
  const Value items = Evaluate(*loop.value);
  set_line(loop.line);
  if (failed()) return Flow::kNext;
  if (loop.recursive) {
    const Value text = Recurse(loop, activation_, items, 0);
    if (!failed()) AppendValue(text);
    return Flow::kNext;
  }
  bool ran = false;
  Flow flow = Flow::kNext;
  if (loop.uses_loop) {
    const auto host =
        Own(std::make_shared<LoopHost>(*this, loop, activation_, items, 0), 0, items.depth() + 1);
    flow = ExecuteIterations(loop, host->source, host.get(), ran);
    host->End();
  } else {
    LoopSource source(*this, loop, activation_, items);
    flow = ExecuteIterations(loop, source, nullptr, ran);
  }
  return ran || failed() || loop.otherwise.empty() ? flow : ExecuteElse(loop);
}

Interpreter::Flow Interpreter::ExecuteElse(const Statement& loop) {
  EnterScope(loop.else_scope);
  return ExecuteBody(loop.otherwise);
}

// As in Jinja, `ran` tells whether a body was run to its end: one that was left does not count.
Interpreter::Flow Interpreter::ExecuteIterations(const Statement& loop, LoopSource& source,
                                                 LoopHost* host, bool& ran) {
  const Value self = host ? Value(Kind::kHost, host->shared_from_this()) : Value();
  for (Value item; !failed() && (host ? host->Advance(item) : source.Next(item));) {
    set_line(loop.line);
    EnterScope(loop.scope);
    Assign(*loop.target, item);
    if (host) At(loop.place) = self;
    if (failed()) break;
    const Flow flow = ExecuteBody(loop.body);
    if (flow == Flow::kBreak) break;
    if (flow == Flow::kNext) ran = true;
  }
  return Flow::kNext;
}

Value Interpreter::Recurse(const Statement& loop, Activation* outer, const Value& items,
                           int64_t depth) {
  if (!Enter()) return Leave(), Value();
  // The condition's variables are those of the function around the loop.
  const auto host =
      Own(std::make_shared<LoopHost>(*this, loop, outer, items, depth), 0, items.depth() + 1);
  auto activation = NewActivation(*loop.function, outer);
  Activation* previous = std::exchange(activation_, activation.get());
  std::string text;
  std::string* out = std::exchange(out_, &text);
  bool ran = false;
  ExecuteIterations(loop, host->source, host.get(), ran);
  if (!ran && !failed()) ExecuteElse(loop);
  out_ = out;
  host->End();
  activation_ = previous;
  EndActivation(std::move(activation));
  Leave();
  return NewText(std::move(text));
}

}  // namespace emel::text::jinja
