// Convolutional layers of signals and images, whose examples lie in lanes.
#pragma once

#include <limits>

#include "blockwise.hpp"
#include "slope.hpp"
#include "window.hpp"

namespace axone {

/// A = σ(Z), z[o][p] = b[o] + Σ w[o][i][k]·x[i][p·s + k·d].
template <class Real>
class Convolution : public Blockwise<Real> {
 public:
  Convolution(const Window& window, const Settings& s, const Site& site)
      : Blockwise<Real>(window.in.numbers(), window.out.numbers()),
        window_(window), most_rows_(site.rows), groups_(s.size("groups")),
        depth_(divided(window.in.channels, groups_, "groups", "channels of a convolution")),
        per_group_(divided(window.out.channels, groups_, "groups", "channels of a convolution")),
        taps_(product_of(window.rows.kernel, window.columns.kernel)), has_bias_(s.flag("has_bias")),
        weight_(weights_of(window.out.channels, product_of(depth_, taps_), s, site)),
        activation_(activation_of<Real>(s)), slopes_(s, site), presence_(window, site.rows),
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
    const Index blocks = blocks_of<Real>(site.rows);
    // Of the bunches behind the first one, whose gradient all others are added to.
    shares_ = Buffer<Real>(cells(Bunches::most(blocks) - 1, weight_.size));
    bias_shares_ = Buffer<Real>(cells(blocks, window.out.channels));
    a_ = LaneMatrix<Real>(site.rows, this->outputs);
    if (activation_.needs_input()) z_ = LaneMatrix<Real>(site.rows, this->outputs);
    dx_ = GradientBlocks<Real>(site, this->inputs);
  }

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<Convolution>(Window(s, s.size("channels")), s, site);
  }

  Index positions_after(Index positions) const override { return window_.positions_after(positions); }

  void collect(std::vector<Store<Real>*>& stores) override {
    stores.push_back(&weight_);
    if (has_bias_) stores.push_back(&bias_);
    slopes_.collect(stores);
  }

  Matrix<Real> begin_forward(Matrix<Real> x, Pass<Real>& pass) override {
    presence_.take(pass);
    given_ = x_ = x;
    rows_ = pass.rows;
    if (presence_.is_masked()) {
      if (!present_.view().data) present_ = LaneMatrix<Real>(most_rows_, this->inputs);
      x_ = present_.view();
    }
    slopes_.tell(activation_);
    const Real* weight = weight_.weight.data();
    const Index columns = window_.columns.kernel;
    share(team_for(weight_.size, pass), forward_.tiles(), [&](Index from, Index to, int) {
      forward_.pack(from, to, [=, this](Index o, Index i, Index ky, Index kx) {
        return weight[(o * depth_ + i) * taps_ + ky * columns + kx];
      });
    });
    return a_.view();
  }

  void forward_block(Index block) override {
    clear_absent(block);
    forward_tiles(block, 0, forward_.tiles());
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    const auto a = begin_forward(x, pass);
    const Index blocks = blocks_of<Real>(pass.rows);
    for (Index block = 0; block < blocks; ++block) clear_absent(block);
    share_parts(pass.team, blocks, forward_.tiles(), [&](Index block, Index from, Index to, int) {
      forward_tiles(block, from, to);
    });
    return a;
  }

  Matrix<Real> begin_backward(Matrix<Real>, Pass<Real>& pass, bool is_whole) override {
    const Index blocks = blocks_of<Real>(pass.rows);
    bunches_ = Bunches(blocks);
    if (pass.measure)
      this->dead_share =
          activation_.dead_share_of_lanes(a_.view(), window_.out.channels, pass.rows, pass.continues);
    weight_sums_ = pass.keep_gradient ? weight_.gradient.data() : gradient_.data();
    if (!this->needs_input_gradient) return {};
    const Real* weight = weight_.weight.data();
    const Index columns = window_.columns.kernel;
    share(team_for(weight_.size, pass), backward_.tiles(), [&](Index from, Index to, int) {
      backward_.pack(from, to, [=, this](Index i, Index o, Index ky, Index kx) {
        const Index channel = i / depth_ * per_group_ + o;
        return weight[(channel * depth_ + i % depth_) * taps_ + ky * columns + kx];
      });
    });
    return dx_.hold(is_whole);
  }

  Matrix<Real> backward_block(Index block, Matrix<Real> dy, int member) override {
    slopes_.differentiate_block(activation_, block, input_of_activation(), a_.view(), dy);
    differentiate(block, dy, 0, window_.out.channels);
    add_weights(block, dy, 0, weights_.pieces());
    if (!this->needs_input_gradient) return {};
    const auto dx = dx_.of(member);
    input_gradient(block, dy, dx, 0, backward_.tiles());
    clear_absent(block, dx);
    return dx;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    const auto dx = begin_backward(dy, pass, true);
    const Index blocks = blocks_of<Real>(pass.rows);
    for (Index block = 0; block < blocks; ++block)
      slopes_.differentiate_block(activation_, block, input_of_activation(), a_.view(), dy);
    share_parts(pass.team, blocks, window_.out.channels, [&](Index block, Index from, Index to, int) {
      differentiate(block, dy, from, to);
    });
    share(pass.team, weights_.pieces(), [&](Index from, Index to, int) {
      for (Index block = 0; block < blocks; ++block) add_weights(block, dy, from, to);
    });
    if (this->needs_input_gradient) {
      share_parts(pass.team, blocks, backward_.tiles(), [&](Index block, Index from, Index to, int) {
        input_gradient(block, dy, dx, from, to);
      });
      if (presence_.is_masked())
        for (Index block = 0; block < blocks; ++block) clear_absent(block, dx);
    }
    end_backward(pass);
    return dx;
  }

  void end_backward(Pass<Real>& pass) override {
    share(team_for(bunches_.count() * weight_.size, pass), weight_.size, [&](Index from, Index to, int) {
      for (Index bunch = 1; bunch < bunches_.count(); ++bunch) {
        const Real* sums = shares_.data() + (bunch - 1) * weight_.size;
        for (Index n = from; n < to; ++n) weight_sums_[n] += sums[n];
      }
    });
    const Index blocks = blocks_of<Real>(pass.rows);
    this->tally = {};
    finish(weight_.stretch(0, weight_.size, weight_sums_), pass, this->tally);
    if (has_bias_) finish_bias(blocks, pass);
    slopes_.add_up(blocks);
    slopes_.finish(pass, this->tally);
  }

 private:
  static constexpr Index kManyNumbers = 16 * 1024;  // to be copied or added: they are worth sharing out
  static Team* team_for(Index numbers, const Pass<Real>& pass) {
    return numbers >= kManyNumbers ? pass.team : nullptr;
  }

  /// Placed before anything is made for each of so many weights.
  static Store<Real> weights_of(Index channels, Index each, const Settings& s, const Site& site) {
    Store<Real> weights;
    weights.place(s.whole("weight"), product_of(channels, each), site.parameters);
    weights.size = weights.count;
    weights.penalised = true;
    return weights;
  }
  Matrix<Real> input_of_activation() { return activation_.needs_input() ? z_.view() : a_.view(); }

  /// Of a block the numbers of some channels of what comes out, as a matrix of one row.
  Matrix<Real> channels(Matrix<Real> m, Index block, Index from, Index to) const {
    const Index plane = window_.out.size() * kLanes<Real>;
    return {m.row(block) + from * plane, m.stride, (to - from) * plane};
  }

  /// x of a block with zeros for what is not there.
  void clear_absent(Index block) {
    if (presence_.is_masked()) (*presence_).clear(block, given_.row(block), this->inputs, x_.row(block));
  }
  void clear_absent(Index block, Matrix<Real> dx) {
    if (presence_.is_masked()) (*presence_).clear(block, dx.row(block), this->inputs, dx.row(block));
  }

  /// a of a block in the channels of some tiles.
  void forward_tiles(Index block, Index from, Index to) {
    const auto z = input_of_activation();
    const Real floor = activation_.is_relu() ? Real{0} : -std::numeric_limits<Real>::infinity();
    forward_.run(x_.row(block), has_bias_ ? bias_.weight.data() : nullptr, floor, z.row(block), from, to);
    if (activation_.is_relu()) return;
    const Index first = forward_.channel_of(from), last = forward_.channel_of(to);
    const auto a = channels(a_.view(), block, first, last);
    activation_.forward(channels(z, block, first, last), a, 1);
    activation_.clear_absent(a, rows_ - block * kLanes<Real>);
  }

  /// δ = ∂L/∂z of a block in some channels, and its sums.
  void differentiate(Index block, Matrix<Real> dy, Index from, Index to) {
    activation_.backward(channels(input_of_activation(), block, from, to),
                         channels(a_.view(), block, from, to), channels(dy, block, from, to), 1);
    if (!has_bias_) return;
    sum_positions(channels(dy, block, from, to), to - from,
                  bias_shares_.data() + block * window_.out.channels + from);
  }

  /// What a block adds to some pieces of ∂L/∂W.
  void add_weights(Index block, Matrix<Real> delta, Index from, Index to) {
    const Index bunch = bunches_.of(block);
    Real* sums = bunch == 0 ? weight_sums_ : shares_.data() + (bunch - 1) * weight_.size;
    weights_.run(x_.row(block), delta.row(block), bunches_.is_first(block), from, to, sums);
  }

  /// ∂L/∂x of a block in the channels of some tiles.
  void input_gradient(Index block, Matrix<Real> delta, Matrix<Real> dx, Index from, Index to) const {
    backward_.run(delta.row(block), nullptr, -std::numeric_limits<Real>::infinity(), dx.row(block), from,
                  to);
  }

  /// Σ over positions and lanes of δ, for each channel.
  static void sum_positions(Matrix<Real> delta, Index channels, Real* sums) {
    const Index plane = delta.columns / channels;
    for (Index o = 0; o < channels; ++o) {
      Vector<Real> sum{};
      for (Index n = 0; n < plane; n += kLanes<Real>) sum += load<Vector<Real>>(delta.data + o * plane + n);
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
  LearnedSlopes<Real> slopes_;
  WindowPresence<Real> presence_;
  Correlator<Real> forward_, backward_;
  WeightCorrelator<Real> weights_;
  LaneMatrix<Real> a_, z_, present_;
  GradientBlocks<Real> dx_;
  Buffer<Real> gradient_, bias_gradient_, shares_, bias_shares_;
  // Of the pass under way: x as it was given and as it is used, its rows, where ∂L/∂W is added up.
  Matrix<Real> given_, x_;
  Index rows_ = 0;
  Bunches bunches_;
  Real* weight_sums_ = nullptr;
};

}  // namespace axone
