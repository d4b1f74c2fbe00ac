// Root-mean-square normalisation: each example, or each position of a sequence, by the size of its
// own features, the mean left where it is (Zhang & Sennrich 2019).
#pragma once

#include <cmath>

#include "layer.hpp"

namespace axone {

/// y = weight ⊙ x/√(mean(x²) + ε), over groups of `features` numbers.
template <class Real>
class RMSNorm : public Layer<Real> {
 public:
  RMSNorm(Index columns, const Settings& s, const Site& site)
      : Layer<Real>(columns, columns), features_(s.size("features")),
        groups_(divided(columns, features_, "features", "columns of RMS norm")), epsilon_(s.number("epsilon")),
        y_(site.rows, columns), normalised_(site.rows, columns), dx_(site.rows, columns),
        inverse_(site.rows * groups_), gradient_(features_), product_(features_) {
    weight_.place(s.whole("weight"), features_, site.parameters);
    weight_.size = features_;
  }

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<RMSNorm>(s.size("columns"), s, site);
  }

  void collect(std::vector<Store<Real>*>& stores) override { stores.push_back(&weight_); }

  Index positions_after(Index positions) const override { return positions_of(positions, groups_); }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    each_group(pass.rows, [&](Index r, Index first, Real& inverse) {
      const Real* from = x.row(r) + first;
      double squares = 0;
      for (Index f = 0; f < features_; ++f) squares += double(from[f]) * from[f];
      inverse = Real(1 / std::sqrt(squares / double(features_) + epsilon_));
      Real* normalised = normalised_.view().row(r) + first;
      Real* y = y_.view().row(r) + first;
      for (Index f = 0; f < features_; ++f) {
        normalised[f] = from[f] * inverse;
        y[f] = weight_.weight[f] * normalised[f];
      }
    });
    return y_.view();
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    std::fill_n(product_.data(), features_, 0.0);
    each_group(pass.rows, [&](Index r, Index first, Real& inverse) {
      const Real* from = dy.row(r) + first;
      const Real* normalised = normalised_.view().row(r) + first;
      double pull = 0;
      for (Index f = 0; f < features_; ++f) {
        pull += double(weight_.weight[f]) * from[f] * normalised[f];
        product_[f] += double(from[f]) * normalised[f];
      }
      pull /= double(features_);
      Real* dx = dx_.view().row(r) + first;
      for (Index f = 0; f < features_; ++f)
        dx[f] = inverse * Real(weight_.weight[f] * from[f] - normalised[f] * pull);
    });
    this->tally = {};
    finish(weight_, product_, gradient_, pass, this->tally);
    return dx_.view();
  }

 private:
  template <class Body>
  void each_group(Index rows, Body body) {
    for (Index r = 0; r < rows; ++r)
      for (Index g = 0; g < groups_; ++g) body(r, g * features_, inverse_[r * groups_ + g]);
  }

  Index features_, groups_;
  double epsilon_;
  OwnMatrix<Real> y_, normalised_, dx_;
  Buffer<Real> inverse_, gradient_;
  Buffer<double> product_;
  Store<Real> weight_;
};

}  // namespace axone
