#include "runtime/plan/graph.h"

#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

namespace emel::plan {
namespace {

constexpr uint64_t kLargest = std::numeric_limits<int64_t>::max();
constexpr size_t kMost = std::numeric_limits<int32_t>::max();

template <typename T>
bool Contains(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

absl::Status CheckFlags(uint32_t flags, uint32_t allowed) {
  if ((flags & ~allowed) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected flags within ", allowed, ", found ", flags));
}

absl::Status CheckCount(size_t count, const char* what) {
  if (count < kMost) return absl::OkStatus();
  return absl::OutOfRangeError(absl::StrCat("expected at most ", kMost, " ", what));
}

}  // namespace

absl::StatusOr<int32_t> Graph::AddTensor(uint64_t bytes, uint32_t arena, uint32_t flags) {
  EMEL_RETURN_IF_ERROR(CheckFlags(flags, kInput | kOutput | kExternal));
  EMEL_RETURN_IF_ERROR(CheckCount(tensors_.size(), "tensors"));
  if (bytes > kLargest) {
    return absl::OutOfRangeError(absl::StrCat("tensor ", tensors_.size(),
                                              ": expected at most 2^63 - 1 bytes, found ", bytes));
  }
  if (arena > kMost) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor ", tensors_.size(), ": there is no arena ", arena));
  }
  const auto id = static_cast<int32_t>(tensors_.size());
  const bool external = flags & kExternal;
  tensors_.push_back({.bytes = static_cast<int64_t>(bytes),
                      .arena = static_cast<int32_t>(arena),
                      .root = id,
                      .input = (flags & kInput) && !external,
                      .output = (flags & kOutput) && !external,
                      .external = external,
                      .written = (flags & (kInput | kExternal)) != 0});
  return id;
}

absl::StatusOr<int32_t> Graph::AddView(int32_t of, uint64_t offset, uint64_t bytes,
                                       uint32_t flags) {
  EMEL_RETURN_IF_ERROR(CheckFlags(flags, kOutput));
  EMEL_RETURN_IF_ERROR(CheckCount(tensors_.size(), "tensors"));
  if (!Has(of)) {
    return absl::InvalidArgumentError(
        absl::StrCat("view: expected one of ", tensors_.size(), " tensors, found ", of));
  }
  const Tensor& parent = tensors_[of];
  uint64_t end;
  if (__builtin_add_overflow(offset, bytes, &end)) {
    return absl::OutOfRangeError(absl::StrCat("view of tensor ", of, ": ", bytes,
                                              " bytes from offset ", offset,
                                              " on end past 2^64 - 1"));
  }
  if (end > static_cast<uint64_t>(parent.bytes)) {
    return absl::InvalidArgumentError(
        absl::StrCat("view of tensor ", of, ": expected to end within ", parent.bytes,
                     " bytes, found ", bytes, " bytes at offset ", offset));
  }
  const auto id = static_cast<int32_t>(tensors_.size());
  tensors_.push_back({.bytes = static_cast<int64_t>(bytes),
                      .arena = parent.arena,
                      .root = parent.root,
                      .offset = parent.offset + static_cast<int64_t>(offset),
                      .output = (flags & kOutput) && !parent.external,
                      .external = parent.external});
  return id;
}

absl::Status Graph::CheckSources(const Node& node) const {
  for (const int32_t source : node.sources) {
    if (!Has(source)) {
      return absl::InvalidArgumentError(absl::StrCat("node ", nodes_.size(),
                                                     ": expected a source that is one of ",
                                                     tensors_.size(), " tensors, found ", source));
    }
    if (!tensors_[tensors_[source].root].written) {
      return absl::InvalidArgumentError(
          absl::StrCat("node ", nodes_.size(), " reads tensor ", source,
                       ", which is no input and which no earlier node writes"));
    }
  }
  return absl::OkStatus();
}

absl::Status Graph::CheckResults(const Node& node) const {
  for (size_t i = 0; i < node.results.size(); ++i) {
    const int32_t result = node.results[i];
    if (!Has(result)) {
      return absl::InvalidArgumentError(absl::StrCat("node ", nodes_.size(),
                                                     ": expected a result that is one of ",
                                                     tensors_.size(), " tensors, found ", result));
    }
    const int32_t writer = tensors_[result].writer;
    if (writer >= 0) {
      return absl::InvalidArgumentError(absl::StrCat("node ", nodes_.size(), " writes tensor ",
                                                     result, ", the result of node ", writer));
    }
    if (tensors_[result].input) {
      return absl::InvalidArgumentError(absl::StrCat("node ", nodes_.size(), " writes tensor ",
                                                     result,
                                                     ", an input; a view of it may be written"));
    }
    if (std::find(node.results.begin(), node.results.begin() + i, result) !=
        node.results.begin() + i) {
      return absl::InvalidArgumentError(
          absl::StrCat("node ", nodes_.size(), " has tensor ", result, " as a result twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status Graph::CheckNode(const Node& node) const {
  EMEL_RETURN_IF_ERROR(CheckCount(nodes_.size(), "nodes"));
  const size_t most = std::max({node.sources.size(), node.results.size(), node.in_place.size()});
  if (most > kMostOfNode) {
    return absl::OutOfRangeError(
        absl::StrCat("node ", nodes_.size(), ": expected at most ", kMostOfNode,
                     " sources, results and permissions each, found ", most));
  }
  EMEL_RETURN_IF_ERROR(CheckSources(node));
  EMEL_RETURN_IF_ERROR(CheckResults(node));
  for (const auto& [from, into] : node.in_place) {
    if (Contains(node.sources, from) && Contains(node.results, into)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("node ", nodes_.size(),
                     ": in place: expected one of its sources and one of its results, found "
                     "tensors ",
                     from, " and ", into));
  }
  return absl::OkStatus();
}

absl::StatusOr<int32_t> Graph::AddNode(Node node) {
  EMEL_RETURN_IF_ERROR(CheckNode(node));
  nodes_.push_back(std::move(node));
  const auto id = static_cast<int32_t>(nodes_.size() - 1);
  for (const int32_t result : nodes_.back().results) {
    tensors_[result].writer = id;
    tensors_[tensors_[result].root].written = true;
  }
  return id;
}

std::vector<Buffer> Graph::FindSpans() const {
  std::vector<Buffer> spans(tensors_.size(), {.lower = -1, .upper = -1});
  for (size_t t = 0; t < tensors_.size(); ++t) {
    spans[t].size = tensors_[t].bytes;
    if (tensors_[t].input) spans[t] = {.lower = 0, .upper = 1, .size = tensors_[t].bytes};
  }
  int64_t moment = 0;
  const auto touch = [&](int32_t tensor) {
    Buffer& span = spans[tensors_[tensor].root];
    if (span.lower < 0) span.lower = moment;
    span.upper = moment + 1;
  };
  for (const Node& node : nodes_) {
    ++moment;
    std::for_each(node.sources.begin(), node.sources.end(), touch);
    std::for_each(node.results.begin(), node.results.end(), touch);
  }
  for (const Tensor& tensor : tensors_) {
    if (tensor.output) spans[tensor.root].upper = moment + 2;
  }
  return spans;
}

bool Graph::MayShare(const Node& node, const InPlace& pair, const std::vector<Buffer>& spans,
                     int64_t moment) const {
  const Tensor &from = tensors_[pair.from], &into = tensors_[pair.into];
  if (from.external || into.external || into.root != pair.into || into.root == from.root) {
    return false;
  }
  const auto whole = [&](const Tensor& t) { return t.bytes == tensors_[t.root].bytes; };
  const auto in_from = [&](int32_t t) { return tensors_[t].root == from.root; };
  return whole(from) && spans[from.root].upper == moment + 1 && spans[into.root].lower == moment &&
         std::all_of(node.sources.begin(), node.sources.end(),
                     [&](int32_t t) { return !in_from(t) || whole(tensors_[t]); }) &&
         std::none_of(node.results.begin(), node.results.end(), in_from);
}

absl::StatusOr<Lifetimes> Graph::FindLifetimes() const {
  const std::vector<Buffer> spans = FindSpans();
  Lifetimes lifetimes{.buffer_of = std::vector<int32_t>(tensors_.size(), -1)};
  for (size_t t = 0; t < tensors_.size(); ++t) {
    const Tensor& tensor = tensors_[t];
    if (tensor.external) continue;
    if (tensor.root != static_cast<int32_t>(t)) {
      lifetimes.buffer_of[t] = lifetimes.buffer_of[tensor.root];
      continue;
    }
    if (spans[t].lower < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("tensor ", t, " is no input, and no node writes it"));
    }
    lifetimes.buffer_of[t] = static_cast<int32_t>(lifetimes.buffers.size());
    lifetimes.buffers.push_back(spans[t]);
    lifetimes.tensor_of.push_back(static_cast<int32_t>(t));
  }
  int64_t moment = 0;
  for (const Node& node : nodes_) {
    ++moment;
    for (const InPlace& pair : node.in_place) {
      if (!MayShare(node, pair, spans, moment)) continue;
      lifetimes.in_place.push_back(
          {.from = lifetimes.buffer_of[pair.from], .into = lifetimes.buffer_of[pair.into]});
    }
  }
  return lifetimes;
}

}  // namespace emel::plan
