#include "runtime/text/jinja/undeclared.h"

#include <algorithm>

namespace emel::text::jinja {
namespace {

class Finder {
 public:
  explicit Finder(std::set<std::string> names) : names_(std::move(names)) {}

  void VisitBody(const Body& body) {
    for (const auto& statement : body) Visit(*statement);
  }
  std::set<std::string> Take() { return std::move(found_); }

 private:
  void Read(const ExpressionPtr& expression) {
    if (!expression) return;
    if (expression->kind == Expression::kName && names_.count(expression->name))
      found_.insert(expression->name);
    for (const auto& part : expression->parts) Read(part);
    for (const auto& [name, value] : expression->named) Read(value);
    Read(expression->star);
    Read(expression->double_star);
  }

  void Assign(const ExpressionPtr& target) {
    if (!target) return;
    if (target->kind == Expression::kName) names_.erase(target->name);
    for (const auto& part : target->parts) Assign(part);
  }

  // In the order in which Jinja looks at a statement's parts.
  void Visit(const Statement& statement) {
    const bool filter_last = statement.kind == Statement::kFilterBlock;
    if (statement.kind == Statement::kBlock) return;
    if (statement.kind == Statement::kCallBlock) Read(statement.value);
    Assign(statement.target);
    for (const auto& target : statement.targets) Assign(target);
    for (const auto& value : statement.values) Read(value);
    if (!filter_last && statement.kind != Statement::kCallBlock) Read(statement.value);
    for (const Branch& branch : statement.branches) {
      Read(branch.condition);
      VisitBody(branch.body);
    }
    VisitBody(statement.body);
    if (filter_last) Read(statement.value);
    VisitBody(statement.otherwise);
    Read(statement.condition);
  }

  std::set<std::string> names_, found_;
};

bool AssignsToLoop(const Expression& target) {
  return (target.kind == Expression::kName && target.name == "loop") ||
         std::any_of(target.parts.begin(), target.parts.end(),
                     [](const auto& part) { return AssignsToLoop(*part); });
}

const Statement* FindIn(const Body& body) {
  for (const auto& statement : body)
    if (const Statement* found = FindStoreToLoop(*statement)) return found;
  return nullptr;
}

}  // namespace

std::set<std::string> FindUndeclared(const Body& body, std::set<std::string> names) {
  Finder finder(std::move(names));
  finder.VisitBody(body);
  return finder.Take();
}

const Statement* FindStoreToLoop(const Statement& statement) {
  if (statement.target && AssignsToLoop(*statement.target)) return &statement;
  for (const Branch& branch : statement.branches)
    if (const Statement* found = FindIn(branch.body)) return found;
  if (const Statement* found = FindIn(statement.body)) return found;
  return FindIn(statement.otherwise);
}

bool HasScopedBlock(const Body& body) {
  return std::any_of(body.begin(), body.end(), [](const auto& statement) {
    if (statement->kind == Statement::kBlock && statement->scoped) return true;
    return HasScopedBlock(statement->body) || HasScopedBlock(statement->otherwise) ||
           std::any_of(statement->branches.begin(), statement->branches.end(),
                       [](const Branch& branch) { return HasScopedBlock(branch.body); });
  });
}

}  // namespace emel::text::jinja
