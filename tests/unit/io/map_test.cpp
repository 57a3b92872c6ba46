#include "runtime/io/file_source.h"
#include "tests/support/matchers.h"
#include "tests/support/memory_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>

// What only the mapping strategy does.
namespace emel::io {
namespace {

using ::emel::testing::Fails;
using ::emel::testing::IsOk;
using ::emel::testing::MemoryFiles;
using ::testing::HasSubstr;

constexpr char kMappedPath[] = "weights.bin";

class MapTest : public ::testing::Test {
 protected:
  MapTest() { files_.Add(kMappedPath, "0123456789"); }
  absl::StatusOr<std::unique_ptr<Source>> Open() {
    return OpenSource(kMappedPath, Strategy::kMap, syscalls_);
  }

  MemoryFiles files_;
  Syscalls syscalls_ = files_.syscalls();
};

TEST_F(MapTest, ViewsBytesInPlace) {
  auto source = Open();
  ASSERT_THAT(source, IsOk());
  const auto view = (*source)->View(2, 3);
  ASSERT_THAT(view, IsOk());
  EXPECT_EQ(std::string(view->begin(), view->end()), "234");
  EXPECT_EQ(static_cast<const void*>(view->data()), files_[kMappedPath].data() + 2);
  EXPECT_THAT((*source)->View(2, 9), Fails(absl::StatusCode::kOutOfRange, ::testing::_));
}

TEST_F(MapTest, TheReadStrategyHasNoView) {
  auto source = OpenSource(kMappedPath, Strategy::kRead, syscalls_);
  ASSERT_THAT(source, IsOk());
  EXPECT_THAT((*source)->View(0, 1), Fails(absl::StatusCode::kUnimplemented, ::testing::_));
  uint8_t byte;
  EXPECT_THAT((*source)->Read(0, absl::MakeSpan(&byte, 1)), IsOk());  // not a fault
}

TEST_F(MapTest, AViewOfACutFileIsDataLoss) {
  auto source = Open();
  ASSERT_THAT(source, IsOk());
  files_[kMappedPath].resize(4);
  EXPECT_THAT((*source)->View(2, 2), IsOk());
  EXPECT_THAT((*source)->View(2, 3), Fails(absl::StatusCode::kDataLoss, HasSubstr("cut short")));
}

TEST_F(MapTest, AFailedMapIsAnErrorAndClosesTheFile) {
  syscalls_.mmap = [](size_t, int) { return errno = ENOMEM, MAP_FAILED; };
  EXPECT_THAT(Open(), Fails(absl::StatusCode::kDataLoss, HasSubstr("map: Cannot allocate")));
  EXPECT_EQ(files_.open_count(), 0);
}

TEST_F(MapTest, ASandboxWithoutTheCopyCallReadsTheFile) {
  syscalls_.copy = [](void*, const void*, size_t) { return errno = EPERM, -1; };
  auto source = Open();
  ASSERT_THAT(source, IsOk());
  uint8_t out[4];
  ASSERT_THAT((*source)->Read(3, absl::MakeSpan(out)), IsOk());
  EXPECT_EQ(std::string(out, out + 4), "3456");
}

TEST_F(MapTest, AFaultUnderAFileOfTheSameSizeIsAnIoError) {
  syscalls_.copy = [](void*, const void*, size_t) { return errno = EFAULT, -1; };
  auto source = Open();
  ASSERT_THAT(source, IsOk());
  uint8_t byte;
  EXPECT_THAT(
      (*source)->Read(3, absl::MakeSpan(&byte, 1)),
      Fails(absl::StatusCode::kDataLoss, "read from the map: Bad address (weights.bin, offset 3)"));
}

TEST_F(MapTest, AFailedSizeQueryDuringAReadIsAnError) {
  const auto fstat = syscalls_.fstat;
  int calls = 0;
  syscalls_.fstat = [&](int fd, struct stat* out) {
    return calls++ == 0 ? fstat(fd, out) : (errno = EIO, -1);
  };
  auto source = Open();
  ASSERT_THAT(source, IsOk());
  uint8_t byte;
  EXPECT_THAT((*source)->Read(0, absl::MakeSpan(&byte, 1)),
              Fails(absl::StatusCode::kDataLoss, HasSubstr("size: Input/output error")));
}

}  // namespace
}  // namespace emel::io
