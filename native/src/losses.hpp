// The head of a program: from logits and targets to the loss, what counts as right, and δ.
#pragma once

#include <cmath>
#include <vector>

#include "activations.hpp"
#include "cells.hpp"
#include "settings.hpp"
#include "transpose.hpp"

namespace axone {

/// Targets of all rows: class numbers, or `columns` numbers a row.
template <class Real>
struct Targets {
  const std::int64_t* classes = nullptr;
  const Real* numbers = nullptr;
  Index columns = 1;
};

/// What the batches of an epoch add up to.
struct Totals {
  double loss = 0, weight = 0;
  std::vector<double> hits;
};

/// Whether the output activation is the one that belongs to the loss: ∂L/∂z is then ŷ − y.
template <class Real>
bool is_pair(LossKind loss, const Activation<Real>& activation) {
  return (loss == LossKind::categorical && activation.is_softmax()) ||
         (loss == LossKind::binary && activation.is_sigmoid()) ||
         (loss == LossKind::poisson && activation.is_exponential());
}

/// How many numbers the right answers of an epoch are told in: one, or the squared errors of each
/// output.
inline Index hit_counts(LossKind loss, Index outputs) {
  return loss == LossKind::binary || loss == LossKind::categorical ? 1 : outputs;
}

/// A loss's setting for each output: those that were described, in turn; 0 where it has none.
template <class Real>
std::vector<Real> settings_of_cells(const std::vector<Settings>& described, Index outputs) {
  std::vector<Real> settings(std::size_t(outputs), Real(0));
  for (std::size_t c = 0; c < settings.size() && !described.empty(); ++c)
    settings[c] = Real(described[c % described.size()].number("setting"));
  return settings;
}

template <class Real>
class Head {
 public:
  /// `scale` times the loss is what is minimised; `settings` are the loss's, of the outputs in turn.
  Head(LossKind loss, double scale, const std::vector<Settings>& settings,
       Activation<Real> activation, Index outputs, Index rows)
      : loss_(loss), scale_(scale), activation_(std::move(activation)),
        pair_(is_pair(loss, activation_)), settings_(settings_of_cells<Real>(settings, outputs)),
        outputs_(outputs), prediction_(rows, outputs), delta_(rows, outputs), shares_(rows),
        classes_(rows), columns_(round_up(outputs, kLanes<Real>) * kLanes<Real>) {}

  Index hit_counts() const { return axone::hit_counts(loss_, outputs_); }
  /// Whether targets may be class numbers.
  bool takes_labels() const { return loss_ == LossKind::categorical; }

  /// What is minimised, for a loss as it is computed.
  double scaled(double loss) const { return scale_ * loss; }

  /// Whether the batch can be done at once, rows in the lanes: class numbers through softmax and
  /// cross-entropy, all rows alike, which is what classifiers do at every step.
  bool is_plain_classifier(const Targets<Real>& targets, const Real* weights) const {
    return loss_ == LossKind::categorical && activation_.is_softmax() && targets.classes &&
           !weights;
  }

  /// Take the classes of a plain classifier's batch. Long before they are read: numbers that have just
  /// been written one by one cannot be read as a vector at once.
  void take_classes(const Targets<Real>& targets, const std::uint32_t* index, Index rows) {
    for (Index r = 0; r < rows; ++r) classes_[r] = Real(targets.classes[index[r]]);
    // None, for rows that are not there.
    for (Index r = rows; r < round_up(rows, kLanes<Real>); ++r) classes_[r] = -1;
  }

  /// Loss, right answers and δ of the batch whose classes were taken, vectors of rows at a time.
  double classify(Matrix<Real> logits, Index rows, Totals& totals, Matrix<Real>& delta) {
    using V = Vector<Real>;
    using Wide = Vector<double, kLanes<Real>>;
    constexpr Index lanes = kLanes<Real>;
    delta = delta_.view();
    const Real share = Real(scale_) / Real(rows);
    Real* z = columns_.data();
    const Index width = round_up(outputs_, kFewestLanes<Real>);
    V hits{};
    Wide distances{};
    double logarithms = 0;
    for (Index first = 0; first < rows; first += lanes) {
      const V wanted = load<V>(&classes_[first]);
      transpose(logits.row(first), logits.stride, lanes, width, z, lanes);
      V largest = load<V>(z), found{}, likely = largest, number = splat<V>(Real(1));
      for (Index c = 1; c < outputs_; ++c, number += 1) {
        const V here = load<V>(z + c * lanes);
        found = here > largest ? number : found;
        likely = wanted == number ? here : likely;
        largest = maximum(largest, here);
      }
      V sum{};
      for (Index c = 0; c < outputs_; ++c) {
        const V e = exponential(load<V>(z + c * lanes) - largest);
        sum += e;
        store(z + c * lanes, e);
      }
      const V shares = splat<V>(share), scale = shares / sum;
      number = V{};
      for (Index c = 0; c < outputs_; ++c, number += 1)
        store(z + c * lanes, load<V>(z + c * lanes) * scale - (wanted == number ? shares : V{}));
      transpose(z, lanes, width, lanes, delta.row(first), delta.stride);
      hits += found == wanted ? splat<V>(Real(1)) : V{};
      distances += __builtin_convertvector(wanted >= 0 ? largest - likely : V{}, Wide);
      // One logarithm for all rows: their product stays far from the ends of a double.
      const Wide sums = __builtin_convertvector(wanted >= 0 ? sum : splat<V>(Real(1)), Wide);
      logarithms += std::log(product_of_lanes(sums));
    }
    const double total = sum_of(distances) + logarithms;
    totals.hits[0] += double(sum_of(hits));
    totals.loss += scale_ * total;
    totals.weight += double(rows);
    return total;
  }

  Matrix<Real> predict(Matrix<Real> logits, Index rows) {
    if (activation_.is_identity()) return logits;
    auto prediction = prediction_.view();
    activation_.forward(logits, prediction, rows);
    return prediction;
  }

  /// Add the batch to `totals` and return its summed loss. `index` names the rows of the targets.
  double measure(Matrix<Real> logits, Matrix<Real> prediction, const Targets<Real>& targets,
                 const std::uint32_t* index, const Real* weights, Index rows, Totals& totals) {
    double total = 0, weight_total = 0;
    for (Index r = 0; r < rows; ++r) {
      const Real weight = weights ? weights[index[r]] : Real(1);
      total += double(weight) * row_loss(logits.row(r), prediction.row(r), targets, index[r]);
      weight_total += weight;
      count(prediction.row(r), targets, index[r], weight, totals.hits);
    }
    totals.loss += scale_ * total;
    totals.weight += weight_total;
    weight_ = weight_total;
    return total;
  }

  /// δ of the mean loss of the batch that was measured last.
  Matrix<Real> delta(Matrix<Real> logits, Matrix<Real> prediction, const Targets<Real>& targets,
                     const std::uint32_t* index, const Real* weights, Index rows) {
    auto delta = delta_.view();
    for (Index r = 0; r < rows; ++r) {
      shares_[r] = Real(scale_ * (weights ? weights[index[r]] : 1) / (weight_ > 0 ? weight_ : 1));
      row_delta(prediction.row(r), targets, index[r], delta.row(r), shares_[r]);
    }
    if (!pair_) activation_.backward(logits, prediction, delta, rows);
    return delta;
  }

 private:
  Cells<Real> cells(Index c) const { return {loss_, settings_[std::size_t(c)], pair_}; }

  double row_loss(const Real* z, const Real* p, const Targets<Real>& targets, Index row) const {
    if (loss_ == LossKind::categorical) {
      if (!activation_.is_softmax()) return plain_categorical(p, targets, row);
      Real largest = z[0];
      for (Index c = 1; c < outputs_; ++c) largest = std::max(largest, z[c]);
      // The largest probability is 1/Σ exp(z − largest): the normaliser without new exponentials.
      Real top = p[0];
      for (Index c = 1; c < outputs_; ++c) top = std::max(top, p[c]);
      const Real normaliser = -std::log(top);
      if (targets.classes) return normaliser - (z[targets.classes[row]] - largest);
      const Real* y = targets.numbers + row * targets.columns;
      double loss = 0;
      for (Index c = 0; c < outputs_; ++c) loss += y[c] * (normaliser - (z[c] - largest));
      return loss;
    }
    const Real* y = targets.numbers + row * targets.columns;
    double sum = 0;
    for (Index c = 0; c < outputs_; ++c) sum += cells(c).value(z[c], p[c], y[c]);
    return sum / outputs_;
  }

  double plain_categorical(const Real* p, const Targets<Real>& targets, Index row) const {
    if (targets.classes) return -std::log(std::max(p[targets.classes[row]], kTiny<Real>));
    const Real* y = targets.numbers + row * targets.columns;
    double loss = 0;
    for (Index c = 0; c < outputs_; ++c) loss -= y[c] * std::log(std::max(p[c], kTiny<Real>));
    return loss;
  }

  void row_delta(const Real* p, const Targets<Real>& targets, Index row, Real* d, Real share) const {
    if (loss_ == LossKind::categorical) return categorical_delta(p, targets, row, d, share);
    const Real* y = targets.numbers + row * targets.columns;
    const Real each = share / outputs_;
    for (Index c = 0; c < outputs_; ++c) d[c] = cells(c).slope(p[c], y[c]) * each;
  }

  void categorical_delta(const Real* p, const Targets<Real>& targets, Index row, Real* d,
                         Real share) const {
    const Real* y = targets.classes ? nullptr : targets.numbers + row * targets.columns;
    const Index label = targets.classes ? targets.classes[row] : -1;
    if (activation_.is_softmax()) {
      Real total = 1;
      if (y) {
        total = 0;
        for (Index c = 0; c < outputs_; ++c) total += y[c];
      }
      for (Index c = 0; c < outputs_; ++c) d[c] = (p[c] * total - (y ? y[c] : Real(0))) * share;
      if (!y) d[label] -= share;
      return;
    }
    for (Index c = 0; c < outputs_; ++c) {
      const Real one = y ? y[c] : Real(c == label);
      d[c] = -one / std::max(p[c], kTiny<Real>) * share;
    }
  }

  /// Count the right answers of a row, or its squared errors, by its weight.
  void count(const Real* p, const Targets<Real>& targets, Index row, double weight,
             std::vector<double>& hits) const {
    if (loss_ == LossKind::categorical) {
      const Index found = std::max_element(p, p + outputs_) - p;
      Index label = 0;
      if (targets.classes) {
        label = targets.classes[row];
      } else {
        const Real* y = targets.numbers + row * targets.columns;
        label = std::max_element(y, y + outputs_) - y;
      }
      hits[0] += found == label ? weight : 0;
      return;
    }
    const Real* y = targets.numbers + row * targets.columns;
    double right = 0;
    for (Index c = 0; c < outputs_; ++c) {
      if (loss_ == LossKind::binary) {
        right += (p[c] > Real(0.5)) == (y[c] > Real(0.5));
      } else {
        const Real error = p[c] - y[c];
        hits[c] += weight * (double(error) * double(error));
      }
    }
    if (loss_ == LossKind::binary) hits[0] += weight * (right / outputs_);
  }

  LossKind loss_;
  double scale_;
  Activation<Real> activation_;
  bool pair_;
  std::vector<Real> settings_;
  Index outputs_;
  OwnMatrix<Real> prediction_, delta_;
  Buffer<Real> shares_, classes_, columns_;
  double weight_ = 0;
};

}  // namespace axone
