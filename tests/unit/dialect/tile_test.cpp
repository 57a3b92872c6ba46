// Every tile map of every op in tests/interpreter and in tile_cases.mlir: a part of a result keeps
// its bits when all that the map says it does not need is replaced.

#include "dialects/RegisterDialects.h"
#include "dialects/interpreter/Interpreter.h"
#include "dialects/plan/Access.h"
#include "llvm/ADT/bit.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <random>
#include <set>

using namespace mlir;
using namespace emel;
using namespace emel::interpreter;

namespace {

namespace fs = std::filesystem;

using Values = SmallVector<RuntimeValue>;

const Tensor* tensorOf(const RuntimeValue& value) {
  auto* tensor = std::get_if<std::shared_ptr<const Tensor>>(&value);
  return tensor ? tensor->get() : nullptr;
}
const State& stateOf(const RuntimeValue& value) {
  return *std::get<std::shared_ptr<const State>>(value);
}

Type typeOf(const RuntimeValue& value, Type declared) {
  const Tensor* tensor = tensorOf(value);
  if (!tensor) return declared;
  return RankedTensorType::get(tensor->shape, cast<RankedTensorType>(declared).getElementType());
}

/// Whether the element at a place of a row-major tensor lies in a box.
bool isInside(const Box& box, ArrayRef<int64_t> shape, int64_t place) {
  for (int64_t d = static_cast<int64_t>(shape.size()) - 1; d >= 0; place /= shape[d--]) {
    int64_t index = place % shape[d];
    if (index < box[d].begin || index >= box[d].end) return false;
  }
  return true;
}

/// Replaces what lies outside of boxes, and counts the numbers that it replaced.
class Poisoner {
 public:
  /// With `wild` integers become ones that index nothing, else others of the same tensor.
  Poisoner(std::mt19937& random, bool wild) : random_(random), wild_(wild) {}

  RuntimeValue poison(const RuntimeValue& value, Type type, const std::optional<Box>& box) {
    if (const Tensor* tensor = tensorOf(value))
      return std::make_shared<const Tensor>(poisonTensor(*tensor, box));
    return std::make_shared<const State>(poisonState(stateOf(value), cast<KvType>(type), box));
  }
  int64_t count() const { return count_; }

 private:
  /// A group of which nothing is inside gets a scale that spoils every product.
  Tensor poisonRounded(Tensor tensor, const std::optional<Box>& box) {
    auto& groups = std::get<interpreter::RoundedRows>(tensor.data);
    for (size_t g = 0; g < groups.size(); ++g) {
      bool inside = false;
      for (int64_t k = 0; k < gguf::kActivationGroup; ++k)
        inside |= box && isInside(*box, tensor.shape,
                                  static_cast<int64_t>(g) * gguf::kActivationGroup + k);
      if (inside) continue;
      groups[g].scale = NAN;
      ++count_;
    }
    return tensor;
  }

  Tensor poisonTensor(Tensor tensor, const std::optional<Box>& box) {
    if (tensor.isRounded()) return poisonRounded(std::move(tensor), box);
    std::vector<int64_t> ids = tensor.isInts() ? tensor.ints() : std::vector<int64_t>();
    for (int64_t i = 0; i < tensor.size(); ++i) {
      if (box && isInside(*box, tensor.shape, i)) continue;
      ++count_;
      if (tensor.isInts())
        tensor.ints()[i] = wild_ ? 1 << 20 : ids[random_() % ids.size()];
      else
        tensor.reals()[i] = random_() % 2 ? NAN : INFINITY;
    }
    return tensor;
  }

  State poisonState(const State& state, KvType type, const std::optional<Box>& box) {
    State poisoned;
    auto poisonHeads = [&](std::vector<double>& numbers, int64_t size) {
      for (size_t i = 0; i < numbers.size(); ++i) {
        int64_t head = static_cast<int64_t>(i) / size;
        if (box && head >= (*box)[0].begin && head < (*box)[0].end) continue;
        numbers[i] = NAN;
        ++count_;
      }
    };
    for (const auto& [slot, cells] : state)
      for (const auto& [position, cell] : cells) {
        Cell copy = *cell;
        poisonHeads(copy.key, type.getKeyDim());
        poisonHeads(copy.value, type.getValueDim());
        poisoned[slot][position] = std::make_shared<const Cell>(std::move(copy));
      }
    return poisoned;
  }

  std::mt19937& random_;
  bool wild_;
  int64_t count_ = 0;
};

bool sameBits(double a, double b) {
  return llvm::bit_cast<uint64_t>(a) == llvm::bit_cast<uint64_t>(b);
}

bool sameHeads(const std::vector<double>& a, const std::vector<double>& b, int64_t size,
               Range heads) {
  for (int64_t i = heads.begin * size; i < heads.end * size; ++i)
    if (!sameBits(a[i], b[i])) return false;
  return true;
}

bool sameState(const State& a, const State& b, KvType type, Range heads) {
  if (a.size() != b.size()) return false;
  for (const auto& [slot, cells] : a) {
    auto other = b.find(slot);
    if (other == b.end() || other->second.size() != cells.size()) return false;
    for (const auto& [position, cell] : cells) {
      auto twin = other->second.find(position);
      if (twin == other->second.end() ||
          !sameHeads(cell->key, twin->second->key, type.getKeyDim(), heads) ||
          !sameHeads(cell->value, twin->second->value, type.getValueDim(), heads))
        return false;
    }
  }
  return true;
}

/// Whether two results have the same bits in a part.
bool samePart(const RuntimeValue& a, const RuntimeValue& b, Type type, const Box& part) {
  const Tensor *left = tensorOf(a), *right = tensorOf(b);
  if (!left) return sameState(stateOf(a), stateOf(b), cast<KvType>(type), part[0]);
  if (left->shape != right->shape) return false;
  for (int64_t i = 0; i < left->size(); ++i) {
    if (!isInside(part, left->shape, i)) continue;
    if (left->isRounded()) {
      const auto& a = std::get<interpreter::RoundedRows>(left->data)[i / gguf::kActivationGroup];
      const auto& b = std::get<interpreter::RoundedRows>(right->data)[i / gguf::kActivationGroup];
      if (!sameBits(a.scale, b.scale) || !llvm::equal(a.values, b.values)) return false;
      continue;
    }
    if (left->isInts() ? left->ints()[i] != right->ints()[i]
                       : !sameBits(left->reals()[i], right->reals()[i]))
      return false;
  }
  return true;
}

/// Some indices of each dimension alone, then boxes at random.
std::vector<Box> partsOf(const Box& whole, std::mt19937& random) {
  std::vector<Box> parts;
  for (size_t d = 0; d < whole.size(); ++d)
    for (int64_t i = 0; i < whole[d].end; i += std::max<int64_t>(1, whole[d].end / 4)) {
      parts.push_back(whole);
      parts.back()[d] = {i, i + 1};
    }
  for (int n = 0; n < 12; ++n) {
    parts.push_back(whole);
    for (Range& range : parts.back()) {
      range.begin = random() % range.end;
      range.end = range.begin + 1 + random() % (range.end - range.begin);
    }
  }
  return parts;
}

std::string text(const Box& box) {
  std::string out;
  for (Range range : box)
    out += " [" + std::to_string(range.begin) + ", " + std::to_string(range.end) + ")";
  return out;
}

/// One op of a test function, with a function that gives its operands and one that runs it alone.
class Instance {
 public:
  Instance(ModuleOp module, Operation* op) : op_(op) {
    auto function = op->getParentOfType<func::FuncOp>();
    OpBuilder builder(op->getContext());
    Location loc = op->getLoc();
    auto add = [&](auto newOp, Block*& block) {
      module.push_back(newOp);
      block = newOp.addEntryBlock();
      builder.setInsertionPointToEnd(block);
      return newOp;
    };
    Block* block = nullptr;
    operands_ = add(func::FuncOp::create(loc, "operands",
                                         builder.getFunctionType(function.getArgumentTypes(),
                                                                 op->getOperandTypes())),
                    block);
    IRMapping map;
    map.map(function.getArguments(), block->getArguments());
    for (Operation& before : function.front()) {
      if (&before == op) break;
      builder.clone(before, map);
    }
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) operands.push_back(map.lookup(operand));
    builder.create<func::ReturnOp>(loc, operands);

    auto type = builder.getFunctionType(op->getOperandTypes(), op->getResultTypes());
    alone_ = add(func::FuncOp::create(loc, "alone", type), block);
    builder.create<func::ReturnOp>(loc, cloneOnto(builder, block)->getResults());

    builder.setInsertionPointToEnd(module.getBody());
    kernel_ = builder.create<plan::KernelOp>(loc, "kernel", type, nullptr, nullptr);
    block = kernel_.addEntryBlock();
    builder.setInsertionPointToEnd(block);
    builder.create<plan::ReturnOp>(loc, cloneOnto(builder, block)->getResults());
  }

  ~Instance() {
    kernel_.erase();
    alone_.erase();
    operands_.erase();
  }

  /// Returns the numbers that it poisoned; none after a failure.
  int64_t check(Interpreter& interpreter, std::mt19937& random) {
    Values inputs, operands, whole;
    for (Type type : operands_.getArgumentTypes()) {
      if (!isa<KvType>(type)) return 0;
      inputs.push_back(std::make_shared<const State>());
    }
    // Some functions are there to fail.
    if (failed(interpreter.call(operands_, inputs, operands)) ||
        failed(interpreter.call(alone_, operands, whole)))
      return 0;
    SmallVector<Type> types;
    for (auto [value, type] : llvm::zip_equal(operands, alone_.getArgumentTypes()))
      types.push_back(typeOf(value, type));
    auto access = plan::KernelAccess::create(kernel_, types);
    EXPECT_TRUE(succeeded(access));
    if (failed(access)) return 0;
    int64_t count = 0;
    for (auto [r, type] : llvm::enumerate(alone_.getResultTypes())) {
      Box all = plan::wholeOf(typeOf(whole[r], type));
      if (llvm::any_of(all, [](Range range) { return range.isEmpty(); })) continue;
      for (const Box& part : partsOf(all, random)) {
        SmallVector<std::optional<Box>> reads = access->reads(r, part);
        auto [result, poisoned] = runPoisoned(interpreter, operands, reads, random);
        count += poisoned;
        EXPECT_TRUE(!result.empty() && samePart(whole[r], result[r], type, part))
            << "result " << r << text(part);
        if (::testing::Test::HasFailure()) return 0;
      }
    }
    return count;
  }

 private:
  Operation* cloneOnto(OpBuilder& builder, Block* block) {
    Operation* clone = builder.clone(*op_);
    clone->setOperands(block->getArguments());
    return clone;
  }

  /// Integers that index nothing fail where the whole result is computed: then it has to be others.
  std::pair<Values, int64_t> runPoisoned(Interpreter& interpreter, const Values& operands,
                                         ArrayRef<std::optional<Box>> reads, std::mt19937& random) {
    for (bool wild : {true, false}) {
      Poisoner poisoner(random, wild);
      Values poisoned, result;
      for (auto [value, type, box] : llvm::zip_equal(operands, alone_.getArgumentTypes(), reads))
        poisoned.push_back(poisoner.poison(value, type, box));
      if (succeeded(interpreter.call(alone_, poisoned, result)))
        return {std::move(result), poisoner.count()};
    }
    return {};
  }

  Operation* op_;
  func::FuncOp operands_, alone_;
  plan::KernelOp kernel_;
};

class TileTest : public ::testing::Test {
 protected:
  TileTest() : context_(knownDialects(), MLIRContext::Threading::DISABLED) {
    context_.loadAllAvailableDialects();
  }

  void checkFile(const fs::path& path) {
    ScopedDiagnosticHandler quiet(&context_, [](Diagnostic&) { return success(); });
    auto module = parseSourceFile<ModuleOp>(path.string(), &context_);
    ASSERT_TRUE(module) << path;
    SmallVector<Operation*> ops;
    module->walk([&](TileOpInterface op) {
      if (isa<func::FuncOp>(op->getParentOp())) ops.push_back(op);
    });
    for (Operation* op : ops) {
      std::string name = op->getName().getStringRef().str();
      SCOPED_TRACE(name + " of @" + op->getParentOfType<func::FuncOp>().getSymName().str() +
                   " in " + path.string());
      Instance instance(*module, op);
      Interpreter interpreter(*module, {.shardFolders = {path.parent_path().string()}});
      if (instance.check(interpreter, random_) > 0) proven_.insert(name);
      if (HasFailure()) return;
    }
  }

  MLIRContext context_;
  std::mt19937 random_{1};
  std::set<std::string> proven_;
};

TEST_F(TileTest, PartsNeedNoMoreThanTheirMapsSay) {
  for (const auto& entry : fs::directory_iterator(EMEL_SOURCE_DIR "/tests/interpreter"))
    if (entry.path().extension() == ".mlir") checkFile(entry.path());
  checkFile(EMEL_SOURCE_DIR "/tests/unit/dialect/tile_cases.mlir");
  for (RegisteredOperationName name : context_.getRegisteredOperations())
    if (name.hasInterface<TileOpInterface>())
      EXPECT_TRUE(proven_.count(name.getStringRef().str()))
          << "no function of tests/interpreter or of tile_cases.mlir has an "
          << name.getStringRef().str()
          << " of which a part needs less than the whole of its operands";
}

}  // namespace
