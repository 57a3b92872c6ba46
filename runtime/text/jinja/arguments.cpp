#include "runtime/text/jinja/arguments.h"

#include "runtime/text/jinja/operators.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace emel::text::jinja {
namespace {

struct Parameter {
  std::string_view name;
  bool required = false;
};

std::vector<Parameter> Split(std::string_view parameters) {
  std::vector<Parameter> result;
  while (!parameters.empty()) {
    const size_t end = std::min(parameters.find(' '), parameters.size());
    std::string_view name = parameters.substr(0, end);
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    const bool required = !name.empty() && name.back() == '!';
    if (required) name.remove_suffix(1);
    result.push_back({name, required});
  }
  return result;
}

}  // namespace

bool Arguments::Bind(Run& run, std::string_view parameters, std::string_view what) {
  if (parameters == "*") return !run.failed();
  const bool by_name = !parameters.starts_with('/');
  if (!by_name) parameters.remove_prefix(1);
  const std::vector<Parameter> expected = Split(parameters);
  if (positional.size() > expected.size()) {
    run.Fail(absl::StrCat(std::string(what), ": expected at most ", expected.size(),
                          " arguments, found ", positional.size()));
    return false;
  }
  const size_t given = positional.size();
  positional.resize(expected.size(), Value::Missing());
  for (auto& [name, value] : named) {
    const auto found = std::find_if(expected.begin(), expected.end(),
                                    [&](const Parameter& p) { return p.name == name; });
    const size_t place = found - expected.begin();
    if (!by_name || found == expected.end() || place < given) {
      run.Fail(absl::StrCat(std::string(what), ": expected no ",
                            place < given ? "second" : "keyword", " argument '", name,
                            "', found one"));
      return false;
    }
    positional[place] = std::move(value);
  }
  named.clear();
  for (size_t i = given; i < expected.size(); ++i) {
    if (!expected[i].required || has(i)) continue;
    run.Fail(absl::StrCat(std::string(what), ": expected an argument '",
                          std::string(expected[i].name), "', found none"));
    return false;
  }
  return !run.failed();
}

const Value& Arguments::operator[](size_t index) const {
  static const Value none;
  return has(index) ? positional[index] : none;
}

int64_t Arguments::Integer(Run& run, size_t index, int64_t otherwise) const {
  if (!has(index)) return otherwise;
  if (!positional[index].is_integer()) {
    run.Fail(absl::StrCat("expected an int as argument ", index + 1, ", found ",
                          Found(positional[index])));
    return otherwise;
  }
  return positional[index].integer();
}

bool Arguments::Truth(Run& run, size_t index, bool otherwise) const {
  return has(index) ? jinja::Truth(positional[index]) : otherwise;
}

std::string_view Arguments::String(Run& run, size_t index, std::string_view otherwise) const {
  if (!has(index)) return otherwise;
  if (!positional[index].is_string()) {
    run.Fail(absl::StrCat("expected a str as argument ", index + 1, ", found ",
                          Found(positional[index])));
    return otherwise;
  }
  return positional[index].string();
}

const Value* Arguments::FindNamed(std::string_view name) const {
  for (const auto& [key, value] : named)
    if (key == name) return &value;
  return nullptr;
}

Value Arguments::Deepest(const Value& value) const {
  Value deepest = value;
  for (const Value& argument : positional)
    if (argument.depth() > deepest.depth()) deepest = argument;
  for (const auto& [name, argument] : named)
    if (argument.depth() > deepest.depth()) deepest = argument;
  return deepest;
}

}  // namespace emel::text::jinja
