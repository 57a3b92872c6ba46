#include "runtime/io/file_source.h"

namespace emel::io {
namespace {

class ReadAccess final : public Access {
 public:
  explicit ReadAccess(const File& file) : file_(file) {}

  absl::Status Read(uint64_t offset, absl::Span<uint8_t> out) override {
    return file_.Pread(offset, out);
  }
  absl::StatusOr<absl::Span<const uint8_t>> View(uint64_t, uint64_t) override {
    return absl::UnimplementedError("the read strategy keeps no bytes in memory");
  }

 private:
  const File& file_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Access>> MakeReadAccess(const File& file) {
  return std::make_unique<ReadAccess>(file);
}

}  // namespace emel::io
