#ifndef EMEL_RUNTIME_SAMPLE_CANDIDATES_H_
#define EMEL_RUNTIME_SAMPLE_CANDIDATES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace emel::sample {

// A number for some tokens of the vocabulary; 0 for the others.
class TokenValues {
 public:
  TokenValues(size_t vocabulary, size_t most) : values_(vocabulary), ids_(most) {}

  float operator[](int32_t id) const { return values_[id]; }
  void Set(int32_t id, float value) {
    if (values_[id] == 0) ids_[count_++] = id;
    values_[id] = value;
  }
  void Clear() {
    for (size_t i = 0; i < count_; ++i) values_[ids_[i]] = 0;
    count_ = 0;
  }
  const int32_t* begin() const { return ids_.data(); }
  const int32_t* end() const { return ids_.data() + count_; }

 private:
  std::vector<float> values_;
  std::vector<int32_t> ids_;
  size_t count_ = 0;
};

// The tokens that may still be chosen, in order of their ids, each with its logit. They are the row
// itself until a sampler removes some of them or changes all, and a list from then on. A logit of
// -inf is no candidate.
//
// The order between candidates is that of a key; of two with the same key the lower id comes first.
// So no algorithm and no library decides which of them remain. Nothing allocates after
// construction.
class Candidates {
 public:
  explicit Candidates(size_t vocabulary);

  // Starts again with a row of as many logits as the vocabulary has, which stays as it is while
  // candidates are used, unless Update changes it.
  void Reset(float* row);
  // Starts with those alone whose logits are +inf, all with the same one.
  void ResetCertain(const float* row);

  // Replaces the logits of the tokens that have a value by f(logit, value), which stays finite.
  template <typename F>
  void Update(const TokenValues& tokens, F f) {
    if (row_ != nullptr) {
      for (int32_t id : tokens) row_[id] = static_cast<float>(Finite(row_[id], f, tokens[id]));
    } else {
      for (size_t i = 0; i < size_; ++i) {
        if (tokens[ids_[i]] != 0) logits_[i] = Finite(logits_[i], f, tokens[ids_[i]]);
      }
    }
  }

  double MaxLogit() const;
  void KeepTop(size_t count);           // by logit, the highest first
  void KeepAtLeast(double logit);       // which the highest is
  void KeepNearTop(double deviations);  // above the highest less deviations of all logits
  void Scale(double temperature);       // 0: the best alone
  // The fewest whose probabilities sum up to `mass`, the highest first.
  void KeepMass(double mass);
  // The fewest whose probabilities sum up to more than `mass`, those first whose surprise is next
  // to the expected.
  void KeepTypical(double mass);
  // Drops all at or above a probability but the least likely of them.
  void DropLikely(double probability);

  // The list, with p = e^(logit - max) / total, which these make sure of.
  size_t List();           // returns its size
  void Normalise();        // probabilities
  double Entropy() const;  // after Normalise
  size_t size() const { return size_; }
  const int32_t* ids() const { return ids_.data(); }
  double* logits() { return logits_.data(); }
  const double* p() const { return p_.data(); }
  double log_p(size_t i) const { return (logits_[i] - max_) - log_total_; }

  // Indices of the list, the `count` most likely first, valid until the next call of anything.
  struct Ranked {
    double key;
    double weight;
    uint32_t index;
    bool operator<(const Ranked& other) const {
      return key < other.key || (key == other.key && index < other.index);
    }
  };
  const Ranked* Best(size_t count);

 private:
  template <typename Number, typename F>
  static double Finite(Number logit, F f, float value) {
    constexpr double kMost = std::numeric_limits<float>::max();
    if (logit == -std::numeric_limits<Number>::infinity()) return logit;
    return std::clamp<double>(f(static_cast<double>(logit), static_cast<double>(value)), -kMost,
                              kMost);
  }
  template <typename Keep>
  void Filter(Keep keep);
  void Gather(float least);
  void TopOfRow(size_t count);
  void KeepRankedMass(double mass, bool more);
  Ranked LastWithin(double mass, bool more);

  size_t vocabulary_;
  float* row_ = nullptr;  // null: the list below counts
  size_t size_ = 0;
  std::vector<int32_t> ids_;
  std::vector<double> logits_, p_;
  std::vector<Ranked> ranked_;
  double max_ = 0, log_total_ = 0;
};

}  // namespace emel::sample

#endif  // EMEL_RUNTIME_SAMPLE_CANDIDATES_H_
