#include "dialects/plan/StatePages.h"

#include "dialects/emel/Emel.h"
#include "llvm/Support/MathExtras.h"
#include "runtime/include/emel/step.h"

using namespace mlir;
using namespace emel;
using namespace emel::plan;

int64_t StatePages::bytes() const {
  int64_t bytes = 0;
  for (const PageClass &each : classes) bytes += each.pages * each.pageBytes;
  return bytes;
}

int64_t StatePages::bytesWithoutWindows() const {
  int64_t bytes = 0;
  for (const PageClass &each : classes) bytes += classes.front().pages * each.pageBytes;
  return bytes;
}

namespace {

/// How far back a state is read, through all that continues it: -1 is nowhere, INT64_MAX
/// everywhere, which is also said of readers that are not known.
class WindowOf {
 public:
  explicit WindowOf(ModuleOp module) : symbols_(module) {}

  int64_t follow(Value state) {
    int64_t most = -1;
    for (OpOperand &use : state.getUses()) most = std::max(most, followUse(use));
    return most;
  }

 private:
  template <typename OpType>
  static int64_t windowOf(OpType op) {
    return op.getWindow() > 0 && !op.getBidirectional() ? op.getWindow() : INT64_MAX;
  }

  int64_t followUse(OpOperand &use) {
    Operation *op = use.getOwner();
    if (auto attention = dyn_cast<AttentionOp>(op)) return windowOf(attention);
    if (auto read = dyn_cast<KvReadOp>(op)) return windowOf(read);
    if (auto write = dyn_cast<KvWriteOp>(op)) return follow(write.getResult());
    if (auto launch = dyn_cast<LaunchOp>(op)) return followLaunch(launch, use.getOperandNumber());
    // A kernel's result is its launch's, which is followed on its own.
    return isa<ReturnOp>(op) ? -1 : INT64_MAX;
  }

  int64_t followLaunch(LaunchOp launch, unsigned operand) {
    auto kernel = symbols_.lookup<KernelOp>(launch.getKernel());
    BlockArgument argument = kernel.getArguments()[operand];
    int64_t most = follow(argument);
    for (auto [result, returned] :
         llvm::zip(launch.getResults(), kernel.getBody().front().getTerminator()->getOperands()))
      if (continues(returned, argument)) most = std::max(most, follow(result));
    return most;
  }

  static bool continues(Value state, BlockArgument argument) {
    while (auto write = state.getDefiningOp<KvWriteOp>()) state = write.getState();
    return state == argument;
  }

  SymbolTable symbols_;
};

}  // namespace

static void addLayer(StatePages &pages, KvType state, unsigned pageClass) {
  PageClass &own = pages.classes[pageClass];
  pages.layers.push_back({pageClass, own.pageBytes});
  int64_t cell = state.getHeads() * state.getHeadBytes();
  own.pageBytes += llvm::alignTo(cell * EMEL_PAGE_POSITIONS, 64);
  ++own.layers;
}

StatePages plan::layOutStates(EntryOp entry) {
  StatePages pages;
  for (Type type : entry.getArgumentTypes())
    if (auto state = dyn_cast<KvType>(type)) addLayer(pages, state, 0);
  return pages;
}

/// For each state the window that it keeps, 0 where it keeps everything.
static SmallVector<int64_t> findWindows(ModuleOp module, int64_t tokens, int64_t allPages) {
  WindowOf windows(module);
  SmallVector<int64_t> found;
  for (EntryOp entry : module.getOps<EntryOp>()) {
    unsigned layer = 0;
    for (BlockArgument argument : entry.getArguments()) {
      if (!isa<KvType>(argument.getType())) continue;
      if (layer == found.size()) found.push_back(-1);
      found[layer] = std::max(found[layer], windows.follow(argument));
      ++layer;
    }
  }
  for (int64_t &window : found)
    if (window < 0 || window >= INT32_MAX ||
        static_cast<int64_t>(EMEL_WINDOW_PAGES(window, tokens)) >= allPages)
      window = 0;
  return found;
}

StatePages plan::layOutStates(ModuleOp module) {
  auto entries = module.getOps<EntryOp>();
  auto model = module->getAttrOfType<DictionaryAttr>(EmelDialect::kModelAttr);
  if (!model || entries.empty())
    return entries.empty() ? StatePages() : layOutStates(*entries.begin());
  int64_t tokens = 0;
  for (EntryOp entry : entries) tokens = std::max<int64_t>(tokens, entry.getMaxTokens());
  StatePages pages;
  PageClass &all = pages.classes.front();
  all.pages = llvm::divideCeil(model.getAs<IntegerAttr>("context").getInt(), EMEL_PAGE_POSITIONS);
  SmallVector<int64_t> windows = findWindows(module, tokens, all.pages), sorted(windows);
  sorted.push_back(0);
  llvm::sort(sorted);
  sorted.erase(llvm::unique(sorted), sorted.end());
  for (int64_t window : ArrayRef(sorted).drop_front())
    pages.classes.push_back(
        {.window = window, .pages = static_cast<int64_t>(EMEL_WINDOW_PAGES(window, tokens))});
  size_t layer = 0;
  for (Type type : (*entries.begin()).getArgumentTypes())
    if (auto state = dyn_cast<KvType>(type))
      addLayer(pages, state, llvm::lower_bound(sorted, windows[layer++]) - sorted.begin());
  return pages;
}
