#ifndef EMEL_RUNTIME_PLAN_GRAPH_H_
#define EMEL_RUNTIME_PLAN_GRAPH_H_

#include "runtime/plan/problem.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <vector>

namespace emel::plan {

// A tensor is a view if its root is another one. Views take no bytes: they lie in their root's.
struct Tensor {
  int64_t bytes = 0;
  int32_t arena = 0;
  int32_t root = 0;    // itself, if it is no view
  int64_t offset = 0;  // in the root
  bool input = false;
  bool output = false;
  bool external = false;  // somebody else's memory
  int32_t writer = -1;    // the node it is the result of

  // Of a root: whether there is something to read in it.
  bool written = false;
};

struct Node {
  std::vector<int32_t> sources;
  std::vector<int32_t> results;
  std::vector<InPlace> in_place;  // tensors: a result may take the bytes of a source
};

// When the tensors of a graph need bytes. Each tensor that is no view and not external is a buffer;
// inputs start at moment 0, node k runs at moment k + 1, outputs live past the last node. Of the
// nodes' permissions those are here that the graph allows: the source dies, it is all of its
// buffer, and nothing else that the node reads or writes is a part of it.
struct Lifetimes {
  std::vector<Buffer> buffers;     // in the order of their tensors
  std::vector<int32_t> tensor_of;  // of each buffer
  std::vector<int32_t> buffer_of;  // of each tensor; -1 if it is external
  std::vector<InPlace> in_place;   // buffers
};

// A graph in execution order: a node reads what is an input, external, or an earlier node's result.
// So there are no cycles. What is refused leaves the graph as it was.
class Graph {
 public:
  enum Flag : uint32_t { kInput = 1, kOutput = 2, kExternal = 4 };

  // Sources, results and permissions of a node, each: they are searched for one another.
  static constexpr size_t kMostOfNode = 4096;

  absl::StatusOr<int32_t> AddTensor(uint64_t bytes, uint32_t arena, uint32_t flags);
  // Of `flags`, kOutput alone makes sense here.
  absl::StatusOr<int32_t> AddView(int32_t of, uint64_t offset, uint64_t bytes, uint32_t flags);
  absl::StatusOr<int32_t> AddNode(Node node);

  absl::StatusOr<Lifetimes> FindLifetimes() const;

  const std::vector<Tensor>& tensors() const { return tensors_; }
  const std::vector<Node>& nodes() const { return nodes_; }

 private:
  bool Has(int32_t tensor) const {
    return tensor >= 0 && static_cast<size_t>(tensor) < tensors_.size();
  }
  absl::Status CheckNode(const Node& node) const;
  absl::Status CheckSources(const Node& node) const;
  absl::Status CheckResults(const Node& node) const;
  std::vector<Buffer> FindSpans() const;  // of each tensor that is a root
  bool MayShare(const Node& node, const InPlace& pair, const std::vector<Buffer>& spans,
                int64_t moment) const;

  std::vector<Tensor> tensors_;
  std::vector<Node> nodes_;
};

}  // namespace emel::plan

#endif  // EMEL_RUNTIME_PLAN_GRAPH_H_
