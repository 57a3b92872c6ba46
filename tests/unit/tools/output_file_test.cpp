#include "tools/support/output_file.h"

#include "tests/support/build_kind.h"
#include "tools/support/exit.h"
#include "tools/support/signals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace emel::tools {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class OutputFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) / ("output_file_" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ / name; }
  size_t FileCount() const {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }
  static std::string Read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path folder_;
};

TEST_F(OutputFileTest, AppearsOnCommit) {
  auto out = OutputFile::Create(Path("a"));
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out->Write("hello ").ok());
  EXPECT_TRUE(out->Write(std::string(200000, 'x')).ok());
  EXPECT_FALSE(fs::exists(Path("a")));
  EXPECT_TRUE(out->Commit().ok());
  EXPECT_EQ(Read(Path("a")), "hello " + std::string(200000, 'x'));
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(OutputFileTest, LeavesTheOldFileWithoutCommit) {
  std::ofstream(Path("a")) << "old";
  {
    auto out = OutputFile::Create(Path("a"));
    ASSERT_TRUE(out.ok());
    EXPECT_TRUE(out->Write("new").ok());
  }
  EXPECT_EQ(Read(Path("a")), "old");
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(OutputFileTest, TakesAnotherNameAtTheEnd) {
  auto out = OutputFile::Create(Path("a"));
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out->Write("named").ok());
  EXPECT_TRUE(out->CommitAs("b").ok());
  EXPECT_EQ(Read(Path("b")), "named");
  EXPECT_EQ(FileCount(), 1u);
  EXPECT_FALSE(OutputFile::Create("/dev/null")->CommitAs("b").ok());
}

TEST_F(OutputFileTest, MayBeRunByWhoMayReadIt) {
  auto out = OutputFile::Create(Path("a"));
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out->MakeExecutable().ok());
  EXPECT_TRUE(out->Commit().ok());
  const auto mode = static_cast<unsigned>(fs::status(Path("a")).permissions());
  EXPECT_EQ(mode & 0111, (mode & 0444) >> 2);
  EXPECT_NE(mode & 0100, 0u);
  EXPECT_FALSE(OutputFile::Create("/dev/null")->MakeExecutable().ok());
}

TEST_F(OutputFileTest, WritesBehindASymbolicLink) {
  std::ofstream(Path("a")) << "old";
  fs::create_symlink("a", Path("link"));
  auto out = OutputFile::Create(Path("link"));
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out->Write("new").ok());
  EXPECT_TRUE(out->Commit().ok());
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_EQ(Read(Path("a")), "new");
}

TEST_F(OutputFileTest, WritesOutOfOrder) {
  auto out = OutputFile::Create(Path("a"));
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out->Resize(6).ok());
  const uint8_t bytes[] = {'x', 'y'};
  EXPECT_TRUE(out->WriteAt(3, bytes).ok());
  EXPECT_TRUE(out->Commit().ok());
  EXPECT_EQ(Read(Path("a")), std::string("\0\0\0xy\0", 6));
}

TEST_F(OutputFileTest, ReportsAFullDisk) {
  auto out = OutputFile::Create("/dev/full");
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out->Write("x").ok());
  absl::Status status = out->Commit();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("cannot write '/dev/full'"));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST_F(OutputFileTest, RefusesWhatCannotBeWritten) {
  EXPECT_FALSE(OutputFile::Create(folder_).ok());
  EXPECT_FALSE(OutputFile::Create(Path("absent/a")).ok());
  EXPECT_FALSE(OutputFile::Create("").ok());
  EXPECT_EQ(FileCount(), 0u);
}

TEST_F(OutputFileTest, LeavesNothingAfterAFatalSignal) {
  for (int signal : {SIGTERM, SIGINT, SIGPIPE, SIGQUIT, SIGXCPU, SIGABRT}) {
    pid_t child = fork();
    if (child == 0) {
      PrepareProcess();
      auto out = OutputFile::Create(Path("a"));
      (void)out->Write(std::string(200000, 'x'));
      raise(signal);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal) << signal;
    EXPECT_EQ(FileCount(), 0u) << signal;
  }
}

TEST_F(OutputFileTest, LeavesNothingWhereAMappedFileIsCutShort) {
  if (emel::testing::kSanitized) GTEST_SKIP() << "a sanitizer has the signal";
  pid_t child = fork();
  if (child == 0) {
    PrepareProcess();
    auto out = OutputFile::Create(Path("a"));
    const int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    if (ftruncate(fd, 1 << 16) != 0) _exit(kDone);
    const void* map = mmap(nullptr, 1 << 16, PROT_READ, MAP_SHARED, fd, 0);
    if (ftruncate(fd, 0) != 0) _exit(kDone);
    _exit(*static_cast<const volatile char*>(map));
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == kBadInput) << status;
  EXPECT_EQ(FileCount(), 0u);
}

TEST_F(OutputFileTest, KeepsWhoMayReadIt) {
  std::ofstream(Path("a")) << "old";
  fs::permissions(Path("a"), fs::perms::owner_read | fs::perms::owner_write);
  auto out = OutputFile::Create(Path("a"));
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out->Commit().ok());
  EXPECT_EQ(fs::status(Path("a")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(OutputFileTest, TakesNoInputsPlace) {
  std::ofstream(Path("a")) << "in";
  fs::create_symlink("a", Path("link"));
  EXPECT_TRUE(CheckIsNoInput(Path("b"), {Path("a")}).ok());
  EXPECT_TRUE(CheckIsNoInput("-", {Path("a")}).ok());
  EXPECT_TRUE(CheckIsNoInput("/dev/null", {"/dev/null"}).ok());
  EXPECT_FALSE(CheckIsNoInput(Path("a"), {Path("c"), Path("a")}).ok());
  EXPECT_FALSE(CheckIsNoInput(Path("link"), {Path("a")}).ok());
}

}  // namespace
}  // namespace emel::tools
