#ifndef EMEL_RUNTIME_ARTIFACT_DEBUGGER_H_
#define EMEL_RUNTIME_ARTIFACT_DEBUGGER_H_

#include "runtime/artifact/plan.h"

#include <absl/types/span.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace emel::artifact {

// Tells gdb the names of functions in memory that belongs to no file, for as long as it lives: by
// the list of such symbol files that gdb looks for in a process (its "JIT compilation interface").
class DebuggerEntry {
 public:
  DebuggerEntry(absl::Span<const uint8_t> code, absl::Span<const Symbol> symbols);
  ~DebuggerEntry();
  DebuggerEntry(const DebuggerEntry&) = delete;

  absl::Span<const uint8_t> symbol_file() const { return file_; }  // ELF

 private:
  struct Link;
  std::vector<uint8_t> file_;
  std::unique_ptr<Link> link_;
};

}  // namespace emel::artifact

#endif  // EMEL_RUNTIME_ARTIFACT_DEBUGGER_H_
