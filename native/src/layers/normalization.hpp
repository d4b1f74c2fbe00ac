// Layers that normalise: batch norm, by the mean and variance of the batch in training and by
// running averages at prediction (Ioffe & Szegedy 2015).
#pragma once

#include <cmath>

#include "channels.hpp"

namespace axone {

/// Batch normalisation over channels of `inner` numbers each.
template <class Real>
class BatchNorm : public Layer<Real> {
 public:
  BatchNorm(Index columns, const Settings& s, const Site& site)
      : Layer<Real>(columns, columns), channels_(s.size("channels")),
        inner_(divided(columns, channels_, "channels", "columns of batch norm")),
        momentum_(s.number("momentum")), epsilon_(s.number("epsilon")) {
    weight_.place(s.whole("weight"), channels_, site.parameters);
    bias_.place(s.whole("bias"), channels_, site.parameters);
    mean_.place(s.whole("mean"), channels_, site.buffers);
    variance_.place(s.whole("variance"), channels_, site.buffers);
    for (auto* store : {&weight_, &bias_}) store->size = channels_;
    for (auto* store : {&mean_, &variance_}) store->size = channels_;
    for (auto* matrix : {&y_, &normalised_, &dx_}) *matrix = OwnMatrix<Real>(site.rows, columns);
    for (auto* buffer : {&inverse_, &sum_, &product_, &gradient_})
      *buffer = Buffer<Real>(channels_);
  }

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    if (site.arrangement == Arrangement::lanes)
      return std::make_unique<ChannelBatchNorm<Real>>(s.size("columns"), s, site);
    return std::make_unique<BatchNorm>(s.size("columns"), s, site);
  }

  void collect(std::vector<Store<Real>*>& stores) override {
    stores.push_back(&weight_);
    stores.push_back(&bias_);
  }
  void collect_buffers(std::vector<Store<Real>*>& stores) override {
    stores.push_back(&mean_);
    stores.push_back(&variance_);
  }

  Index positions_after(Index positions) const override { return positions_of(positions, inner_); }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    auto y = y_.view(), normalised = normalised_.view();
    mask_ = pass.mask;
    const Index there = mask_ ? mask_.count(pass.rows) : pass.rows * inner_;
    // Where a mask leaves nothing there are no statistics: averages stay, and all that is written is 0.
    const bool has_statistics = pass.training && there > 0;
    cells_ = std::max<Index>(there, 1);
    if (mask_)
      for (auto matrix : {y, normalised})
        for (Index r = 0; r < pass.rows; ++r) std::fill_n(matrix.row(r), matrix.columns, Real{0});
    for (Index c = 0; c < channels_; ++c) {
      double mean = mean_.weight[c], variance = variance_.weight[c];
      if (has_statistics) {
        double sum = 0, squares = 0;
        over(c, pass.rows, [&](Index r, Index i) { sum += x.row(r)[i]; });
        mean = sum / double(cells_);
        over(c, pass.rows, [&](Index r, Index i) {
          const double distance = x.row(r)[i] - mean;
          squares += distance * distance;
        });
        variance = squares / double(cells_);
        if (pass.update) {
          mean_.weight[c] = Real(momentum_ * mean_.weight[c] + (1 - momentum_) * mean);
          variance_.weight[c] = Real(momentum_ * variance_.weight[c] + (1 - momentum_) * variance);
        }
      }
      inverse_[c] = Real(1 / std::sqrt(variance + epsilon_));
      over(c, pass.rows, [&](Index r, Index i) {
        normalised.row(r)[i] = Real(x.row(r)[i] - mean) * inverse_[c];
        y.row(r)[i] = weight_.weight[c] * normalised.row(r)[i] + bias_.weight[c];
      });
    }
    return y;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    auto dx = dx_.view(), normalised = normalised_.view();
    if (mask_)
      for (Index r = 0; r < pass.rows; ++r) std::fill_n(dx.row(r), dx.columns, Real{0});
    this->tally = {};
    for (Index c = 0; c < channels_; ++c) {
      double sum = 0, product = 0;
      over(c, pass.rows, [&](Index r, Index i) {
        sum += dy.row(r)[i];
        product += dy.row(r)[i] * normalised.row(r)[i];
      });
      sum_[c] = Real(sum);
      product_[c] = Real(product);
      const Real scale = weight_.weight[c] * inverse_[c];
      const Real mean = Real(sum / double(cells_)), pull = Real(product / double(cells_));
      over(c, pass.rows, [&](Index r, Index i) {
        dx.row(r)[i] = scale * (dy.row(r)[i] - mean - normalised.row(r)[i] * pull);
      });
    }
    finish(weight_, product_, gradient_, pass, this->tally);
    finish(bias_, sum_, gradient_, pass, this->tally);
    return dx;
  }

 private:
  /// Visit the numbers of a channel that are there.
  template <class Body>
  void over(Index channel, Index rows, Body body) {
    const Index first = channel * inner_;
    for (Index r = 0; r < rows; ++r)
      for (Index i = first; i < first + inner_; ++i)
        if (!mask_ || mask_.has(r, i - first)) body(r, i);
  }

  Index channels_, inner_;
  double momentum_, epsilon_;
  OwnMatrix<Real> y_, normalised_, dx_;
  Buffer<Real> inverse_, sum_, product_, gradient_;
  Store<Real> weight_, bias_, mean_, variance_;
  Mask mask_;        // of the pass made last
  Index cells_ = 1;  // of a channel that were there in it, at least 1
};

}  // namespace axone
