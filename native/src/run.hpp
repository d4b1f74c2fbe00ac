// What a call to train is given and what it gives back: rows, where a run stands, how far to go, how
// it ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "losses.hpp"
#include "mask.hpp"

namespace axone {

/// Rows to learn from: m × columns numbers, their targets, their weights if they differ, and which of
/// their positions are there, if not all.
template <class Real>
struct Rows {
  const Real* X;
  Index count, columns;
  Targets<Real> targets;
  const Real* weights = nullptr;
  Mask mask;
};

/// The numbers of a run as Python keeps them, in flat vectors.
template <class Real>
struct FlatNumbers {
  Real* parameters;
  Real* buffers;
  std::vector<Real*> slots;
};

/// Where a run stands; Python keeps it between calls.
struct Position {
  std::int64_t epoch = 0, batch = 0, step = 0;
  Totals totals;
  double penalty = 0;
  std::int64_t rows = 0;
};

struct EpochReport {
  Position position;  // its totals are the epoch's; epoch and step count what is completed
  double learning_rate = 0;
};

/// The epochs completed in a call, and what was measured at the last step of each.
struct EpochReports {
  std::vector<EpochReport> epochs;
  std::vector<double> measures;  // of each layer: its gradient's norm, its share of dead units

  void clear() {
    epochs.clear();
    measures.clear();
  }
};

/// `loss`, `gradient`, `averages`: that of the batch in hand is not finite, and no step was made on it.
/// `converged`: nothing is left to gain, as only L-BFGS can tell.
enum class Ending { done, interrupted, loss, gradient, averages, converged };

/// What `run` must know beside the rows.
struct Schedule {
  std::int64_t epochs = 0;   // to complete in this call
  const double* rates = nullptr;  // learning rate of each step of each of these epochs
  Index batches = 0;         // steps of an epoch: rows beyond their batches are left out
  bool shuffle = true;
  std::int64_t steps = -1;   // at most in this call; -1: any number
  bool measure = true;       // norms and dead shares at each epoch's last step
};

/// Where the weights at the end of each epoch of a call go, and the averages: a row an epoch, or nowhere.
template <class Real>
struct Trail {
  Real* rows = nullptr;
  Index parameters = 0, buffers = 0;

  FlatNumbers<Real> of(std::int64_t epoch) const {
    Real* row = rows + epoch * (parameters + buffers);
    return {row, row + parameters, {}};
  }
};

/// Says when `poll` is due: about twenty times a second, looking at the clock as seldom as that
/// allows, because a step may take less time than a look.
class PollTimer {
 public:
  bool is_due_after_step() {
    if (++steps_ < stride_) return false;
    steps_ = 0;
    const auto now = Clock::now();
    const auto passed = now - looked_;
    looked_ = now;
    stride_ = passed > std::chrono::milliseconds(4) ? 1 : 16;
    if (now - asked_ < std::chrono::milliseconds(50)) return false;
    asked_ = now;
    return true;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point asked_ = Clock::now(), looked_ = asked_;
  int steps_ = 0, stride_ = 1;
};

}  // namespace axone
