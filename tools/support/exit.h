#ifndef EMEL_TOOLS_SUPPORT_EXIT_H_
#define EMEL_TOOLS_SUPPORT_EXIT_H_

#include <absl/status/status.h>

#include <functional>
#include <string_view>

namespace emel::tools {

// What every tool exits with.
enum ExitCode { kDone = 0, kBadInput = 1, kBadUsage = 2, kOurFault = 3 };

// What the command line asks for cannot be: the tool exits with kBadUsage. For what only the input
// shows; CommandLine::UsageError is for what the options do.
absl::Status UsageError(std::string_view message);

// Prints "TOOL: error: MESSAGE" on stderr unless the status is ok. An internal or unimplemented
// status is our own fault; anything else is bad input.
int Exit(std::string_view tool, const absl::Status& status);

// Runs the work of a tool, in a prepared process. An exception that reaches this point is reported
// as our own fault, unless memory ran out; destructors have removed unfinished outputs by then.
int RunTool(std::string_view tool, const std::function<absl::Status()>& work);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_SUPPORT_EXIT_H_
