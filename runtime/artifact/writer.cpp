#include "runtime/artifact/writer.h"

#include "runtime/artifact/bytes.h"
#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstring>

namespace emel::artifact {

Writer::Writer(Sink sink, uint64_t base) : sink_(std::move(sink)), base_(base) {
  if (base % kPageBytes != 0) {
    error_ = absl::InternalError(absl::StrCat("artifact: expected it to begin at a multiple of ",
                                              kPageBytes, ", found ", base));
  }
  position_ = kPageBytes;  // the first page comes last
}

absl::Status Writer::Put(absl::Span<const uint8_t> bytes) {
  if (bytes.empty()) return absl::OkStatus();
  error_ = sink_(base_ + position_, bytes);
  position_ += bytes.size();
  return error_;
}

absl::Status Writer::PadTo(uint64_t position) {
  static constexpr uint8_t kZeros[kPageBytes] = {};
  return Put(absl::MakeConstSpan(kZeros, position - position_));
}

void Writer::EndSection() {
  if (!open_) return;
  sections_.back().size = position_ - sections_.back().offset;
  sections_.back().checksum = checksummer_.Finish();
  open_ = false;
}

absl::Status Writer::Begin(SectionKind kind, std::string_view name) {
  EMEL_RETURN_IF_ERROR(error_);
  EndSection();
  if (sections_.size() == kMaxSections) {
    return error_ = absl::InvalidArgumentError(
               absl::StrCat("artifact: expected at most ", kMaxSections, " sections"));
  }
  if (name.size() >= kMaxSectionName) {
    return error_ = absl::InvalidArgumentError(
               absl::StrCat("section '", Text(name), "': expected a name of less than ",
                            kMaxSectionName, " bytes, found ", name.size()));
  }
  EMEL_RETURN_IF_ERROR(PadTo(AlignUp(position_, AlignmentOf(kind))));
  sections_.push_back({kind, std::string(name), position_, 0, {}});
  checksummer_.Reset();
  open_ = true;
  return absl::OkStatus();
}

absl::Status Writer::Append(absl::Span<const uint8_t> bytes) {
  EMEL_RETURN_IF_ERROR(error_);
  if (!open_) return error_ = absl::InternalError("artifact: bytes belong to no section");
  checksummer_.Update(bytes);
  return Put(bytes);
}

absl::Status Writer::Add(SectionKind kind, std::string_view name, absl::Span<const uint8_t> bytes) {
  EMEL_RETURN_IF_ERROR(Begin(kind, name));
  return Append(bytes);
}

absl::Status Writer::Add(SectionKind kind, std::string_view name, std::string_view text) {
  return Add(kind, name,
             absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

std::vector<uint8_t> Writer::FirstPage() const {
  std::vector<uint8_t> page(kPageBytes);
  std::memcpy(page.data(), kMagic, 8);
  Store(kFormatVersion, &page[kVersionAt]);
  Store(kPageBytes, &page[kPageBytesAt]);
  uint64_t features = features_;
  for (const Section& section : sections_) features |= FeatureOf(section.kind);
  Store(features, &page[kFeaturesAt]);
  Store(position_, &page[kFileBytesAt]);
  Store(static_cast<uint32_t>(sections_.size()), &page[kSectionCountAt]);
  uint8_t* entry = &page[kHeaderBytes];
  for (const Section& section : sections_) {
    Store(static_cast<uint32_t>(section.kind), entry + kEntryKindAt);
    Store(section.offset, entry + kEntryOffsetAt);
    Store(section.size, entry + kEntrySizeAt);
    std::copy(section.checksum.begin(), section.checksum.end(), entry + kEntryChecksumAt);
    std::copy(section.name.begin(), section.name.end(), entry + kEntryNameAt);
    entry += kEntryBytes;
  }
  // The checksum of the page with zeros in its own place.
  const Checksum checksum = ChecksumOf(page);
  std::copy(checksum.begin(), checksum.end(), page.begin() + kChecksumAt);
  return page;
}

absl::Status Writer::Finish() {
  EMEL_RETURN_IF_ERROR(error_);
  if (finished_) return error_ = absl::InternalError("artifact: finished twice");
  EndSection();
  finished_ = true;
  const uint64_t artifact_bytes = position_;
  if (base_ > 0) {
    std::vector<uint8_t> footer(kFooterBytes);
    std::memcpy(footer.data(), kFooterMagic, 8);
    Store(base_, &footer[8]);
    Store(artifact_bytes, &footer[16]);
    EMEL_RETURN_IF_ERROR(Put(footer));
    position_ = artifact_bytes;
  }
  error_ = sink_(base_, FirstPage());
  if (base_ > 0) position_ += kFooterBytes;
  return error_;
}

}  // namespace emel::artifact
