#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/operators.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <limits>

namespace emel::text::jinja {
namespace {

// A bound of a slice; false where it is neither an int nor none.
bool Bound(Run& run, const Value& value, int64_t otherwise, int64_t& bound) {
  bound = otherwise;
  if (value.is_none()) return true;
  if (value.is_integer()) {
    bound = value.integer();
    return true;
  }
  run.Fail(absl::StrCat("expected an int or none in a slice, found ", Found(value)));
  return false;
}

// Counts from the end where negative, and stays within [low, high].
int64_t Clamp(int64_t bound, int64_t length, int64_t low, int64_t high) {
  if (bound < 0) bound = bound < -length ? -1 : bound + length;
  return std::clamp(bound, low, high);
}

Value SliceText(Run& run, const Value& value, const Positions& positions) {
  const std::string& text = value.string();
  Builder result(run);
  if (positions.count == 0) return result.Finish(value.is_markup());
  if (positions.step == 1) {
    const size_t first = ByteOffset(value.text(), positions.start);
    const size_t last = ByteOffset(value.text(), positions.start + positions.count);
    result += std::string_view(text).substr(first, last - first);
    return result.Finish(value.is_markup());
  }
  const std::vector<size_t> offsets = ByteOffsets(run, text);
  for (int64_t i = 0; i < positions.count && !run.failed(); ++i) {
    const auto at = static_cast<size_t>(positions.start + i * positions.step);
    result += std::string_view(text).substr(offsets[at], offsets[at + 1] - offsets[at]);
  }
  return result.Finish(value.is_markup());
}

}  // namespace

std::optional<Positions> SlicePositions(Run& run, int64_t length, const Value& start,
                                        const Value& stop, const Value& step) {
  Positions result;
  int64_t first = 0, last = 0;
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min() + 1;
  if (!Bound(run, step, 1, result.step)) return std::nullopt;
  if (result.step == 0) {
    run.Fail("expected a slice's step other than 0, found 0");
    return std::nullopt;
  }
  result.step = std::max(result.step, kLeast);
  const bool forward = result.step > 0;
  const int64_t low = forward ? 0 : -1, high = forward ? length : length - 1;
  if (!Bound(run, start, 0, first) || !Bound(run, stop, 0, last)) return std::nullopt;
  first = start.is_none() ? (forward ? low : high) : Clamp(first, length, low, high);
  last = stop.is_none() ? (forward ? high : low) : Clamp(last, length, low, high);
  result.start = first;
  result.stop = last;
  const int64_t span = forward ? last - first : first - last;
  const int64_t stride = forward ? result.step : -result.step;
  if (span > 0) result.count = (span - 1) / stride + 1;
  return result;
}

Value Slice(Interpreter& in, const Value& value, const Value& start, const Value& stop,
            const Value& step) {
  const bool sliceable = value.is_string() || value.is_sequence() || value.is(Kind::kRange);
  if (!sliceable) return in.Fail(absl::StrCat("expected something to slice, found ", Found(value)));
  const auto positions = SlicePositions(in, *Length(value), start, stop, step);
  if (!positions) return {};
  if (value.is_string()) return SliceText(in, value, *positions);
  if (value.is(Kind::kRange)) {
    auto range = in.Own(std::make_shared<Range>(), 0);
    range->length = positions->count;
    const auto scaled = [&](int64_t factor) {  // wraps around where no item is
      return static_cast<uint64_t>(value.range().step) * static_cast<uint64_t>(factor);
    };
    const auto start = static_cast<uint64_t>(value.range().start);
    range->start = static_cast<int64_t>(start + scaled(positions->start));
    range->stop = static_cast<int64_t>(start + scaled(positions->stop));
    range->step = static_cast<int64_t>(scaled(positions->step));
    return {Kind::kRange, std::move(range)};
  }
  std::vector<Value> items;
  if (!in.Step(1 + positions->count / 8) || !in.HasRoom(positions->count * sizeof(Value)))
    return {};
  for (int64_t i = 0; i < positions->count; ++i)
    items.push_back(value.items()[positions->start + i * positions->step]);
  return value.is(Kind::kTuple) ? in.NewTuple(std::move(items)) : in.NewList(std::move(items));
}

}  // namespace emel::text::jinja
