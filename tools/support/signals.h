#ifndef EMEL_TOOLS_SUPPORT_SIGNALS_H_
#define EMEL_TOOLS_SUPPORT_SIGNALS_H_

#include <string>

namespace emel::tools {

// What a tool's process needs before it opens files: a descriptor 0 to 2 that whoever started it
// left closed stays an error to read or write, instead of becoming one of our files; and a signal
// that ends the process removes unfinished files first, and says what to do where a mapped file was
// cut short.
void PrepareProcess();

// Has a file removed when a signal ends the process, until it is kept. The number names it; below 0
// there was no room to remember it.
int RemoveAtSignal(const std::string& path);
void KeepAtSignal(int number);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_SUPPORT_SIGNALS_H_
