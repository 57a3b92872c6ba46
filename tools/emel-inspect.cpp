#include "runtime/gguf/gguf.h"
#include "runtime/io/status.h"
#include "tools/inspect/inspect.h"
#include "tools/support/command_line.h"
#include "tools/support/exit.h"
#include "tools/support/progress.h"

namespace emel::tools {
namespace {

struct Options {
  std::string file, format = "table", load = "mmap", output = "-";
  std::optional<std::string> dump;
  bool map = false, check_tensors = false, vocab_only = false, verify = false;
};

void Declare(CommandLine& line, Options& options) {
  line.Operand("FILE",
               "a GGUF model (any shard of a split one), an artifact, or an executable with one",
               &options.file);
  line.Section("what to print");
  line.Choice("--format", {"table", "json", "csv"},
              "a table for people, JSON with everything, or one CSV line per tensor: "
              "name,type,shape,shard,offset,size with the shape innermost dimension first "
              "(512x2048), shards counted from 0, offsets from the start of the shard's file",
              &options.format);
  line.Flag("--map",
            "what every byte of each file is for, gaps and trailing bytes included; JSON "
            "has it always",
            &options.map);
  line.Value("--dump", "TENSOR", "writes the tensor's values to OUT as raw little-endian float32",
             &options.dump);
  line.Value("-o", "OUT", "where to write; - is standard output, the default but for --dump",
             &options.output);
  line.Section("how to read");
  line.Choice("--load", {"mmap", "read"}, "how tensor data reach memory", &options.load);
  line.Flag("--check-tensors", "reads every weight: values finite, block scales valid",
            &options.check_tensors);
  line.Flag("--vocab-only", "accepts a file without its tensor data", &options.vocab_only);
  line.Section("artifacts (with --format=table or json, and -o)");
  line.Flag("--verify", "checks the weights too, which a program that runs them takes as they are",
            &options.verify);
  line.Example("emel-inspect model.gguf", "licence, metadata, tensors and totals per type");
  line.Example("emel-inspect model-00001-of-00003.gguf --map",
               "the layout of each shard, byte by byte");
  line.Example("emel-inspect model.gguf --format=csv | sort -t, -k6 -n", "tensors by size");
  line.Example("emel-inspect model.gguf --dump blk.0.attn_q.weight -o q.f32",
               "one tensor, dequantised");
  line.Example("emel-inspect model.emel --verify",
               "sections, entries, memory, licence and provenance of an artifact; runs none of it");
}

// What the options table cannot know; empty where all is well.
std::string_view Conflict(const CommandLine& line, const Options& options) {
  bool dump = options.dump.has_value();
  if (dump && !line.given("-o"))
    return "--dump writes bytes for programs, not for a terminal: it needs -o OUT (- for standard "
           "output)";
  if (dump && (options.map || line.given("--format"))) {
    return "--dump writes values only: it goes with neither --map nor --format";
  }
  if (dump && options.vocab_only)
    return "--dump needs the tensor data that --vocab-only leaves out";
  if (options.check_tensors && options.vocab_only) {
    return "--check-tensors needs the tensor data that --vocab-only leaves out";
  }
  if (options.map && options.format == "csv") return "--map is a table or part of the JSON";
  return "";
}

// As Conflict, once it is known what the file is.
std::string_view ArtifactConflict(const CommandLine& line, const Options& options) {
  if (options.format == "csv") return "an artifact is shown as a table or JSON";
  for (std::string_view name : {"--map", "--dump", "--load", "--check-tensors", "--vocab-only"}) {
    if (line.given(name))
      return "--map, --dump, --load, --check-tensors, --vocab-only are for GGUF";
  }
  return "";
}

absl::Status InspectArtifact(const Options& options) {
  EMEL_ASSIGN_OR_RETURN(const auto artifact,
                        artifact::Artifact::Open(
                            options.file, {.verify = options.verify, .weights = options.verify}));
  EMEL_RETURN_IF_ERROR(CheckIsNoInput(options.output, {options.file}));
  EMEL_ASSIGN_OR_RETURN(OutputFile out, OutputFile::Create(options.output));
  EMEL_RETURN_IF_ERROR(options.format == "json" ? PrintArtifactJson(artifact, out)
                                                : PrintArtifactTable(artifact, out));
  return out.Commit();
}

absl::Status Inspect(const Options& options) {
  Progress progress("checking");
  gguf::OpenOptions open;
  open.strategy = *io::ParseStrategy(options.load);
  open.vocab_only = options.vocab_only;
  open.check_tensors = options.check_tensors;
  open.no_alloc = !options.vocab_only && !options.check_tensors && !options.dump;
  open.progress = [&](gguf::Phase phase, uint64_t done, uint64_t total) {
    if (phase == gguf::Phase::kTensorData) progress.Update(done, total);
    return true;
  };
  EMEL_ASSIGN_OR_RETURN(gguf::Model model, gguf::Model::Open(options.file, open));
  for (const gguf::Shard& shard : model.shards()) {
    EMEL_RETURN_IF_ERROR(CheckIsNoInput(options.output, {shard.path}));
  }
  EMEL_ASSIGN_OR_RETURN(OutputFile out, OutputFile::Create(options.output));
  if (options.dump) {
    EMEL_RETURN_IF_ERROR(DumpTensor(model, *options.dump, out));
  } else if (options.format == "json") {
    EMEL_RETURN_IF_ERROR(PrintJson(model, out));
  } else if (options.format == "csv") {
    EMEL_RETURN_IF_ERROR(PrintCsv(model, out));
  } else if (options.map) {
    EMEL_RETURN_IF_ERROR(PrintMap(model, out));
  } else {
    EMEL_RETURN_IF_ERROR(PrintTable(model, out));
  }
  return out.Commit();
}

}  // namespace
}  // namespace emel::tools

int main(int argc, char** argv) {
  using namespace emel::tools;
  Options options;
  CommandLine line("emel-inspect",
                   "shows what a GGUF model or an artifact holds, without running it");
  Declare(line, options);
  if (std::optional<int> code = line.Parse(argc, argv)) return *code;
  if (std::string_view conflict = Conflict(line, options); !conflict.empty()) {
    return line.UsageError(conflict);
  }
  if (emel::artifact::IsArtifact(options.file)) {
    if (std::string_view conflict = ArtifactConflict(line, options); !conflict.empty()) {
      return line.UsageError(conflict);
    }
    return RunTool(line.tool(), [&] { return InspectArtifact(options); });
  }
  if (options.verify) return line.UsageError("--verify is for artifacts; see --check-tensors");
  return RunTool(line.tool(), [&] { return Inspect(options); });
}
