#include "tools/modelgen/modelgen.h"
#include "tools/support/command_line.h"
#include "tools/support/exit.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <thread>

namespace emel::tools {
namespace {

// The command line as given; Resolve turns it into a ModelSpec.
struct Options {
  std::string arch = "llama", shape = "tiny", fill = "random";
  std::optional<uint64_t> layers, embd, heads, kv_heads, head_dim, ffn, vocab, context, experts,
      experts_used;
  std::vector<std::string> overrides;
  ModelSpec spec;
};

template <typename Rows>
std::vector<std::string> Names(const Rows& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.emplace_back(row.name);
  return names;
}

void Declare(CommandLine& line, Options& options) {
  ModelSpec& spec = options.spec;
  spec.type = "q4_0";
  spec.threads = std::max(1u, std::thread::hardware_concurrency());
  line.Section("what to make");
  line.Choice("--arch", Names(Architectures()), "architecture; experts make llama a mixtral",
              &options.arch);
  line.Choice("--shape", Names(NamedShapes()), "the shape that the sizes below change",
              &options.shape);
  line.Number("--layers", "N", "layers", 1, 10'000, &options.layers);
  line.Number("--embd", "N", "width of the residual stream", 1, 1 << 20, &options.embd);
  line.Number("--heads", "N", "query heads", 1, 1 << 16, &options.heads);
  line.Number("--kv-heads", "N", "key and value heads", 1, 1 << 16, &options.kv_heads);
  line.Number("--head-dim", "N", "size of a head; embd / heads where one of these is given", 1,
              1 << 16, &options.head_dim);
  line.Number("--ffn", "N", "width of the feed-forward network, or of one expert", 1, 1 << 20,
              &options.ffn);
  line.Number("--vocab", "N", "tokens of the synthetic tokenizer", 384, 1 << 22, &options.vocab);
  line.Number("--context", "N", "context length", 1, UINT32_MAX, &options.context);
  line.Number("--experts", "N", "experts per layer, 0 for none", 0, 4096, &options.experts);
  line.Number("--experts-used", "N", "experts per token", 0, 4096, &options.experts_used);
  line.Flag("--tied", "uses the embedding as output matrix", &spec.tied);
  line.Section("weights");
  line.Choice("--type", TypeNames(),
              "type of all matrices, a mix by role, or cycle for every type in turn; a row that "
              "does not fit the blocks gets a type of smaller ones, norms and biases are f32",
              &spec.type);
  line.List("--tensor-type", "PART=TYPE",
            "type of the matrices whose name contains PART; may be repeated", &options.overrides);
  line.Choice("--fill", {"random", "quantized", "zero"},
              "random blocks of sane scales, quantised Gaussian values, or zeros", &options.fill);
  line.Number("--seed", "N", "what the weights are computed from", 0, UINT64_MAX, &spec.seed);
  line.Section("output");
  line.Value("-o", "OUT.gguf", "where to write; shards are OUT-00001-of-0000N.gguf and so on",
             &spec.output);
  line.Number("--shards", "N", "files to divide the tensors among", 1, 256, &spec.shards);
  line.Flag("--sparse",
            "leaves tensor data a hole but for a first block: a 70B model in no time and space",
            &spec.sparse);
  line.Number("--threads", "N", "threads; the bytes do not depend on it", 1, 256, &spec.threads);
  line.Example("emel-modelgen -o tiny.gguf", "a small llama of q4_0 blocks");
  line.Example("emel-modelgen --arch=gemma2 --type=q4_k_m --fill=quantized -o g.gguf",
               "really quantised weights in a mix of types");
  line.Example("emel-modelgen --shape=70b --sparse --shards=8 -o big.gguf",
               "a huge model for tests of loaders and planners");
  line.Example("emel-modelgen --experts=8 --experts-used=2 --tensor-type=_exps=q4_k -o moe.gguf",
               "a mixture of experts");
}

// Applies the sizes that were given to the named shape.
void ResolveShape(const Options& options, ModelSpec& spec) {
  for (const Architecture& row : Architectures()) {
    if (row.name == options.arch) spec.architecture = &row;
  }
  for (const Shape& row : NamedShapes()) {
    if (row.name == options.shape) spec.shape = row;
  }
  Shape& s = spec.shape;
  const Architecture& arch = *spec.architecture;
  s.layers = options.layers.value_or(s.layers);
  s.embd = options.embd.value_or(s.embd);
  s.heads = options.heads.value_or(s.heads);
  uint64_t kv_heads = arch.equal_heads ? s.heads : std::gcd(s.kv_heads, s.heads);
  s.kv_heads = options.kv_heads.value_or(kv_heads);
  if (options.embd || options.heads || arch.equal_heads) {
    s.head_dim = std::max<uint64_t>(1, s.embd / s.heads);
  }
  s.head_dim = options.head_dim.value_or(s.head_dim);
  s.ffn = options.ffn.value_or(s.ffn);
  s.vocab = options.vocab.value_or(s.vocab);
  s.context = options.context.value_or(std::min(s.context, arch.most_context));
  s.experts = options.experts.value_or(s.experts);
  uint64_t used = s.experts == 0 ? 0 : s.experts_used == 0 ? 2 : s.experts_used;
  s.experts_used = options.experts_used.value_or(std::min(used, s.experts));
  spec.tied = spec.tied || arch.tied;
}

// The message about what the options table cannot know; nothing where all is well.
std::optional<std::string> Resolve(const CommandLine& line, Options& options) {
  ModelSpec& spec = options.spec;
  if (!line.given("-o")) return "missing -o OUT.gguf";
  if (spec.output == "-") return "-o: expected a file, which is written in parallel, found '-'";
  if (spec.sparse && line.given("--fill")) return "--sparse leaves nothing to --fill";
  spec.fill = options.fill == "random" ? Fill::kRandom
              : options.fill == "zero" ? Fill::kZero
                                       : Fill::kQuantized;
  for (const std::string& text : options.overrides) {
    size_t equals = text.rfind('=');
    std::string type = equals == std::string::npos ? "" : text.substr(equals + 1);
    const gguf::TensorTypeInfo* info = gguf::FindTensorType(type);
    if (info == nullptr || !IsWritable(info->type)) {
      return "--tensor-type: expected PART=TYPE with a type that --type knows, found '" + text +
             "'";
    }
    spec.overrides.emplace_back(text.substr(0, equals), info->type);
  }
  ResolveShape(options, spec);
  absl::Status status = CheckShape(spec);
  if (!status.ok()) return std::string(status.message());
  return std::nullopt;
}

}  // namespace
}  // namespace emel::tools

int main(int argc, char** argv) {
  using namespace emel::tools;
  Options options;
  CommandLine line("emel-modelgen", "makes synthetic GGUF models out of a seed");
  Declare(line, options);
  if (std::optional<int> code = line.Parse(argc, argv)) return *code;
  if (std::optional<std::string> conflict = Resolve(line, options)) {
    return line.UsageError(*conflict);
  }
  return RunTool(line.tool(), [&] { return Generate(options.spec); });
}
