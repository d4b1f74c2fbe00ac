// Convolutional layers of signals and images, whose examples lie in lanes.
#pragma once

#include <limits>

#include "slope.hpp"
#include "window.hpp"

namespace axone {

/// A = σ(Z), z[o][p] = b[o] + Σ w[o][i][k]·x[i][p·s + k·d].
template <class Real>
class Convolution : public Layer<Real> {
 public:
  Convolution(const Window& window, const Settings& s, const Site& site)
      : Layer<Real>(window.in.numbers(), window.out.numbers()),
        window_(window), most_rows_(site.rows), groups_(groups_of(window, s)), depth_(window.in.channels / groups_),
        taps_(product_of(window.rows.kernel, window.columns.kernel)), has_bias_(s.flag("has_bias")),
        activation_(activation_of<Real>(s)), slope_(s, site),
        forward_(window.in, window.out, groups_, window.rows.kernel, window.columns.kernel,
                 output_runs(window.rows), output_runs(window.columns)),
        backward_(window.out, window.in, groups_, window.rows.kernel, window.columns.kernel,
                  input_runs(window.rows), input_runs(window.columns)),
        weights_(window.in, window.out, groups_, window.rows, window.columns) {
    weight_.place(s.whole("weight"), product_of(window.out.channels, product_of(depth_, taps_)),
                  site.parameters);
    weight_.size = weight_.count;
    weight_.penalised = true;
    gradient_ = Buffer<Real>(weight_.size);
    if (has_bias_) {
      bias_.place(s.whole("bias"), window.out.channels, site.parameters);
      bias_.size = bias_.count;
    }
    bias_gradient_ = Buffer<Real>(window.out.channels);
    bias_shares_ = Buffer<Real>(cells(blocks_of<Real>(site.rows), window.out.channels));
    a_ = LaneMatrix<Real>(site.rows, this->outputs);
    if (activation_.needs_input()) z_ = LaneMatrix<Real>(site.rows, this->outputs);
    dx_ = LaneMatrix<Real>(site.rows, this->inputs);
  }

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<Convolution>(Window(s, s.size("channels")), s, site);
  }

  Arrangement takes() const override { return Arrangement::lanes; }
  Index positions_after(Index positions) const override { return window_.positions_after(positions); }

  void collect(std::vector<Store<Real>*>& stores) override {
    stores.push_back(&weight_);
    if (has_bias_) stores.push_back(&bias_);
    slope_.collect(stores);
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    x_ = pass.mask ? present(x, pass) : x;
    slope_.tell(activation_);
    const Real* weight = weight_.weight.data();
    const Index columns = window_.columns.kernel;
    forward_.pack([=, this](Index o, Index i, Index ky, Index kx) {
      return weight[(o * depth_ + i) * taps_ + ky * columns + kx];
    });
    const auto a = a_.view(), z = input_of_activation();
    const Real floor = activation_.is_relu() ? Real{0} : -std::numeric_limits<Real>::infinity();
    share(pass.team, blocks_of<Real>(pass.rows), [&](Index from, Index to, int) {
      for (Index block = from; block < to; ++block)
        forward_.run(x_.row(block), has_bias_ ? bias_.weight.data() : nullptr, floor, z.row(block));
      if (!activation_.is_relu()) activation_.forward(part(z, from), part(a, from), to - from);
    });
    is_masked_ = static_cast<bool>(pass.mask);
    pass.mask = behind(masks_, pass.mask, pass.rows, window_.columns);
    return a;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    const auto a = a_.view(), z = input_of_activation(), dx = dx_.view();
    const Index blocks = blocks_of<Real>(pass.rows);
    if (pass.measure)
      this->dead_share = activation_.dead_share_of_lanes(a, window_.out.channels, pass.rows, pass.continues);
    slope_.differentiate(z, dy, blocks);
    if (this->needs_input_gradient) {
      const Real* weight = weight_.weight.data();
      const Index columns = window_.columns.kernel, per_group = window_.out.channels / groups_;
      backward_.pack([=, this](Index i, Index o, Index ky, Index kx) {
        const Index channel = i / depth_ * per_group + o;
        return weight[(channel * depth_ + i % depth_) * taps_ + ky * columns + kx];
      });
    }
    share(pass.team, blocks, [&](Index from, Index to, int) {
      activation_.backward(part(z, from), part(a, from), part(dy, from), to - from);
      for (Index block = from; block < to; ++block) {
        sum_positions(dy.row(block), bias_shares_.data() + block * window_.out.channels);
        if (this->needs_input_gradient)
          backward_.run(dy.row(block), nullptr, -std::numeric_limits<Real>::infinity(), dx.row(block));
        if (this->needs_input_gradient && is_masked_)
          presence_.clear(block, dx.row(block), this->inputs, dx.row(block));
      }
    });
    Real* gradient = pass.keep_gradient ? weight_.gradient.data() : gradient_.data();
    share(pass.team, weights_.pieces(), [&](Index from, Index to, int) {
      weights_.run(x_, dy, blocks, from, to, gradient);
    });
    this->tally = {};
    finish(weight_.stretch(0, weight_.size, gradient), pass, this->tally);
    if (has_bias_) finish_bias(blocks, pass);
    slope_.finish(pass, this->tally);
    return this->needs_input_gradient ? dx : Matrix<Real>{};
  }

 private:
  static Index groups_of(const Window& window, const Settings& s) {
    const Index groups = s.size("groups");
    if (window.in.channels % groups != 0 || window.out.channels % groups != 0)
      throw std::invalid_argument("the groups do not divide the channels of a convolution");
    return groups;
  }
  static Matrix<Real> part(Matrix<Real> m, Index from) { return {m.row(from), m.stride, m.columns}; }
  Matrix<Real> input_of_activation() { return activation_.needs_input() ? z_.view() : a_.view(); }

  /// x with zeros for what is not there.
  Matrix<Real> present(Matrix<Real> x, const Pass<Real>& pass) {
    if (!present_.view().data) {  // in the first pass under a mask
      present_ = LaneMatrix<Real>(most_rows_, this->inputs);
      presence_ = LanePresence<Real>(most_rows_, window_.in.width);
    }
    presence_.take(pass.mask, pass.rows);
    const auto to = present_.view();
    for (Index block = 0; block < blocks_of<Real>(pass.rows); ++block)
      presence_.clear(block, x.row(block), this->inputs, to.row(block));
    return to;
  }

  /// Σ over positions and lanes of δ, for each channel.
  void sum_positions(const Real* delta, Real* sums) const {
    const Index plane = window_.out.size() * kLanes<Real>;
    for (Index o = 0; o < window_.out.channels; ++o, delta += plane) {
      Vector<Real> sum{};
      for (Index n = 0; n < plane; n += kLanes<Real>) sum += load<Vector<Real>>(delta + n);
      sums[o] = sum_of(sum);
    }
  }

  void finish_bias(Index blocks, const Pass<Real>& pass) {
    Real* gradient = pass.keep_gradient ? bias_.gradient.data() : bias_gradient_.data();
    for (Index o = 0; o < bias_.size; ++o) {
      gradient[o] = 0;
      for (Index block = 0; block < blocks; ++block) gradient[o] += bias_shares_[block * bias_.size + o];
    }
    finish(bias_.stretch(0, bias_.size, gradient), pass, this->tally);
  }

  Window window_;
  Index most_rows_, groups_, depth_, taps_;
  bool has_bias_, is_masked_ = false;
  Activation<Real> activation_;
  LearnedSlope<Real> slope_;
  Correlator<Real> forward_, backward_;
  WeightCorrelator<Real> weights_;
  LaneMatrix<Real> a_, z_, dx_, present_;
  LanePresence<Real> presence_;
  MaskBehindWindows masks_;
  Buffer<Real> gradient_, bias_gradient_, bias_shares_;
  Matrix<Real> x_;
  Store<Real> weight_, bias_;
};

}  // namespace axone
