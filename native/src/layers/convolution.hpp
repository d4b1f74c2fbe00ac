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
        window_(window), most_rows_(site.rows), groups_(s.size("groups")),
        depth_(divided(window.in.channels, groups_, "groups", "channels of a convolution")),
        per_group_(divided(window.out.channels, groups_, "groups", "channels of a convolution")),
        taps_(product_of(window.rows.kernel, window.columns.kernel)), has_bias_(s.flag("has_bias")),
        weight_(weights_of(window.out.channels, product_of(depth_, taps_), s, site)),
        activation_(activation_of<Real>(s)), slope_(s, site), presence_(window, site.rows),
        forward_(window.in, window.out, groups_, window.rows.kernel, window.columns.kernel,
                 output_runs(window.rows), output_runs(window.columns)),
        backward_(window.out, window.in, groups_, window.rows.kernel, window.columns.kernel,
                  input_runs(window.rows), input_runs(window.columns)),
        weights_(window.in, window.out, groups_, window.rows, window.columns) {
    if (activation_.takes_whole_rows())
      throw std::invalid_argument("softmax is no activation of a convolution: its cells would be of all channels and positions");
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
    presence_.take(pass);
    x_ = presence_.is_masked() ? present(x, pass.rows) : x;
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
      const Index columns = window_.columns.kernel;
      backward_.pack([=, this](Index i, Index o, Index ky, Index kx) {
        const Index channel = i / depth_ * per_group_ + o;
        return weight[(channel * depth_ + i % depth_) * taps_ + ky * columns + kx];
      });
    }
    share(pass.team, blocks, [&](Index from, Index to, int) {
      activation_.backward(part(z, from), part(a, from), part(dy, from), to - from);
      for (Index block = from; block < to; ++block) {
        sum_positions(dy.row(block), bias_shares_.data() + block * window_.out.channels);
        if (!this->needs_input_gradient) continue;
        backward_.run(dy.row(block), nullptr, -std::numeric_limits<Real>::infinity(), dx.row(block));
        if (presence_.is_masked()) (*presence_).clear(block, dx.row(block), this->inputs, dx.row(block));
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
  /// Placed before anything is made for each of so many weights.
  static Store<Real> weights_of(Index channels, Index each, const Settings& s, const Site& site) {
    Store<Real> weights;
    weights.place(s.whole("weight"), product_of(channels, each), site.parameters);
    weights.size = weights.count;
    weights.penalised = true;
    return weights;
  }
  static Matrix<Real> part(Matrix<Real> m, Index from) { return {m.row(from), m.stride, m.columns}; }
  Matrix<Real> input_of_activation() { return activation_.needs_input() ? z_.view() : a_.view(); }

  /// x with zeros for what is not there.
  Matrix<Real> present(Matrix<Real> x, Index rows) {
    if (!present_.view().data) present_ = LaneMatrix<Real>(most_rows_, this->inputs);
    const auto to = present_.view();
    for (Index block = 0; block < blocks_of<Real>(rows); ++block)
      (*presence_).clear(block, x.row(block), this->inputs, to.row(block));
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
  Index most_rows_, groups_, depth_, per_group_, taps_;  // depth, per group: channels of one, in and out
  bool has_bias_;
  Store<Real> weight_, bias_;
  Activation<Real> activation_;
  LearnedSlope<Real> slope_;
  WindowPresence<Real> presence_;
  Correlator<Real> forward_, backward_;
  WeightCorrelator<Real> weights_;
  LaneMatrix<Real> a_, z_, dx_, present_;
  Buffer<Real> gradient_, bias_gradient_, bias_shares_;
  Matrix<Real> x_;
};

}  // namespace axone
