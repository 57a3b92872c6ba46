#include "runtime/artifact/reader.h"
#include "tests/support/memory_files.h"
#include "tests/support/tiny_artifact.h"
#include "tools/inspect/inspect.h"

#include <cstdlib>
#include <iostream>

// The loader must give a verdict on any bytes, and what it accepts must be as it promises.
// Checksums would keep a fuzzer out: each input is tried as it is, and again with all of them made
// right.
namespace emel::artifact {
namespace {

void Require(bool condition, const char* promise) {
  if (condition) return;
  std::cerr << "broken promise: " << promise << "\n";
  std::abort();
}

template <typename T>
std::optional<T> Get(const std::string& bytes, size_t at) {
  if (at > bytes.size() || bytes.size() - at < sizeof(T)) return std::nullopt;
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value |= T{static_cast<uint8_t>(bytes[at + i])} << (8 * i);
  return value;
}

void RenewChecksums(std::string& bytes) {
  if (bytes.size() < kPageBytes) return;
  const auto count = std::min(kMaxSections, *Get<uint32_t>(bytes, kSectionCountAt));
  for (uint32_t i = 0; i < count; ++i) {
    const size_t entry = kHeaderBytes + i * kEntryBytes;
    const auto offset = *Get<uint64_t>(bytes, entry + kEntryOffsetAt);
    const auto size = *Get<uint64_t>(bytes, entry + kEntrySizeAt);
    if (offset > bytes.size() || size > bytes.size() - offset) continue;
    const Checksum checksum = ChecksumOf(
        absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(bytes.data()) + offset, size));
    std::copy(checksum.begin(), checksum.end(),
              bytes.begin() + static_cast<ptrdiff_t>(entry + kEntryChecksumAt));
  }
  testing::RenewChecksum(bytes);
}

void CheckArtifact(const Artifact& artifact, uint64_t file_bytes) {
  uint64_t end = artifact.file_offset() + kPageBytes;
  for (const Section& section : artifact.sections()) {
    const uint64_t begin = artifact.file_offset() + section.offset;
    Require(begin >= end && begin <= file_bytes, "sections ascend");
    end = begin + section.size;
    Require(end >= begin && end <= file_bytes, "sections lie within the file");
    Require(artifact.Bytes(section).size() == section.size, "sections are mapped");
  }
  Require(Check(artifact.plan()).ok(), "plans are sound");
  const auto plan = Encode(artifact.plan());
  Require(artifact.Bytes(*artifact.Find(SectionKind::kPlan)) == absl::MakeConstSpan(plan),
          "a plan has one encoding");
  for (const Variant& variant : artifact.plan().variants) {
    const Section* code = artifact.Find(SectionKind::kCode, variant.name);
    Require(code != nullptr, "every variant has code");
    for (uint64_t offset : variant.entry_offsets) {
      Require(offset < code->size, "entries lie within the code");
    }
    Require(artifact.ReadSymbols(variant.name).ok(), "symbols are sound");
    const auto imports = artifact.ReadImports(variant.name);
    Require(imports.ok(), "imports are sound");
    Require(
        imports->functions.empty() || imports->table + 8 * imports->functions.size() <= code->size,
        "addresses of imports go into the code");
  }
  Require(artifact.weights().size() == artifact.plan().weights_bytes || artifact.weights().empty(),
          "weights are as the plan says");
  ChooseVariant(CpuVariants(artifact.plan()), DetectCpu()).status().IgnoreError();
  artifact.ReadModel().status().IgnoreError();
  auto nowhere = tools::OutputFile::Create("/dev/null");
  Require(nowhere.ok(), "there is /dev/null");
  tools::PrintArtifactTable(artifact, *nowhere).IgnoreError();
  tools::PrintArtifactJson(artifact, *nowhere).IgnoreError();
}

// Whether the bytes are accepted.
bool Try(const std::string& bytes, bool verify) {
  testing::MemoryFiles files;
  files.Add("m.emel", bytes);
  files.Add("m.weights", std::string(100, 'w'));
  const io::Syscalls syscalls = files.syscalls();
  bool accepted = false;
  {
    const auto artifact = Artifact::Open("m.emel", {.verify = verify, .syscalls = &syscalls});
    accepted = artifact.ok();
    if (accepted) CheckArtifact(*artifact, bytes.size());
    if (accepted) Require(IsArtifact("m.emel", syscalls), "what opens is an artifact");
  }
  Require(files.open_count() == 0 && files.map_count() == 0, "nothing leaks");
  return accepted;
}

}  // namespace
}  // namespace emel::artifact

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using emel::artifact::Try;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  const bool verified = Try(bytes, true);
  emel::artifact::Require(Try(bytes, false) || !verified, "verifying accepts no more");
  emel::artifact::RenewChecksums(bytes);
  Try(bytes, false);
  return 0;
}
