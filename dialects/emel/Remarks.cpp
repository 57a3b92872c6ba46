#include "dialects/emel/Remarks.h"

#include "dialects/emel/Emel.h"
#include "dialects/emel/Provenance.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace emel {

/// "blk.0.attn_q, blk.0.attn_k" of imported ops, "file:3:7" of parsed ones.
static std::string placeOf(Operation *op) {
  if (auto symbol = dyn_cast<SymbolOpInterface>(op)) return symbol.getName().str();
  Origin origin = getOrigin(op->getLoc());
  if (!origin.ops.empty())
    return llvm::join(llvm::map_range(origin.ops, [](StringAttr name) { return name.str(); }),
                      ", ");
  std::string place = filePlaceOf(op->getLoc());
  return place.empty() ? "unknown" : place;
}

static void say(RemarkKind kind, StringRef pass, Operation *op,
                function_ref<std::string()> reason) {
  auto *dialect = op->getContext()->getLoadedDialect<EmelDialect>();
  if (!dialect || !dialect->remarks) return;
  std::string name = isa<WeightOp>(op) ? "weight" : op->getName().getStringRef().str();
  pass.consume_front("emel-");
  dialect->remarks({pass.str(), kind, name, placeOf(op), reason()});
}

void passed(StringRef pass, Operation *op, function_ref<std::string()> reason) {
  say(RemarkKind::Passed, pass, op, reason);
}

void missed(StringRef pass, Operation *op, function_ref<std::string()> reason) {
  say(RemarkKind::Missed, pass, op, reason);
}

/// A YAML scalar: in single quotes, in which only they are special.
static std::string quoted(StringRef text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'') out += c;
    out += c;
  }
  return out + "'";
}

static std::string toYaml(const Remark &remark) {
  return "---\npass: " + remark.pass +
         "\nkind: " + (remark.kind == RemarkKind::Passed ? "passed" : "missed") +
         "\nop: " + remark.op + "\nloc: " + quoted(remark.loc) +
         "\nreason: " + quoted(remark.reason) + "\n";
}

RemarkLog::RemarkLog(MLIRContext *context) : context_(context) {
  context->getOrLoadDialect<EmelDialect>()->remarks = [this](Remark remark) {
    if (seen_.insert(emel::toYaml(remark)).second) remarks_.push_back(std::move(remark));
  };
}

RemarkLog::~RemarkLog() { context_->getLoadedDialect<EmelDialect>()->remarks = nullptr; }

std::string RemarkLog::toYaml() const {
  std::string text;
  for (const Remark &remark : remarks_) text += emel::toYaml(remark);
  return text;
}

}  // namespace emel
