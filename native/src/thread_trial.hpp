// Whether a team of threads is worth its barriers, found out while training.
#pragma once

#include <algorithm>
#include <chrono>

namespace axone {

/// The first steps are made by turns with the team and without, until one way is clearly faster or
/// enough are made, and the faster way makes the rest. Both compute the same bits.
class ThreadTrial {
 public:
  /// Take the team at every step, whatever it costs.
  void force_team() { decided_ = team_is_faster_ = true; }

  bool uses_team() const { return decided_ ? team_is_faster_ : steps_ % 2 == 1; }
  void before_step() {
    if (!decided_) started_ = Clock::now();
  }
  void after_step() {
    if (decided_) return;
    const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
    // The shortest time of each way: a longer one only tells what else the machine was doing.
    double& best = best_[steps_ % 2];
    best = std::min(best, seconds);
    if (++steps_ % 2 == 1 || steps_ < kFewestSteps) return;
    const bool is_clear = std::min(best_[0], best_[1]) < kClear * std::max(best_[0], best_[1]);
    decided_ = is_clear || steps_ >= kSteps;
    team_is_faster_ = best_[1] < best_[0];
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr int kFewestSteps = 4, kSteps = 20;
  static constexpr double kClear = 0.8;
  int steps_ = 0;
  bool decided_ = false;
  bool team_is_faster_ = false;
  double best_[2] = {1e300, 1e300};
  Clock::time_point started_;
};

}  // namespace axone
