// Whether a team of threads is worth its barriers, found out while training.
#pragma once

#include <algorithm>
#include <chrono>

namespace axone {

/// The first steps are made by one thread, the next by the team, and the faster way makes the rest. A
/// long step tells enough by itself: a run may have few of them. Not by turns: after a step of one thread
/// all is in its cache and the others are asleep, so that a team's single step tells nothing. A team whose
/// steps then take longer than a single thread's, because other programs have its processors, is left for
/// good. Both ways compute the same bits.
class ThreadTrial {
 public:
  /// Take the team at every step, whatever it costs.
  void force_team() { stage_ = Stage::forced; }

  bool uses_team() const {
    return stage_ == Stage::trial ? knows_alone_ : stage_ != Stage::alone;
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
  static constexpr int kStepsAlone = 3, kStepsOfTeam = 5;
  static constexpr double kSecondsAlone = 2e-3;
  // Short steps are not shared out: waiting for one another costs more. For others the system needs
  // some time to give the threads processors of their own.
  static constexpr double kShortest = 20e-6, kSecondsOfTeam = 0.05, kClear = 0.9;
  // Some programs need a processor for a moment: a team is judged by what it takes on the whole.
  static constexpr int kStepsWatched = 32;
  static constexpr double kSecondsWatched = 0.05, kTooSlow = 1.05;

  bool is_watched() const { return stage_ == Stage::trial || stage_ == Stage::team; }

  void compare(double seconds) {
    // The shortest time of each way: a longer one only tells what else the machine was doing.
    ++steps_;
    total_ += seconds;
    if (!knows_alone_) {
      best_alone_ = std::min(best_alone_, seconds);
      if (steps_ < kStepsAlone && total_ < kSecondsAlone) return;
      knows_alone_ = true;
      if (best_alone_ < kShortest) stage_ = Stage::alone;
      total_ = 0;
      steps_ = 0;
      return;
    }
    best_of_team_ = std::min(best_of_team_, seconds);
    const bool is_enough = steps_ >= kStepsOfTeam && total_ > kSecondsOfTeam;
    if (best_of_team_ > kClear * best_alone_ && !is_enough) return;
    stage_ = best_of_team_ < best_alone_ ? Stage::team : Stage::alone;
    total_ = 0;
    steps_ = 0;
  }

  void watch(double seconds) {
    total_ += seconds;
    if (++steps_ < kStepsWatched || total_ < kSecondsWatched) return;
    if (total_ > kTooSlow * best_alone_ * steps_) stage_ = Stage::alone;
    total_ = 0;
    steps_ = 0;
  }

  Stage stage_ = Stage::trial;
  bool knows_alone_ = false;  // how long a step of one thread takes
  int steps_ = 0;
  double best_alone_ = 1e300, best_of_team_ = 1e300;
  double total_ = 0;
  Clock::time_point started_;
};

}  // namespace axone
