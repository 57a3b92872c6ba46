// usage: sample_bench [RUNS]
// Times one choice of a token, with its acceptance, by chains of samplers over vocabularies: CPU
// time, medians of RUNS (200).
#include "runtime/sample/sampler.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <utility>
#include <vector>

namespace {

using emel::sample::Kind;
using emel::sample::Options;
using emel::sample::Sampler;

Options Everything() {
  Options options;
  options.chain.push_back(Kind::kAdaptiveP);
  options.repeat_penalty = 1.1;
  options.frequency_penalty = 0.1;
  options.dry_multiplier = 0.8;
  options.top_n_sigma = 2;
  options.typical_p = 0.95;
  options.xtc_probability = 1;
  options.dynatemp_range = 0.3;
  options.adaptive_target = 0.3;
  return options;
}

Options Without(Options options, int64_t top_k) {
  options.top_k = top_k;
  return options;
}

Options Mirostat(int version) {
  Options options;
  options.mirostat = version;
  return options;
}

double Now() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) * 1e-3;
}

double Median(Sampler& sampler, const std::vector<float>& row, int runs) {
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const double begin = Now();
    auto id = sampler.Sample(row);
    if (!id.ok() || !sampler.Accept(*id).ok()) std::abort();
    times.push_back(Now() - begin);
  }
  std::nth_element(times.begin(), times.begin() + runs / 2, times.end());
  return times[runs / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::max(1, std::atoi(argv[1])) : 200;
  Options greedy;
  greedy.temperature = 0;
  const std::pair<const char*, Options> chains[] = {
      {"greedy", greedy},
      {"default", {}},
      {"every sampler", Everything()},
      {"default without top_k", Without({}, 0)},
      {"every sampler without top_k", Without(Everything(), 0)},
      {"mirostat 1", Mirostat(1)},
      {"mirostat 2", Mirostat(2)},
  };
  std::printf("%-30s %10s %10s\n", "microseconds", "49152", "151936");
  for (auto [name, options] : chains) {
    options.seed = 1;
    options.dry_breakers.clear();
    std::printf("%-30s", name);
    for (size_t size : {49152, 151936}) {
      std::mt19937 random(1);
      std::normal_distribution<float> logits(0, 2.5f);
      std::vector<float> row(size);
      for (float& logit : row) logit = logits(random);
      auto sampler = Sampler::Create({size}, options);
      if (!sampler.ok()) std::abort();
      for (int i = 0; i < 500; ++i) (void)sampler->Accept(i % 17);
      std::printf(" %10.1f", Median(*sampler, row, runs));
    }
    std::printf("\n");
  }
}
