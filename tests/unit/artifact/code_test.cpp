#include "runtime/artifact/reader.h"
#include "tests/support/build_kind.h"
#include "tests/support/matchers.h"
#include "tests/support/tiny_artifact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

// Code in memory: runs, and can never be written to.
namespace emel::artifact {
namespace {

using ::emel::testing::Fails;
using ::emel::testing::IsOk;
using ::emel::testing::TinyArtifact;
using ::testing::HasSubstr;

#if defined(__x86_64__)
constexpr char kReturn42[] = "\xb8\x2a\x00\x00\x00\xc3";  // mov eax, 42; ret
#elif defined(__aarch64__)
constexpr char kReturn42[] = "\x40\x05\x80\x52\xc0\x03\x5f\xd6";  // mov w0, #42; ret
#endif

std::string ReadAll(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

// The line of /proc/self/maps about an address.
std::string MapLine(const void* address) {
  std::istringstream maps(ReadAll("/proc/self/maps"));
  for (std::string line; std::getline(maps, line);) {
    uintptr_t begin, end;
    if (std::sscanf(line.c_str(), "%lx-%lx", &begin, &end) != 2) continue;
    const auto at = reinterpret_cast<uintptr_t>(address);
    if (at >= begin && at < end) return line;
  }
  return "";
}

int Call(const Code& code) { return reinterpret_cast<int (*)()>(uintptr_t(code.data()))(); }

// In a sanitized build one of the two sanitizers is there, and which is not said here.
TEST(Imports, AreOfASanitizerOfThisProgram) {
  const auto map = [](const std::string& function) {
    TinyArtifact tiny;
    const auto bytes = Encode(Imports{64, {function}});
    tiny.sections.push_back({SectionKind::kImports, "first", {bytes.begin(), bytes.end()}});
    const std::string path = ::testing::TempDir() + "emel_imports.emel";
    std::ofstream(path, std::ios::binary) << tiny.Build();
    const auto artifact = Artifact::Open(path);
    std::filesystem::remove(path);
    EXPECT_THAT(artifact, IsOk());
    return artifact->MapCode(0).status();
  };
  const auto refused = [](const char* message) {
    return Fails(absl::StatusCode::kFailedPrecondition, HasSubstr(message));
  };
  EXPECT_THAT(map("__asan_other"), refused("calls __asan_other, which this version does not know"));
  EXPECT_THAT(map("system"), refused("calls system, which this version does not know"));
  if (testing::kSanitized) GTEST_SKIP() << "this build has one of the sanitizers";
  EXPECT_THAT(map("__asan_loadN"), refused("is instrumented for AddressSanitizer, which this "
                                           "program is built without: run it with one of `cmake "
                                           "--preset asan`"));
  EXPECT_THAT(map("__tsan_read_range"), refused("--preset tsan`"));
}

class CodeTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  CodeTest() {
    TinyArtifact tiny;
    std::string& code = tiny.Find(SectionKind::kCode).bytes;
    code.replace(0, sizeof(kReturn42) - 1, kReturn42, sizeof(kReturn42) - 1);
    std::ofstream(path_, std::ios::binary) << tiny.Build(GetParam());
  }
  ~CodeTest() override {
    std::filesystem::remove(path_);
    std::filesystem::remove(perf_map_);
  }
  const std::string path_ =
      ::testing::TempDir() + "code_test-" + std::to_string(getpid()) + ".emel";
  const std::string perf_map_ = "/tmp/perf-" + std::to_string(getpid()) + ".map";
};

TEST_P(CodeTest, RunsFromTheFile) {
  const auto artifact = Artifact::Open(path_);
  ASSERT_THAT(artifact, IsOk());
  const auto code = artifact->MapCode(0);
  ASSERT_THAT(code, IsOk());
  EXPECT_EQ(code->size(), 100u);
  EXPECT_EQ(Call(*code), 42);
  EXPECT_THAT(MapLine(code->data()), HasSubstr(" r-xp "));
  EXPECT_THAT(MapLine(code->data()), HasSubstr(path_));
  EXPECT_THAT(MapLine(artifact->weights().data()), HasSubstr(" r--p "));
}

TEST_P(CodeTest, IsGoneWithItsObject) {
  const auto artifact = Artifact::Open(path_);
  ASSERT_THAT(artifact, IsOk());
  const void* address;
  {
    auto code = artifact->MapCode(0);
    ASSERT_THAT(code, IsOk());
    const Code moved = *std::move(code);
    address = moved.data();
    EXPECT_THAT(MapLine(address), HasSubstr(" r-xp "));
  }
  EXPECT_EQ(MapLine(address), "");
}

TEST_P(CodeTest, ACopyHasItsNamesWherePerfLooks) {
  const auto artifact = Artifact::Open(path_);
  ASSERT_THAT(artifact, IsOk());
  const auto code = artifact->CopyCodeForProfilers(0);
  ASSERT_THAT(code, IsOk());
  EXPECT_EQ(Call(*code), 42);
  EXPECT_THAT(MapLine(code->data()), HasSubstr(" r-xp "));
  char expected[64];
  const auto base = reinterpret_cast<uintptr_t>(code->data());
  std::snprintf(expected, sizeof(expected), "%lx 10 decode\n%lx 54 bulk\n", base, base + 16);
  EXPECT_EQ(ReadAll(perf_map_), expected);
}

// What gdb reads of this process.
extern "C" struct {
  uint32_t version, action;
  void* relevant;
  struct Entry {
    Entry *next, *previous;
    const uint8_t* file;
    uint64_t file_bytes;
  }* first;
} __jit_debug_descriptor;

TEST_P(CodeTest, ACopyHasItsNamesWhereGdbLooks) {
  const auto artifact = Artifact::Open(path_);
  ASSERT_THAT(artifact, IsOk());
  {
    const auto first = artifact->CopyCodeForProfilers(0);
    auto second = artifact->CopyCodeForProfilers(0);
    ASSERT_THAT(second, IsOk());
    const Code moved = *std::move(second);
    const auto* entry = __jit_debug_descriptor.first;
    ASSERT_NE(entry, nullptr);
    ASSERT_NE(entry->next, nullptr);
    EXPECT_EQ(entry->next->previous, entry);
    Elf64_Ehdr header;
    std::memcpy(&header, entry->file, sizeof(header));
    EXPECT_EQ(std::memcmp(header.e_ident, ELFMAG, SELFMAG), 0);
    Elf64_Shdr text, symtab;
    std::memcpy(&text, entry->file + header.e_shoff + sizeof(text), sizeof(text));
    std::memcpy(&symtab, entry->file + header.e_shoff + 2 * sizeof(symtab), sizeof(symtab));
    EXPECT_EQ(text.sh_addr, reinterpret_cast<uintptr_t>(moved.data()));
    EXPECT_EQ(text.sh_size, moved.size());
    EXPECT_EQ(symtab.sh_size, 3 * sizeof(Elf64_Sym));
    Elf64_Sym symbol;
    std::memcpy(&symbol, entry->file + symtab.sh_offset + 2 * sizeof(symbol), sizeof(symbol));
    EXPECT_EQ(symbol.st_value, 16u);
    const std::string_view names(reinterpret_cast<const char*>(entry->file), entry->file_bytes);
    EXPECT_NE(names.find(std::string_view("\0bulk\0", 6)), names.npos);
  }
  EXPECT_EQ(__jit_debug_descriptor.first, nullptr);
}

// Somebody else's link is not followed.
TEST_P(CodeTest, NamesGoToNoFileOfOthers) {
  const auto artifact = Artifact::Open(path_);
  ASSERT_THAT(artifact, IsOk());
  std::filesystem::create_symlink(path_, perf_map_);
  EXPECT_THAT(artifact->CopyCodeForProfilers(0),
              Fails(absl::StatusCode::kUnknown, HasSubstr("cannot open /tmp/perf-")));
}

// Nor is somebody waited for who reads from a pipe of that name.
TEST_P(CodeTest, NamesGoToNoPipe) {
  const auto artifact = Artifact::Open(path_);
  ASSERT_THAT(artifact, IsOk());
  ASSERT_EQ(mkfifo(perf_map_.c_str(), 0600), 0);
  EXPECT_FALSE(artifact->CopyCodeForProfilers(0).ok());
  const int reader = open(perf_map_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  EXPECT_THAT(artifact->CopyCodeForProfilers(0),
              Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("expected a file of this")));
  close(reader);
}

INSTANTIATE_TEST_SUITE_P(Files, CodeTest, ::testing::Values(0, 3 * kPageBytes),
                         [](const auto& info) {
                           return info.param == 0 ? "Artifact" : "Executable";
                         });

}  // namespace
}  // namespace emel::artifact
