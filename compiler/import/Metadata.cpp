#include "compiler/import/Metadata.h"

#include <cstdio>
#include <limits>

using namespace emel;
using llvm::StringRef;

/// No count, size or length of a model is larger, so that products of two of them cannot overflow.
static constexpr int64_t kMost = std::numeric_limits<int32_t>::max();

/// Real numbers outside overflow or vanish as float32, or their reciprocals do.
static constexpr double kLeastReal = 1e-30, kMostReal = 1e30;

static std::string formatReal(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%g", value);
  return text;
}

Metadata::Metadata(const gguf::Model &model) : model_(model) {
  const gguf::Value *value = model.Find("general.architecture");
  const std::string *name = value ? value->AsString() : nullptr;
  if (!name)
    status_ = absl::InvalidArgumentError("key 'general.architecture': expected a string, found " +
                                         std::string(value ? Name(value->type) : "nothing") + " (" +
                                         model.shards()[0].path + ")");
  else
    architectureStorage_ = *name;
  architecture_ = architectureStorage_;
}

const gguf::Value *Metadata::find(StringRef key) const { return model_.Find(fullKey(key)); }

const gguf::Value *Metadata::require(StringRef key, bool optional) {
  const gguf::Value *value = find(key);
  if (!value && !optional) fail(key, "expected a value, found none");
  return value;
}

void Metadata::fail(absl::Status status) {
  if (status_.ok()) status_ = std::move(status);
}

void Metadata::fail(StringRef key, const llvm::Twine &message) {
  std::string where = model_.shards()[0].path;
  if (const gguf::Value *value = find(key)) where += ", offset " + std::to_string(value->offset);
  fail(absl::InvalidArgumentError("key '" + fullKey(key) + "': " + message.str() + " (" + where +
                                  ")"));
}

int64_t Metadata::checkRange(StringRef key, std::optional<int64_t> value, int64_t least) {
  if (!value) {
    fail(key, "expected an integer, found " + std::string(Name(find(key)->type)));
    return least;
  }
  if (*value >= least && *value <= kMost) return *value;
  fail(key, "expected a number from " + llvm::Twine(least) + " to " + llvm::Twine(kMost) +
                ", found " + llvm::Twine(*value));
  return least;
}

static std::optional<int64_t> asInteger(const gguf::Value &value) {
  std::optional<uint64_t> number = value.AsUnsigned();
  if (number) return static_cast<int64_t>(std::min<uint64_t>(*number, INT64_MAX));
  if (const int64_t *negative = std::get_if<int64_t>(&value.data)) return *negative;
  return std::nullopt;
}

int64_t Metadata::integer(StringRef key, std::optional<int64_t> fallback, int64_t least) {
  const gguf::Value *value = require(key, fallback.has_value());
  if (!value) return fallback.value_or(least);
  return checkRange(key, asInteger(*value), least);
}

double Metadata::real(StringRef key, std::optional<double> fallback) {
  const gguf::Value *value = require(key, fallback.has_value());
  if (!value) return fallback.value_or(1);
  std::optional<double> number = value->AsFloat();
  if (!number) {
    fail(key, "expected a float, found " + std::string(Name(value->type)));
    return 1;
  }
  if (*number == 0 || (*number >= kLeastReal && *number <= kMostReal)) return *number;
  fail(key,
       "expected 0 or a number from 1e-30 to 1e+30, found " + llvm::Twine(formatReal(*number)));
  return 1;
}

double Metadata::positive(StringRef key, std::optional<double> fallback) {
  double number = real(key, fallback);
  if (number == 0) fail(key, "expected a positive number, found 0");
  return number == 0 ? 1 : number;
}

std::string Metadata::text(StringRef key, StringRef fallback) {
  const gguf::Value *value = find(key);
  if (!value) return fallback.str();
  if (const std::string *string = value->AsString()) return *string;
  fail(key, "expected a string, found " + std::string(Name(value->type)));
  return fallback.str();
}

llvm::SmallVector<int64_t> Metadata::perLayer(StringRef key, int64_t layers,
                                              std::optional<int64_t> fallback) {
  const gguf::Value *value = require(key, fallback.has_value());
  const gguf::Array *array = value ? value->AsArray() : nullptr;
  if (!array) return llvm::SmallVector<int64_t>(layers, integer(key, fallback));
  llvm::SmallVector<int64_t> result;
  if (array->size() != static_cast<size_t>(layers)) {
    fail(key, "expected one number for each of " + llvm::Twine(layers) + " layers, found " +
                  llvm::Twine(array->size()));
    return llvm::SmallVector<int64_t>(layers, 1);
  }
  for (int64_t i = 0; i < layers; ++i) {
    std::optional<int64_t> number;
    if (auto *list = std::get_if<std::vector<uint64_t>>(&array->elements))
      number = static_cast<int64_t>(std::min<uint64_t>((*list)[i], INT64_MAX));
    else if (auto *list = std::get_if<std::vector<int64_t>>(&array->elements))
      number = (*list)[i];
    result.push_back(checkRange(key, number, 1));
  }
  return result;
}
