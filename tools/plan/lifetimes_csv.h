#ifndef EMEL_TOOLS_PLAN_LIFETIMES_CSV_H_
#define EMEL_TOOLS_PLAN_LIFETIMES_CSV_H_

#include "runtime/plan/problem.h"

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

// Lifetimes as text: a line with the names of the columns, then a line for each buffer.
//
//   id,lower,upper,size        id: any text without commas, quotation marks and control characters
//   b1,0,3,4                   lower, upper: live at the moments lower <= t < upper
//   b2,3,9,4                   size: bytes
//
// Columns may come in any order, and there may be one more, `offset`, which is not read. Blanks
// around a field, empty lines, CRLF line ends and a byte order mark are fine.
namespace emel::tools {

// Buffers with their ids as names; the limits are left as they are by default. Errors start with
// `name` and the number of the line.
absl::StatusOr<plan::Problem> ReadLifetimes(std::string_view text, const std::string& name);

// The columns id,lower,upper,size,offset, in the order of the buffers.
std::string WriteOffsets(const plan::Problem& problem, const plan::Plan& plan);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_PLAN_LIFETIMES_CSV_H_
