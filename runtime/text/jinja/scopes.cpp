#include "runtime/text/jinja/scopes.h"

#include "runtime/text/jinja/symbols.h"
#include "runtime/text/jinja/undeclared.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace emel::text::jinja {
namespace {

// What the scope of a statement's names is made of: the names of the scope itself, not of those in
// it.
class Analyzer {
 public:
  explicit Analyzer(Run& run) : run_(run) {}

  void Read(Symbols& symbols, const ExpressionPtr& expression) {
    if (!expression || !run_.Step()) return;
    if (expression->kind == Expression::kName) symbols.LoadName(expression->name);
    for (const auto& part : expression->parts) Read(symbols, part);
    for (const auto& [name, value] : expression->named) Read(symbols, value);
    Read(symbols, expression->star);
    Read(symbols, expression->double_star);
  }

  void Assign(Symbols& symbols, const Expression& target, bool as_parameter = false) {
    if (target.kind == Expression::kNamespaceAttribute)
      symbols.LoadName(target.name);
    else if (target.kind == Expression::kName)
      as_parameter ? symbols.DeclareParameter(target.name) : symbols.Store(target.name);
    for (const auto& part : target.parts) Assign(symbols, *part, as_parameter);
  }

  void ReadBody(Symbols& symbols, const Body& body) {
    for (const auto& statement : body) ReadStatement(symbols, *statement);
  }

 private:
  void ReadStatement(Symbols& symbols, const Statement& statement) {
    switch (statement.kind) {
      case Statement::kIf:
        return ReadIf(symbols, statement);
      case Statement::kMacro:
        return symbols.Store(statement.text);
      case Statement::kBlock:
        return;
      case Statement::kScope:
      case Statement::kFor:
        return Read(symbols, statement.value);
      case Statement::kSet:
      case Statement::kSetBlock:
        Read(symbols, statement.value);
        return Assign(symbols, *statement.target);
      case Statement::kCallBlock:
        return Read(symbols, statement.value);
      default:
        Read(symbols, statement.value);
        for (const auto& value : statement.values) Read(symbols, value);
    }
  }

  // What is stored in some branches alone may come from outside.
  void ReadIf(Symbols& symbols, const Statement& statement) {
    const Branch& branch = statement.branches[0];
    Read(symbols, branch.condition);
    if (!run_.Step(3 * symbols.size())) return;
    std::vector<Symbols> alternatives(3, symbols);
    ReadBody(alternatives[0], branch.body);
    for (size_t i = 1; i < statement.branches.size(); ++i)
      ReadElif(alternatives[1], statement.branches[i]);
    ReadBody(alternatives[2], statement.otherwise);
    symbols.Merge(alternatives);
  }

  void ReadElif(Symbols& symbols, const Branch& branch) {
    Read(symbols, branch.condition);
    if (!run_.Step(3 * symbols.size())) return;
    std::vector<Symbols> alternatives(3, symbols);
    ReadBody(alternatives[0], branch.body);
    symbols.Merge(alternatives);
  }

  Run& run_;
};

// Where a statement stands.
struct Frame {
  Symbols* symbols;
  bool in_loop = false;  // of the same function
  bool soft = false;     // it may never run, so that a filter which is not there is no error yet
};

class Resolver {
 public:
  Resolver(Run& run, Tree& tree) : run_(run), tree_(tree), analyzer_(run) {}

  void ResolveTree() {
    Symbols symbols(&tree_.function, nullptr);
    analyzer_.ReadBody(symbols, tree_.body);
    ResolveBody({&symbols}, tree_.body);
    tree_.scope = symbols.MakeScope();
    for (const std::string& name : symbols.stores())
      tree_.exported.emplace_back(name, symbols.PlaceOf(name).slot);
    for (size_t i = 0; i < tree_.blocks.size(); ++i) ResolveBlock(*tree_.blocks[i]);
  }

 private:
  void Fail(int line, std::string message) {
    if (!run_.failed()) run_.set_line(line);
    run_.Fail(std::move(message));
  }

  void ResolveBody(const Frame& frame, Body& body) {
    for (auto& statement : body) {
      if (run_.failed()) return;
      ResolveStatement(frame, *statement);
    }
  }

  void Resolve(const Frame& frame, const ExpressionPtr& expression) {
    if (!expression || !run_.Step()) return;
    Frame inner = frame;
    switch (expression->kind) {
      case Expression::kName:
      case Expression::kNamespaceAttribute:
        if (frame.symbols->Knows(expression->name))
          expression->place = frame.symbols->PlaceOf(expression->name);
        break;
      case Expression::kConditional:
        inner.soft = true;
        break;
      case Expression::kFilter:
        if (!expression->filter && !frame.soft) FailUnknown(*expression, "filter");
        break;
      case Expression::kTest:
        if (!expression->test && !frame.soft) FailUnknown(*expression, "test");
        break;
      default:
        break;
    }
    for (const auto& part : expression->parts) Resolve(inner, part);
    for (const auto& [name, value] : expression->named) Resolve(inner, value);
    Resolve(inner, expression->star);
    Resolve(inner, expression->double_star);
  }

  void FailUnknown(const Expression& expression, std::string_view kind) {
    Fail(expression.line, absl::StrCat("expected a ", std::string(kind), ", found the name '",
                                       expression.name, "'"));
  }

  void ResolveStatement(const Frame& frame, Statement& statement) {
    switch (statement.kind) {
      case Statement::kIf:
        return ResolveIf(frame, statement);
      case Statement::kFor:
        return ResolveFor(frame, statement);
      case Statement::kMacro:
        statement.place = frame.symbols->PlaceOf(statement.text);
        return ResolveMacro(frame, statement);
      case Statement::kCallBlock:
        Resolve(frame, statement.value);
        return ResolveMacro(frame, statement);
      case Statement::kSetBlock:
      case Statement::kFilterBlock:
      case Statement::kScope:
        return ResolveInner(frame, statement);
      case Statement::kWith:
        return ResolveWith(frame, statement);
      case Statement::kBlock:
        return AddBlock(frame, statement);
      case Statement::kBreak:
      case Statement::kContinue:
        if (!frame.in_loop)
          Fail(statement.line, "expected a loop around this statement, found none");
        return;
      default:
        Resolve(frame, statement.value);
        Resolve(frame, statement.target);
        for (const auto& value : statement.values) Resolve(frame, value);
    }
  }

  void ResolveIf(Frame frame, Statement& statement) {
    frame.soft = true;
    for (Branch& branch : statement.branches) {
      Resolve(frame, branch.condition);
      ResolveBody(frame, branch.body);
    }
    ResolveBody(frame, statement.otherwise);
  }

  // set, filter and autoescape blocks, which have a scope of their own within the same function.
  void ResolveInner(const Frame& frame, Statement& statement) {
    Symbols symbols(frame.symbols->function(), frame.symbols);
    analyzer_.ReadBody(symbols, statement.body);
    const Frame inner{&symbols, frame.in_loop};
    ResolveBody(inner, statement.body);
    Resolve(statement.kind == Statement::kScope ? frame : inner, statement.value);
    Resolve(frame, statement.target);
    statement.scope = symbols.MakeScope();
  }

  void ResolveWith(const Frame& frame, Statement& statement) {
    Symbols symbols(frame.symbols->function(), frame.symbols);
    for (const auto& target : statement.targets) analyzer_.Assign(symbols, *target, true);
    analyzer_.ReadBody(symbols, statement.body);
    const Frame inner{&symbols, frame.in_loop};
    for (const auto& target : statement.targets) Resolve(inner, target);
    for (const auto& value : statement.values) Resolve(frame, value);
    ResolveBody(inner, statement.body);
    statement.scope = symbols.MakeScope();
  }

  Function* NewFunction(Statement& statement, const Symbols* outer) {
    statement.function = std::make_unique<Function>();
    if (outer) statement.function->level = outer->function()->level + 1;
    return statement.function.get();
  }

  void ResolveFor(const Frame& frame, Statement& loop) {
    if (const Statement* store = FindStoreToLoop(loop))
      Fail(store->line, "expected another name to assign to, found 'loop'");
    Resolve(frame, loop.value);
    Function* function =
        loop.recursive ? NewFunction(loop, frame.symbols) : frame.symbols->function();
    Symbols symbols(function, frame.symbols);
    loop.uses_loop = loop.recursive || FindUndeclared(loop.body, {"loop"}).count("loop") > 0 ||
                     HasScopedBlock(loop.body);
    if (loop.uses_loop) symbols.DeclareParameter("loop");
    analyzer_.Assign(symbols, *loop.target, true);
    analyzer_.ReadBody(symbols, loop.body);
    if (loop.uses_loop) loop.place = symbols.PlaceOf("loop");
    Resolve({&symbols}, loop.target);
    ResolveBody({&symbols, true}, loop.body);
    loop.scope = symbols.MakeScope();
    ResolveElse(frame, loop, function);
    ResolveCondition(frame, loop);
  }

  void ResolveElse(const Frame& frame, Statement& loop, Function* function) {
    Symbols symbols(function, frame.symbols);
    analyzer_.ReadBody(symbols, loop.otherwise);
    ResolveBody({&symbols, frame.in_loop && !loop.recursive}, loop.otherwise);
    loop.else_scope = symbols.MakeScope();
  }

  // A loop's condition sees the item under the target's names, in places of its own.
  void ResolveCondition(const Frame& frame, Statement& loop) {
    if (!loop.condition) return;
    Symbols symbols(frame.symbols->function(), frame.symbols);
    analyzer_.Assign(symbols, *loop.target, true);
    analyzer_.Read(symbols, loop.condition);
    loop.targets.push_back(CopyTarget(*loop.target));
    Resolve({&symbols}, loop.targets.back());
    Resolve({&symbols}, loop.condition);
    loop.test_scope = symbols.MakeScope();
  }

  static ExpressionPtr CopyTarget(const Expression& target) {
    auto copy = std::make_unique<Expression>(target.kind, target.line);
    copy->name = target.name;
    for (const auto& part : target.parts) copy->parts.push_back(CopyTarget(*part));
    return copy;
  }

  void ResolveMacro(const Frame& frame, Statement& macro) {
    Symbols symbols(NewFunction(macro, frame.symbols), frame.symbols);
    for (const auto& parameter : macro.targets) symbols.DeclareParameter(parameter->name);
    for (const auto& value : macro.values) analyzer_.Read(symbols, value);
    analyzer_.ReadBody(symbols, macro.body);
    DeclareSpecials(symbols, macro);
    for (const auto& value : macro.values) Resolve({&symbols}, value);
    ResolveBody({&symbols}, macro.body);
    macro.scope = symbols.MakeScope();
  }

  // caller, kwargs and varargs are parameters of macros that look at them.
  void DeclareSpecials(Symbols& symbols, Statement& macro) {
    const auto used = FindUndeclared(macro.body, {"caller", "kwargs", "varargs"});
    const auto is_parameter = [&](std::string_view name) {
      return std::any_of(macro.targets.begin(), macro.targets.end(),
                         [&](const auto& target) { return target->name == name; });
    };
    for (const auto& target : macro.targets)
      macro.parameters.push_back(symbols.PlaceOf(target->name));
    const auto declare = [&](const std::string& name) {
      symbols.DeclareParameter(name);
      macro.parameters.push_back(symbols.PlaceOf(name));
      return true;
    };
    macro.explicit_caller = is_parameter("caller");
    macro.takes_caller = used.count("caller") > 0;
    if (macro.takes_caller && !macro.explicit_caller) declare("caller");
    if (macro.takes_caller && macro.explicit_caller) CheckCallerHasDefault(macro);
    macro.takes_named = used.count("kwargs") > 0 && !is_parameter("kwargs") && declare("kwargs");
    macro.takes_more = used.count("varargs") > 0 && !is_parameter("varargs") && declare("varargs");
  }

  void CheckCallerHasDefault(const Statement& macro) {
    const size_t without = macro.targets.size() - macro.values.size();
    for (size_t i = 0; i < without; ++i)
      if (macro.targets[i]->name == "caller")
        Fail(macro.line, "expected a default for the parameter 'caller', found none");
  }

  void AddBlock(const Frame& frame, Statement& block) {
    for (const Statement* other : tree_.blocks)
      if (other->text == block.text)
        Fail(block.line,
             absl::StrCat("expected the block '", block.text, "' once, found it twice"));
    if (block.scoped) block.visible = frame.symbols->Visible();
    tree_.blocks.push_back(&block);
  }

  // A block sees nothing of the scopes around it but what the template itself assigned.
  void ResolveBlock(Statement& block) {
    Symbols symbols(NewFunction(block, nullptr), nullptr);
    analyzer_.ReadBody(symbols, block.body);
    ResolveBody({&symbols}, block.body);
    block.scope = symbols.MakeScope();
  }

  Run& run_;
  Tree& tree_;
  Analyzer analyzer_;
};

}  // namespace

void ResolveScopes(Run& run, Tree& tree) { Resolver(run, tree).ResolveTree(); }

}  // namespace emel::text::jinja
