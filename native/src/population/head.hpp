// The head of many networks at once, a lane each: from logits and targets to the loss, what counts as
// right, and δ.
#pragma once

#include "../losses.hpp"
#include "layers.hpp"

namespace axone::population {

/// What a step adds to the sums of each lane.
template <int Lanes>
struct StepTotals {
  using Wide = Vector<double, Lanes>;
  Wide loss{}, weight{};
  std::vector<Wide> hits;
};

template <class V>
class Head {
 public:
  using Real = LaneOf<V>;
  static constexpr int kLanes = kLanesOf<V>;
  using Wide = Vector<double, kLanes>;

  Head(LossKind loss, double scale, const std::vector<Settings>& settings,
       Activation<Real> activation, Index outputs, Index rows)
      : loss_(loss), scale_(scale), activation_(std::move(activation)),
        pair_(is_pair(loss, activation_)), settings_(settings_of_cells<Real>(settings, outputs)),
        outputs_(outputs),
        prediction_(rows, outputs), target_(rows, outputs), delta_(rows, outputs),
        weight_(product_of(rows, kLanes)), class_(product_of(rows, kLanes)) {
    totals.hits.resize(static_cast<std::size_t>(hit_counts(loss, outputs)));
  }

  StepTotals<kLanes> totals;  // of the batch that was treated last

  /// Take the target of a lane's row, and how much the row weighs: 0 for one that is not there.
  void set_target(int lane, Index row, const Targets<Real>& targets, Index index, Real weight) {
    weight_[row * kLanes + lane] = weight;
    const auto target = target_.view();
    for (Index c = 0; c < outputs_; ++c)
      target.at(row, c)[lane] = targets.classes ? Real(targets.classes[index] == c)
                                                : targets.numbers[index * targets.columns + c];
  }
  /// The same of a row that weighs 1, its class alone: enough where all lanes' are `alike`.
  void set_class(int lane, Index row, std::int64_t number) {
    weight_[row * kLanes + lane] = 1;
    class_[row * kLanes + lane] = Real(number);
  }
  void leave_out(int lane, Index row) { weight_[row * kLanes + lane] = 0; }

  /// δ of the mean loss of each lane's batch; `alike` says that rows weigh 1 or are not there, and that
  /// targets are classes.
  Matrix<V> treat(Matrix<V> logits, Index rows, bool alike) {
    const auto delta = delta_.view();
    totals.loss = totals.weight = Wide{};
    for (auto& hits : totals.hits) hits = Wide{};
    for (Index r = 0; r < rows; ++r) totals.weight += wide(load<V>(&weight_[r * kLanes]));
    const Wide whole = totals.weight > 0 ? totals.weight : Wide{} + 1;
    const V share = __builtin_convertvector(scale_ / whole, V);
    if (loss_ == LossKind::categorical && activation_.is_softmax() && alike) {
      classify(logits, rows, share);
    } else if (loss_ == LossKind::categorical && activation_.is_softmax()) {
      if (alike) spell_out(rows);
      softmax_with_cross_entropy(logits, rows, share);
    } else {
      if (alike) spell_out(rows);
      predict(logits, rows);
      for (Index r = 0; r < rows; ++r) by_cells(logits, r, share);
      if (!pair_) slope_of_output(logits, rows);
    }
    totals.loss *= scale_;
    return delta;
  }

 private:
  static AXONE_INLINE Wide wide(V x) { return __builtin_convertvector(x, Wide); }

  /// Classes as targets of every output.
  void spell_out(Index rows) {
    for (Index r = 0; r < rows; ++r)
      for (Index c = 0; c < outputs_; ++c)
        store(target_.view().at(r, c), load<V>(&class_[r * kLanes]) == Real(c) ? V{} + 1 : V{});
  }

  /// Softmax with cross-entropy for classes, rows that weigh 1. Few logarithms: the sums of the
  /// exponentials of some rows are multiplied, in float64, where they stay far from its ends, and one
  /// is taken of the product.
  void classify(Matrix<V> logits, Index rows, V share) {
    constexpr Index kRowsOfLogarithm = 16;
    const auto delta = delta_.view();
    Wide product = Wide{} + 1;
    for (Index r = 0; r < rows; ++r) {
      const V weight = load<V>(&weight_[r * kLanes]), wanted = load<V>(&class_[r * kLanes]);
      V largest = load<V>(logits.at(r, 0)), found{}, likely = largest;
      for (Index c = 1; c < outputs_; ++c) {
        const V z = load<V>(logits.at(r, c));
        found = z > largest ? V{} + Real(c) : found;
        likely = wanted == Real(c) ? z : likely;
        largest = maximum(largest, z);
      }
      V sum{};
      for (Index c = 0; c < outputs_; ++c) {
        const V e = exponential(load<V>(logits.at(r, c)) - largest);
        sum += e;
        store(delta.at(r, c), e);
      }
      const V there = weight * share, each = there / sum;
      for (Index c = 0; c < outputs_; ++c)
        store(delta.at(r, c),
              load<V>(delta.at(r, c)) * each - (wanted == Real(c) ? there : V{}));
      totals.hits[0] += wide(found == wanted ? weight : V{});
      totals.loss += wide(weight * (largest - likely));
      product *= wide(weight > 0 ? sum : V{} + 1);
      if (r % kRowsOfLogarithm == kRowsOfLogarithm - 1 || r == rows - 1) {
        totals.loss += logarithm(product);
        product = Wide{} + 1;
      }
    }
  }

  /// The same for any targets and weights.
  void softmax_with_cross_entropy(Matrix<V> logits, Index rows, V share) {
    const auto target = target_.view(), delta = delta_.view();
    for (Index r = 0; r < rows; ++r) {
      const V weight = load<V>(&weight_[r * kLanes]);
      V largest = load<V>(logits.at(r, 0)), found{};
      for (Index c = 1; c < outputs_; ++c) {
        const V z = load<V>(logits.at(r, c));
        found = z > largest ? V{} + Real(c) : found;
        largest = maximum(largest, z);
      }
      V sum{}, all{}, likely{}, most = load<V>(target.at(r, 0)), wanted{};
      for (Index c = 0; c < outputs_; ++c) {
        const V z = load<V>(logits.at(r, c)) - largest, y = load<V>(target.at(r, c));
        const V e = exponential(z);
        sum += e;
        all += y;
        likely += y * z;
        wanted = y > most ? V{} + Real(c) : wanted;
        most = maximum(most, y);
        store(delta.at(r, c), e);
      }
      const V there = weight * share, each = there * all / sum;
      for (Index c = 0; c < outputs_; ++c)
        store(delta.at(r, c), load<V>(delta.at(r, c)) * each - load<V>(target.at(r, c)) * there);
      totals.hits[0] += wide(found == wanted ? weight : V{});
      totals.loss += wide(weight) * (wide(all) * logarithm(wide(sum)) - wide(likely));
    }
  }

  void predict(Matrix<V> logits, Index rows) {
    const auto prediction = prediction_.view();
    if (!activation_.is_softmax()) return activation_.forward(flat(logits), flat(prediction), rows);
    for (Index r = 0; r < rows; ++r) {
      V largest = load<V>(logits.at(r, 0)), sum{};
      for (Index c = 1; c < outputs_; ++c) largest = maximum(largest, load<V>(logits.at(r, c)));
      for (Index c = 0; c < outputs_; ++c) {
        const V e = exponential(load<V>(logits.at(r, c)) - largest);
        sum += e;
        store(prediction.at(r, c), e);
      }
      for (Index c = 0; c < outputs_; ++c)
        store(prediction.at(r, c), load<V>(prediction.at(r, c)) / sum);
    }
  }

  /// Loss, right answers or squared errors, and δ of a row, output by output.
  void by_cells(Matrix<V> logits, Index r, V share) {
    const auto prediction = prediction_.view(), target = target_.view(), delta = delta_.view();
    const V weight = load<V>(&weight_[r * kLanes]), there = weight * share;
    const bool categorical = loss_ == LossKind::categorical;
    const V each = categorical ? there : there / Real(outputs_);
    Wide loss{}, right{};
    V best = load<V>(prediction.at(r, 0)), found{}, most = load<V>(target.at(r, 0)), wanted{};
    for (Index c = 0; c < outputs_; ++c) {
      const V z = load<V>(logits.at(r, c)), p = load<V>(prediction.at(r, c));
      const V y = load<V>(target.at(r, c)), error = p - y;
      const V floor = maximum(p, V{} + kTiny<Real>);
      V slope;
      if (categorical) {
        loss -= wide(y * logarithm(floor));
        slope = -y / floor;
        found = p > best ? V{} + Real(c) : found;
        wanted = y > most ? V{} + Real(c) : wanted;
        best = maximum(best, p);
        most = maximum(most, y);
      } else {
        const Cells<V> cells{loss_, settings_[std::size_t(c)], pair_};
        loss += wide(cells.value(z, p, y));
        slope = cells.slope(p, y);
      }
      if (loss_ == LossKind::binary) {
        right += wide((p > Real(0.5)) == (y > Real(0.5)) ? V{} + 1 : V{});
      } else if (!categorical) {
        totals.hits[static_cast<std::size_t>(c)] += wide(weight) * wide(error) * wide(error);
      }
      // A row that is not there may have any slope, infinite ones too.
      store(delta.at(r, c), weight != 0 ? slope * each : V{});
    }
    const Wide here = wide(weight);
    const double share_of_cell = categorical ? 1 : 1 / double(outputs_);
    totals.loss += here != 0 ? here * loss * share_of_cell : Wide{};
    if (loss_ == LossKind::binary) totals.hits[0] += here * right * share_of_cell;
    if (categorical) totals.hits[0] += wide(found == wanted ? weight : V{});
  }

  void slope_of_output(Matrix<V> logits, Index rows) {
    const auto prediction = prediction_.view(), delta = delta_.view();
    if (!activation_.is_softmax())
      return activation_.backward(flat(logits), flat(prediction), flat(delta), rows);
    for (Index r = 0; r < rows; ++r) {
      V mean{};
      for (Index c = 0; c < outputs_; ++c)
        mean += load<V>(prediction.at(r, c)) * load<V>(delta.at(r, c));
      for (Index c = 0; c < outputs_; ++c)
        store(delta.at(r, c),
              load<V>(prediction.at(r, c)) * (load<V>(delta.at(r, c)) - mean));
    }
  }

  LossKind loss_;
  double scale_;
  Activation<Real> activation_;
  bool pair_;
  std::vector<Real> settings_;
  Index outputs_;
  OwnMatrix<V> prediction_, target_, delta_;
  Buffer<Real> weight_, class_;  // of each row of each lane
};

}  // namespace axone::population
