// How the compiled benchmarks take time: by a clock that never goes back, and as the best of several
// repetitions, because what is looked for is what the code can do, not what the machine does beside it.
#pragma once

#include <algorithm>
#include <chrono>

namespace timing {

constexpr double kShortest = 0.004;  // seconds of one repetition
constexpr int kRepetitions = 15;

inline double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

// The seconds of one call, in the best of several repetitions of calls enough to be timed.
template <class Work>
double best_seconds(Work work) {
  long calls = 1;
  for (;; calls *= 2) {
    const double start = now();
    for (long n = 0; n < calls; ++n) work();
    if (now() - start > kShortest) break;
  }
  double best = 1e9;
  for (int n = 0; n < kRepetitions; ++n) {
    const double start = now();
    for (long call = 0; call < calls; ++call) work();
    best = std::min(best, (now() - start) / static_cast<double>(calls));
  }
  return best;
}

}  // namespace timing
