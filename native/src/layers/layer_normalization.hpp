// Layer normalisation: each example, or each position of a sequence, by the mean and variance of its
// own features (Ba, Kiros & Hinton 2016).
#pragma once

#include <cmath>

#include "layer.hpp"

namespace axone {

/// y = weight ⊙ (x − μ)/√(s² + ε) + bias, over groups of `features` numbers.
template <class Real>
class LayerNorm : public Layer<Real> {
 public:
  LayerNorm(Index columns, const Settings& s, const Site& site)
      : Layer<Real>(columns, columns), features_(s.size("features")),
        groups_(divided(columns, features_, "features", "columns of layer norm")), epsilon_(s.number("epsilon")),
        y_(site.rows, columns), normalised_(site.rows, columns), dx_(site.rows, columns),
        inverse_(site.rows * groups_), gradient_(features_), sum_(features_), product_(features_) {
    weight_.place(s.whole("weight"), features_, site.parameters);
    bias_.place(s.whole("bias"), features_, site.parameters);
    for (auto* store : {&weight_, &bias_}) store->size = features_;
  }

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<LayerNorm>(s.size("columns"), s, site);
  }

  void collect(std::vector<Store<Real>*>& stores) override {
    stores.push_back(&weight_);
    stores.push_back(&bias_);
  }

  Index positions_after(Index positions) const override { return positions_of(positions, groups_); }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    for (Index r = 0; r < pass.rows; ++r)
      for (Index g = 0; g < groups_; ++g) {
        const Real* from = x.row(r) + g * features_;
        double sum = 0, squares = 0;
        for (Index f = 0; f < features_; ++f) sum += from[f];
        const double mean = sum / double(features_);
        for (Index f = 0; f < features_; ++f) squares += (from[f] - mean) * (from[f] - mean);
        const Real inverse = Real(1 / std::sqrt(squares / double(features_) + epsilon_));
        inverse_[r * groups_ + g] = inverse;
        Real* normalised = normalised_.view().row(r) + g * features_;
        Real* y = y_.view().row(r) + g * features_;
        for (Index f = 0; f < features_; ++f) {
          normalised[f] = Real(from[f] - mean) * inverse;
          y[f] = weight_.weight[f] * normalised[f] + bias_.weight[f];
        }
      }
    return y_.view();
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    for (auto* sums : {&sum_, &product_}) std::fill_n(sums->data(), features_, 0.0);
    for (Index r = 0; r < pass.rows; ++r)
      for (Index g = 0; g < groups_; ++g) {
        const Real* from = dy.row(r) + g * features_;
        const Real* normalised = normalised_.view().row(r) + g * features_;
        double mean = 0, pull = 0;
        for (Index f = 0; f < features_; ++f) {
          const double scaled = double(weight_.weight[f]) * from[f];
          mean += scaled;
          pull += scaled * normalised[f];
          sum_[f] += from[f];
          product_[f] += double(from[f]) * normalised[f];
        }
        mean /= double(features_);
        pull /= double(features_);
        Real* dx = dx_.view().row(r) + g * features_;
        const Real inverse = inverse_[r * groups_ + g];
        for (Index f = 0; f < features_; ++f)
          dx[f] = inverse * Real(weight_.weight[f] * from[f] - mean - normalised[f] * pull);
      }
    this->tally = {};
    finish(weight_, product_, gradient_, pass, this->tally);
    finish(bias_, sum_, gradient_, pass, this->tally);
    return dx_.view();
  }

 private:
  Index features_, groups_;
  double epsilon_;
  OwnMatrix<Real> y_, normalised_, dx_;
  Buffer<Real> inverse_, gradient_;
  Buffer<double> sum_, product_;
  Store<Real> weight_, bias_;
};

}  // namespace axone
