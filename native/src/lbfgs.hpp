// L-BFGS on flat vectors: the two-loop recursion of Nocedal (1980) and Liu & Nocedal (1989), with a
// line search, as `axone/lbfgs.py` has it, where there is more to read. Vectors have the network's
// precision, products of vectors are added up in float64, in an order of their own.
#pragma once

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "line_search.hpp"
#include "memory.hpp"
#include "optimizers.hpp"

namespace axone {

/// When a minimisation ends.
struct Limits {
  double gradient = 0, loss = 0;
  std::int64_t evaluations = 0;
};

/// Where a minimisation stands, apart from its vectors. Nothing but numbers, in the order in which
/// Python keeps them.
struct Standing {
  double loss, loss_before;  // NaN: not known
  double scale;              // γ = sᵀy/yᵀy of the newest pair
  double pairs;              // remembered since the memory was forgotten; pair k is in row k mod memory
  double has_ended;          // even the steepest descent finds no lower loss
  double is_searching;
  LineSearch line;
};
inline constexpr std::size_t kStandingNumbers = sizeof(Standing) / sizeof(double);

/// A minimisation as Python keeps it: vectors as long as the weights, `memory` of them in a row.
template <class Real>
struct FlatMinimisation {
  Real *weights, *gradient, *steps, *changes;
  double *curvatures, *standing;
  Index memory;
};

/// a·b, added up in float64 in several sums at once. Both are padded with zeros.
template <class Real>
double dot(const Real* a, const Real* b, Index size) {
  constexpr int lanes = kLanes<double>, kSums = 4;
  using Wide = Vector<double>;
  using Narrow = Vector<Real, lanes>;
  Wide sums[kSums] = {};
  for (Index n = 0; n < size; n += kSums * lanes)
    AXONE_UNROLL for (int s = 0; s < kSums; ++s)
      sums[s] += widened(load<Narrow>(a + n + s * lanes)) * widened(load<Narrow>(b + n + s * lanes));
  return sum_of((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

/// A minimisation, asked for the weights to look at and told what was found there. It works on
/// vectors of its own, so that whoever is interrupted by an exception finds Python's untouched.
template <class Real>
class Minimisation {
 public:
  Minimisation(Index size, Index memory)
      : size_(size), stride_(round_up(size, kRow)), memory_(memory), weights_(stride_),
        gradient_(stride_), direction_(stride_), trial_(stride_),
        steps_(cells(memory, stride_)), changes_(cells(memory, stride_)),
        curvatures_(static_cast<std::size_t>(memory)), shares_(curvatures_.size()) {}

  Index memory() const { return memory_; }
  Index stride() const { return stride_; }

  void read(const FlatMinimisation<Real>& flat) {
    std::memcpy(&now_, flat.standing, sizeof now_);
    copy(flat.weights, weights_.data());
    copy(flat.gradient, gradient_.data());
    for (Index row = 0; row < rows(); ++row) {
      copy(flat.steps + row * size_, steps_.data() + row * stride_);
      copy(flat.changes + row * size_, changes_.data() + row * stride_);
    }
    std::copy_n(flat.curvatures, memory_, curvatures_.data());
    // The same memory gives the same direction: it need not be kept.
    if (now_.is_searching != 0) find_direction();
  }

  void write(const FlatMinimisation<Real>& flat) const {
    std::memcpy(flat.standing, &now_, sizeof now_);
    copy(weights_.data(), flat.weights);
    copy(gradient_.data(), flat.gradient);
    for (Index row = 0; row < rows(); ++row) {
      copy(steps_.data() + row * stride_, flat.steps + row * size_);
      copy(changes_.data() + row * stride_, flat.changes + row * size_);
    }
    std::copy_n(curvatures_.data(), memory_, flat.curvatures);
  }

  /// Weights of which loss and gradient are wanted; null if there is nothing left to gain.
  const Real* trial(const Limits& limits, std::int64_t evaluations) {
    if (std::isnan(now_.loss)) return weights_.data();
    while (now_.is_searching == 0) {
      if (is_over(limits, evaluations)) return nullptr;
      begin_line();
    }
    const Real step = Real(now_.line.step);
    each([&](Index n) {
      store(&trial_[n], load<V>(&weights_[n]) + step * load<V>(&direction_[n]));
    });
    return trial_.data();
  }

  /// Take what was found at the last trial, finite; `gradient` is padded. Whether an iteration is
  /// complete.
  bool tell(double loss, const Real* gradient) {
    if (now_.is_searching == 0) {
      copy(gradient, gradient_.data());
      now_.loss = loss;
      return false;
    }
    const Trial trial{now_.line.step, loss, dot(gradient, direction_.data(), size_)};
    if (now_.line.is_over(trial)) {
      accept(trial, gradient);
      return true;
    }
    now_.line.narrow(trial);
    if (now_.line.has_failed()) start_over();
    return false;
  }

 private:
  using V = Vector<Real>;
  static constexpr Index kRow = 32;  // so many numbers `dot` takes at a time at most

  std::int64_t pairs() const { return static_cast<std::int64_t>(now_.pairs); }
  /// Rows of the memory that hold something.
  Index rows() const { return static_cast<Index>(std::min<std::int64_t>(pairs(), memory_)); }
  Index row_of(std::int64_t pair) const { return static_cast<Index>(pair % memory_); }
  void copy(const Real* from, Real* to) const { std::copy_n(from, size_, to); }

  template <class Body>
  void each(Body body) const {
    for (Index n = 0; n < size_; n += kLanes<Real>) body(n);
  }

  bool is_over(const Limits& limits, std::int64_t evaluations) const {
    if (now_.has_ended != 0 || evaluations > limits.evaluations) return true;
    if (largest_size(gradient_.data(), size_) <= limits.gradient) return true;
    const double size = std::max({std::abs(now_.loss_before), std::abs(now_.loss), 1.0});
    return now_.loss_before - now_.loss <= limits.loss * size;
  }

  /// Begin an iteration's search, or find that there is none along the direction.
  void begin_line() {
    find_direction();
    const Real* d = direction_.data();
    const double slope = dot(gradient_.data(), d, size_);
    if (!(slope < 0)) return start_over();
    // A direction with curvature in it has its length; the first has not.
    const bool is_first = pairs() == 0 && std::isnan(now_.loss_before);
    const double step = is_first ? 1 / std::sqrt(dot(d, d, size_)) : 1;
    now_.line = LineSearch::beginning(now_.loss, slope, step);
    now_.is_searching = true;
    if (now_.line.has_failed()) start_over();
  }

  /// Forget the curvature: it led nowhere. Without any, there is nowhere to go.
  void start_over() {
    now_.is_searching = false;
    now_.line = {};
    if (now_.pairs == 0) now_.has_ended = true;
    now_.pairs = 0;
    now_.scale = 1;
  }

  /// Move the weights, and remember the pair s = α·d, y = g′ − g, unless its curvature is rounding.
  void accept(const Trial& trial, const Real* gradient) {
    const Real step = Real(trial.step);
    const double start = now_.line.start.slope;
    const double curvature = (trial.slope - start) * trial.step;
    if (curvature > std::numeric_limits<double>::epsilon() * -start * trial.step) {
      const Index row = row_of(pairs());
      Real* const s = steps_.data() + row * stride_;
      Real* const y = changes_.data() + row * stride_;
      each([&](Index n) {
        store(s + n, step * load<V>(&direction_[n]));
        store(y + n, load<V>(gradient + n) - load<V>(&gradient_[n]));
      });
      curvatures_[row] = curvature;
      now_.scale = curvature / dot(y, y, size_);
      ++now_.pairs;
    }
    copy(trial_.data(), weights_.data());
    copy(gradient, gradient_.data());
    now_.loss_before = now_.loss;
    now_.loss = trial.loss;
    now_.is_searching = false;
    now_.line = {};
  }

  /// d = −H·g by the two-loop recursion.
  void find_direction() {
    const std::int64_t newest = pairs(), oldest = newest - rows();
    Real* const d = direction_.data();
    each([&](Index n) { store(d + n, -load<V>(&gradient_[n])); });
    const auto add = [&](double share, const Real* vector) {
      const Real factor = Real(share);
      each([&](Index n) { store(d + n, load<V>(d + n) + factor * load<V>(vector + n)); });
    };
    for (std::int64_t pair = newest; pair-- > oldest;) {
      const Index row = row_of(pair);
      shares_[row] = dot(steps_.data() + row * stride_, d, size_) / curvatures_[row];
      add(-shares_[row], changes_.data() + row * stride_);
    }
    const Real scale = Real(now_.scale);
    each([&](Index n) { store(d + n, scale * load<V>(d + n)); });
    for (std::int64_t pair = oldest; pair < newest; ++pair) {
      const Index row = row_of(pair);
      const double back = dot(changes_.data() + row * stride_, d, size_) / curvatures_[row];
      add(shares_[row] - back, steps_.data() + row * stride_);
    }
  }

  Index size_, stride_, memory_;
  Buffer<Real> weights_, gradient_, direction_, trial_, steps_, changes_;
  std::vector<double> curvatures_, shares_;
  Standing now_{};
};

}  // namespace axone
