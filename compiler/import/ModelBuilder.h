#ifndef EMEL_COMPILER_IMPORT_MODEL_BUILDER_H_
#define EMEL_COMPILER_IMPORT_MODEL_BUILDER_H_

#include "compiler/import/Import.h"
#include "compiler/import/Metadata.h"
#include "dialects/emel/Emel.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringMap.h"
#include "mlir/IR/Builders.h"

namespace emel {

/// What all decoders of today read from their metadata. Without layers where reading failed.
struct Decoder {
  int64_t layers = 0, width = 1, keyDim = 2, valueDim = 2;
  llvm::SmallVector<int64_t> queryHeads{1}, kvHeads{1}, ffn{1};  // by layer
};

/// The attributes of `emel.rope`, and its factors where the model has some.
struct Rope {
  RopeMode mode = RopeMode::Normal;
  int64_t dims = 0;
  double base = 10000, scale = 1, attn = 1, ext = 0, betaFast = 32, betaSlow = 1;
  int64_t orig = 0;
  std::string factors;  // name of the tensor; empty where there is none
};

enum class Bias { None, Optional, Required };

/// How a layer attends.
struct Attention {
  const Rope *rope = nullptr;  // none: positions enter elsewhere
  Bias bias = Bias::Optional;  // of queries, keys and values
  Bias outputBias = Bias::Optional;
  bool fused = false;      // one projection attn_qkv in place of attn_q, attn_k and attn_v
  bool headNorms = false;  // attn_q_norm and attn_k_norm on each head before it is rotated
  double scale = 0;        // of the logits; 0: 1 / sqrt(keyDim)
  double softcap = 0;
  int64_t window = 0;
};

/// A mixture of experts; none where `count` is 0.
struct Experts {
  int64_t count = 0, used = 0;
};

/// Builds `@step` of a model. Architecture importers describe a graph with it, and nothing else:
/// every check of metadata and tensors happens here. After a failure (the first is kept in
/// `metadata`) values keep their expected types, so that an importer can go on to the next `ok()`.
class ModelBuilder {
 public:
  ModelBuilder(mlir::MLIRContext *context, const gguf::Model &model, const ImportOptions &options);

  Metadata metadata;
  bool ok() const { return metadata.ok(); }
  int64_t contextLength() const { return contextLength_; }

  // Metadata that many architectures share.
  Decoder readDecoder();
  Rope readRope(RopeMode mode, const Decoder &decoder);
  Experts readExperts();
  bool hasTensor(llvm::StringRef name) const;

  /// Calls `body` for each layer, with names below "blk.LAYER.", until something fails.
  void forEachLayer(const Decoder &decoder, llvm::function_ref<void(int64_t layer)> body);

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
  /// act(gate) * up
  mlir::Value gate(UnaryKind activation, mlir::Value gate, mlir::Value up);
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape, llvm::StringRef role);
  mlir::Value slice(mlir::Value x, int64_t dim, int64_t offset, int64_t size, llvm::StringRef role);
  mlir::Value rotate(mlir::Value x, const Rope &rope, llvm::StringRef role);

  /// Projects, rotates, writes keys and values to the layer's state, attends, projects back.
  mlir::Value attend(mlir::Value x, const Decoder &decoder, const Attention &attention);
  /// act(ffn_gate x) * (ffn_up x), through ffn_down.
  mlir::Value gatedFeedForward(mlir::Value x, const Decoder &decoder, UnaryKind activation);
  /// The same with gate and up as the halves of one ffn_up.
  mlir::Value fusedFeedForward(mlir::Value x, const Decoder &decoder, UnaryKind activation);
  /// act(ffn_up x), through ffn_down, with biases.
  mlir::Value plainFeedForward(mlir::Value x, const Decoder &decoder, UnaryKind activation);
  /// The best of several gated feed-forwards, weighted by their renormalised probabilities.
  mlir::Value mixtureOfExperts(mlir::Value x, const Decoder &decoder, const Experts &experts,
                               UnaryKind activation);

  /// The rows of x whose logits are wanted.
  mlir::Value selectRows(mlir::Value x);
  /// The output head, or the embedding where the two are tied.
  mlir::Value head(mlir::Value x);
  void finish(mlir::Value logits);

  mlir::Value weight(llvm::StringRef name, llvm::ArrayRef<int64_t> shape);
  ImportResult take();

 private:
  /// Queries, keys and values as [n, heads, dim].
  struct Projections {
    mlir::Value query, key, value;
  };

  void createStep();
  Projections project(mlir::Value x, const Decoder &decoder, const Attention &attention);
  mlir::Value readState(const Projections &projections, const Decoder &decoder,
                        const Attention &attention);
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
  int64_t layer_ = 0, vocab_ = 0, contextLength_ = 0;
};

}  // namespace emel

#endif  // EMEL_COMPILER_IMPORT_MODEL_BUILDER_H_
