#include "compiler/import/ModelBuilder.h"

#include <cmath>

#include "dialects/emel/Provenance.h"
#include "runtime/text/vocabulary.h"

using namespace mlir;
using namespace emel;

static constexpr int64_t kAny = ShapedType::kDynamic;

ModelBuilder::ModelBuilder(MLIRContext *context, const gguf::Model &model,
                           const ImportOptions &options)
    : metadata(model),
      model_(model),
      module_(ModuleOp::create(makeOrigin(context, metadata.architecture(), {}))),
      builder_(context),
      declarations_(module_->getBodyRegion()) {
  if (!ok()) return;
  contextLength_ = metadata.integer("context_length");
  if (options.context > contextLength_)
    metadata.fail("context_length", "expected at least the " + Twine(options.context) +
                                        " positions to compile for, found " +
                                        Twine(contextLength_));
  if (options.context) contextLength_ = options.context;
  vocab_ = readVocabulary();
  for (auto [i, shard] : llvm::enumerate(model.shards()))
    declarations_.create<ShardOp>(module_->getLoc(), "shard" + std::to_string(i), shard.path,
                                  shard.file_bytes);
  createStep();
}

/// The number of tokens, which is also that of the embedding's rows.
int64_t ModelBuilder::readVocabulary() {
  auto vocabulary = text::LoadVocabulary(model_);
  if (!vocabulary.ok()) {
    metadata.fail(vocabulary.status());
    return 1;
  }
  int64_t size = static_cast<int64_t>(vocabulary->tokens.size());
  const gguf::Tensor *embedding = model_.FindTensor("token_embd.weight");
  int64_t rows = embedding ? static_cast<int64_t>(embedding->dims[1]) : size;
  if (size == 0) size = rows;  // a model without a tokenizer
  if (rows != size)
    failTensor(embedding, "token_embd.weight",
               "expected a row for each of " + Twine(size) + " tokens, found " + Twine(rows));
  if (int64_t stated = metadata.integer("vocab_size", size); stated != size)
    metadata.fail("vocab_size", "expected the " + Twine(size) +
                                    " of tokenizer.ggml.tokens, found " + Twine(stated));
  return size;
}

//===----------------------------------------------------------------------===//
// The step function
//===----------------------------------------------------------------------===//

void ModelBuilder::createStep() {
  auto ids = RankedTensorType::get({kAny}, builder_.getI32Type());
  auto type = builder_.getFunctionType({ids, ids, ids, ids}, {});
  step_ = declarations_.create<func::FuncOp>(module_->getLoc(), EmelDialect::kStep, type);
  Block *body = step_.addEntryBlock();
  builder_.setInsertionPointToStart(body);
  declarations_.setInsertionPoint(step_);
  tokens_ = body->getArgument(0);
  positions_ = body->getArgument(1);
  slots_ = body->getArgument(2);
  outRows_ = body->getArgument(3);
}

void ModelBuilder::finish(Value logits) {
  SmallVector<Value> results{logits};
  llvm::append_range(results, states_);
  builder_.create<func::ReturnOp>(at("step"), results);
  Block &body = step_.front();
  step_.setType(builder_.getFunctionType(body.getArgumentTypes(), ValueRange(results).getTypes()));
  auto dims = [&](StringRef name) { return builder_.getStrArrayAttr({name}); };
  for (unsigned i = 0; i < 3; ++i) step_.setArgAttr(i, EmelDialect::kDimsAttr, dims("n"));
  step_.setArgAttr(3, EmelDialect::kDimsAttr, dims("m"));
  step_.setResultAttr(0, EmelDialect::kDimsAttr, dims("m"));
  (*module_)->setAttr(
      EmelDialect::kModelAttr,
      builder_.getDictionaryAttr(
          {builder_.getNamedAttr("architecture", builder_.getStringAttr(metadata.architecture())),
           builder_.getNamedAttr("context", builder_.getI64IntegerAttr(contextLength_)),
           builder_.getNamedAttr("vocab", builder_.getI64IntegerAttr(vocab_))}));
}

ImportResult ModelBuilder::take() {
  std::vector<std::string> unused;
  for (const gguf::Tensor &tensor : model_.tensors())
    if (!weights_.contains(tensor.name)) unused.push_back(tensor.name);
  return {std::move(module_), std::move(unused)};
}

void ModelBuilder::forEachLayer(const Decoder &decoder, llvm::function_ref<void(int64_t)> body) {
  for (layer_ = 0; layer_ < decoder.layers && ok(); ++layer_) {
    prefix_ = "blk." + std::to_string(layer_) + ".";
    body(layer_);
  }
  prefix_.clear();
}

Location ModelBuilder::at(StringRef role, ArrayRef<std::string> tensors) {
  return makeOrigin(builder_.getContext(), fullName(role), tensors);
}

RankedTensorType ModelBuilder::f32Tensor(ArrayRef<int64_t> shape) {
  return RankedTensorType::get(shape, builder_.getF32Type());
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

bool ModelBuilder::hasTensor(StringRef name) const {
  return model_.FindTensor(fullName(name)) != nullptr;
}

void ModelBuilder::failTensor(const gguf::Tensor *tensor, StringRef name, const Twine &message) {
  std::string where = model_.shards()[tensor ? tensor->shard : 0].path;
  if (tensor) where += ", offset " + std::to_string(tensor->info_offset);
  metadata.fail(absl::InvalidArgumentError("tensor '" + name.str() + "': " + message.str() + " (" +
                                           where + ")"));
}

/// A shape in GGUF's order, innermost first.
static std::string shapeText(ArrayRef<int64_t> outermostFirst) {
  std::string text;
  for (int64_t dim : llvm::reverse(outermostFirst))
    text += (text.empty() ? "" : " x ") + std::to_string(dim);
  return text;
}

Value ModelBuilder::declareWeight(const gguf::Tensor *tensor, StringRef name,
                                  ArrayRef<int64_t> shape) {
  Type element = builder_.getF32Type();
  if (!tensor) {
    failTensor(tensor, name, "expected shape " + Twine(shapeText(shape)) + ", found none");
  } else {
    SmallVector<int64_t> found(tensor->dims.begin(), tensor->dims.begin() + tensor->rank);
    std::reverse(found.begin(), found.end());
    if (found.size() != shape.size())
      failTensor(tensor, name,
                 "expected " + Twine(shape.size()) + " dimensions, found " + Twine(found.size()));
    else if (ArrayRef<int64_t>(found) != shape)
      failTensor(tensor, name,
                 "expected shape " + Twine(shapeText(shape)) + ", found " + shapeText(found));
    Type stored = getElementType(builder_.getContext(), tensor->type);
    if (!stored || !isa<BlockType, FloatType>(stored))
      failTensor(tensor, name,
                 "expected a weight type, found " + StringRef(gguf::GetInfo(tensor->type).name));
    else
      element = stored;
  }
  auto type = RankedTensorType::get(shape, element);
  WeightOp &weight = weights_[name];
  // After a failure there is nothing to declare, and the value stands for the missing weight.
  if (!weight && ok())
    weight = declarations_.create<WeightOp>(makeOrigin(builder_.getContext(), name, {name.str()}),
                                            name, type, "shard" + std::to_string(tensor->shard),
                                            tensor->offset, tensor->bytes, LayoutAttr(),
                                            /*twin=*/nullptr);
  return builder_.create<GetWeightOp>(makeOrigin(builder_.getContext(), name, {name.str()}), type,
                                      name);
}

Value ModelBuilder::weight(StringRef name, ArrayRef<int64_t> shape) {
  std::string full = fullName(name);
  return declareWeight(model_.FindTensor(full), full, shape);
}

/// Vectors take part in elementwise ops, which compute in f32 whatever the file holds.
Value ModelBuilder::vector(StringRef name, int64_t size) {
  Value values = weight(name, {size});
  auto type = f32Tensor({size});
  if (values.getType() == type) return values;
  return builder_.create<CastOp>(values.getLoc(), type, values);
}

bool ModelBuilder::takesBias(Bias bias, StringRef name) const {
  return bias == Bias::Required || (bias == Bias::Optional && hasTensor(name));
}

//===----------------------------------------------------------------------===//
// Metadata
//===----------------------------------------------------------------------===//

Decoder ModelBuilder::readDecoder() {
  Decoder decoder;
  decoder.width = metadata.integer("embedding_length");
  int64_t layers = metadata.integer("block_count");
  // Every layer has tensors of its own, which bounds the work before it starts.
  int64_t most = static_cast<int64_t>(model_.tensors().size());
  if (layers > most)
    metadata.fail("block_count", "expected at most " + Twine(most) +
                                     ", the number of tensors, found " + Twine(layers));
  if (!ok()) return {};
  decoder.queryHeads = metadata.perLayer("attention.head_count", layers);
  decoder.kvHeads = metadata.has("attention.head_count_kv")
                        ? metadata.perLayer("attention.head_count_kv", layers)
                        : decoder.queryHeads;
  decoder.ffn = metadata.perLayer("feed_forward_length", layers);
  int64_t heads = decoder.queryHeads[0], headDim = decoder.width / heads;
  if (headDim * heads != decoder.width && !metadata.has("attention.key_length"))
    metadata.fail("attention.head_count", "expected a divisor of embedding_length " +
                                              Twine(decoder.width) + ", found " + Twine(heads));
  decoder.keyDim = metadata.integer("attention.key_length", headDim);
  decoder.valueDim = metadata.integer("attention.value_length", headDim);
  if (decoder.valueDim < 1)
    metadata.fail("attention.head_count", "expected at most embedding_length " +
                                              Twine(decoder.width) + ", found " + Twine(heads));
  for (auto [query, kv] : llvm::zip(decoder.queryHeads, decoder.kvHeads))
    if (query % kv != 0)
      metadata.fail("attention.head_count_kv",
                    "expected a divisor of head_count " + Twine(query) + ", found " + Twine(kv));
  if (!ok()) return {};
  decoder.layers = layers;
  return decoder;
}

Experts ModelBuilder::readExperts() {
  Experts experts;
  experts.count = metadata.integer("expert_count", 0, 0);
  if (experts.count == 0) return experts;
  experts.used = metadata.integer("expert_used_count");
  if (experts.used > experts.count)
    metadata.fail("expert_used_count", "expected at most expert_count " + Twine(experts.count) +
                                           ", found " + Twine(experts.used));
  return experts;
}

Rope ModelBuilder::readRope(RopeMode mode, const Decoder &decoder) {
  Rope rope;
  rope.mode = mode;
  rope.dims = metadata.integer("rope.dimension_count", decoder.keyDim);
  if (rope.dims % 2 != 0 || rope.dims > decoder.keyDim)
    metadata.fail("rope.dimension_count", "expected an even number of at most " +
                                              Twine(decoder.keyDim) + ", found " +
                                              Twine(rope.dims));
  rope.base = metadata.positive("rope.freq_base", 10000.0);
  std::string type = metadata.text("rope.scaling.type", "linear");
  double legacy = metadata.real("rope.scale_linear", 1.0);
  double factor = metadata.real("rope.scaling.factor", legacy);
  rope.attn = metadata.positive("rope.scaling.attn_factor", 1.0);
  int64_t orig =
      metadata.integer("rope.scaling.original_context_length", metadata.integer("context_length"));
  if (factor == 0) factor = 1;
  if (type == "linear" || type == "yarn" || type == "longrope")
    rope.scale = 1 / factor;
  else if (type != "none")
    metadata.fail("rope.scaling.type",
                  "expected 'none', 'linear', 'yarn' or 'longrope', found '" + type + "'");
  if (type == "yarn") {
    rope.ext = metadata.real("rope.scaling.yarn_ext_factor", 1.0);
    rope.betaFast = metadata.positive("rope.scaling.yarn_beta_fast", 32.0);
    rope.betaSlow = metadata.positive("rope.scaling.yarn_beta_slow", 1.0);
    rope.orig = orig;
  }
  StringRef longOrShort =
      contextLength_ > orig ? "rope_factors_long.weight" : "rope_factors_short.weight";
  for (StringRef name : {StringRef("rope_freqs.weight"), longOrShort})
    if (rope.factors.empty() && model_.FindTensor(name.str())) rope.factors = name.str();
  return rope;
}

//===----------------------------------------------------------------------===//
// Building blocks
//===----------------------------------------------------------------------===//

Value ModelBuilder::embedTokens(int64_t width) {
  Value table = weight("token_embd.weight", {vocab_, width});
  return builder_.create<GetRowsOp>(at("token_embd", {"token_embd.weight"}), table, tokens_);
}

Value ModelBuilder::embedPositions(int64_t width) {
  Value table = weight("position_embd.weight", {metadata.integer("context_length"), width});
  return builder_.create<GetRowsOp>(at("position_embd", {"position_embd.weight"}), table,
                                    positions_);
}

static int64_t rowOf(Value x) { return cast<RankedTensorType>(x.getType()).getShape().back(); }

Value ModelBuilder::rmsNorm(Value x, StringRef name) {
  float eps = metadata.real("attention.layer_norm_rms_epsilon");
  Value norm =
      builder_.create<RmsNormOp>(at(name), x.getType(), x, Value(), builder_.getF32FloatAttr(eps));
  std::string weightName = (name + ".weight").str();
  Value scales = vector(weightName, rowOf(x));
  return builder_.create<MulOp>(at(name, {fullName(weightName)}), norm, scales);
}

Value ModelBuilder::layerNorm(Value x, StringRef name, Bias bias) {
  float eps = metadata.real("attention.layer_norm_epsilon");
  Value norm = builder_.create<LayerNormOp>(at(name), x.getType(), x, Value(), Value(),
                                            builder_.getF32FloatAttr(eps));
  std::string weightName = (name + ".weight").str(), biasName = (name + ".bias").str();
  Value scales = vector(weightName, rowOf(x));
  Value scaled = builder_.create<MulOp>(at(name, {fullName(weightName)}), norm, scales);
  if (!takesBias(bias, biasName)) return scaled;
  Value shifts = vector(biasName, rowOf(x));
  return builder_.create<AddOp>(at(name, {fullName(biasName)}), scaled, shifts);
}

Value ModelBuilder::linear(Value x, StringRef name, int64_t outputs, Bias bias) {
  std::string weightName = (name + ".weight").str(), biasName = (name + ".bias").str();
  Value matrix = weight(weightName, {outputs, rowOf(x)});
  Value y = builder_.create<MatmulOp>(at(name, {fullName(weightName)}), x, matrix);
  if (!takesBias(bias, biasName)) return y;
  return builder_.create<AddOp>(at(name, {fullName(biasName)}), y, vector(biasName, outputs));
}

Value ModelBuilder::add(Value a, Value b, StringRef role) {
  return builder_.create<AddOp>(at(role), a, b);
}

Value ModelBuilder::mul(Value a, Value b, StringRef role) {
  return builder_.create<MulOp>(at(role), a, b);
}

Value ModelBuilder::scale(Value x, double factor, StringRef role) {
  return builder_.create<ScaleOp>(at(role), x, static_cast<float>(factor));
}

Value ModelBuilder::softcap(Value x, double cap, StringRef role) {
  if (cap == 0) return x;
  return scale(activate(UnaryKind::Tanh, scale(x, 1 / cap, role), role), cap, role);
}

Value ModelBuilder::activate(UnaryKind kind, Value x, StringRef role) {
  return builder_.create<UnaryOp>(at(role), x.getType(), kind, x);
}

Value ModelBuilder::gate(UnaryKind activation, Value gate, Value up) {
  return mul(activate(activation, gate, "ffn_act"), up, "ffn_act");
}

Value ModelBuilder::reshape(Value x, ArrayRef<int64_t> shape, StringRef role) {
  auto type = RankedTensorType::get(shape, cast<RankedTensorType>(x.getType()).getElementType());
  return builder_.create<ReshapeOp>(at(role), type, x);
}

Value ModelBuilder::slice(Value x, int64_t dim, int64_t offset, int64_t size, StringRef role) {
  return builder_.create<SliceOp>(at(role), x, dim, offset, size);
}

Value ModelBuilder::rotate(Value x, const Rope &rope, StringRef role) {
  std::vector<std::string> tensors;
  Value factors;
  if (!rope.factors.empty()) {
    tensors.push_back(rope.factors);
    factors = declareWeight(model_.FindTensor(rope.factors), rope.factors, {rope.dims / 2});
  }
  auto f32 = [&](double value) { return builder_.getF32FloatAttr(value); };
  return builder_.create<RopeOp>(
      at(role, tensors), x.getType(), RopeModeAttr::get(builder_.getContext(), rope.mode), x,
      positions_, factors, builder_.getI64IntegerAttr(rope.dims), f32(rope.base), f32(rope.scale),
      f32(rope.attn), f32(rope.ext), f32(rope.betaFast), f32(rope.betaSlow),
      builder_.getI64IntegerAttr(rope.orig), DenseI64ArrayAttr());
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

ModelBuilder::Projections ModelBuilder::project(Value x, const Decoder &decoder,
                                                const Attention &attention) {
  struct Part {
    StringRef name;
    int64_t heads, dim;
  };
  int64_t query = decoder.queryHeads[layer_], kv = decoder.kvHeads[layer_];
  const Part parts[] = {{"attn_q", query, decoder.keyDim},
                        {"attn_k", kv, decoder.keyDim},
                        {"attn_v", kv, decoder.valueDim}};
  Value all;
  if (attention.fused) {
    int64_t rows = 0;
    for (const Part &part : parts) rows += part.heads * part.dim;
    all = linear(x, "attn_qkv", rows, attention.bias);
  }
  SmallVector<Value, 3> values;
  int64_t offset = 0;
  for (const Part &part : parts) {
    int64_t rows = part.heads * part.dim;
    Value y =
        all ? slice(all, 1, offset, rows, part.name) : linear(x, part.name, rows, attention.bias);
    values.push_back(reshape(y, {kAny, part.heads, part.dim}, part.name));
    offset += rows;
  }
  return {values[0], values[1], values[2]};
}

Value ModelBuilder::readState(const Projections &projections, const Decoder &decoder,
                              const Attention &attention) {
  auto type = KvType::get(builder_.getContext(), decoder.kvHeads[layer_], decoder.keyDim,
                          decoder.valueDim, builder_.getF32Type());
  Value state = step_.front().addArgument(type, at("kv"));
  state = builder_.create<KvWriteOp>(at("kv"), type, state, projections.key, projections.value,
                                     positions_, slots_);
  states_.push_back(state);
  double scale = attention.scale ? attention.scale : 1 / std::sqrt(double(decoder.keyDim));
  auto f32 = [&](double value) { return builder_.getF32FloatAttr(value); };
  auto keys = f32Tensor({kAny, type.getHeads(), type.getKeyDim()}),
       values = f32Tensor({kAny, type.getHeads(), type.getValueDim()});
  auto read =
      builder_.create<KvReadOp>(at("attn"), TypeRange{keys, values, f32Tensor({kAny, kAny})}, state,
                                positions_, slots_, attention.window);
  return builder_.create<FlashAttentionOp>(at("attn"), projections.query, read.getKey(),
                                           read.getValue(), read.getMask(), Value(), f32(scale),
                                           f32(attention.softcap), f32(0));
}

Value ModelBuilder::attend(Value x, const Decoder &decoder, const Attention &attention) {
  Projections projections = project(x, decoder, attention);
  auto prepare = [&](Value heads, const std::string &name) {
    if (attention.headNorms) heads = rmsNorm(heads, name + "_norm");
    return attention.rope ? rotate(heads, *attention.rope, name + "_rope") : heads;
  };
  projections.query = prepare(projections.query, "attn_q");
  projections.key = prepare(projections.key, "attn_k");
  Value attended = readState(projections, decoder, attention);
  int64_t width = decoder.queryHeads[layer_] * decoder.valueDim;
  return linear(reshape(attended, {kAny, width}, "attn"), "attn_output", decoder.width,
                attention.outputBias);
}

//===----------------------------------------------------------------------===//
// Feed forward
//===----------------------------------------------------------------------===//

Value ModelBuilder::gatedFeedForward(Value x, const Decoder &decoder, UnaryKind activation) {
  int64_t hidden = decoder.ffn[layer_];
  Value left = linear(x, "ffn_gate", hidden), right = linear(x, "ffn_up", hidden);
  return linear(gate(activation, left, right), "ffn_down", decoder.width);
}

Value ModelBuilder::fusedFeedForward(Value x, const Decoder &decoder, UnaryKind activation) {
  int64_t hidden = decoder.ffn[layer_];
  Value both = linear(x, "ffn_up", 2 * hidden);
  Value left = slice(both, 1, 0, hidden, "ffn_gate"),
        right = slice(both, 1, hidden, hidden, "ffn_up");
  return linear(gate(activation, left, right), "ffn_down", decoder.width);
}

Value ModelBuilder::plainFeedForward(Value x, const Decoder &decoder, UnaryKind activation) {
  Value up = linear(x, "ffn_up", decoder.ffn[layer_], Bias::Required);
  return linear(activate(activation, up, "ffn_act"), "ffn_down", decoder.width, Bias::Required);
}

Value ModelBuilder::mixtureOfExperts(Value x, const Decoder &decoder, const Experts &experts,
                                     UnaryKind activation) {
  int64_t hidden = decoder.ffn[layer_];
  Value logits = linear(x, "ffn_gate_inp", experts.count, Bias::None);
  Value probabilities =
      builder_.create<SoftmaxOp>(at("ffn_moe_probs"), logits.getType(), logits, Value(), Value(),
                                 builder_.getF32FloatAttr(1), builder_.getF32FloatAttr(0));
  Value ids = builder_.create<TopKOp>(at("ffn_moe_topk"), probabilities, experts.used);
  StringRef role = "ffn_moe_weights";
  Value chosen = builder_.create<GetRowsOp>(
      at(role), reshape(probabilities, {kAny, experts.count, 1}, role), ids);
  Value sum = builder_.create<ReduceOp>(at(role), ReduceKind::Sum, chosen, ArrayRef<int64_t>{1});
  Value shares = builder_.create<DivOp>(at(role), chosen, sum);

  auto expert = [&](Value input, StringRef name, int64_t outputs) -> Value {
    std::string tensor = (name + ".weight").str();
    Value matrices = weight(tensor, {experts.count, outputs, rowOf(input)});
    return builder_.create<MatmulIdOp>(at(name, {fullName(tensor)}), input, matrices, ids,
                                       ValueRange());
  };
  Value left = expert(x, "ffn_gate_exps", hidden), right = expert(x, "ffn_up_exps", hidden);
  Value outputs = expert(gate(activation, left, right), "ffn_down_exps", decoder.width);
  role = "ffn_moe_out";
  Value mixed = builder_.create<ReduceOp>(at(role), ReduceKind::Sum, mul(outputs, shares, role),
                                          ArrayRef<int64_t>{1});
  return reshape(mixed, {kAny, decoder.width}, role);
}

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

Value ModelBuilder::selectRows(Value x) {
  return builder_.create<GetRowsOp>(at("out_rows"), x, outRows_);
}

Value ModelBuilder::head(Value x) {
  std::string name = hasTensor("output.weight") ? "output.weight" : "token_embd.weight";
  Value matrix = weight(name, {vocab_, rowOf(x)});
  return builder_.create<MatmulOp>(at("output", {name}), x, matrix);
}
