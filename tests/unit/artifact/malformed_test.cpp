#include "runtime/artifact/reader.h"
#include "tests/support/matchers.h"
#include "tests/support/memory_files.h"
#include "tests/support/tiny_artifact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>

// Files that are no sound artifacts: each defect has an error of its own, and no file does worse
// than fail.
namespace emel::artifact {
namespace {

using ::emel::testing::IsOk;
using ::emel::testing::MemoryFiles;
using ::emel::testing::RenewChecksum;
using ::emel::testing::TinyArtifact;
using ::testing::HasSubstr;

// Opens the bytes and closes them again.
absl::Status TryOpen(std::string bytes, bool verify = true) {
  MemoryFiles files;
  files.Add("m.emel", std::move(bytes));
  const io::Syscalls syscalls = files.syscalls();
  absl::Status status =
      Artifact::Open("m.emel", {.verify = verify, .syscalls = &syscalls}).status();
  EXPECT_EQ(files.open_count() + files.map_count(), 0);
  return status;
}

template <typename T>
void Set(std::string& bytes, size_t at, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
}

template <typename T>
T Get(const std::string& bytes, size_t at) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value |= T{static_cast<uint8_t>(bytes[at + i])} << (8 * i);
  return value;
}

constexpr size_t EntryAt(size_t section, size_t field) {
  return kHeaderBytes + section * kEntryBytes + field;
}

struct Defect {
  const char* name;
  std::function<void(std::string&)> change;  // of the bytes
  const char* message;                       // part of it
  bool renew = true;                         // the first page gets a fitting checksum
  absl::StatusCode code = absl::StatusCode::kInvalidArgument;
};
void PrintTo(const Defect& defect, std::ostream* os) { *os << defect.name; }

const Defect kDefects[] = {
    {"empty", [](auto& b) { b.clear(); }, "found another kind of file (m.emel, offset 0)", false},
    {"text", [](auto& b) { b = "hello, this is a file of another kind"; },
     "expected an artifact, which begins with 'EMEL', found another kind of file", false},
    {"gguf", [](auto& b) { b = "GGUF" + std::string(5000, '\0'); }, "found a GGUF model", false},
    {"sent_as_text", [](auto& b) { b.erase(4, 1); },
     "artifact with other line ends than it was written with: transfer it as it is, not as text",
     false},
    {"sent_as_text_the_other_way",
     [](auto& b) {
       for (size_t i = 0; (i = b.find('\n', i)) != b.npos; i += 2) b.insert(i, "\r");
     },
     "artifact with other line ends", false},
    {"executable_alone",
     [](auto& b) {
       b = "\x7f"
           "ELF" +
           std::string(5000, 'x');
     },
     "expected an executable that ends in a whole artifact, found none at its end", false},
    {"seven_bytes", [](auto& b) { b.resize(7); }, "artifact cut short: expected 4096", false},
    {"half_a_page", [](auto& b) { b.resize(2048); },
     "artifact cut short: expected 4096 bytes of header and section table, found 2048", false},
    {"cut_short", [](auto& b) { b.pop_back(); }, "artifact cut short: expected ", false},
    {"trailing_byte", [](auto& b) { b += '\0'; },
     "expected the end of the artifact, found 1 more bytes", false},
    {"too_new", [](auto& b) { Set<uint32_t>(b, kVersionAt, 2); },
     "expected an artifact of version 1 or older, found version 2 (m.emel, offset 8)", false,
     absl::StatusCode::kFailedPrecondition},
    {"version_0", [](auto& b) { Set<uint32_t>(b, kVersionAt, 0); }, "found version 0"},
    {"header_length", [](auto& b) { Set<uint32_t>(b, kPageBytesAt, 8192); },
     "header: expected a length of 4096, found 8192"},
    {"page_damaged", [](auto& b) { b[kHeaderBytes + 7] ^= 1; },
     "header and section table are damaged: expected checksum ", false},
    {"feature", [](auto& b) { Set<uint64_t>(b, kFeaturesAt, 0x10); },
     "artifact needs what this version cannot do: feature bits 0x10", true,
     absl::StatusCode::kFailedPrecondition},
    {"signed", [](auto& b) { b[kSignatureAt + 5] = 1; }, "artifact is signed", true,
     absl::StatusCode::kFailedPrecondition},
    {"bytes_after_count", [](auto& b) { b[kSectionCountAt + 4] = 1; }, "expected zeros"},
    {"bytes_after_signature", [](auto& b) { b[kSignatureAt + kSignatureBytes] = 1; },
     "expected zeros where nothing is defined"},
    {"bytes_after_table", [](auto& b) { b[kPageBytes - 1] = 1; }, "expected zeros"},
    {"many_sections", [](auto& b) { Set<uint32_t>(b, kSectionCountAt, 31); },
     "expected at most 30 sections, found 31"},
    {"no_sections",
     [](auto& b) {
       std::fill(b.begin() + kHeaderBytes, b.begin() + kPageBytes, '\0');
       Set<uint32_t>(b, kSectionCountAt, 0);
     },
     "expected the last section to end at "},
    {"unknown_kind", [](auto& b) { Set<uint32_t>(b, EntryAt(0, kEntryKindAt), 77); },
     "section of kind 77 with flags 0: expected a kind that this version knows"},
    {"unknown_flag", [](auto& b) { Set<uint32_t>(b, EntryAt(0, kEntryFlagsAt), 2); },
     "section of kind 1 with flags 2"},
    {"name_with_blank", [](auto& b) { b[EntryAt(4, kEntryNameAt)] = ' '; },
     "section: expected a name of printable ASCII, then zeros"},
    {"name_without_end",
     [](auto& b) { std::fill_n(b.begin() + EntryAt(4, kEntryNameAt), 40, 'x'); },
     "section: expected a name of printable ASCII, then zeros"},
    {"bytes_after_name", [](auto& b) { b[EntryAt(4, kEntryReservedAt)] = 1; },
     "section: expected a name of printable ASCII, then zeros"},
    {"overlap", [](auto& b) { Set<uint64_t>(b, EntryAt(1, kEntryOffsetAt), kPageBytes); },
     "section 'contract': expected it to begin at "},
    {"gap",
     [](auto& b) {
       Set<uint64_t>(b, EntryAt(1, kEntryOffsetAt),
                     Get<uint64_t>(b, EntryAt(1, kEntryOffsetAt)) + 64);
     },
     "section 'contract': expected it to begin at "},
    {"misaligned", [](auto& b) { ++b[EntryAt(4, kEntryOffsetAt)]; },
     "section 'code first': expected it to begin at "},
    {"longer_than_file", [](auto& b) { Set(b, EntryAt(0, kEntrySizeAt), ~uint64_t{0}); },
     "section 'plan': expected it to end at "},
    {"ends_early", [](auto& b) { --b[EntryAt(7, kEntrySizeAt)]; },
     "expected the last section to end at "},
    {"dirty_gap", [](auto& b) { b[Get<uint64_t>(b, EntryAt(1, kEntryOffsetAt)) - 1] = 1; },
     "section 'contract': expected zeros before it, found other bytes"},
    {"plan_damaged", [](auto& b) { b[kPageBytes + 20] ^= 1; },
     "section 'plan' is damaged: expected checksum "},
    {"code_damaged", [](auto& b) { b[Get<uint64_t>(b, EntryAt(4, kEntryOffsetAt))] ^= 1; },
     "section 'code first' is damaged: expected checksum "},
    {"weights_damaged", [](auto& b) { b.back() ^= 1; },
     "section 'weights' is damaged: expected checksum "},
};

class Malformed : public ::testing::TestWithParam<Defect> {};

TEST_P(Malformed, HasAnErrorOfItsOwn) {
  std::string bytes = TinyArtifact().Build();
  GetParam().change(bytes);
  if (GetParam().renew) RenewChecksum(bytes);
  const absl::Status status = TryOpen(bytes);
  EXPECT_EQ(status.code(), GetParam().code);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
  EXPECT_THAT(std::string(status.message()), HasSubstr(" (m.emel, offset "));
}
INSTANTIATE_TEST_SUITE_P(Files, Malformed, ::testing::ValuesIn(kDefects),
                         [](const auto& info) { return info.param.name; });

struct Mismatch {
  const char* name;
  std::function<void(TinyArtifact&)> change;
  const char* message;
};
void PrintTo(const Mismatch& mismatch, std::ostream* os) { *os << mismatch.name; }

void Drop(TinyArtifact& tiny, size_t section) {
  tiny.sections.erase(tiny.sections.begin() + static_cast<ptrdiff_t>(section));
}

void AddSample(TinyArtifact& tiny, uint32_t sample) {
  const auto bytes = EncodeSample(sample);
  tiny.sections.push_back({SectionKind::kSample, "", {bytes.begin(), bytes.end()}});
}

const Mismatch kMismatches[] = {
    {"no_contract", [](auto& t) { Drop(t, 1); }, "expected a section 'contract', found none"},
    {"no_code", [](auto& t) { Drop(t, 6); }, "expected a section 'code second', found none"},
    {"no_weights", [](auto& t) { Drop(t, 7); }, "expected one section of weights, found 0"},
    {"weights_twice", [](auto& t) { t.sections.push_back({SectionKind::kWeightsFile, "", "x"}); },
     "expected one section of weights, found 2"},
    {"plan_twice", [](auto& t) { t.sections.push_back(t.sections[0]); },
     "section 'plan': expected it once"},
    {"nameless_code", [](auto& t) { t.sections[4].name = ""; },
     "section 'code': expected the name of a CPU variant"},
    {"named_plan", [](auto& t) { t.sections[0].name = "x"; },
     "section 'plan x': expected no name of a CPU variant"},
    {"code_of_no_variant",
     [](auto& t) { t.sections.push_back({SectionKind::kCode, "third", "\xc3"}); },
     "section 'code third': expected a variant of the plan"},
    {"entry_outside_code",
     [](auto& t) {
       t.plan.variants[1].entry_offsets[1] = 100;
       t.SetPlan();
     },
     "section 'code second': expected entries within 100 bytes, found one at 100"},
    {"symbol_outside_code",
     [](auto& t) {
       const auto bytes = Encode({Symbol{90, 11, "kernel"}});
       t.Find(SectionKind::kSymbols).bytes.assign(bytes.begin(), bytes.end());
     },
     "symbols: kernel: expected a range within 100 bytes of code, found 11 bytes at 90"},
    {"symbol_with_line_break",
     [](auto& t) {
       const auto bytes = Encode({Symbol{0, 1, "a\nb"}});
       t.Find(SectionKind::kSymbols).bytes.assign(bytes.begin(), bytes.end());
     },
     "symbols: name of a symbol: expected printable ASCII"},
    {"other_weights", [](auto& t) { t.Find(SectionKind::kWeights).bytes += "w"; },
     "expected 100 bytes of weights, as the plan says, found 101"},
    {"weights_file_elsewhere",
     [](auto& t) {
       const auto bytes = Encode(ExternalWeights{{}, 100, "../secret"});
       t.Find(SectionKind::kWeights) = {
           SectionKind::kWeightsFile, "", {bytes.begin(), bytes.end()}};
     },
     "weights file: name: expected printable ASCII without blanks, slashes or quotes"},
    {"weights_file_cut",
     [](auto& t) { t.Find(SectionKind::kWeights) = {SectionKind::kWeightsFile, "", "x"}; },
     "weights file: SHA-256: expected 32 bytes, found 1"},
    {"sample_of_nothing", [](auto& t) { AddSample(t, 0); },
     "sample: expected 1 to 32 tokens, the vocabulary, found 0"},
    {"sample_of_too_many", [](auto& t) { AddSample(t, 33); },
     "sample: expected 1 to 32 tokens, the vocabulary, found 33"},
    {"sample_cut", [](auto& t) { t.sections.push_back({SectionKind::kSample, "", "x"}); },
     "sample: tokens: expected 4 bytes, found 1"},
    {"other_interface",
     [](auto& t) {
       t.plan.step_version = 9;
       t.SetPlan();
     },
     "the code speaks version 9 of the step interface, this program version 1"},
};

class Mismatched : public ::testing::TestWithParam<Mismatch> {};

TEST_P(Mismatched, HasAnErrorOfItsOwn) {
  TinyArtifact tiny;
  GetParam().change(tiny);
  const absl::Status status = TryOpen(tiny.Build());
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
  EXPECT_THAT(std::string(status.message()), HasSubstr("(m.emel"));
}
INSTANTIATE_TEST_SUITE_P(Artifacts, Mismatched, ::testing::ValuesIn(kMismatches),
                         [](const auto& info) { return info.param.name; });

// Readers that do not know samples must not run such code, which the feature's bit tells them.
TEST(Malformed, ASampleHasItsFeature) {
  TinyArtifact tiny;
  AddSample(tiny, 32);
  std::string bytes = tiny.Build();
  EXPECT_EQ(bytes[kFeaturesAt], kSampleFeature);
  EXPECT_TRUE(TryOpen(bytes).ok());
  bytes[kFeaturesAt] = 0;
  RenewChecksum(bytes);
  EXPECT_THAT(std::string(TryOpen(bytes).message()),
              HasSubstr("expected the feature bit of a section 'sample' where there is one"));
}

TEST(Malformed, EveryBitOfTheFirstPageMatters) {
  std::string bytes = TinyArtifact().Build();
  for (size_t bit = 0; bit < kPageBytes * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_FALSE(TryOpen(bytes).ok()) << "byte " << bit / 8 << ", bit " << bit % 8;
    bytes[bit / 8] ^= static_cast<char>(1 << bit % 8);
  }
}

// As above, but by someone who also put a new checksum there.
TEST(Malformed, EveryBitOfTheFirstPageIsChecked) {
  const std::string sound = TinyArtifact().Build();
  for (size_t bit = 0; bit < kPageBytes * 8; ++bit) {
    if (bit / 8 >= kChecksumAt && bit / 8 < kChecksumAt + kChecksumBytes) continue;
    std::string bytes = sound;
    bytes[bit / 8] ^= static_cast<char>(1 << bit % 8);
    RenewChecksum(bytes);
    EXPECT_FALSE(TryOpen(bytes).ok()) << "byte " << bit / 8 << ", bit " << bit % 8;
  }
}

TEST(Malformed, EveryByteAfterItMatters) {
  std::string bytes = TinyArtifact().Build();
  for (size_t i = kPageBytes; i < bytes.size(); ++i) {
    bytes[i] ^= static_cast<char>(1 << i % 8);
    EXPECT_FALSE(TryOpen(bytes).ok()) << "byte " << i;
    bytes[i] ^= static_cast<char>(1 << i % 8);
  }
}

TEST(Malformed, EveryLengthMatters) {
  const std::string sound = TinyArtifact().Build();
  for (size_t length = 0; length < sound.size(); ++length) {
    EXPECT_FALSE(TryOpen(sound.substr(0, length)).ok()) << length;
  }
  EXPECT_THAT(TryOpen(sound), IsOk());
}

TEST(Malformed, WeightsAreOnlyReadOnRequest) {
  std::string bytes = TinyArtifact().Build();
  bytes.back() ^= 1;
  EXPECT_THAT(TryOpen(bytes, false), IsOk());
  EXPECT_FALSE(TryOpen(bytes, true).ok());
}

// The footer of an executable, bit by bit, and an executable of every length.
TEST(Malformed, EveryBitOfAFooterMatters) {
  std::string bytes = TinyArtifact().Build(kPageBytes);
  EXPECT_THAT(TryOpen(bytes), IsOk());
  for (size_t bit = (bytes.size() - kFooterBytes) * 8; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_FALSE(TryOpen(bytes).ok()) << bit;
    bytes[bit / 8] ^= static_cast<char>(1 << bit % 8);
  }
  EXPECT_THAT(std::string(TryOpen(bytes + bytes.substr(bytes.size() - kFooterBytes)).message()),
              HasSubstr("footer: expected the place of an artifact that ends here"));
  while (!bytes.empty()) {
    bytes.pop_back();
    EXPECT_FALSE(TryOpen(bytes).ok()) << bytes.size();
  }
}

}  // namespace
}  // namespace emel::artifact
