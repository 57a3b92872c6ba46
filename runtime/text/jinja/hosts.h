#ifndef EMEL_RUNTIME_TEXT_JINJA_HOSTS_H_
#define EMEL_RUNTIME_TEXT_JINJA_HOSTS_H_

#include "runtime/text/jinja/interpreter.h"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace emel::text::jinja {

// The variable `loop`.
struct LoopHost : Host, std::enable_shared_from_this<LoopHost> {
  LoopHost(Interpreter& in, const Statement& loop, Activation* outer, const Value& items,
           int64_t depth);

  std::string_view type() const override { return "LoopContext"; }
  std::string Describe(Interpreter& in) const override;
  bool callable() const override { return true; }
  Value Call(Interpreter& in, Arguments& arguments) override;
  std::optional<Value> Attribute(Interpreter& in, std::string_view name) override;
  std::optional<int64_t> length(Interpreter& in) override { return Count(in); }

  bool Advance(Value& item);
  void End();

  const Value& Peek();
  int64_t Count(Interpreter& in);

  const Statement& loop;
  Activation* outer;
  LoopSource source;
  bool ended = false;
  int64_t depth0;
  int64_t index0 = -1;
  std::optional<int64_t> count;
  std::optional<std::deque<Value>> rest;  // fetched to count them
  Value before = Value::Missing(), current = Value::Missing(), after = Value::Missing();
  std::optional<std::vector<Value>> last_changed;

 private:
  bool Fetch(Value& item);
};

struct NamespaceHost : Host {
  std::string_view type() const override { return "Namespace"; }
  std::string Describe(Interpreter& in) const override;
  std::optional<Value> Attribute(Interpreter& in, std::string_view name) override;
  void Set(Run& run, const std::string& name, const Value& value);

  Dict attributes;
  mutable bool describing = false;
};

struct MacroHost : Host {
  MacroHost(const Statement& macro, Activation* outer) : macro(macro), outer(outer) {}
  std::string_view type() const override { return "Macro"; }
  std::string Describe(Interpreter& in) const override;
  bool callable() const override { return true; }
  Value Call(Interpreter& in, Arguments& arguments) override {
    return in.CallMacro(macro, outer, arguments);
  }
  std::optional<Value> Attribute(Interpreter& in, std::string_view name) override;

  const Statement& macro;
  Activation* outer;
};

// A method of a value, not called yet.
struct MethodHost : Host {
  std::string_view type() const override { return "builtin_function_or_method"; }
  std::string Describe(Interpreter& in) const override;
  bool callable() const override { return true; }
  Value Call(Interpreter& in, Arguments& arguments) override;

  Value self;
  const struct Method* method = nullptr;
};

// `self`, whose attributes are the template's blocks.
struct TemplateHost : Host {
  std::string_view type() const override { return "TemplateReference"; }
  std::string Describe(Interpreter& in) const override { return "<TemplateReference None>"; }
};

struct BlockHost : Host {
  explicit BlockHost(const Statement& block) : block(block) {}
  std::string_view type() const override { return "BlockReference"; }
  std::string Describe(Interpreter& in) const override { return "<BlockReference>"; }
  bool callable() const override { return true; }
  Value Call(Interpreter& in, Arguments& arguments) override {
    return arguments.Bind(in, "", "block") ? in.CallBlock(block) : Value();
  }
  const Statement& block;
};

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_HOSTS_H_
