#include "runtime/io/file_source.h"
#include "runtime/io/status.h"
#include "tests/support/matchers.h"
#include "tests/support/memory_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

// What every strategy does alike. A new strategy is one more value at the end of this file.
namespace emel::io {
namespace {

using ::emel::testing::Fails;
using ::emel::testing::IsOk;
using ::emel::testing::MemoryFiles;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kPath[] = "weights.bin";

std::string Pattern(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + i / 256);
  return bytes;
}

std::string Bytes(absl::Span<const uint8_t> bytes) { return {bytes.begin(), bytes.end()}; }

absl::StatusOr<std::string> ReadString(Source& source, uint64_t offset, size_t size) {
  std::vector<uint8_t> out(size);
  EMEL_RETURN_IF_ERROR(source.Read(offset, absl::MakeSpan(out)));
  return Bytes(out);
}

// A file of the real file system, removed with the object.
class TempFile {
 public:
  explicit TempFile(const std::string& bytes) {
    fd_ = ::mkstemp(path_.data());
    EXPECT_EQ(::write(fd_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  ~TempFile() {
    ::close(fd_);
    ::unlink(path_.c_str());
  }
  const std::string& path() const { return path_; }
  void Truncate(off_t size) { EXPECT_EQ(::ftruncate(fd_, size), 0); }

 private:
  std::string path_ = ::testing::TempDir() + "emel-io-XXXXXX";
  int fd_;
};

class ConformanceTest : public ::testing::TestWithParam<Strategy> {
 protected:
  absl::StatusOr<std::unique_ptr<Source>> Open() {
    return OpenSource(kPath, GetParam(), syscalls_);
  }

  // Makes both ways of fetching bytes go through `fetch(out, size, index of the call)`, which
  // returns how many of the wanted bytes to deliver, or -1 with errno set.
  void Inject(std::function<ssize_t(size_t size, int call)> fetch) {
    calls_ = 0;
    const auto pread = files_.syscalls().pread;
    const auto copy = files_.syscalls().copy;
    syscalls_.pread = [=, this](int fd, void* out, size_t size, off_t offset) {
      const ssize_t count = fetch(size, calls_++);
      return count <= 0 ? count : pread(fd, out, count, offset);
    };
    syscalls_.copy = [=, this](void* out, const void* from, size_t size) {
      const ssize_t count = fetch(size, calls_++);
      return count <= 0 ? count : copy(out, from, count);
    };
  }

  MemoryFiles files_;
  Syscalls syscalls_ = files_.syscalls();
  int calls_ = 0;
};

TEST_P(ConformanceTest, ReadsAnyRange) {
  const std::string bytes = Pattern(10000);
  files_.Add(kPath, bytes);
  auto source = Open();
  ASSERT_THAT(source, IsOk());
  EXPECT_EQ((*source)->size(), bytes.size());
  for (const auto& [offset, size] : std::vector<std::pair<size_t, size_t>>{
           {0, 10000}, {0, 1}, {9999, 1}, {4095, 2}, {123, 4567}, {0, 0}, {10000, 0}}) {
    const auto read = ReadString(**source, offset, size);
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(*read, bytes.substr(offset, size));
  }
}

TEST_P(ConformanceTest, ReadsARealFile) {
  const std::string bytes = Pattern(70000);
  const TempFile file(bytes);
  auto source = OpenSource(file.path(), GetParam());
  ASSERT_THAT(source, IsOk());
  EXPECT_EQ(*ReadString(**source, 0, bytes.size()), bytes);
  EXPECT_EQ(*ReadString(**source, 65000, 5000), bytes.substr(65000));
}

TEST_P(ConformanceTest, AnEmptyFileOpens) {
  files_.Add(kPath, "");
  auto source = Open();
  ASSERT_THAT(source, IsOk());
  EXPECT_EQ((*source)->size(), 0u);
  EXPECT_THAT(ReadString(**source, 0, 0), IsOk());
}

TEST_P(ConformanceTest, ARangeOutsideTheFileHarmsNothing) {
  files_.Add(kPath, Pattern(100));
  auto source = Open();
  ASSERT_THAT(source, IsOk());
  for (const auto& [offset, size] : std::vector<std::pair<uint64_t, size_t>>{
           {0, 101}, {100, 1}, {101, 0}, {50, 51}, {~uint64_t{0}, 2}}) {
    EXPECT_THAT(ReadString(**source, offset, size),
                Fails(absl::StatusCode::kOutOfRange,
                      StartsWith("expected a range within 100 bytes, found")));
  }
  EXPECT_THAT(ReadString(**source, 0, 100), IsOk());
}

TEST_P(ConformanceTest, ParallelReadsSeeTheSameBytes) {
  const std::string bytes = Pattern(1 << 20);
  const TempFile file(bytes);
  auto source = OpenSource(file.path(), GetParam());
  ASSERT_THAT(source, IsOk());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (size_t offset = i * 1000; offset + 4000 < bytes.size(); offset += 50000) {
        EXPECT_EQ(*ReadString(**source, offset, 4000), bytes.substr(offset, 4000));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_P(ConformanceTest, ClosingReleasesEverything) {
  files_.Add(kPath, Pattern(100));
  {
    auto source = Open();
    ASSERT_THAT(source, IsOk());
    EXPECT_EQ(files_.open_count(), 1);
  }
  EXPECT_EQ(files_.open_count(), 0);
  EXPECT_EQ(files_.map_count(), 0);
}

TEST_P(ConformanceTest, AnAbsentFileIsNotFound) {
  EXPECT_THAT(OpenSource("/nonexistent/model.gguf", GetParam()),
              Fails(absl::StatusCode::kNotFound,
                    "cannot open /nonexistent/model.gguf: No such file or directory"));
}

TEST_P(ConformanceTest, OnlyRegularFilesOpen) {
  EXPECT_THAT(OpenSource("/", GetParam()), Fails(absl::StatusCode::kInvalidArgument,
                                                 "/: expected a regular file, found a directory"));
  EXPECT_THAT(OpenSource("/dev/zero", GetParam()),
              Fails(absl::StatusCode::kInvalidArgument,
                    "/dev/zero: expected a regular file, found a device, pipe or socket"));
}

TEST_P(ConformanceTest, ANamedPipeIsRefusedWithoutWaiting) {
  const std::string path = ::testing::TempDir() + "emel-io-pipe-" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(OpenSource(path, GetParam()),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("pipe")));
  ::unlink(path.c_str());
}

TEST_P(ConformanceTest, ShortReadsAreContinued) {
  files_.Add(kPath, Pattern(100));
  Inject([](size_t size, int) { return static_cast<ssize_t>(std::min<size_t>(size, 7)); });
  auto source = Open();
  ASSERT_THAT(source, IsOk());
  EXPECT_EQ(*ReadString(**source, 3, 90), Pattern(100).substr(3, 90));
  EXPECT_EQ(calls_, 13);
}

TEST_P(ConformanceTest, InterruptedCallsAreRepeated) {
  files_.Add(kPath, Pattern(100));
  Inject([](size_t size, int call) -> ssize_t {
    if (call % 2 == 0) return errno = EINTR, -1;
    return std::min<ssize_t>(size, 40);
  });
  int opens = 0;
  const auto open = syscalls_.open;
  syscalls_.open = [&](const char* path, int flags) {
    return opens++ == 0 ? (errno = EINTR, -1) : open(path, flags);
  };
  auto source = Open();
  ASSERT_THAT(source, IsOk());
  EXPECT_EQ(opens, 2);
  EXPECT_EQ(*ReadString(**source, 0, 100), Pattern(100));
}

TEST_P(ConformanceTest, AnIoErrorIsDataLossAndFinal) {
  files_.Add(kPath, Pattern(100));
  Inject([](size_t size, int call) -> ssize_t {
    if (call == 1) return errno = EIO, -1;
    return std::min<ssize_t>(size, 30);
  });
  auto source = Open();
  ASSERT_THAT(source, IsOk());
  EXPECT_THAT(
      ReadString(**source, 10, 50),
      Fails(absl::StatusCode::kDataLoss,
            ::testing::MatchesRegex(R"(read.*: Input/output error \(weights.bin, offset 40\))")));
  EXPECT_THAT(ReadString(**source, 0, 1), Fails(absl::StatusCode::kFailedPrecondition,
                                                "weights.bin: read refused: the source is failed"));
}

TEST_P(ConformanceTest, AFileCutShortWhileOpenIsDataLoss) {
  for (const off_t left : {0, 100, 5000, 8191, 12000}) {
    TempFile file(Pattern(20000));
    auto source = OpenSource(file.path(), GetParam());
    ASSERT_THAT(source, IsOk());
    EXPECT_THAT(ReadString(**source, 0, 20000), IsOk());
    file.Truncate(left);
    EXPECT_THAT(ReadString(**source, 4000, 16000),
                Fails(absl::StatusCode::kDataLoss,
                      StartsWith("the file was cut short while open: expected ")))
        << left;
  }
}

TEST_P(ConformanceTest, WhatIsLeftOfACutFileStillReads) {
  TempFile file(Pattern(20000));
  auto source = OpenSource(file.path(), GetParam());
  ASSERT_THAT(source, IsOk());
  file.Truncate(5000);
  EXPECT_EQ(*ReadString(**source, 0, 5000), Pattern(5000));
}

TEST_P(ConformanceTest, AFailedSizeQueryIsAnError) {
  files_.Add(kPath, Pattern(100));
  syscalls_.fstat = [](int, struct stat*) { return errno = EIO, -1; };
  EXPECT_THAT(Open(), Fails(absl::StatusCode::kDataLoss, HasSubstr("size: Input/output error")));
  EXPECT_EQ(files_.open_count(), 0);
}

// The outcome of every event in every state, as kFileLifecycle declares it.
class LifecycleTest : public ConformanceTest {
 protected:
  std::unique_ptr<FileSource> SourceIn(State state) {
    files_.Add(kPath, Pattern(100));
    auto source = std::make_unique<FileSource>(GetParam(), syscalls_);
    if (state != State::kClosed) source->Open(kPath).IgnoreError();
    if (state == State::kFailed) Fault(*source).IgnoreError();
    EXPECT_EQ(source->state(), state);
    return source;
  }

  absl::Status Fault(FileSource& source) {
    Inject([](size_t, int) { return errno = EIO, -1; });
    const absl::Status status = ReadString(source, 0, 1).status();
    syscalls_ = files_.syscalls();
    return status;
  }

  absl::Status Fire(FileSource& source, Event event) {
    switch (event) {
      case Event::kOpen:
        return source.Open(kPath);
      case Event::kRead:
        return ReadString(source, 0, 1).status();
      case Event::kClose:
        return source.Close();
      case Event::kFault:
        return Fault(source);
    }
    return absl::OkStatus();
  }

  static constexpr absl::StatusCode kOk = absl::StatusCode::kOk;
  static constexpr absl::StatusCode kDataLoss = absl::StatusCode::kDataLoss;
  static constexpr absl::StatusCode kRefused = absl::StatusCode::kFailedPrecondition;
};

TEST_P(LifecycleTest, EveryEventInEveryStateHasItsOutcome) {
  struct Row {
    State state;
    Event event;
    absl::StatusCode code;
    State next;
  };
  // A fault needs a read, which a source that is not open has already refused.
  const Row rows[] = {
      {State::kClosed, Event::kOpen, kOk, State::kOpen},
      {State::kClosed, Event::kRead, kRefused, State::kClosed},
      {State::kClosed, Event::kClose, kOk, State::kClosed},
      {State::kClosed, Event::kFault, kRefused, State::kClosed},
      {State::kOpen, Event::kOpen, kRefused, State::kOpen},
      {State::kOpen, Event::kRead, kOk, State::kOpen},
      {State::kOpen, Event::kClose, kOk, State::kClosed},
      {State::kOpen, Event::kFault, kDataLoss, State::kFailed},
      {State::kFailed, Event::kOpen, kRefused, State::kFailed},
      {State::kFailed, Event::kRead, kRefused, State::kFailed},
      {State::kFailed, Event::kClose, kOk, State::kClosed},
      {State::kFailed, Event::kFault, kRefused, State::kFailed},
  };
  ASSERT_EQ(std::size(rows), kStateCount * kEventCount);
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(Name(row.event)) + " when " + std::string(Name(row.state)));
    const auto source = SourceIn(row.state);
    EXPECT_EQ(Fire(*source, row.event).code(), row.code);
    EXPECT_EQ(source->state(), row.next);
  }
}

TEST_P(LifecycleTest, AClosedSourceMayOpenAgain) {
  const auto source = SourceIn(State::kFailed);
  EXPECT_THAT(source->Close(), IsOk());
  EXPECT_THAT(source->Open(kPath), IsOk());
  EXPECT_EQ(*ReadString(*source, 5, 5), Pattern(100).substr(5, 5));
}

TEST_P(LifecycleTest, AFailedOpenLeavesTheSourceFailed) {
  FileSource source(GetParam(), syscalls_);
  EXPECT_THAT(source.Open("absent"), Fails(absl::StatusCode::kNotFound, ::testing::_));
  EXPECT_EQ(source.state(), State::kFailed);
  EXPECT_EQ(files_.open_count(), 0);
}

std::string StrategyName(const ::testing::TestParamInfo<Strategy>& info) {
  return std::string(Name(info.param));
}
const auto kAll = ::testing::Values(Strategy::kMap, Strategy::kRead);
INSTANTIATE_TEST_SUITE_P(All, ConformanceTest, kAll, StrategyName);
INSTANTIATE_TEST_SUITE_P(All, LifecycleTest, kAll, StrategyName);

}  // namespace
}  // namespace emel::io
