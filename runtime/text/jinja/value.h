#ifndef EMEL_RUNTIME_TEXT_JINJA_VALUE_H_
#define EMEL_RUNTIME_TEXT_JINJA_VALUE_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What templates compute with: Python's data types, of which those of JSON come from outside.
namespace emel::text::jinja {

enum class Kind : uint8_t {
  kMissing,  // a variable that nothing was stored in yet
  kUndefined,
  kNone,
  kBool,
  kInt,
  kFloat,
  kString,
  kList,
  kTuple,
  kDict,
  kRange,
  kView,      // keys, values or items of a dict
  kIterator,  // gives its items once
  kHost,      // a namespace, a function, a loop: anything that only templates can make
};

class Run;
class Value;
struct Text;
struct Sequence;
struct Dict;
struct Range;
struct View;
struct Iterator;
struct Host;

// What a value refers to. Nothing reachable from a value changes but iterators and hosts.
struct Object {
  Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  virtual ~Object();

  Run* run = nullptr;  // whose memory it counts as
  size_t charged = 0;
  uint32_t depth = 0;  // how far objects nest below it
};

class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}
  Value(std::same_as<bool> auto value) : kind_(Kind::kBool) { scalar_.integer = value; }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Value(T value) : kind_(Kind::kInt) {
    scalar_.integer = static_cast<int64_t>(value);
  }
  Value(double value) : kind_(Kind::kFloat) { scalar_.real = value; }
  Value(std::string text);
  Value(std::string_view text) : Value(std::string(text)) {}
  Value(const char* text) : Value(std::string(text)) {}
  Value(Kind kind, std::shared_ptr<Object> object) : kind_(kind), object_(std::move(object)) {}

  static Value MakeList(std::vector<Value> items);
  // Of keys that are strings, the last of equal ones wins.
  static Value MakeDict(std::vector<std::pair<Value, Value>> entries);
  static Value Missing() { return {Kind::kMissing, nullptr}; }

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_undefined() const { return kind_ == Kind::kUndefined; }
  bool is_none() const { return kind_ == Kind::kNone; }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_integer() const { return kind_ == Kind::kInt || kind_ == Kind::kBool; }
  bool is_number() const { return is_integer() || kind_ == Kind::kFloat; }
  bool is_sequence() const { return kind_ == Kind::kList || kind_ == Kind::kTuple; }
  bool is_markup() const;

  // Each only of a value of its kind.
  bool boolean() const { return scalar_.integer != 0; }
  int64_t integer() const { return scalar_.integer; }
  double real() const { return scalar_.real; }
  double number() const { return kind_ == Kind::kFloat ? real() : static_cast<double>(integer()); }
  const std::string& string() const;
  const Text& text() const;
  const std::vector<Value>& items() const;
  const Sequence& sequence() const;
  const Dict& dict() const;
  const Range& range() const;
  const View& view() const;
  Iterator& iterator() const;
  Host& host() const;

  const std::shared_ptr<Object>& object() const { return object_; }
  uint32_t depth() const { return object_ ? object_->depth : 0; }

 private:
  Kind kind_ = Kind::kNone;
  union {
    int64_t integer;
    double real;
  } scalar_ = {0};
  std::shared_ptr<Object> object_;
};

struct Text : Object {
  explicit Text(std::string text);
  std::string bytes;  // UTF-8
  size_t length = 0;  // in characters
  bool markup = false;
  bool is_ascii() const { return length == bytes.size(); }
};

struct Sequence : Object {
  explicit Sequence(std::vector<Value> elements);
  std::vector<Value> items;
  bool is_group = false;  // of the filter groupby: its items have the names grouper and list
};

// Keeps the order in which keys came. Equal keys are one, and 1, 1.0 and true are equal.
struct Dict : Object {
  const Value* Find(const Value& key) const;
  const Value* FindName(std::string_view key) const;
  // Returns whether the key was new.
  bool Set(const Value& key, Value value);

  std::vector<std::pair<Value, Value>> entries;

 private:
  size_t* Slot(const Value& key, size_t hash);
  void Index();
  std::vector<size_t> index_;  // by hash, position + 1; only of large ones
};

struct Range : Object {
  int64_t start = 0, stop = 0, step = 1, length = 0;
  int64_t at(int64_t index) const { return start + index * step; }
};

struct View : Object {
  enum Part : uint8_t { kKeys, kValues, kItems };
  Part part = kKeys;
  Value dict;
};

// Whether a value can be a key, and its hash then.
bool IsHashable(const Value& value);
size_t HashOf(const Value& value);
// Equality of keys.
bool SameKey(const Value& left, const Value& right);

// As Python names the type.
std::string_view TypeName(const Value& value);

inline const Text& Value::text() const { return *static_cast<const Text*>(object_.get()); }
inline const Sequence& Value::sequence() const {
  return *static_cast<const Sequence*>(object_.get());
}
inline const Dict& Value::dict() const { return *static_cast<const Dict*>(object_.get()); }
inline const Range& Value::range() const { return *static_cast<const Range*>(object_.get()); }
inline const View& Value::view() const { return *static_cast<const View*>(object_.get()); }
inline bool Value::is_markup() const { return is_string() && text().markup; }
inline const std::string& Value::string() const { return text().bytes; }
inline const std::vector<Value>& Value::items() const { return sequence().items; }

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_VALUE_H_
