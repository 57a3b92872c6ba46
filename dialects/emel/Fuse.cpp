#include "dialects/emel/Emel.h"

using namespace mlir;
using namespace emel;

LogicalResult FuseOp::verify() {
  Operation *end = getBody().front().getTerminator();
  if (end->getOperandTypes() != getResultTypes())
    return emitOpError("(C1) expected results of the types that its body yields, (")
           << end->getOperandTypes() << "), found (" << getResultTypes() << ")";
  for (Operation &op : getBody().front().without_terminator())
    if (isa<FuseOp>(op) ||
        (!isa<EmelDialect>(op.getDialect()) && !op.hasTrait<OpTrait::ConstantLike>()))
      return emitOpError("(C2) cannot hold '") << op.getName() << "'";
  return success();
}
