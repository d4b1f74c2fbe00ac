// Whether a team of threads is worth its barriers, found out while training.
#pragma once

#include <algorithm>
#include <chrono>

namespace axone {

/// The first steps are made by turns with the team and without, until one way is clearly faster or
/// enough are made, and the faster way makes the rest. A team whose steps then take longer than a
/// single thread's, because other programs have its processors, is left for good. Both ways compute
/// the same bits.
class ThreadTrial {
 public:
  /// Take the team at every step, whatever it costs.
  void force_team() { stage_ = Stage::forced; }

  bool uses_team() const {
    return stage_ == Stage::trial ? steps_ % 2 == 1 : stage_ != Stage::alone;
  }
  void before_step() {
    if (is_watched()) started_ = Clock::now();
  }
  void after_step() {
    if (!is_watched()) return;
    const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
    stage_ == Stage::trial ? compare(seconds) : watch(seconds);
  }

 private:
  using Clock = std::chrono::steady_clock;
  enum class Stage { trial, team, alone, forced };
  static constexpr int kFewestSteps = 4, kSteps = 20;
  static constexpr double kClear = 0.8;
  // Some programs need a processor for a moment: a team is judged by what it takes on the whole.
  static constexpr int kStepsWatched = 32;
  static constexpr double kSecondsWatched = 0.05, kTooSlow = 1.05;

  bool is_watched() const { return stage_ == Stage::trial || stage_ == Stage::team; }

  void compare(double seconds) {
    // The shortest time of each way: a longer one only tells what else the machine was doing.
    double& best = best_[steps_ % 2];
    best = std::min(best, seconds);
    if (++steps_ % 2 == 1 || steps_ < kFewestSteps) return;
    const bool is_clear = std::min(best_[0], best_[1]) < kClear * std::max(best_[0], best_[1]);
    if (!is_clear && steps_ < kSteps) return;
    stage_ = best_[1] < best_[0] ? Stage::team : Stage::alone;
    steps_ = 0;
  }

  void watch(double seconds) {
    total_ += seconds;
    if (++steps_ < kStepsWatched || total_ < kSecondsWatched) return;
    if (total_ > kTooSlow * best_[0] * steps_) stage_ = Stage::alone;
    total_ = 0;
    steps_ = 0;
  }

  Stage stage_ = Stage::trial;
  int steps_ = 0;
  double best_[2] = {1e300, 1e300};
  double total_ = 0;
  Clock::time_point started_;
};

}  // namespace axone
