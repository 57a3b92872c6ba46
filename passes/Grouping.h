#ifndef EMEL_PASSES_GROUPING_H_
#define EMEL_PASSES_GROUPING_H_

#include <optional>

#include "dialects/emel/Emel.h"
#include "llvm/ADT/STLFunctionalExtras.h"

/// What the fusion passes share: ops are put into `emel.fuse` groups, groups into larger ones.
namespace emel {

/// The op of the function's body that `op` is in: itself or the group around it.
mlir::Operation *groupOf(mlir::Operation *op);

/// Whether the op computes: weights and constants have no group of their own, and a group takes
/// along those it reads.
bool isCompute(mlir::Operation *op);

/// Whether a value is computed by the op or group.
bool isInGroup(mlir::Value value, mlir::Operation *group);

/// Whether a value is the same in every step: a weight or a constant.
bool isWeight(mlir::Value value);

/// Whether the op, or an op of the group, sums over a weight or attends: what costs time.
bool isHeavy(mlir::Operation *group);

/// What the activations that it multiplies are rounded to: those of the first product that has
/// such.
std::optional<ActivationForm> activationForm(mlir::Operation *group);

/// Puts ops and groups of one block into one group. Returns null, changes nothing and says why, as
/// a remark of the pass, where the group would have to run both before and after some other op.
/// Values with users outside become results.
FuseOp mergeGroups(llvm::ArrayRef<mlir::Operation *> groups, llvm::StringRef name,
                   llvm::StringRef pass);

/// The dimension of a value along which the heavy ops of its group compute independent parts: that
/// of a weight's rows, or of heads. Found from the ops backwards by their tile interface; none
/// where no such dimension comes through.
std::optional<int64_t> columnsOf(mlir::Value value);

/// Whether parts of a result of `op` along some dimension need only such parts of the values that
/// `inside` says, along their columns.
bool followsColumns(mlir::Operation *op, llvm::function_ref<bool(mlir::Value)> inside);

/// Whether every row (the outermost index) of the op's results needs only that row of its tensors.
bool isRowWise(mlir::Operation *op);

/// Whether a row of the op's result needs only the same row of the values that `inside` says.
bool needsOnlyRowsOf(mlir::Operation *op, llvm::function_ref<bool(mlir::Value)> inside);

/// Why an op does not follow the columns of a group.
inline constexpr llvm::StringLiteral kNeedsOtherColumns(
    "a part of it needs other columns than those that a tile of the group computes");

/// Whether a value joins its users to its group only if every user may.
enum class Joining { AllUsers, SomeUsers };

/// What keeps an op from joining a group: nothing, that the two are none of the pass's business (an
/// empty reason), or a reason, which becomes a remark.
using Refusal = std::optional<llvm::StringRef>;
using Refuses = llvm::function_ref<Refusal(mlir::Operation *group, mlir::Operation *user)>;

/// Lets ops join the groups whose values they use where `refuses` has nothing against it, in all
/// functions; returns how often a group grew. `pass` is the flag of the pass.
int64_t growGroups(mlir::ModuleOp module, llvm::StringRef pass, Joining joining, Refuses refuses);

/// A name for a group of ops: what the heavy ones of them, or else all, are called in the source
/// model.
std::string nameFor(llvm::ArrayRef<mlir::Operation *> ops);

}  // namespace emel

#endif  // EMEL_PASSES_GROUPING_H_
