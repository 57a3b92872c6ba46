#ifndef EMEL_COMPILER_IMPORT_MODEL_BUILDER_H_
#define EMEL_COMPILER_IMPORT_MODEL_BUILDER_H_

#include "compiler/import/Import.h"
#include "compiler/import/Metadata.h"
#include "dialects/emel/Emel.h"
#include "llvm/ADT/StringMap.h"
#include "mlir/IR/Builders.h"

namespace emel {

/// How many heads a layer's attention has, and how wide they are.
struct Heads {
  int64_t query, kv, keyDim, valueDim;
};

/// What all decoders of today read from their metadata.
struct Decoder {
  int64_t layers, width;
  llvm::SmallVector<int64_t> queryHeads, kvHeads, ffn;
  int64_t keyDim, valueDim;
  Heads heads(int64_t layer) const {
    return {queryHeads[layer], kvHeads[layer], keyDim, valueDim};
  }
};

/// The attributes of `emel.rope`, and its factors where the model has some.
struct Rope {
  RopeMode mode = RopeMode::Normal;
  int64_t dims = 0;
  double base = 10000, scale = 1, attn = 1, ext = 0, betaFast = 32, betaSlow = 1;
  int64_t orig = 0;
  std::string factors;  // name of the tensor; empty where there is none
};

/// The attributes of `emel.attention` that differ between models.
struct AttentionRule {
  double scale = 0;  // 0: 1 / sqrt(keyDim)
  double softcap = 0;
  int64_t window = 0;
};

enum class Bias { None, Optional, Required };

/// Builds `@step` of a model. Architecture importers describe a graph with it, and nothing else: every
/// check of metadata and tensors happens here. After a failure (the first is kept in `metadata`) values
/// keep their expected types, so that an importer can go on to the next `ok()`.
class ModelBuilder {
 public:
  ModelBuilder(mlir::MLIRContext *context, const gguf::Model &model, const ImportOptions &options);

  Metadata metadata;
  bool ok() const { return metadata.ok(); }
  int64_t contextLength() const { return contextLength_; }

  // Metadata that many architectures share.
  Decoder readDecoder();
  Rope readRope(RopeMode mode, const Decoder &decoder);
  bool hasTensor(llvm::StringRef name) const;

  /// Names until the next call are below "blk.LAYER."; -1 leaves the layers.
  void enterLayer(int64_t layer);

  // Building blocks. Names are those of the GGUF tensors without "blk.N." and ".weight".
  mlir::Value embedTokens(int64_t width);
  mlir::Value embedPositions(int64_t width);
  mlir::Value rmsNorm(mlir::Value x, llvm::StringRef name);
  mlir::Value layerNorm(mlir::Value x, llvm::StringRef name, Bias bias = Bias::Required);
  mlir::Value linear(mlir::Value x, llvm::StringRef name, int64_t outputs,
                     Bias bias = Bias::Optional);
  mlir::Value add(mlir::Value a, mlir::Value b, llvm::StringRef role);
  mlir::Value mul(mlir::Value a, mlir::Value b, llvm::StringRef role);
  mlir::Value scale(mlir::Value x, double factor, llvm::StringRef role);
  mlir::Value softcap(mlir::Value x, double cap, llvm::StringRef role);
  mlir::Value activate(UnaryKind kind, mlir::Value x, llvm::StringRef role);
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape, llvm::StringRef role);
  mlir::Value slice(mlir::Value x, int64_t dim, int64_t offset, int64_t size,
                    llvm::StringRef role);
  mlir::Value rotate(mlir::Value x, const Rope &rope, llvm::StringRef role);

  /// Projections named attn_q, attn_k, attn_v (or attn_qkv, fused), as [n, heads, dim].
  struct Projections {
    mlir::Value query, key, value;
  };
  Projections project(mlir::Value x, const Heads &heads, Bias bias = Bias::Optional);
  Projections projectFused(mlir::Value x, const Heads &heads, Bias bias = Bias::Optional);
  /// Writes keys and values to the layer's state, attends, and projects with attn_output.
  mlir::Value attend(const Projections &projections, const Heads &heads, int64_t width,
                     const AttentionRule &rule = {}, Bias bias = Bias::Optional);
  /// act(ffn_gate x) * (ffn_up x), through ffn_down.
  mlir::Value gatedFeedForward(mlir::Value x, int64_t hidden, UnaryKind activation);
  /// The `used` best of `count` gated feed-forwards, weighted by their renormalised probabilities.
  mlir::Value mixtureOfExperts(mlir::Value x, int64_t hidden, int64_t count, int64_t used,
                               UnaryKind activation);

  /// The rows of x whose logits are wanted.
  mlir::Value selectRows(mlir::Value x);
  /// The output head, or the embedding where the two are tied.
  mlir::Value head(mlir::Value x);
  void finish(mlir::Value logits);

  mlir::Value weight(llvm::StringRef name, llvm::ArrayRef<int64_t> shape);
  ImportResult take();

 private:
  void createStep();
  int64_t readVocabulary();
  mlir::Value declareWeight(const gguf::Tensor *tensor, llvm::StringRef name,
                            llvm::ArrayRef<int64_t> shape);
  bool takesBias(Bias bias, llvm::StringRef name) const;
  mlir::Value vector(llvm::StringRef name, int64_t size);
  void failTensor(const gguf::Tensor *tensor, llvm::StringRef name, const llvm::Twine &message);
  std::string fullName(llvm::StringRef name) const { return prefix_ + name.str(); }
  mlir::Location at(llvm::StringRef role, llvm::ArrayRef<std::string> tensors = {});
  mlir::RankedTensorType f32Tensor(llvm::ArrayRef<int64_t> shape);

  const gguf::Model &model_;
  mlir::OwningOpRef<mlir::ModuleOp> module_;
  mlir::OpBuilder builder_, declarations_;
  mlir::func::FuncOp step_;
  mlir::Value tokens_, positions_, slots_, outRows_;
  llvm::SmallVector<mlir::Value> states_;  // after the last write, by layer
  llvm::StringMap<WeightOp> weights_;
  std::string prefix_;
  int64_t layer_ = -1, vocab_ = 0, contextLength_ = 0;
};

}  // namespace emel

#endif  // EMEL_COMPILER_IMPORT_MODEL_BUILDER_H_
