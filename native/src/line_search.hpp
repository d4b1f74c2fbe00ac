// The line search of Moré & Thuente (1994), MINPACK-2's dcsrch and dcstep with the settings of
// L-BFGS-B. `axone/line_search.py` is the same, with what to read about it.
#pragma once

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace axone {

/// A step, and what is known of it: the loss and its slope along the direction.
struct Trial {
  double step = 0, loss = 0, slope = 0;

  Trial tilted(double by) const { return {step, loss + step * by, slope + by}; }
};

/// One search under way. Nothing but numbers, in the order in which Python keeps them.
struct LineSearch {
  Trial start;
  double step = 0;  // to be tried next
  Trial best, other;
  double shortest = 0, longest = 0;
  double width = 0, width_before = 0;
  double is_bracketed = 0, is_first_stage = 0;
  double evaluations = 0;

  static constexpr double kSufficientDecrease = 1e-3, kFlattening = 0.9, kNarrowest = 0.1;
  static constexpr double kLongestStep = 1e10;
  static constexpr double kMostEvaluations = 20;

  /// From a loss and a slope below 0; `step` is tried first.
  static LineSearch beginning(double loss, double slope, double step) {
    const Trial start{0, loss, slope};
    return {start, step, start, start, 0, step + kFarthest * step, kLongestStep, 2 * kLongestStep,
            false, true, 0};
  }

  /// Whether to take the step that was tried: it is good, or none better can be told.
  bool is_over(const Trial& trial) const {
    const bool enough = trial.loss <= most_loss(trial.step);
    if (enough && std::abs(trial.slope) <= kFlattening * -start.slope) return true;
    if (is_bracketed != 0 && leaves_nothing(trial.step)) return true;
    const bool still_falling = trial.slope <= kSufficientDecrease * start.slope;
    return trial.step == kLongestStep && enough && still_falling;
  }

  /// After a trial that did not end it: a smaller interval, a new step.
  void narrow(const Trial& trial) {
    const bool enough = trial.loss <= most_loss(trial.step);
    if (enough && trial.slope >= 0) is_first_stage = false;
    const bool is_tilted = is_first_stage != 0 && !enough && trial.loss <= best.loss;
    const double tilt = is_tilted ? kSufficientDecrease * start.slope : 0;
    const Trial low = best.tilted(-tilt), high = other.tilted(-tilt), here = trial.tilted(-tilt);
    step = next_step(low, high, here);
    if (here.loss > low.loss) {
      best = low.tilted(tilt);
      other = here.tilted(tilt);
    } else {
      best = here.tilted(tilt);
      other = (here.slope * low.slope < 0 ? low : high).tilted(tilt);
    }
    if (is_bracketed != 0) {
      const double distance = std::abs(other.step - best.step);
      if (distance >= kNarrowsBy * width_before) step = best.step + 0.5 * (other.step - best.step);
      width_before = std::exchange(width, distance);
      std::tie(shortest, longest) = std::minmax(best.step, other.step);
    } else {
      shortest = step + kNearest * (step - best.step);
      longest = step + kFarthest * (step - best.step);
    }
    step = std::clamp(step, 0.0, kLongestStep);
    if (is_bracketed != 0 && leaves_nothing(step)) step = best.step;
    ++evaluations;
  }

  bool has_failed() const { return evaluations >= kMostEvaluations || !std::isfinite(step); }

 private:
  static constexpr double kNarrowsBy = 0.66, kNearest = 1.1, kFarthest = 4;

  double most_loss(double at) const { return start.loss + at * (kSufficientDecrease * start.slope); }

  /// Whether roundings, or the width of the interval, leave nothing to try.
  bool leaves_nothing(double at) const {
    return !(shortest < at && at < longest) || longest - shortest <= kNarrowest * longest;
  }

  /// The step to try after a trial; sets `is_bracketed` (dcstep).
  double next_step(const Trial& low, const Trial& high, const Trial& trial) {
    const double beyond = trial.step > low.step ? longest : shortest;
    if (trial.loss > low.loss) {
      is_bracketed = true;
      const double cubic = cubic_step(low, trial);
      const double fall = (low.loss - trial.loss) / (trial.step - low.step);
      const double parabola =
          low.step + low.slope / (fall + low.slope) / 2 * (trial.step - low.step);
      const bool is_cubic_nearer = std::abs(cubic - low.step) <= std::abs(parabola - low.step);
      return is_cubic_nearer ? cubic : cubic + (parabola - cubic) / 2;
    }
    if (trial.slope * low.slope < 0) {
      is_bracketed = true;
      const double cubic = cubic_step(trial, low), secant = secant_step(trial, low);
      return std::abs(cubic - trial.step) >= std::abs(secant - trial.step) ? cubic : secant;
    }
    if (std::abs(trial.slope) < std::abs(low.slope)) {
      const double cubic = cubic_step(trial, low, &beyond), secant = secant_step(trial, low);
      const double cubic_advance = std::abs(cubic - trial.step);
      const double secant_advance = std::abs(secant - trial.step);
      if (is_bracketed == 0)
        return std::min(std::max(cubic_advance > secant_advance ? cubic : secant, shortest), longest);
      const double nearer = cubic_advance < secant_advance ? cubic : secant;
      const double bound = trial.step + kNarrowsBy * (high.step - trial.step);
      return trial.step > low.step ? std::min(bound, nearer) : std::max(bound, nearer);
    }
    return is_bracketed != 0 ? cubic_step(trial, high) : beyond;
  }

  /// The minimum of the cubic with the losses and slopes of both; where it has none on the side of a
  /// that b is not on, `beyond`, if that is given.
  static double cubic_step(const Trial& a, const Trial& b, const double* beyond = nullptr) {
    const double theta = 3 * (a.loss - b.loss) / (b.step - a.step) + a.slope + b.slope;
    const double size = std::max({std::abs(theta), std::abs(a.slope), std::abs(b.slope)});
    const double unit = theta / size;
    const double radicand = unit * unit - (a.slope / size) * (b.slope / size);
    double gamma = size * std::sqrt(std::max(0.0, radicand));
    if (b.step < a.step) gamma = -gamma;
    const double divisor = ((gamma - a.slope) + gamma) + b.slope;
    const double share = ((gamma - a.slope) + theta) / divisor;
    if (beyond && !(share < 0 && gamma != 0)) return *beyond;
    return a.step + share * (b.step - a.step);
  }

  /// Where the slope is 0 on the line through the slopes of both.
  static double secant_step(const Trial& a, const Trial& b) {
    return a.step + a.slope / (a.slope - b.slope) * (b.step - a.step);
  }
};

}  // namespace axone
