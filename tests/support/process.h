#ifndef EMEL_TESTS_SUPPORT_PROCESS_H_
#define EMEL_TESTS_SUPPORT_PROCESS_H_

#include <string>
#include <vector>

namespace emel::testing {

struct Outcome {
  int code = -1;  // the exit code, or -1 where a signal ended the program
  std::string out, err;
};

// Runs a program to its end. `input` is its standard input; where `stdout_path` is given, standard
// output goes there instead of into the outcome.
Outcome Run(const std::vector<std::string>& command, const std::string& input = "",
            const std::string& stdout_path = "");

}  // namespace emel::testing

#endif  // EMEL_TESTS_SUPPORT_PROCESS_H_
