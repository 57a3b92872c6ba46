#include "runtime/gguf/check_tensors.h"
#include "runtime/gguf/cursor.h"
#include "runtime/gguf/gguf.h"
#include "runtime/gguf/layout.h"
#include "runtime/gguf/parse.h"
#include "runtime/gguf/split.h"
#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

namespace emel::gguf {

// Assembles a model from its files.
class ModelLoader {
 public:
  explicit ModelLoader(const OpenOptions& options) : options_(options) {}

  absl::StatusOr<Model> Load(const std::string& path) {
    EMEL_RETURN_IF_ERROR(OpenFile(path));
    EMEL_ASSIGN_OR_RETURN(split_, SplitInfo::Read(files_[0]));
    if (split_.count > 1) EMEL_RETURN_IF_ERROR(FindFirstShard());
    EMEL_RETURN_IF_ERROR(TakeMetadata());
    if (!options_.vocab_only) EMEL_RETURN_IF_ERROR(OpenOtherShards());
    EMEL_RETURN_IF_ERROR(TakeTensors());
    if (!HasData()) model_.sources_.clear();
    if (options_.check_tensors) {
      EMEL_RETURN_IF_ERROR(CheckTensors(model_, options_.progress));
    }
    return std::move(model_);
  }

 private:
  bool HasData() const { return !options_.vocab_only && !options_.no_alloc; }

  absl::Status OpenFile(const std::string& path);
  absl::Status FindFirstShard();
  absl::Status TakeMetadata();
  absl::Status CheckArchitecture() const;
  absl::Status OpenOtherShards();
  absl::Status CheckShard(const ParsedFile& file, uint32_t index) const;
  absl::Status TakeTensors();

  const OpenOptions& options_;
  std::vector<ParsedFile> files_;
  SplitInfo split_;
  std::optional<ShardName> name_;  // of the first shard; set when the model is split
  Model model_;
};

// Appends to `files_`, and to the model's shards and sources.
absl::Status ModelLoader::OpenFile(const std::string& path) {
  const io::Strategy strategy = HasData() ? options_.strategy : io::Strategy::kRead;
  const io::Syscalls& syscalls =
      options_.syscalls != nullptr ? *options_.syscalls : io::Syscalls::System();
  EMEL_ASSIGN_OR_RETURN(std::unique_ptr<io::Source> source,
                        io::OpenSource(path, strategy, syscalls));
  const ParseOptions parse_options = {.index = static_cast<uint32_t>(files_.size()),
                                      .check_data_bounds = !options_.vocab_only,
                                      .progress = options_.progress};
  EMEL_ASSIGN_OR_RETURN(ParsedFile file, Parse(*source, path, parse_options));
  model_.shards_.push_back(file.shard);
  model_.sources_.push_back(std::move(source));
  files_.push_back(std::move(file));
  return absl::OkStatus();
}

absl::Status ModelLoader::FindFirstShard() {
  EMEL_ASSIGN_OR_RETURN(name_, CheckShardName(files_[0], split_));
  if (name_->index == 0) return absl::OkStatus();
  const std::string first = name_->Path(0);
  if (options_.first_shard_only) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected the first shard of a split model, ", first, ", found shard ",
                     name_->index + 1, " of ", name_->count, " (", files_[0].shard.path, ")"));
  }
  files_.clear();
  model_ = Model();
  EMEL_RETURN_IF_ERROR(OpenFile(first));
  EMEL_ASSIGN_OR_RETURN(split_, SplitInfo::Read(files_[0]));
  EMEL_ASSIGN_OR_RETURN(name_, CheckShardName(files_[0], split_));
  return absl::OkStatus();
}

absl::Status ModelLoader::TakeMetadata() {
  model_.metadata_ = std::move(files_[0].metadata);
  model_.key_index_.reserve(model_.metadata_.size());
  for (size_t i = 0; i < model_.metadata_.size(); ++i) {
    model_.key_index_.emplace(model_.metadata_[i].key, i);
  }
  return options_.architecture.empty() ? absl::OkStatus() : CheckArchitecture();
}

absl::Status ModelLoader::CheckArchitecture() const {
  const Value* value = model_.Find("general.architecture");
  const std::string* found = value == nullptr ? nullptr : value->AsString();
  if (found != nullptr && *found == options_.architecture) return absl::OkStatus();
  const Shard& shard = model_.shards_[0];
  return ErrorAt(
      "key 'general.architecture'",
      absl::StrCat("expected ", Quote(options_.architecture), ", found ",
                   value == nullptr   ? "nothing"
                   : found == nullptr ? absl::StrCat("a value of type ", Text(Name(value->type)))
                                      : Quote(*found)),
      shard.path, value == nullptr ? shard.metadata_offset : value->offset);
}

absl::Status ModelLoader::OpenOtherShards() {
  for (uint32_t i = 1; name_ && i < name_->count; ++i) {
    if (absl::Status status = OpenFile(name_->Path(i)); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat("shard ", i + 1, " of ", name_->count, ": ",
                                                      status.message()));
    }
    EMEL_RETURN_IF_ERROR(CheckShard(files_[i], i));
    files_[i].metadata.clear();
  }
  return absl::OkStatus();
}

absl::Status ModelLoader::CheckShard(const ParsedFile& file, uint32_t index) const {
  EMEL_ASSIGN_OR_RETURN(const SplitInfo info, SplitInfo::Read(file));
  EMEL_RETURN_IF_ERROR(CheckShardName(file, info).status());
  return CheckSameModel(model_, file);
}

absl::Status ModelLoader::TakeTensors() {
  size_t count = 0;
  for (const ParsedFile& file : files_) count += file.tensors.size();
  model_.tensors_.reserve(count);  // tensor_index_ holds views into it
  model_.tensor_index_.reserve(count);
  for (ParsedFile& file : files_) {
    for (Tensor& tensor : file.tensors) {
      if (const Tensor* other = model_.FindTensor(tensor.name)) {
        return ErrorAt(Subject(tensor),
                       absl::StrCat("expected the tensor in one shard, found it in ",
                                    model_.shards_[other->shard].path, " as well"),
                       file.shard.path, tensor.info_offset);
      }
      model_.tensors_.push_back(std::move(tensor));
      model_.tensor_index_.emplace(model_.tensors_.back().name, model_.tensors_.size() - 1);
    }
  }
  if (options_.vocab_only || !split_.tensors || *split_.tensors == count) return absl::OkStatus();
  return ErrorAt(
      "key 'split.tensors.count'",
      absl::StrCat("expected ", count, ", the tensors of all shards, found ", *split_.tensors),
      model_.shards_[0].path, model_.Find("split.tensors.count")->offset);
}

absl::StatusOr<Model> Model::Open(const std::string& path, const OpenOptions& options) {
  if (options.check_tensors && (options.vocab_only || options.no_alloc)) {
    return absl::InvalidArgumentError(
        "check_tensors reads tensor data, which vocab_only and no_alloc exclude");
  }
  return ModelLoader(options).Load(path);
}

}  // namespace emel::gguf
