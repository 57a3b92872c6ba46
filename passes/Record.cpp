#include "passes/Record.h"

#include "dialects/emel/Emel.h"
#include "dialects/emel/Provenance.h"
#include "llvm/Support/Format.h"
#include "mlir/IR/Builders.h"

using namespace mlir;

namespace emel {

DictionaryAttr Record::removedNames() {
  NamedAttrList names;
  Origin left;
  if (!removed_.empty()) left = getOrigins(module_);
  for (auto [location, why] : removed_) {
    Origin lost = getOrigin(location);
    for (StringAttr name : lost.ops)
      if (!left.ops.contains(name)) names.set(name, StringAttr::get(name.getContext(), why));
  }
  return names.getDictionary(module_.getContext());
}

Record::~Record() {
  Builder builder(module_.getContext());
  NamedAttrList entry;
  for (auto [what, amount] : counts_)
    if (amount) entry.set(what, builder.getI64IntegerAttr(amount));
  if (DictionaryAttr names = removedNames(); !names.empty()) entry.set("removed", names);
  if (entry.empty()) return;
  entry.set("pass", builder.getStringAttr(pass_));
  SmallVector<Attribute> records;
  if (auto before = module_->getAttrOfType<ArrayAttr>(EmelDialect::kPassesAttr))
    llvm::append_range(records, before);
  records.push_back(entry.getDictionary(builder.getContext()));
  module_->setAttr(EmelDialect::kPassesAttr, builder.getArrayAttr(records));
}

void printRecords(ModuleOp module, raw_ostream &out) {
  auto records = module->getAttrOfType<ArrayAttr>(EmelDialect::kPassesAttr);
  if (!records) return;
  for (auto record : records.getAsRange<DictionaryAttr>()) {
    out << llvm::left_justify(record.getAs<StringAttr>("pass").getValue(), 24);
    StringRef separator = "";
    for (NamedAttribute entry : record) {
      auto count = dyn_cast<IntegerAttr>(entry.getValue());
      if (!count) continue;
      out << separator << count.getInt() << " " << entry.getName().getValue();
      separator = ", ";
    }
    out << "\n";
  }
}

}  // namespace emel
