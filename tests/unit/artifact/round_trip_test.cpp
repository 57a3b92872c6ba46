#include "runtime/artifact/reader.h"
#include "tests/support/matchers.h"
#include "tests/support/memory_files.h"
#include "tests/support/tiny_artifact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

// What a writer wrote, a reader gives back.
namespace emel::artifact {
namespace {

using ::emel::testing::Fails;
using ::emel::testing::IsOk;
using ::emel::testing::MemoryFiles;
using ::emel::testing::TinyArtifact;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Text(absl::Span<const uint8_t> bytes) { return {bytes.begin(), bytes.end()}; }
absl::Span<const uint8_t> Bytes(const std::string& text) {
  return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

class RoundTrip : public ::testing::Test {
 protected:
  absl::StatusOr<Artifact> Open(const std::string& bytes, OpenOptions options = {}) {
    files_.Add("m.emel", bytes);
    options.syscalls = &syscalls_;
    return Artifact::Open("m.emel", options);
  }
  MemoryFiles files_;
  io::Syscalls syscalls_ = files_.syscalls();
};

TEST_F(RoundTrip, GivesEverySectionBack) {
  const TinyArtifact tiny;
  const auto artifact = Open(tiny.Build(), {.verify = true});
  ASSERT_THAT(artifact, IsOk());
  EXPECT_EQ(artifact->plan(), tiny.plan);
  ASSERT_EQ(artifact->sections().size(), tiny.sections.size());
  for (const auto& section : tiny.sections) {
    const Section* found = artifact->Find(section.kind, section.name);
    ASSERT_NE(found, nullptr) << section.name;
    EXPECT_EQ(Text(artifact->Bytes(*found)), section.bytes);
    EXPECT_EQ(found->offset % AlignmentOf(section.kind), 0u);
  }
  EXPECT_EQ(artifact->contract(), "{\"arena\": 4096}");
  EXPECT_EQ(artifact->provenance(), "{\"compiler\": \"test\"}");
  EXPECT_EQ(Text(artifact->weights()), std::string(100, 'w'));
  EXPECT_EQ(artifact->external_weights(), std::nullopt);
}

TEST_F(RoundTrip, SaysThatThereAreWindows) {
  TinyArtifact tiny;
  tiny.plan.windows = {{10, 64}};
  EXPECT_THAT(Open(tiny.Build()), Fails(absl::StatusCode::kInvalidArgument,
                                        HasSubstr("the feature bit of windows where the plan has "
                                                  "some, and only there (m.emel, offset 16)")));
  tiny.SetPlan();
  const auto artifact = Open(tiny.Build());
  ASSERT_THAT(artifact, IsOk());
  EXPECT_EQ(artifact->plan(), tiny.plan);
  tiny.plan.windows.clear();
  EXPECT_FALSE(Open(tiny.Build()).ok());
}

TEST_F(RoundTrip, ReadsTheModelAndTheSymbols) {
  const auto artifact = Open(TinyArtifact().Build());
  ASSERT_THAT(artifact, IsOk());
  const auto model = artifact->ReadModel();
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(*model->Find("general.license")->AsString(), "apache-2.0");
  const auto symbols = artifact->ReadSymbols("first");
  ASSERT_THAT(symbols, IsOk());
  EXPECT_THAT(*symbols, ElementsAre(Symbol{0, 16, "decode"}, Symbol{16, 84, "bulk"}));
  EXPECT_THAT(*artifact->ReadSymbols("second"), ElementsAre());
}

TEST_F(RoundTrip, FindsAnArtifactInAnExecutable) {
  const TinyArtifact tiny;
  const auto artifact = Open(tiny.Build(2 * kPageBytes), {.verify = true});
  ASSERT_THAT(artifact, IsOk());
  EXPECT_EQ(artifact->file_offset(), 2 * kPageBytes);
  EXPECT_EQ(artifact->plan(), tiny.plan);
  EXPECT_EQ(Text(artifact->weights()), std::string(100, 'w'));
  EXPECT_THAT(artifact->ReadModel(), IsOk());
}

TEST_F(RoundTrip, AMovedArtifactIsWhole) {
  auto first = Open(TinyArtifact().Build());
  ASSERT_THAT(first, IsOk());
  std::optional<Artifact> second;
  second.emplace(*std::move(first));
  EXPECT_EQ(Text(second->weights()), std::string(100, 'w'));
  EXPECT_EQ(files_.map_count(), 1);
  second.reset();
  EXPECT_EQ(files_.map_count(), 0);
  EXPECT_EQ(files_.open_count(), 0);
}

TEST_F(RoundTrip, PiecesMakeTheSameBytes) {
  const TinyArtifact tiny;
  std::string out;
  Writer writer([&](uint64_t offset, absl::Span<const uint8_t> bytes) {
    out.resize(std::max<size_t>(out.size(), offset + bytes.size()));
    std::copy(bytes.begin(), bytes.end(), out.begin() + static_cast<ptrdiff_t>(offset));
    return absl::OkStatus();
  });
  for (const auto& section : tiny.sections) {
    ASSERT_THAT(writer.Begin(section.kind, section.name), IsOk());
    for (const char& byte : section.bytes) {
      ASSERT_THAT(writer.Append(Bytes(std::string(1, byte))), IsOk());
    }
  }
  ASSERT_THAT(writer.Finish(), IsOk());
  EXPECT_EQ(out, tiny.Build());
  EXPECT_EQ(writer.file_bytes(), out.size());
}

// A section of a kind that this version does not know, with the flag that lets it pass.
TEST_F(RoundTrip, PassesOverOptionalSections) {
  TinyArtifact tiny;
  tiny.sections.insert(tiny.sections.begin() + 2, {SectionKind{99}, "", "of a later version"});
  std::string bytes = tiny.Build();
  EXPECT_THAT(Open(bytes), Fails(absl::StatusCode::kInvalidArgument,
                                 HasSubstr("section of kind 99 with flags 0: expected a kind")));
  bytes[kHeaderBytes + 2 * kEntryBytes + kEntryFlagsAt] = 1;
  testing::RenewChecksum(bytes);
  const auto artifact = Open(bytes);
  ASSERT_THAT(artifact, IsOk());
  EXPECT_EQ(artifact->sections().size(), TinyArtifact().sections.size());
  bytes[bytes.find("of a later")] = 'O';
  EXPECT_THAT(Open(bytes), Fails(absl::StatusCode::kInvalidArgument,
                                 HasSubstr("section 'kind 99' is damaged: expected checksum")));
}

// The addresses of `functions` go to byte 64 of the first variant's code.
TinyArtifact WithImports(std::vector<std::string> functions, uint64_t table = 64) {
  TinyArtifact tiny;
  const auto bytes = Encode(Imports{table, std::move(functions)});
  tiny.sections.insert(tiny.sections.begin() + 5, {SectionKind::kImports, "first", Text(bytes)});
  return tiny;
}

TEST_F(RoundTrip, SaysWhatCodeCalls) {
  const std::string bytes = WithImports({"__asan_loadN", "__asan_storeN"}).Build();
  EXPECT_EQ(bytes[kFeaturesAt], 1);
  const auto artifact = Open(bytes);
  ASSERT_THAT(artifact, IsOk());
  EXPECT_EQ(*artifact->ReadImports("first"), (Imports{64, {"__asan_loadN", "__asan_storeN"}}));
  EXPECT_EQ(*artifact->ReadImports("second"), Imports());
}

TEST_F(RoundTrip, RefusesOtherImports) {
  const auto bad = [](const char* message) {
    return Fails(absl::StatusCode::kInvalidArgument, HasSubstr(message));
  };
  for (uint64_t table : {uint64_t{68}, uint64_t{96}, uint64_t{104}, ~uint64_t{7}}) {
    EXPECT_THAT(Open(WithImports({"__asan_loadN"}, table).Build()),
                bad("imports: expected a table, aligned to 8, within 100 bytes of code"))
        << table;
  }
  EXPECT_THAT(Open(WithImports({}).Build()), bad("found 0 functions"));
  EXPECT_THAT(Open(WithImports({"a b"}).Build()), bad("imports: name of a function"));
  // The feature bit is there for readers that know of no imports.
  std::string bytes = WithImports({"__asan_loadN"}).Build();
  bytes[kFeaturesAt] = 0;
  testing::RenewChecksum(bytes);
  EXPECT_THAT(Open(bytes),
              bad("expected the feature bit of a section 'imports' where there is one"));
  bytes = TinyArtifact().Build();
  bytes[kFeaturesAt] = 1;
  testing::RenewChecksum(bytes);
  EXPECT_THAT(Open(bytes),
              bad("expected the feature bit of a section 'imports' where there is one"));
}

class External : public RoundTrip {
 protected:
  External() {
    Sha256 sha256;
    sha256.Update(Bytes(weights_));
    const ExternalWeights external = {sha256.Finish(), weights_.size(), "m.weights"};
    const auto bytes = Encode(external);
    tiny_.Find(SectionKind::kWeights) = {SectionKind::kWeightsFile, "", Text(bytes)};
  }
  std::string weights_ = std::string(100, 'w');
  TinyArtifact tiny_;
};

TEST_F(External, WeightsComeFromTheirFile) {
  files_.Add("m.weights", weights_);
  const auto artifact = Open(tiny_.Build(), {.verify = true});
  ASSERT_THAT(artifact, IsOk());
  EXPECT_EQ(Text(artifact->weights()), weights_);
  EXPECT_EQ(artifact->external_weights()->file, "m.weights");
}

TEST_F(External, AnAbsentFileMattersWhenWeightsDo) {
  EXPECT_THAT(Open(tiny_.Build()), Fails(absl::StatusCode::kNotFound,
                                         HasSubstr("weights of m.emel: cannot open m.weights")));
  const auto artifact = Open(tiny_.Build(), {.weights = false});
  ASSERT_THAT(artifact, IsOk());
  EXPECT_TRUE(artifact->weights().empty());
}

TEST_F(External, OtherSizesAreSeenAtOnceOtherBytesOnRequest) {
  files_.Add("m.weights", weights_ + "more");
  EXPECT_THAT(Open(tiny_.Build()), Fails(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("expected 100 bytes, found 104 (m.weights)")));
  files_.Add("m.weights", std::string(100, 'v'));
  EXPECT_THAT(Open(tiny_.Build()), IsOk());
  EXPECT_THAT(
      Open(tiny_.Build(), {.verify = true}),
      Fails(absl::StatusCode::kInvalidArgument, HasSubstr("weights of m.emel: expected SHA-256 ")));
}

// What a writer refuses.
TEST(Writer, ReportsAndKeepsTheFirstError) {
  int calls = 0;
  Writer writer([&](uint64_t, absl::Span<const uint8_t>) {
    ++calls;
    return absl::UnavailableError("the disk is full");
  });
  const auto full = Fails(absl::StatusCode::kUnavailable, HasSubstr("the disk is full"));
  EXPECT_THAT(writer.Add(SectionKind::kContract, "", "{}"), full);
  EXPECT_THAT(writer.Begin(SectionKind::kWeights), full);
  EXPECT_THAT(writer.Append(Bytes("x")), full);
  EXPECT_THAT(writer.Finish(), full);
  EXPECT_EQ(calls, 1);
}

TEST(Writer, RefusesWhatNoReaderTakes) {
  const auto nowhere = [](uint64_t, absl::Span<const uint8_t>) { return absl::OkStatus(); };
  Writer many(nowhere);
  for (uint32_t i = 0; i < kMaxSections; ++i) {
    ASSERT_THAT(many.Begin(SectionKind::kCode, std::to_string(i)), IsOk());
  }
  EXPECT_THAT(many.Begin(SectionKind::kCode, "last"),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("at most 30 sections")));
  Writer named(nowhere);
  EXPECT_THAT(named.Begin(SectionKind::kCode, std::string(40, 'x')),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("less than 40 bytes")));
  Writer crooked(nowhere, 100);
  EXPECT_THAT(crooked.Begin(SectionKind::kPlan),
              Fails(absl::StatusCode::kInternal, HasSubstr("multiple of 4096")));
  Writer empty(nowhere);
  EXPECT_THAT(empty.Append(Bytes("x")),
              Fails(absl::StatusCode::kInternal, HasSubstr("no section")));
  Writer twice(nowhere);
  EXPECT_THAT(twice.Finish(), IsOk());
  EXPECT_THAT(twice.Finish(), Fails(absl::StatusCode::kInternal, HasSubstr("twice")));
}

TEST(Digest, KnownValues) {
  EXPECT_EQ(Hex(ChecksumOf({})), "99aa06d3014798d86001c324468d497f");
  Sha256 sha256;
  sha256.Update(Bytes("ab"));
  sha256.Update(Bytes("c"));
  EXPECT_EQ(Hex(sha256.Finish()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace emel::artifact
