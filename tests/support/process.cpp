#include "tests/support/process.h"

#include <cstdio>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace emel::testing {
namespace {

// Output goes to unnamed files, so that no pipe can fill up.
std::string Contents(std::FILE* file) {
  std::string text;
  std::fseek(file, 0, SEEK_SET);
  char buffer[4096];
  size_t count;
  while ((count = std::fread(buffer, 1, sizeof(buffer), file)) > 0) text.append(buffer, count);
  std::fclose(file);
  return text;
}

[[noreturn]] void Execute(const std::vector<std::string>& command, int in, int out, int err,
                          const std::string& stdout_path) {
  if (!stdout_path.empty()) out = open(stdout_path.c_str(), O_WRONLY);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  _exit(127);
}

}  // namespace

Outcome Run(const std::vector<std::string>& command, const std::string& input,
            const std::string& stdout_path) {
  std::FILE* in = std::tmpfile();
  std::FILE* out = std::tmpfile();
  std::FILE* err = std::tmpfile();
  std::fwrite(input.data(), 1, input.size(), in);
  std::fflush(in);
  lseek(fileno(in), 0, SEEK_SET);
  pid_t child = fork();
  if (child == 0) Execute(command, fileno(in), fileno(out), fileno(err), stdout_path);
  int status = 0;
  waitpid(child, &status, 0);
  std::fclose(in);
  Outcome outcome;
  if (WIFEXITED(status)) outcome.code = WEXITSTATUS(status);
  outcome.out = Contents(out);
  outcome.err = Contents(err);
  return outcome;
}

}  // namespace emel::testing
