#include "runtime/io/status.h"
#include "tools/modelgen/modelgen.h"
#include "tools/support/output_file.h"
#include "tools/support/progress.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

namespace emel::tools {
namespace {

struct Chunk {
  size_t shard, tensor;  // the tensor among all
  uint64_t first;        // element
  uint64_t offset;       // in the shard's file
  uint64_t bytes;
};

struct Plan {
  std::vector<PlannedTensor> tensors;
  std::vector<gguf::Writer::Layout> layouts;  // one per shard
  std::vector<Chunk> chunks;
  uint64_t data_bytes = 0;
};

std::string ShardPath(const std::string& path, uint64_t shard, uint64_t shards) {
  if (shards == 1) return path;
  std::string base = path.ends_with(".gguf") ? path.substr(0, path.size() - 5) : path;
  return absl::StrFormat("%s-%05d-of-%05d.gguf", base, shard + 1, shards);
}

// The number of tensors up to the end of each shard: shards of about equal size, none empty.
absl::StatusOr<std::vector<size_t>> DivideTensors(const std::vector<PlannedTensor>& tensors,
                                                  uint64_t shards) {
  if (shards > tensors.size()) {
    return absl::InvalidArgumentError(absl::StrCat("--shards: expected at most one per tensor, ",
                                                   tensors.size(), ", found ", shards));
  }
  std::vector<double> sums;
  double sum = 0;
  for (const PlannedTensor& tensor : tensors) {
    EMEL_ASSIGN_OR_RETURN(uint64_t bytes, gguf::TensorBytes(tensor.type, tensor.dims));
    sums.push_back(sum += static_cast<double>(bytes));
  }
  std::vector<size_t> ends;
  size_t end = 0;
  for (uint64_t shard = 1; shard <= shards; ++shard) {
    double share = sum * static_cast<double>(shard) / static_cast<double>(shards);
    size_t latest = tensors.size() - (shards - shard);
    ++end;
    while (end < latest && (shard == shards || sums[end] <= share)) ++end;
    ends.push_back(end);
  }
  return ends;
}

void AddChunks(const PlannedTensor& tensor, const Chunk& whole, Plan& plan) {
  const gguf::TensorTypeInfo& info = gguf::GetInfo(tensor.type);
  uint64_t step = kChunkElements / info.block_elements * info.block_bytes;
  for (uint64_t done = 0; done < whole.bytes; done += step) {
    plan.chunks.push_back({whole.shard, whole.tensor,
                           whole.first + done / info.block_bytes * info.block_elements,
                           whole.offset + done, std::min(step, whole.bytes - done)});
  }
  plan.data_bytes += whole.bytes;
}

absl::StatusOr<Plan> MakePlan(const ModelSpec& spec) {
  Plan plan;
  EMEL_ASSIGN_OR_RETURN(plan.tensors, PlanTensors(spec));
  EMEL_ASSIGN_OR_RETURN(std::vector<size_t> ends, DivideTensors(plan.tensors, spec.shards));
  size_t begin = 0;
  for (size_t shard = 0; shard < ends.size(); ++shard) {
    gguf::Writer writer;
    if (shard == 0) {
      AddMetadata(spec, writer);
      AddTokenizer(spec, writer);
    }
    if (spec.shards > 1) {
      writer.AddUint16("split.no", static_cast<uint16_t>(shard));
      writer.AddUint16("split.count", static_cast<uint16_t>(spec.shards));
      writer.AddInt32("split.tensors.count", static_cast<int32_t>(plan.tensors.size()));
    }
    for (size_t i = begin; i < ends[shard]; ++i) {
      writer.AddTensor(plan.tensors[i].name, plan.tensors[i].type, plan.tensors[i].dims);
    }
    EMEL_ASSIGN_OR_RETURN(gguf::Writer::Layout layout, writer.Finish());
    for (size_t i = begin; i < ends[shard]; ++i) {
      // One block tells the tensors of a sparse file apart: equal ones would be compiled as one.
      uint64_t bytes =
          spec.sparse ? gguf::GetInfo(plan.tensors[i].type).block_bytes : layout.bytes[i - begin];
      AddChunks(plan.tensors[i], {shard, i, 0, layout.offsets[i - begin], bytes}, plan);
    }
    begin = ends[shard];
    plan.layouts.push_back(std::move(layout));
  }
  return plan;
}

// Threads take chunks by ticket until all are written or one fails.
class ChunkWriter {
 public:
  ChunkWriter(const ModelSpec& spec, const Plan& plan, std::vector<OutputFile>& files)
      : spec_(spec), plan_(plan), files_(files) {}

  absl::Status Run() {
    std::vector<std::thread> threads;
    for (uint64_t i = 1; i < spec_.threads; ++i) threads.emplace_back([this] { Work(); });
    Work();
    for (std::thread& thread : threads) thread.join();
    return status_;
  }

 private:
  void Work() {
    std::vector<uint8_t> bytes;
    size_t ticket;
    while ((ticket = next_++) < plan_.chunks.size()) {
      const Chunk& chunk = plan_.chunks[ticket];
      bytes.resize(chunk.bytes);
      FillChunk(plan_.tensors[chunk.tensor], spec_.fill, spec_.seed, chunk.first,
                absl::MakeSpan(bytes));
      absl::Status status = files_[chunk.shard].WriteAt(chunk.offset, bytes);
      if (!status.ok()) {
        std::lock_guard<std::mutex> lock(mutex_);
        if (status_.ok()) status_ = status;
        next_ = plan_.chunks.size();
      }
      progress_.Update(done_ += chunk.bytes, plan_.data_bytes);
    }
  }

  const ModelSpec& spec_;
  const Plan& plan_;
  std::vector<OutputFile>& files_;
  Progress progress_{"generating"};
  std::atomic<size_t> next_{0};
  std::atomic<uint64_t> done_{0};
  std::mutex mutex_;
  absl::Status status_;
};

}  // namespace

absl::Status Generate(const ModelSpec& spec) {
  EMEL_RETURN_IF_ERROR(CheckShape(spec));
  EMEL_ASSIGN_OR_RETURN(Plan plan, MakePlan(spec));
  std::vector<OutputFile> files;
  for (uint64_t shard = 0; shard < spec.shards; ++shard) {
    EMEL_ASSIGN_OR_RETURN(OutputFile file,
                          OutputFile::Create(ShardPath(spec.output, shard, spec.shards)));
    const gguf::Writer::Layout& layout = plan.layouts[shard];
    EMEL_RETURN_IF_ERROR(file.Resize(layout.file_bytes));
    EMEL_RETURN_IF_ERROR(
        file.WriteAt(0, absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(layout.head.data()),
                                            layout.head.size())));
    files.push_back(std::move(file));
  }
  EMEL_RETURN_IF_ERROR(ChunkWriter(spec, plan, files).Run());
  for (uint64_t shard = 0; shard < spec.shards; ++shard) {
    if (absl::Status status = files[shard].Commit(); !status.ok()) {
      for (uint64_t done = 0; done < shard; ++done) {
        std::filesystem::remove(ShardPath(spec.output, done, spec.shards));
      }
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace emel::tools
