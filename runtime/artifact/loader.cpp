#include "runtime/artifact/loader.h"

#include "runtime/artifact/bytes.h"
#include "runtime/io/status.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace emel::artifact {
namespace {

constexpr size_t kChunkBytes = 1 << 18;

bool AllZero(absl::Span<const uint8_t> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b == 0; });
}

// Calls `take` with each piece of a range of the file.
template <typename Take>
absl::Status ForEachChunk(io::Access& access, uint64_t offset, uint64_t size, Take take) {
  std::vector<uint8_t> buffer(std::min<uint64_t>(size, kChunkBytes));
  while (size > 0) {
    const auto chunk = absl::MakeSpan(buffer).first(std::min<uint64_t>(size, buffer.size()));
    EMEL_RETURN_IF_ERROR(access.Read(offset, chunk));
    take(absl::MakeConstSpan(chunk));
    offset += chunk.size();
    size -= chunk.size();
  }
  return absl::OkStatus();
}

std::string FolderOf(const std::string& path) {
  std::string whole = path;
  if (char* real = realpath(path.c_str(), nullptr)) {
    whole = real;
    std::free(real);
  }
  const size_t slash = whole.rfind('/');
  return slash == whole.npos ? "" : whole.substr(0, slash + 1);
}

// What a section is called in messages.
std::string Quote(const Section& section) {
  const std::string_view known = Name(section.kind);
  const std::string kind = known.empty()
                               ? absl::StrCat("kind ", static_cast<uint32_t>(section.kind))
                               : std::string(known);
  if (section.name.empty()) return absl::StrCat("section '", kind, "'");
  return absl::StrCat("section '", kind, " ", section.name, "'");
}

}  // namespace

absl::Status Loader::Error(absl::string_view message, uint64_t offset) const {
  return absl::InvalidArgumentError(
      absl::StrCat(message, " (", artifact_.path_, ", offset ", artifact_.base_ + offset, ")"));
}

absl::Status Loader::Named(absl::Status status) const {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(status.message(), " (", artifact_.path_, ")"));
}

absl::StatusOr<std::unique_ptr<MappedFile>> Loader::OpenFile(const std::string& path) const {
  const io::Syscalls& syscalls =
      options_.syscalls != nullptr ? *options_.syscalls : io::Syscalls::System();
  auto mapped = std::make_unique<MappedFile>();
  EMEL_ASSIGN_OR_RETURN(mapped->file, io::File::Open(path, syscalls));
  EMEL_ASSIGN_OR_RETURN(mapped->access, io::MakeMapAccess(*mapped->file));
  return mapped;
}

absl::StatusOr<Artifact> Loader::Load() {
  EMEL_ASSIGN_OR_RETURN(artifact_.file_, OpenFile(artifact_.path_));
  EMEL_RETURN_IF_ERROR(FindArtifact());
  EMEL_RETURN_IF_ERROR(ReadFirstPage());
  EMEL_RETURN_IF_ERROR(CheckHeader());
  EMEL_RETURN_IF_ERROR(ReadTable());
  EMEL_RETURN_IF_ERROR(CheckChecksums());
  // Kinds of later versions that may be passed over.
  std::erase_if(artifact_.sections_,
                [](const Section& section) { return Name(section.kind).empty(); });
  EMEL_RETURN_IF_ERROR(CheckKinds());
  EMEL_RETURN_IF_ERROR(MapAll());
  EMEL_RETURN_IF_ERROR(CheckPlan());
  EMEL_RETURN_IF_ERROR(FindWeights());
  return std::move(artifact_);
}

// What a file without an artifact's magic is.
absl::Status Loader::NoArtifact(absl::Span<const uint8_t> first) const {
  std::string text(first.begin(), first.end());
  if (absl::StartsWith(text, kExecutableMagic)) {
    return Error("expected an executable that ends in a whole artifact, found none at its end", 0);
  }
  if (absl::StartsWith(text, "GGUF")) {
    return Error("expected an artifact, found a GGUF model: emel-compile makes one of it", 0);
  }
  text.erase(
      std::remove_if(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n'; }),
      text.end());
  if (absl::StartsWith(text, "EMEL\x1a")) {
    return Error(
        "artifact with other line ends than it was written with: transfer it as it is, "
        "not as text",
        0);
  }
  return Error("expected an artifact, which begins with 'EMEL', found another kind of file", 0);
}

absl::Status Loader::FindArtifact() {
  const uint64_t size = artifact_.file_->file->size();
  io::Access& access = *artifact_.file_->access;
  uint8_t first[16] = {};
  const size_t head = std::min<uint64_t>(size, sizeof(first));
  EMEL_RETURN_IF_ERROR(access.Read(0, absl::MakeSpan(first, head)));
  artifact_.bytes_ = size;
  if (head > 0 && std::memcmp(first, kMagic, std::min<size_t>(head, 8)) == 0) {
    if (size >= kPageBytes) return absl::OkStatus();
    return Error(absl::StrCat("artifact cut short: expected ", kPageBytes,
                              " bytes of header and section table, found ", size),
                 0);
  }
  uint8_t footer[kFooterBytes] = {};
  if (size >= kFooterBytes) {
    EMEL_RETURN_IF_ERROR(access.Read(size - kFooterBytes, absl::MakeSpan(footer)));
  }
  if (std::memcmp(footer, kFooterMagic, 8) != 0) return NoArtifact(absl::MakeSpan(first, head));
  const uint64_t base = Fetch<uint64_t>(footer + 8), bytes = Fetch<uint64_t>(footer + 16);
  if (base % kPageBytes != 0 || bytes < kPageBytes || base > size || bytes > size ||
      base + bytes + kFooterBytes != size || !AllZero(absl::MakeSpan(footer).subspan(24))) {
    return Error("footer: expected the place of an artifact that ends here, found none",
                 size - kFooterBytes);
  }
  artifact_.base_ = base;
  artifact_.bytes_ = bytes;
  return absl::OkStatus();
}

absl::Status Loader::ReadFirstPage() {
  EMEL_RETURN_IF_ERROR(artifact_.file_->access->Read(artifact_.base_, absl::MakeSpan(page_)));
  if (std::memcmp(page_.data(), kMagic, 8) == 0) return absl::OkStatus();
  return Error("expected an artifact, which begins with 'EMEL', found other bytes", 0);
}

absl::Status Loader::CheckHeader() {
  artifact_.version_ = Fetch<uint32_t>(&page_[kVersionAt]);
  if (artifact_.version_ == 0) return Error("expected an artifact, found version 0", kVersionAt);
  if (artifact_.version_ > kFormatVersion) {
    return TooNew(absl::StrCat("expected an artifact of version ", kFormatVersion,
                               " or older, found version ", artifact_.version_),
                  kVersionAt);
  }
  if (const auto bytes = Fetch<uint32_t>(&page_[kPageBytesAt]); bytes != kPageBytes) {
    return Error(absl::StrCat("header: expected a length of ", kPageBytes, ", found ", bytes),
                 kPageBytesAt);
  }
  const auto place = absl::MakeSpan(page_).subspan(kChecksumAt, kChecksumBytes);
  Checksum stored;
  std::copy(place.begin(), place.end(), stored.begin());
  std::fill(place.begin(), place.end(), 0);
  if (const Checksum found = ChecksumOf(page_); found != stored) {
    return Error(absl::StrCat("header and section table are damaged: expected checksum ",
                              Hex(stored), ", found ", Hex(found)),
                 kChecksumAt);
  }
  if (const auto needed = Fetch<uint64_t>(&page_[kFeaturesAt]); needed & ~kKnownFeatures) {
    return TooNew(absl::StrCat("artifact needs what this version cannot do: feature bits 0x",
                               absl::Hex(needed & ~kKnownFeatures)),
                  kFeaturesAt);
  }
  if (!AllZero(absl::MakeSpan(page_).subspan(kSignatureAt, kSignatureBytes))) {
    return TooNew("artifact is signed, which this version cannot check", kSignatureAt);
  }
  const auto bytes = Fetch<uint64_t>(&page_[kFileBytesAt]);
  if (bytes > artifact_.bytes_) {
    return Error(
        absl::StrCat("artifact cut short: expected ", bytes, " bytes, found ", artifact_.bytes_),
        artifact_.bytes_);
  }
  if (bytes < artifact_.bytes_) {
    return Error(absl::StrCat("expected the end of the artifact, found ", artifact_.bytes_ - bytes,
                              " more bytes"),
                 bytes);
  }
  return absl::OkStatus();
}

absl::Status Loader::ReadTable() {
  const auto count = Fetch<uint32_t>(&page_[kSectionCountAt]);
  if (count > kMaxSections) {
    return Error(absl::StrCat("expected at most ", kMaxSections, " sections, found ", count),
                 kSectionCountAt);
  }
  const auto after_count = absl::MakeSpan(page_).subspan(kSectionCountAt + 4);
  const auto unused = absl::MakeSpan(page_).subspan(kHeaderBytes + count * kEntryBytes);
  if (!AllZero(after_count.first(kSignatureAt - kSectionCountAt - 4)) || !AllZero(unused) ||
      !AllZero(absl::MakeSpan(page_).subspan(kSignatureAt + kSignatureBytes,
                                             kChecksumAt - kSignatureAt - kSignatureBytes))) {
    return Error("header: expected zeros where nothing is defined", kSectionCountAt + 4);
  }
  uint64_t end = kPageBytes;
  for (uint32_t i = 0; i < count; ++i) {
    EMEL_RETURN_IF_ERROR(ReadEntry(&page_[kHeaderBytes + i * kEntryBytes]));
    const Section& section = artifact_.sections_.back();
    EMEL_RETURN_IF_ERROR(CheckPlace(section, end));
    end = section.offset + section.size;
  }
  if (end != artifact_.bytes_) {
    return Error(absl::StrCat("expected the last section to end at ", artifact_.bytes_,
                              ", found its end at ", end),
                 kHeaderBytes);
  }
  return absl::OkStatus();
}

absl::Status Loader::ReadEntry(const uint8_t* entry) {
  const uint64_t at = entry - page_.data();
  Section section;
  const auto kind = Fetch<uint32_t>(entry + kEntryKindAt);
  const auto flags = Fetch<uint32_t>(entry + kEntryFlagsAt);
  section.kind = static_cast<SectionKind>(kind);
  section.offset = Fetch<uint64_t>(entry + kEntryOffsetAt);
  section.size = Fetch<uint64_t>(entry + kEntrySizeAt);
  std::copy_n(entry + kEntryChecksumAt, section.checksum.size(), section.checksum.begin());
  // Only what is unknown may be optional.
  if (flags != (Name(section.kind).empty() ? kOptionalSection : 0)) {
    return Error(absl::StrCat("section of kind ", kind, " with flags ", flags,
                              ": expected a kind that this version knows"),
                 at);
  }
  const auto name = absl::MakeConstSpan(entry + kEntryNameAt, kMaxSectionName);
  const auto name_end = std::find(name.begin(), name.end(), 0);
  section.name.assign(name.begin(), name_end);
  const auto rest = absl::MakeConstSpan(&*name.begin() + section.name.size(), entry + kEntryBytes);
  if (name_end == name.end() || !AllZero(rest) ||
      (!section.name.empty() && !IsName(section.name, kMaxSectionName))) {
    return Error("section: expected a name of printable ASCII, then zeros", at + kEntryNameAt);
  }
  artifact_.sections_.push_back(std::move(section));
  return absl::OkStatus();
}

// Sections follow each other as closely as their alignment allows, with zeros between them.
absl::Status Loader::CheckPlace(const Section& section, uint64_t end) {
  const uint64_t expected = AlignUp(end, AlignmentOf(section.kind));
  if (section.offset != expected) {
    return Error(absl::StrCat(Quote(section), ": expected it to begin at ", expected, ", found ",
                              section.offset),
                 kHeaderBytes);
  }
  if (section.offset > artifact_.bytes_ || section.size > artifact_.bytes_ - section.offset) {
    return Error(absl::StrCat(Quote(section), ": expected it to end at ", artifact_.bytes_,
                              " at most, found ", section.size, " bytes"),
                 section.offset);
  }
  std::vector<uint8_t> gap(expected - end);
  EMEL_RETURN_IF_ERROR(artifact_.file_->access->Read(artifact_.base_ + end, absl::MakeSpan(gap)));
  if (AllZero(gap)) return absl::OkStatus();
  return Error(absl::StrCat(Quote(section), ": expected zeros before it, found other bytes"), end);
}

absl::Status Loader::CheckKinds() {
  const std::vector<Section>& sections = artifact_.sections_;
  const auto count = [&](SectionKind kind) {
    return std::count_if(sections.begin(), sections.end(),
                         [&](const Section& section) { return section.kind == kind; });
  };
  for (const Section& section : sections) {
    const bool named = section.kind == SectionKind::kCode ||
                       section.kind == SectionKind::kSymbols ||
                       section.kind == SectionKind::kImports;
    const Section* first = artifact_.Find(section.kind, section.name);
    if (named == section.name.empty()) {
      return Error(absl::StrCat(Quote(section), ": expected ", named ? "the" : "no",
                                " name of a CPU variant"),
                   section.offset);
    }
    if (first != &section) {
      return Error(absl::StrCat(Quote(section), ": expected it once"), section.offset);
    }
  }
  for (SectionKind kind : {SectionKind::kPlan, SectionKind::kContract, SectionKind::kModel,
                           SectionKind::kProvenance}) {
    if (count(kind) == 0) {
      return Error(absl::StrCat("expected a section '", Text(Name(kind)), "', found none"),
                   kHeaderBytes);
    }
  }
  const auto features = Fetch<uint64_t>(&page_[kFeaturesAt]);
  for (SectionKind kind : {SectionKind::kImports, SectionKind::kSample}) {
    if ((count(kind) > 0) == ((features & FeatureOf(kind)) != 0)) continue;
    return Error(absl::StrCat("expected the feature bit of a section '", Text(Name(kind)),
                              "' where there is one, and only there"),
                 kFeaturesAt);
  }
  const auto weights = count(SectionKind::kWeights) + count(SectionKind::kWeightsFile);
  if (weights == 1) return absl::OkStatus();
  return Error(absl::StrCat("expected one section of weights, found ", weights), kHeaderBytes);
}

absl::Status Loader::CheckChecksums() {
  Checksummer checksummer;
  for (const Section& section : artifact_.sections_) {
    if (section.kind == SectionKind::kWeights && !options_.verify) continue;
    checksummer.Reset();
    EMEL_RETURN_IF_ERROR(ForEachChunk(*artifact_.file_->access, artifact_.base_ + section.offset,
                                      section.size,
                                      [&](auto chunk) { checksummer.Update(chunk); }));
    if (const Checksum found = checksummer.Finish(); found != section.checksum) {
      return Error(absl::StrCat(Quote(section), " is damaged: expected checksum ",
                                Hex(section.checksum), ", found ", Hex(found)),
                   section.offset);
    }
  }
  return absl::OkStatus();
}

absl::Status Loader::MapAll() {
  EMEL_ASSIGN_OR_RETURN(artifact_.map_,
                        artifact_.file_->access->View(artifact_.base_, artifact_.bytes_));
  return absl::OkStatus();
}

absl::Status Loader::CheckPlan() {
  auto plan = DecodePlan(artifact_.Bytes(*artifact_.Find(SectionKind::kPlan)));
  if (!plan.ok()) return Named(plan.status());
  artifact_.plan_ = *std::move(plan);
  if (const Section* section = artifact_.Find(SectionKind::kSample)) {
    auto sample = DecodeSample(artifact_.Bytes(*section), artifact_.plan_.vocabulary);
    if (!sample.ok()) return Named(sample.status());
    artifact_.sample_ = *sample;
  }
  const auto features = Fetch<uint64_t>(&page_[kFeaturesAt]);
  if (artifact_.plan_.windows.empty() == ((features & kWindowsFeature) != 0)) {
    return Error("expected the feature bit of windows where the plan has some, and only there",
                 kFeaturesAt);
  }
  for (const Variant& variant : artifact_.plan_.variants) {
    EMEL_RETURN_IF_ERROR(CheckVariant(variant));
  }
  for (const Section& section : artifact_.sections_) {
    if (section.name.empty()) continue;
    const auto& variants = artifact_.plan_.variants;
    if (std::none_of(variants.begin(), variants.end(),
                     [&](const Variant& v) { return v.name == section.name; })) {
      return Error(absl::StrCat(Quote(section), ": expected a variant of the plan"),
                   section.offset);
    }
  }
  return absl::OkStatus();
}

absl::Status Loader::CheckVariant(const Variant& variant) {
  const Section* code = artifact_.Find(SectionKind::kCode, variant.name);
  if (code == nullptr) {
    return Error(absl::StrCat("expected a section 'code ", variant.name, "', found none"),
                 kHeaderBytes);
  }
  for (uint64_t offset : variant.entry_offsets) {
    if (offset < code->size) continue;
    return Error(absl::StrCat(Quote(*code), ": expected entries within ", code->size,
                              " bytes, found one at ", offset),
                 code->offset);
  }
  EMEL_RETURN_IF_ERROR(Named(artifact_.ReadImports(variant.name).status()));
  return Named(artifact_.ReadSymbols(variant.name).status());
}

absl::Status Loader::FindWeights() {
  uint64_t bytes = 0;
  if (const Section* weights = artifact_.Find(SectionKind::kWeights)) {
    artifact_.weights_ = artifact_.Bytes(*weights);
    bytes = weights->size;
  } else {
    const Section& reference = *artifact_.Find(SectionKind::kWeightsFile);
    auto external = DecodeExternalWeights(artifact_.Bytes(reference));
    if (!external.ok()) return Named(external.status());
    bytes = external->bytes;
    artifact_.external_ = *std::move(external);
  }
  if (bytes != artifact_.plan_.weights_bytes) {
    return Error(absl::StrCat("expected ", artifact_.plan_.weights_bytes,
                              " bytes of weights, as the plan says, found ", bytes),
                 0);
  }
  return artifact_.external_ && options_.weights ? OpenWeightsFile() : absl::OkStatus();
}

absl::Status Loader::OpenWeightsFile() {
  const ExternalWeights& external = *artifact_.external_;
  const std::string path = FolderOf(artifact_.path_) + external.file;
  auto opened = OpenFile(path);
  if (!opened.ok()) {
    return absl::Status(opened.status().code(), absl::StrCat("weights of ", artifact_.path_, ": ",
                                                             opened.status().message()));
  }
  artifact_.weights_file_ = *std::move(opened);
  MappedFile& mapped = *artifact_.weights_file_;
  if (mapped.file->size() != external.bytes) {
    return absl::InvalidArgumentError(absl::StrCat("weights of ", artifact_.path_, ": expected ",
                                                   external.bytes, " bytes, found ",
                                                   mapped.file->size(), " (", path, ")"));
  }
  if (options_.verify) {
    Sha256 sha256;
    EMEL_RETURN_IF_ERROR(
        ForEachChunk(*mapped.access, 0, external.bytes, [&](auto chunk) { sha256.Update(chunk); }));
    if (const Sha256Digest found = sha256.Finish(); found != external.sha256) {
      return absl::InvalidArgumentError(absl::StrCat("weights of ", artifact_.path_,
                                                     ": expected SHA-256 ", Hex(external.sha256),
                                                     ", found ", Hex(found), " (", path, ")"));
    }
  }
  EMEL_ASSIGN_OR_RETURN(artifact_.weights_, mapped.access->View(0, external.bytes));
  return absl::OkStatus();
}

}  // namespace emel::artifact
