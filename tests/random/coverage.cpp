#include "tests/random/coverage.h"

#include "llvm/ADT/StringRef.h"
#include "tests/random/check.h"

#include <absl/strings/str_format.h>

#include <regex>

namespace emel::random {
namespace {

// A refusal as one of a few: without the types and sizes of the case.
std::string reasonOf(std::string text) {
  static const std::regex kNoCode(
      R"(^[\s\S]*?'(emel\.\w+)' op has no code on ([\w-]+) for [\s\S]*?\): |\nnote[\s\S]*)"),
      kOpOf(R"('(emel\.\w+)' op has no code)"), kTypes(R"(tensor<[^>]*(?:<[^>]*>[^>]*)?>)"),
      kNote(R"(\n[\s\S]*)"), kPlace(R"(^loc\([^)]*\): (error: )?|error: )");
  std::smatch found;
  std::string op;
  if (std::regex_search(text, found, kOpOf)) {
    op = found[1].str() + " has no code: ";
    size_t at = text.find("' op has no code on ");
    size_t colon = text.rfind(": ", text.find('\n', at));
    // What follows the types, up to the note.
    size_t end = text.find('\n', at);
    std::string line = text.substr(at, end == text.npos ? text.npos : end - at);
    if ((colon = line.rfind(": ")) != line.npos) return op + line.substr(colon + 2);
  }
  text = std::regex_replace(text, kNote, "");
  text = std::regex_replace(text, kTypes, "tensor");
  text = std::regex_replace(text, kPlace, "");
  return std::regex_replace(text, std::regex(R"(\b\d+\b)"), "#");
}

}  // namespace

Coverage::Coverage(const std::vector<Goal>& goals, const std::vector<testing::TestForm>& forms)
    : goals_(goals), forms_(forms) {}

static std::string cellOfGoal(const Goal& goal) {
  return cellOf(goal.row(), goal.kind, goal.form.name());
}

void Coverage::refuse(const Goal& goal, const std::string& why) {
  refusals_[cellOfGoal(goal)] = reasonOf(why);
}

bool Coverage::isFilled(const Goal& goal) const { return counts_.count(cellOfGoal(goal)); }
bool Coverage::hasReason(const Goal& goal) const { return refusals_.count(cellOfGoal(goal)); }

int64_t Coverage::emptyCells() const {
  return llvm::count_if(goals_,
                        [&](const Goal& goal) { return !isFilled(goal) && !hasReason(goal); });
}

std::string Coverage::textOf(const Goal& goal, std::map<std::string, int>& reasons) const {
  auto found = counts_.find(cellOfGoal(goal));
  if (found != counts_.end()) return std::to_string(found->second);
  auto refused = refusals_.find(cellOfGoal(goal));
  if (refused == refusals_.end()) return "";
  auto [place, isNew] = reasons.try_emplace(refused->second, reasons.size() + 1);
  return absl::StrFormat("(%d)", place->second);
}

std::string Coverage::table() const {
  std::string text, row;
  std::map<std::string, int> reasons;
  absl::StrAppendFormat(&text, "%-18s %-24s kind   ", "op", "kind, types, layout");
  for (const testing::TestForm& form : forms_) absl::StrAppendFormat(&text, " %s", form.name());
  for (size_t i = 0; i < goals_.size(); ++i) {
    const Goal& goal = goals_[i];
    std::string line = goal.row() + plan::stringifyLaunchKind(goal.kind).str();
    if (line != row) {
      row = line;
      absl::StrAppendFormat(&text, "\n%-18s %-24s %-7s", goal.recipe->op, goal.variant->label(),
                            plan::stringifyLaunchKind(goal.kind).str());
    }
    absl::StrAppendFormat(&text, " %*s", static_cast<int>(goal.form.name().size()),
                          textOf(goal, reasons));
  }
  text += "\n\nwhy cells are empty:\n";
  std::map<int, std::string> byNumber;
  for (const auto& [reason, number] : reasons) byNumber[number] = reason;
  for (const auto& [number, reason] : byNumber)
    absl::StrAppendFormat(&text, "  (%d) %s\n", number, reason);
  return text;
}

}  // namespace emel::random
