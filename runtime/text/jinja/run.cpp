#include "runtime/text/jinja/run.h"

#include "runtime/text/jinja/host.h"
#include "runtime/text/utf8.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace emel::text::jinja {

Value Run::Fail(std::string message, absl::StatusCode code) {
  if (failed_) return {};
  failed_ = true;
  message_ = std::move(message);
  code_ = code;
  return {};
}

bool Run::StepFailed() {
  FailLimit(
      absl::StrCat("expected at most ", limits_.steps, " steps, found a template that takes more"));
  return false;
}

bool Run::Take(size_t bytes) {
  if (!HasRoom(bytes)) return false;
  memory_ += bytes;
  return true;
}

bool Run::HasRoom(size_t bytes) {
  if (failed_) return false;
  if (bytes <= limits_.memory && memory_ <= limits_.memory - bytes) return true;
  FailLimit(absl::StrCat("expected at most ", limits_.memory,
                         " bytes of values, found a template that makes more"));
  return false;
}

bool Run::Enter() {
  if (++depth_ <= limits_.depth) return !failed_;
  FailLimit(absl::StrCat("expected at most ", limits_.depth,
                         " nested statements, expressions and calls, found more"));
  return false;
}

void Run::Adopt(Object& object, size_t bytes, uint32_t depth) {
  object.depth = std::max(object.depth, depth);
  if (object.depth > kMaxValueDepth)
    FailLimit(absl::StrCat("expected values that nest at most ", kMaxValueDepth,
                           " deep, found deeper ones"));
  memory_ += bytes;  // it is there already
  object.run = this;
  object.charged = bytes;
  HasRoom(0);
}

Value Run::NewText(std::string text, bool markup) {
  StepBytes(text.size());
  const size_t bytes = text.capacity();
  auto object = Own(std::make_shared<Text>(std::move(text)), bytes);
  object->markup = markup;
  return {Kind::kString, std::move(object)};
}

Value Run::NewList(std::vector<Value> items) {
  Step(1 + items.size() / 8);
  const size_t bytes = items.capacity() * sizeof(Value);
  return {Kind::kList, Own(std::make_shared<Sequence>(std::move(items)), bytes)};
}

Value Run::NewTuple(std::vector<Value> items) {
  const size_t bytes = items.capacity() * sizeof(Value);
  return {Kind::kTuple, Own(std::make_shared<Sequence>(std::move(items)), bytes)};
}

Value Run::NewDict(std::shared_ptr<Dict> dict) {
  const size_t bytes = dict->entries.capacity() * (2 * sizeof(Value) + 4 * sizeof(size_t));
  return {Kind::kDict, Own(std::move(dict), bytes)};
}

Value Run::NewIterator(std::string_view type, const Value& source,
                       std::function<bool(Value&)> next) {
  auto iterator = Own(std::make_shared<Iterator>(), 64, source.depth() + 1);
  iterator->type = type;
  iterator->next = std::move(next);
  return {Kind::kIterator, std::move(iterator)};
}

Value Run::NewUndefined(std::string hint) {
  const size_t bytes = hint.size();
  return {Kind::kUndefined, Own(std::make_shared<Text>(std::move(hint)), bytes)};
}

Builder& Builder::operator+=(std::string_view text) {
  if (run_.StepBytes(text.size()) && run_.HasRoom(text_.size() + text.size())) text_ += text;
  return *this;
}

Builder& Builder::Repeat(std::string_view text, int64_t times) {
  if (times <= 0 || text.empty()) return *this;
  const auto count = static_cast<size_t>(times);
  if (count > run_.limits().memory / text.size()) {
    run_.HasRoom(run_.limits().memory + 1);
    return *this;
  }
  if (!run_.StepBytes(count * text.size()) || !run_.HasRoom(text_.size() + count * text.size()))
    return *this;
  text_.reserve(text_.size() + count * text.size());
  for (size_t i = 0; i < count; ++i) text_ += text;
  return *this;
}

Iteration::Iteration(Run& run, Value source) : run_(run), source_(std::move(source)) {
  if (!IsIterable(source_))
    run_.Fail(absl::StrCat("expected something to iterate over, found ", Found(source_)));
}

bool Iteration::Next(Value& item) {
  if (!run_.Step()) return false;
  switch (source_.kind()) {
    case Kind::kList:
    case Kind::kTuple:
      if (position_ >= source_.items().size()) return false;
      item = source_.items()[position_++];
      return true;
    case Kind::kDict:
      if (position_ >= source_.dict().entries.size()) return false;
      item = source_.dict().entries[position_++].first;
      return true;
    case Kind::kRange:
      if (position_ >= static_cast<size_t>(source_.range().length)) return false;
      item = source_.range().at(static_cast<int64_t>(position_++));
      return true;
    case Kind::kString:
      return NextCharacter(item);
    case Kind::kView:
      return NextPair(item);
    case Kind::kIterator:
      // Iterators of iterators call each other.
      {
        const bool found = run_.Enter() && source_.iterator().next(item) && !run_.failed();
        run_.Leave();
        return found;
      }
    default:
      return false;
  }
}

bool Iteration::NextPair(Value& item) {
  const auto& entries = source_.view().dict.dict().entries;
  if (position_ >= entries.size()) return false;
  const auto& [key, value] = entries[position_++];
  switch (source_.view().part) {
    case View::kKeys:
      item = key;
      break;
    case View::kValues:
      item = value;
      break;
    case View::kItems:
      item = run_.NewTuple({key, value});
      break;
  }
  return true;
}

bool Iteration::NextCharacter(Value& item) {
  const std::string& text = source_.string();
  if (position_ >= text.size()) return false;
  const size_t start = position_;
  DecodeUtf8(text, position_);
  item = run_.NewText(text.substr(start, position_ - start));
  return true;
}

bool IsIterable(const Value& value) {
  return value.is_string() || (value.kind() >= Kind::kList && value.kind() <= Kind::kIterator) ||
         value.is_undefined();
}

std::optional<int64_t> Length(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined:
      return 0;
    case Kind::kString:
      return value.text().length;
    case Kind::kList:
    case Kind::kTuple:
      return value.items().size();
    case Kind::kDict:
      return value.dict().entries.size();
    case Kind::kRange:
      return value.range().length;
    case Kind::kView:
      return value.view().dict.dict().entries.size();
    default:
      return std::nullopt;
  }
}

std::vector<Value> Collect(Run& run, const Value& source) {
  if (source.is_sequence()) {
    run.Step(1 + source.items().size() / 8);
    if (!run.HasRoom(source.items().size() * sizeof(Value))) return {};
    return source.items();
  }
  std::vector<Value> items;
  Iteration iteration(run, source);
  for (Value item; iteration.Next(item);) {
    if (!run.HasRoom(items.size() * 2 * sizeof(Value))) break;
    items.push_back(item);
  }
  return items;
}

std::string Found(const Value& value) {
  if (value.is_undefined() && value.object()) return value.text().bytes;
  return std::string(TypeName(value));
}

}  // namespace emel::text::jinja
