#include "compiler/driver/Diagnostics.h"

#include "dialects/emel/Provenance.h"

using namespace mlir;

/// "file:3:7" for parsed IR, "blk.0.attn_q" for imported ops.
static std::string whereOf(Location location) {
  if (std::string place = emel::filePlaceOf(location); !place.empty()) return place;
  emel::Origin origin = emel::getOrigin(location);
  return origin.ops.empty() ? "" : origin.ops.front().str();
}

emel::DiagnosticCollector::DiagnosticCollector(MLIRContext *context)
    : handler_(context, [this](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() != DiagnosticSeverity::Error) return failure();
        auto append = [&](const Diagnostic &one, StringRef lead) {
          std::string where = whereOf(one.getLocation());
          text_ += (text_.empty() ? "" : "\n") + lead.str() + where + (where.empty() ? "" : ": ") +
                   one.str();
        };
        append(diagnostic, "");
        for (const Diagnostic &note : diagnostic.getNotes()) append(note, "  note: ");
        return success();
      }) {}

absl::Status emel::DiagnosticCollector::status(absl::StatusCode code) const {
  if (text_.empty()) return absl::InternalError("failed without a reason");
  return absl::Status(code, text_);
}
