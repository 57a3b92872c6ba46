#ifndef EMEL_TESTS_RANDOM_RANDOM_H_
#define EMEL_TESTS_RANDOM_RANDOM_H_

#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace emel::random {

// Draws that are the same on every machine: the standard's distributions are not.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  uint64_t bits() { return engine_(); }
  int64_t below(int64_t limit) {
    return static_cast<int64_t>(engine_() % static_cast<uint64_t>(limit));
  }
  int64_t between(int64_t least, int64_t most) { return least + below(most - least + 1); }
  // True once in `share` times.
  bool once(int64_t share) { return below(share) == 0; }
  double unit() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  template <typename List>
  auto& pick(List& list) {
    return list[below(static_cast<int64_t>(std::size(list)))];
  }
  template <typename T>
  T of(std::initializer_list<T> list) {
    return *(list.begin() + below(static_cast<int64_t>(list.size())));
  }
  // About normal: a sum of uniform numbers, whose bits need no library.
  float normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += unit();
    return static_cast<float>(sum);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace emel::random

#endif  // EMEL_TESTS_RANDOM_RANDOM_H_
