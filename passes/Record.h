#ifndef EMEL_PASSES_RECORD_H_
#define EMEL_PASSES_RECORD_H_

#include "llvm/ADT/MapVector.h"
#include "mlir/IR/BuiltinOps.h"

namespace emel {

/// What one run of a pass does to a module, which keeps it in its attribute `emel.passes`: so it is
/// printed with the module, survives a round trip, and the compiler's report is read from it.
/// (mlir::Pass::Statistic counts nothing in a release build of LLVM, which Debian's is.)
class Record {
 public:
  /// `flag` is the pass's, such as "emel-simplify"; the record names it without the prefix.
  Record(mlir::ModuleOp module, llvm::StringRef flag) : module_(module), pass_(flag) {
    pass_.consume_front("emel-");
  }
  /// Adds the record to the module, unless the pass did nothing.
  ~Record();

  /// Counts things of a kind; kinds are nouns such as "weights" or "bytes".
  void count(llvm::StringRef what, int64_t amount = 1) { counts_[what] += amount; }

  /// Says that what lies at `location` goes without successor. Names of the source model that
  /// nothing holds at the end are then recorded as removed.
  void remove(mlir::Location location, llvm::StringRef why) { removed_.try_emplace(location, why); }

 private:
  mlir::DictionaryAttr removedNames();

  mlir::ModuleOp module_;
  llvm::StringRef pass_;
  llvm::MapVector<llvm::StringRef, int64_t> counts_;
  llvm::MapVector<mlir::Location, llvm::StringRef> removed_;
};

/// What the passes that ran counted, a line for each.
void printRecords(mlir::ModuleOp module, llvm::raw_ostream &out);

}  // namespace emel

#endif  // EMEL_PASSES_RECORD_H_
