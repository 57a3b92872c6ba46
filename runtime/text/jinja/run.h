#ifndef EMEL_RUNTIME_TEXT_JINJA_RUN_H_
#define EMEL_RUNTIME_TEXT_JINJA_RUN_H_

#include "runtime/text/jinja/value.h"

#include <absl/status/status.h>

#include <functional>
#include <optional>
#include <string>

// What one rendering may use and how it fails.
namespace emel::text::jinja {

struct Limits {
  int64_t steps = 20'000'000;         // evaluations, items and blocks of text looked at
  size_t memory = size_t{256} << 20;  // bytes of values and of text, at any one time
  size_t output = size_t{64} << 20;   // bytes of the result
  int32_t depth = 1500;               // of nested statements, expressions and calls
};

// How deep values nest, however they are made.
inline constexpr uint32_t kMaxValueDepth = 200;
// As the sandbox of Jinja has it.
inline constexpr int64_t kMaxRange = 100'000;

// The state that everything shares. The first failure stays; from then on, every step fails, so
// that callers may go on with whatever they got until they notice.
class Run {
 public:
  explicit Run(const Limits& limits) : limits_(limits) {}

  // Each returns none, for callers to hand on.
  Value Fail(std::string message, absl::StatusCode code = absl::StatusCode::kInvalidArgument);
  Value FailLimit(std::string message) {
    return Fail(std::move(message), absl::StatusCode::kResourceExhausted);
  }
  bool failed() const { return failed_; }

  // Counts work. False once it is too much, or something failed.
  bool Step(size_t count = 1) {
    steps_ += static_cast<int64_t>(count);
    return steps_ <= limits_.steps ? !failed_ : StepFailed();
  }
  // Looking at so many bytes.
  bool StepBytes(size_t bytes) { return Step(1 + bytes / 64); }

  // Searching them takes longer.
  bool StepSearch(size_t bytes) { return Step(1 + bytes / 16); }

  bool Take(size_t bytes);
  void Release(size_t bytes) { memory_ -= bytes; }
  // Whether so many more bytes may be taken; fails if not.
  bool HasRoom(size_t bytes);

  bool Enter();  // one level deeper; Leave() in any case
  void Leave() { --depth_; }

  Value NewText(std::string text, bool markup = false);
  Value NewList(std::vector<Value> items);
  Value NewTuple(std::vector<Value> items);
  Value NewDict(std::shared_ptr<Dict> dict);
  Value NewIterator(std::string_view type, const Value& source, std::function<bool(Value&)> next);
  Value NewUndefined(std::string hint);
  // Counts the object as this run's.
  template <typename T>
  std::shared_ptr<T> Own(std::shared_ptr<T> object, size_t bytes, uint32_t depth = 0) {
    Adopt(*object, sizeof(T) + bytes, depth);
    return object;
  }

  void set_line(int line) { line_ = line; }
  int line() const { return line_; }

  const std::string& message() const { return message_; }
  absl::StatusCode code() const { return code_; }
  const Limits& limits() const { return limits_; }

 private:
  void Adopt(Object& object, size_t bytes, uint32_t depth);
  bool StepFailed();

  Limits limits_;
  int64_t steps_ = 0;
  size_t memory_ = 0;
  int32_t depth_ = 0;
  int line_ = 1;
  bool failed_ = false;
  std::string message_;
  absl::StatusCode code_ = absl::StatusCode::kOk;
};

struct Iterator : Object {
  std::function<bool(Value&)> next;
  std::string_view type;
};

inline Iterator& Value::iterator() const { return *static_cast<Iterator*>(object_.get()); }

// Text in the making, which never outgrows what the run may use.
class Builder {
 public:
  explicit Builder(Run& run) : run_(run) {}
  Builder& operator+=(std::string_view text);
  Builder& operator+=(char character) { return *this += std::string_view(&character, 1); }
  Builder& Repeat(std::string_view text, int64_t times);
  bool empty() const { return text_.empty(); }
  size_t size() const { return text_.size(); }
  std::string Take() { return std::move(text_); }
  Value Finish(bool markup = false) { return run_.NewText(std::move(text_), markup); }
  Run& run() { return run_; }

 private:
  Run& run_;
  std::string text_;
};

// Goes through the items of a value as Python's iter() does; fails where there is nothing to go
// through.
class Iteration {
 public:
  Iteration(Run& run, Value source);
  bool Next(Value& item);

 private:
  bool NextPair(Value& item);
  bool NextCharacter(Value& item);
  Run& run_;
  Value source_;
  size_t position_ = 0;
};

bool IsIterable(const Value& value);
// The number of items, where Python's len() has one.
std::optional<int64_t> Length(const Value& value);
std::vector<Value> Collect(Run& run, const Value& source);

// What is found where another kind was expected.
std::string Found(const Value& value);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_RUN_H_
