#ifndef EMEL_DIALECTS_EMEL_REMARKS_H_
#define EMEL_DIALECTS_EMEL_REMARKS_H_

#include <functional>
#include <string>
#include <vector>

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include "mlir/IR/Operation.h"

/// Why passes and code generation did what they did, and above all why not, for who asks. Nobody
/// does as a rule: a reason is put into words only where somebody listens.
///
///     RemarkLog log(context);        // listens as long as it lives
///     ...
///     missed("fuse-rope", op, [&] { return "takes a value from elsewhere"; });
namespace emel {

enum class RemarkKind { Passed, Missed };

struct Remark {
  std::string pass;
  RemarkKind kind;
  std::string op;   // its name in the dialect, or "weight"
  std::string loc;  // its names in the source model, or its place in a file
  std::string reason;
};

/// Who listens to the remarks of a context.
using RemarkSink = std::function<void(Remark)>;

void passed(llvm::StringRef pass, mlir::Operation *op, llvm::function_ref<std::string()> reason);
void missed(llvm::StringRef pass, mlir::Operation *op, llvm::function_ref<std::string()> reason);

/// Collects remarks: the same one of several entries or layers of a loop once.
class RemarkLog {
 public:
  explicit RemarkLog(mlir::MLIRContext *context);
  ~RemarkLog();
  RemarkLog(const RemarkLog &) = delete;
  RemarkLog &operator=(const RemarkLog &) = delete;

  llvm::ArrayRef<Remark> remarks() const { return remarks_; }
  /// One YAML document for each: pass, kind, op, loc, reason.
  std::string toYaml() const;

 private:
  mlir::MLIRContext *context_;
  std::vector<Remark> remarks_;
  llvm::StringSet<> seen_;
};

}  // namespace emel

#endif  // EMEL_DIALECTS_EMEL_REMARKS_H_
