#include "runtime/sample/candidates.h"

#include "runtime/sample/exp_log.h"
#include "runtime/sample/rows.h"

#include <cmath>
#include <utility>

namespace emel::sample {

Candidates::Candidates(size_t vocabulary)
    : vocabulary_(vocabulary),
      ids_(vocabulary),
      logits_(vocabulary),
      p_(vocabulary),
      ranked_(vocabulary) {}

void Candidates::Reset(float* row) {
  row_ = row;
  size_ = 0;
}

void Candidates::ResetCertain(const float* row) {
  Reset(nullptr);
  for (size_t i = 0; i < vocabulary_; ++i) {
    if (row[i] != std::numeric_limits<float>::infinity()) continue;
    ids_[size_] = static_cast<int32_t>(i);
    logits_[size_++] = 0;
  }
}

double Candidates::MaxLogit() const {
  return row_ != nullptr ? Max(row_, vocabulary_) : Max(logits_.data(), size_);
}

// The row's candidates of at least `least`, block by block, as few blocks have any.
void Candidates::Gather(float least) {
  least = std::max(least, std::numeric_limits<float>::lowest());
  const auto take = [&](size_t i) {
    ids_[size_] = static_cast<int32_t>(i);
    logits_[size_] = row_[i];
    size_ += row_[i] >= least;
  };
  size_t i = 0;
  for (; i + kBlock < vocabulary_; i += kBlock) {
    if (!AnyAtLeast(row_ + i, least)) continue;
    for (size_t j = i; j < i + kBlock; ++j) take(j);
  }
  for (; i < vocabulary_; ++i) take(i);
  row_ = nullptr;
}

size_t Candidates::List() {
  if (row_ != nullptr) Gather(std::numeric_limits<float>::lowest());
  return size_;
}

template <typename Keep>
void Candidates::Filter(Keep keep) {
  size_t kept = 0;
  for (size_t i = 0; i < size_; ++i) {
    const bool stays = keep(i);
    ids_[kept] = ids_[i];
    logits_[kept] = logits_[i];
    p_[kept] = p_[i];
    kept += stays;
  }
  size_ = kept;
}

// Keeps what may be among the best in a buffer, and what is certainly not out of it.
void Candidates::TopOfRow(size_t count) {
  const size_t room = std::min(vocabulary_, 4 * count + kBlock);
  size_t held = 0;
  float least = std::numeric_limits<float>::lowest();
  const auto cut = [&] {
    std::nth_element(ranked_.begin(), ranked_.begin() + (count - 1), ranked_.begin() + held);
    held = count;
    // Of equals, later ids lose.
    least = std::nextafter(static_cast<float>(-ranked_[count - 1].key),
                           std::numeric_limits<float>::infinity());
  };
  for (size_t i = 0; i < vocabulary_; i += kBlock) {
    const size_t end = std::min(i + kBlock, vocabulary_);
    if (end - i == kBlock && !AnyAtLeast(row_ + i, least)) continue;
    for (size_t j = i; j < end; ++j) {
      if (!(row_[j] >= least)) continue;
      ranked_[held++] = {-static_cast<double>(row_[j]), 0, static_cast<uint32_t>(j)};
      if (held == room && held > count) cut();
    }
  }
  if (held > count) cut();
  std::sort(ranked_.begin(), ranked_.begin() + held,
            [](const Ranked& a, const Ranked& b) { return a.index < b.index; });
  for (size_t i = 0; i < held; ++i) {
    ids_[i] = static_cast<int32_t>(ranked_[i].index);
    logits_[i] = -ranked_[i].key;
  }
  size_ = held;
  row_ = nullptr;
}

void Candidates::KeepTop(size_t count) {
  if (row_ != nullptr && count < vocabulary_ / 8) return TopOfRow(count);
  if (List() <= count) return;
  for (uint32_t i = 0; i < size_; ++i) ranked_[i] = {-logits_[i], 0, i};
  std::nth_element(ranked_.begin(), ranked_.begin() + (count - 1), ranked_.begin() + size_);
  const Ranked last = ranked_[count - 1];
  Filter([&](size_t i) { return !(last < Ranked{-logits_[i], 0, static_cast<uint32_t>(i)}); });
}

void Candidates::KeepAtLeast(double logit) {
  if (row_ == nullptr) return Filter([&](size_t i) { return logits_[i] >= logit; });
  // The lowest float that is not below it.
  constexpr double kLowest = std::numeric_limits<float>::lowest();
  float least = static_cast<float>(std::max(logit, kLowest));
  if (least < logit) least = std::nextafter(least, std::numeric_limits<float>::infinity());
  Gather(least);
}

void Candidates::KeepNearTop(double deviations) {
  const double max = MaxLogit();
  const double deviation =
      row_ != nullptr ? Deviation(row_, vocabulary_, max) : Deviation(logits_.data(), size_, max);
  KeepAtLeast(max - deviations * deviation);
}

void Candidates::Scale(double temperature) {
  // Below it quotients would no longer be finite.
  constexpr double kGreedy = 1e-30;
  if (temperature < kGreedy) return KeepTop(1);
  if (temperature == 1) return;
  List();
  for (size_t i = 0; i < size_; ++i) logits_[i] /= temperature;
}

void Candidates::Normalise() {
  List();
  max_ = Max(logits_.data(), size_);
  const double total = Exponentials(logits_.data(), size_, max_, p_.data());
  log_total_ = Log(total);
  for (size_t i = 0; i < size_; ++i) p_[i] /= total;
}

// -sum of p log p, with one logarithm.
double Candidates::Entropy() const {
  return std::max(0.0, log_total_ - WeightedSum(p_.data(), logits_.data(), size_, max_));
}

// Quickselect by weight: which is the last of those that are needed. Pivots come from a fixed
// sequence.
Candidates::Ranked Candidates::LastWithin(double mass, bool more) {
  const auto enough = [&](double sum) { return more ? sum > mass : sum >= mass; };
  size_t low = 0, high = size_;
  double before = 0;
  uint64_t pivots = 0;
  while (high - low > 1) {
    pivots = pivots * 6364136223846793005u + 1442695040888963407u;
    std::swap(ranked_[low + (pivots >> 33) % (high - low)], ranked_[high - 1]);
    const Ranked pivot = ranked_[high - 1];
    size_t middle = low;
    double sum = before;
    for (size_t i = low; i + 1 < high; ++i) {
      if (!(ranked_[i] < pivot)) continue;
      sum += ranked_[i].weight;
      std::swap(ranked_[i], ranked_[middle++]);
    }
    std::swap(ranked_[middle], ranked_[high - 1]);
    if (middle > low && enough(sum)) {
      high = middle;
    } else if (enough(sum + pivot.weight) || middle + 1 == high) {
      return pivot;
    } else {
      before = sum + pivot.weight;
      low = middle + 1;
    }
  }
  return ranked_[low];
}

// Logits of 32 bits say no more of a probability, and a mass such as 0.7 is to be that of 0.4 and
// 0.3.
constexpr double kSlack = 1e-6;

// ranked_ has a key for each of the list.
void Candidates::KeepRankedMass(double mass, bool more) {
  for (uint32_t i = 0; i < size_; ++i) p_[i] = ranked_[i].key;  // which selection mixes up
  const Ranked last = LastWithin(mass, more);
  Filter([&](size_t i) { return !(last < Ranked{p_[i], 0, static_cast<uint32_t>(i)}); });
}

void Candidates::KeepMass(double mass) {
  Normalise();
  for (uint32_t i = 0; i < size_; ++i) ranked_[i] = {-logits_[i], p_[i], i};
  KeepRankedMass(mass - kSlack, false);
}

void Candidates::KeepTypical(double mass) {
  Normalise();
  const double entropy = Entropy();
  for (uint32_t i = 0; i < size_; ++i) ranked_[i] = {std::abs(log_p(i) + entropy), p_[i], i};
  KeepRankedMass(mass + kSlack, true);
}

void Candidates::DropLikely(double probability) {
  Normalise();
  Ranked last{-1, 0, 0};
  for (uint32_t i = 0; i < size_; ++i) {
    const Ranked here{-logits_[i], 0, i};
    if (p_[i] >= probability && (last.weight == 0 || last < here)) last = {here.key, 1, i};
  }
  if (last.weight == 0) return;
  Filter([&](size_t i) { return p_[i] < probability || i == last.index; });
}

const Candidates::Ranked* Candidates::Best(size_t count) {
  for (uint32_t i = 0; i < size_; ++i) ranked_[i] = {-p_[i], 0, i};
  std::partial_sort(ranked_.begin(), ranked_.begin() + std::min(count, size_),
                    ranked_.begin() + size_);
  return ranked_.data();
}

}  // namespace emel::sample
