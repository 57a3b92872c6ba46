#include "runtime/exec/model.h"

#include "runtime/artifact/cpu.h"
#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

namespace emel::exec {

absl::StatusOr<std::shared_ptr<const Model>> Model::Load(const std::string& path,
                                                         const LoadOptions& options) {
  EMEL_ASSIGN_OR_RETURN(artifact::Artifact artifact,
                        artifact::Artifact::Open(path, {.verify = options.verify}));
  // Also asks for the tiles of AMX, which must come before the first worker starts.
  const auto variant =
      artifact::ChooseVariantHere(artifact::CpuVariants(artifact.plan()), options.variant);
  if (!variant.ok()) {
    return absl::Status(variant.status().code(),
                        absl::StrCat(variant.status().message(), " (", path, ")"));
  }
  EMEL_ASSIGN_OR_RETURN(artifact::Code code, options.profile
                                                 ? artifact.CopyCodeForProfilers(*variant)
                                                 : artifact.MapCode(*variant));
  return std::shared_ptr<const Model>(new Model(std::move(artifact), std::move(code), *variant));
}

Model::Model(artifact::Artifact artifact, artifact::Code code, size_t variant)
    : artifact_(std::move(artifact)), code_(std::move(code)), variant_(variant) {
  for (size_t i = 0; i < plan().entries.size(); ++i) {
    const artifact::Entry& entry = plan().entries[i];
    const uint8_t* address = code_.data() + plan().variants[variant].entry_offsets[i];
    program_.entries.push_back(
        {.function = reinterpret_cast<emel_step_fn*>(reinterpret_cast<uintptr_t>(address)),
         .max_tokens = entry.max_tokens,
         .max_rows = entry.max_rows,
         .ticket_count = entry.ticket_count,
         .exact = entry.rounding == artifact::Rounding::kExact});
  }
  program_.vocabulary = plan().vocabulary;
  program_.sample = artifact_.sample();
  program_.context = plan().context;
  program_.max_workers = plan().max_workers;
  program_.weights = artifact_.weights().data();
  program_.arena_bytes = plan().arena_bytes;
  program_.scratch_stride = plan().scratch_stride();
  program_.page_bytes = plan().page_bytes;
  for (const artifact::Window& window : plan().windows) {
    const auto pages = std::min<uint64_t>(plan().pages_of(window), UINT32_MAX);
    program_.windows.push_back({window.positions, static_cast<uint32_t>(pages), window.page_bytes});
  }
}

}  // namespace emel::exec
