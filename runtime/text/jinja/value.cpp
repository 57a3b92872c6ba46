#include "runtime/text/jinja/value.h"

#include "runtime/text/jinja/host.h"
#include "runtime/text/jinja/run.h"

#include <absl/hash/hash.h>

#include <algorithm>
#include <cmath>

namespace emel::text::jinja {
namespace {

constexpr size_t kIndexed = 8;  // dicts up to this size are searched from the start

uint32_t DepthOf(const std::vector<Value>& items) {
  uint32_t depth = 0;
  for (const Value& item : items) depth = std::max(depth, item.depth() + 1);
  return depth;
}

}  // namespace

Object::~Object() {
  if (run) run->Release(charged);
}

Text::Text(std::string text) : bytes(std::move(text)) {
  for (char c : bytes) length += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

Sequence::Sequence(std::vector<Value> elements) : items(std::move(elements)) {
  depth = DepthOf(items);
}

Value::Value(std::string text)
    : kind_(Kind::kString), object_(std::make_shared<Text>(std::move(text))) {}

Value Value::MakeList(std::vector<Value> items) {
  return {Kind::kList, std::make_shared<Sequence>(std::move(items))};
}

Value Value::MakeDict(std::vector<std::pair<Value, Value>> entries) {
  auto dict = std::make_shared<Dict>();
  for (auto& [key, value] : entries) dict->Set(key, std::move(value));
  return {Kind::kDict, std::move(dict)};
}

const Value* Dict::Find(const Value& key) const {
  if (index_.empty()) {
    for (const auto& entry : entries)
      if (SameKey(entry.first, key)) return &entry.second;
    return nullptr;
  }
  const size_t slot = *const_cast<Dict*>(this)->Slot(key, HashOf(key));
  return slot == 0 ? nullptr : &entries[slot - 1].second;
}

const Value* Dict::FindName(std::string_view key) const {
  if (!index_.empty()) return Find(Value(key));
  for (const auto& entry : entries)
    if (entry.first.is_string() && entry.first.string() == key) return &entry.second;
  return nullptr;
}

bool Dict::Set(const Value& key, Value value) {
  depth = std::max({depth, value.depth() + 1, key.depth() + 1});
  if (const Value* found = Find(key)) {
    *const_cast<Value*>(found) = std::move(value);
    return false;
  }
  entries.emplace_back(key, std::move(value));
  if (entries.size() <= kIndexed) return true;
  if (entries.size() * 2 > index_.size())
    Index();
  else
    *Slot(key, HashOf(key)) = entries.size();
  return true;
}

// Where the position of the key is, or would be put.
size_t* Dict::Slot(const Value& key, size_t hash) {
  const size_t mask = index_.size() - 1;
  size_t place = hash & mask;
  while (index_[place] != 0 && !SameKey(entries[index_[place] - 1].first, key))
    place = (place + 1) & mask;
  return &index_[place];
}

void Dict::Index() {
  index_.assign(std::max<size_t>(4 * kIndexed, 2 * index_.size()), 0);
  for (size_t i = 0; i < entries.size(); ++i)
    *Slot(entries[i].first, HashOf(entries[i].first)) = i + 1;
}

bool IsHashable(const Value& value) {
  switch (value.kind()) {
    case Kind::kList:
    case Kind::kDict:
    case Kind::kView:
      return false;
    case Kind::kTuple:
      return std::all_of(value.items().begin(), value.items().end(), IsHashable);
    default:
      return true;
  }
}

size_t HashOf(const Value& value) {
  switch (value.kind()) {
    case Kind::kBool:
    case Kind::kInt:
      return absl::HashOf(value.integer());
    case Kind::kFloat: {
      const double real = value.real();
      const bool whole = std::trunc(real) == real && std::fabs(real) < 9e18;
      return whole ? absl::HashOf(static_cast<int64_t>(real)) : absl::HashOf(real);
    }
    case Kind::kString:
      return absl::HashOf(value.string());
    case Kind::kTuple: {
      size_t hash = value.items().size();
      for (const Value& item : value.items()) hash = absl::HashOf(hash, HashOf(item));
      return hash;
    }
    case Kind::kRange:
      return absl::HashOf(value.range().length);
    case Kind::kUndefined:
    case Kind::kNone:
      return absl::HashOf(static_cast<int>(value.kind()));
    default:
      return absl::HashOf(value.object().get());
  }
}

bool SameKey(const Value& left, const Value& right) {
  if (left.is_string() && right.is_string())
    return left.object() == right.object() || left.string() == right.string();
  if (left.is_integer() && right.is_integer()) return left.integer() == right.integer();
  if (left.is_number() && right.is_number()) {
    const double a = left.number(), b = right.number();
    // Beyond 2^53 a double may equal an integer that it is not.
    return a == b && (std::fabs(a) < 9007199254740992.0 || left.kind() == right.kind() ||
                      (std::fabs(a) < 9.2e18 &&
                       static_cast<int64_t>(a) == (left.is_integer() ? left : right).integer()));
  }
  if (left.kind() != right.kind()) return false;
  if (left.is(Kind::kTuple)) {
    return left.object() == right.object() ||
           std::equal(left.items().begin(), left.items().end(), right.items().begin(),
                      right.items().end(), SameKey);
  }
  if (left.is(Kind::kRange)) {
    const Range &a = left.range(), &b = right.range();
    return a.length == b.length &&
           (a.length == 0 || (a.start == b.start && (a.length == 1 || a.step == b.step)));
  }
  return left.is_none() || left.is_undefined() || left.object() == right.object();
}

std::string_view TypeName(const Value& value) {
  static constexpr std::string_view kViews[] = {"dict_keys", "dict_values", "dict_items"};
  static constexpr std::string_view kNames[] = {"Undefined", "Undefined", "NoneType", "bool",
                                                "int",       "float",     "str",      "list",
                                                "tuple",     "dict",      "range"};
  if (value.is(Kind::kView)) return kViews[value.view().part];
  if (value.is(Kind::kIterator)) return value.iterator().type;
  if (value.is(Kind::kHost)) return value.host().type();
  if (value.is_markup()) return "Markup";
  return kNames[static_cast<size_t>(value.kind())];
}

}  // namespace emel::text::jinja
