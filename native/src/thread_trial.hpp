// Whether a team of threads is worth its barriers, found out while training.
#pragma once

#include <algorithm>
#include <chrono>

namespace axone {

/// A step tells whether steps are long. Short ones: a few are made by one thread, a few by the team, and
/// the faster way makes the rest; not by turns, because after a step of one thread all is in its cache and
/// the others are asleep, so that a team's single step tells nothing. Long ones: a run may have only few of
/// them, and barriers cost them nothing, so that the team makes all of a short run, and one thread makes
/// one to compare with when it would not be missed. A team whose steps then take longer than a single
/// thread's, because other programs have its processors, is left for good. Both ways compute the same bits.
class ThreadTrial {
 public:
  /// Take the team at every step, whatever it costs.
  void force_team() { stage_ = Stage::forced; }

  bool uses_team() const {
    switch (stage_) {
      case Stage::one_alone:
      case Stage::some_alone:
      case Stage::alone:
        return false;
      default:
        return true;
    }
  }
  void before_step() {
    if (is_watched()) started_ = Clock::now();
  }
  void after_step() {
    if (!is_watched()) return;
    const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
    ++steps_;
    total_ += seconds;
    take(seconds);
  }

 private:
  using Clock = std::chrono::steady_clock;
  // Whose steps are made, until the last three, of which one is for good: of the team, to learn whether
  // they are long, and while they are long; one alone, to compare with; or some alone and some of the team.
  enum class Stage { first, long_ones, one_alone, some_alone, some_of_team, team, alone, forced };
  static constexpr int kStepsAlone = 3, kStepsOfTeam = 5;
  // Short steps are not shared out: waiting for one another costs more. For others the system needs
  // some time to give the threads processors of their own.
  static constexpr double kLong = 1e-3, kShortest = 20e-6, kSecondsOfTeam = 0.05, kClear = 0.9;
  static constexpr double kSecondsOfLong = 0.2;
  // Some programs need a processor for a moment: a team is judged by what it takes on the whole.
  static constexpr int kStepsWatched = 32;
  static constexpr double kSecondsWatched = 0.05, kTooSlow = 1.05;

  bool is_watched() const { return stage_ != Stage::alone && stage_ != Stage::forced; }

  void take(double seconds) {
    // The shortest time of each way: a longer one only tells what else the machine was doing.
    double& best = uses_team() ? best_of_team_ : best_alone_;
    best = std::min(best, seconds);
    switch (stage_) {
      case Stage::first:
        // A team's first step tells little of what later ones take: threads have to wake up.
        best_of_team_ = kNever;
        return enter(seconds >= kLong ? Stage::long_ones : Stage::some_alone);
      case Stage::long_ones:
        if (total_ > kSecondsOfLong) enter(Stage::one_alone);
        return;
      case Stage::one_alone:
        return choose();
      case Stage::some_alone:
        if (steps_ == kStepsAlone) enter(best_alone_ < kShortest ? Stage::alone : Stage::some_of_team);
        return;
      case Stage::some_of_team:
        if (best_of_team_ <= kClear * best_alone_ || (steps_ >= kStepsOfTeam && total_ > kSecondsOfTeam))
          choose();
        return;
      case Stage::team:
        if (steps_ < kStepsWatched || total_ < kSecondsWatched) return;
        return enter(total_ > kTooSlow * best_alone_ * steps_ ? Stage::alone : Stage::team);
      default:
        return;
    }
  }

  void choose() { enter(best_of_team_ < best_alone_ ? Stage::team : Stage::alone); }

  void enter(Stage stage) {
    stage_ = stage;
    steps_ = 0;
    total_ = 0;
  }

  static constexpr double kNever = 1e300;
  Stage stage_ = Stage::first;
  int steps_ = 0;  // in this stage, and their seconds
  double total_ = 0;
  double best_alone_ = kNever, best_of_team_ = kNever;
  Clock::time_point started_;
};

}  // namespace axone
