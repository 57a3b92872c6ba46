#include "runtime/io/file_source.h"

#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

namespace emel::io {
namespace {

// One row per strategy.
struct StrategyInfo {
  Strategy strategy;
  std::string_view name;
  const TransitionTable& lifecycle;
  absl::StatusOr<std::unique_ptr<Access>> (*make_access)(const File& file);
};
const StrategyInfo kStrategies[] = {
    {Strategy::kMap, "mmap", kFileLifecycle, MakeMapAccess},
    {Strategy::kRead, "read", kFileLifecycle, MakeReadAccess},
};

const StrategyInfo& GetInfo(Strategy strategy) {
  return kStrategies[static_cast<size_t>(strategy)];
}

}  // namespace

std::optional<Strategy> ParseStrategy(std::string_view name) {
  for (const StrategyInfo& info : kStrategies) {
    if (info.name == name) return info.strategy;
  }
  return std::nullopt;
}

std::string_view Name(Strategy strategy) { return GetInfo(strategy).name; }

FileSource::FileSource(Strategy strategy, const Syscalls& syscalls)
    : strategy_(strategy), syscalls_(syscalls), lifecycle_(GetInfo(strategy).lifecycle) {}

absl::Status FileSource::Open(const std::string& path) {
  EMEL_RETURN_IF_ERROR(lifecycle_.Fire(Event::kOpen, path_.empty() ? path : path_));
  path_ = path;
  absl::Status status = OpenFile(path);
  if (!status.ok()) {
    access_.reset();
    file_.reset();
  }
  return Settle(std::move(status));
}

absl::Status FileSource::OpenFile(const std::string& path) {
  EMEL_ASSIGN_OR_RETURN(file_, File::Open(path, syscalls_));
  EMEL_ASSIGN_OR_RETURN(access_, GetInfo(strategy_).make_access(*file_));
  return absl::OkStatus();
}

absl::Status FileSource::Close() {
  absl::Status status = lifecycle_.Fire(Event::kClose, path_);
  access_.reset();
  file_.reset();
  return status;
}

absl::Status FileSource::BeginRead(uint64_t offset, uint64_t size) {
  EMEL_RETURN_IF_ERROR(lifecycle_.Fire(Event::kRead, path_));
  if (offset > file_->size() || size > file_->size() - offset) {
    return absl::OutOfRangeError(absl::StrCat("expected a range within ", file_->size(),
                                              " bytes, found ", size, " bytes (", path_,
                                              ", offset ", offset, ")"));
  }
  return absl::OkStatus();
}

absl::Status FileSource::Settle(absl::Status outcome) {
  if (outcome.ok() || absl::IsUnimplemented(outcome)) return outcome;
  // Another thread's fault may have come first; this one's own message is still the answer.
  lifecycle_.Fire(Event::kFault, path_).IgnoreError();
  return outcome;
}

absl::Status FileSource::Read(uint64_t offset, absl::Span<uint8_t> out) {
  EMEL_RETURN_IF_ERROR(BeginRead(offset, out.size()));
  return Settle(access_->Read(offset, out));
}

absl::StatusOr<absl::Span<const uint8_t>> FileSource::View(uint64_t offset, uint64_t size) {
  EMEL_RETURN_IF_ERROR(BeginRead(offset, size));
  absl::StatusOr<absl::Span<const uint8_t>> view = access_->View(offset, size);
  if (!view.ok()) return Settle(view.status());
  return view;
}

absl::StatusOr<std::unique_ptr<Source>> OpenSource(const std::string& path, Strategy strategy,
                                                   const Syscalls& syscalls) {
  auto source = std::make_unique<FileSource>(strategy, syscalls);
  EMEL_RETURN_IF_ERROR(source->Open(path));
  return source;
}

}  // namespace emel::io
