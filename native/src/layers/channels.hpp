// Layers that treat each channel of a signal or image as a whole, in lanes: batch norm over channels
// (Ioffe & Szegedy 2015), pooling over all positions, dropout of whole channels.
#pragma once

#include <cmath>
#include <limits>

#include "../presence.hpp"
#include "blockwise.hpp"

namespace axone {

/// Batch norm whose statistics are those of a channel: of all its positions in all examples.
template <class Real>
class ChannelBatchNorm : public Layer<Real> {
 public:
  ChannelBatchNorm(Index columns, const Settings& s, const Site& site)
      : Layer<Real>(columns, columns), channels_(s.size("channels")),
        inner_(divided(columns, channels_, "channels", "columns of batch norm")),
        momentum_(s.number("momentum")), epsilon_(s.number("epsilon")) {
    weight_.place(s.whole("weight"), channels_, site.parameters);
    bias_.place(s.whole("bias"), channels_, site.parameters);
    mean_.place(s.whole("mean"), channels_, site.buffers);
    variance_.place(s.whole("variance"), channels_, site.buffers);
    for (auto* store : {&weight_, &bias_, &mean_, &variance_}) store->size = channels_;
    for (auto* matrix : {&y_, &normalised_, &dx_}) *matrix = LaneMatrix<Real>(site.rows, columns);
    presence_ = LanePresence<Real>(site.rows, inner_);
    for (auto* buffer : {&inverse_, &sum_, &product_, &gradient_})
      *buffer = Buffer<Real>(channels_);
  }

  Arrangement takes() const override { return Arrangement::lanes; }
  Index positions_after(Index positions) const override { return positions_of(positions, inner_); }

  void collect(std::vector<Store<Real>*>& stores) override {
    stores.push_back(&weight_);
    stores.push_back(&bias_);
  }
  void collect_buffers(std::vector<Store<Real>*>& stores) override {
    stores.push_back(&mean_);
    stores.push_back(&variance_);
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    const auto y = y_.view(), normalised = normalised_.view();
    presence_.take(pass.mask, pass.rows);
    // Where a mask leaves nothing there are no statistics: averages stay, and all that is written is 0.
    const bool has_statistics = pass.training && presence_.count() > 0;
    cells_ = static_cast<double>(std::max<Index>(presence_.count(), 1));
    // Channels have nothing to do with one another: whoever has one has all of it.
    share(pass.team, channels_, [&](Index from, Index to, int) {
      for (Index c = from; c < to; ++c) {
        double mean = mean_.weight[c], variance = variance_.weight[c];
        if (has_statistics) {
          mean = total(c, pass, [=](V use, Index b, Index n) { return used(use, load<V>(x.row(b) + n)); }) /
                 cells_;
          const V centre = splat<V>(Real(mean));
          variance = total(c, pass, [=](V use, Index b, Index n) {
                       const V distance = used(use, load<V>(x.row(b) + n) - centre);
                       return distance * distance;
                     }) / cells_;
          if (pass.update) {
            mean_.weight[c] = Real(momentum_ * mean_.weight[c] + (1 - momentum_) * mean);
            variance_.weight[c] = Real(momentum_ * variance_.weight[c] + (1 - momentum_) * variance);
          }
        }
        inverse_[c] = Real(1 / std::sqrt(variance + epsilon_));
        const V centre = splat<V>(Real(mean)), inverse = splat<V>(inverse_[c]);
        const V weight = splat<V>(weight_.weight[c]), bias = splat<V>(bias_.weight[c]);
        each(c, pass, [=](V use, Index b, Index n) {
          const V here = used(use, (load<V>(x.row(b) + n) - centre) * inverse);
          store(normalised.row(b) + n, here);
          store(y.row(b) + n, used(use, weight * here + bias));
        });
      }
    });
    return y;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    const auto dx = dx_.view(), normalised = normalised_.view();
    this->tally = {};
    share(pass.team, channels_, [&](Index from, Index to, int) {
      for (Index c = from; c < to; ++c) {
        const double sum =
            total(c, pass, [=](V use, Index b, Index n) { return used(use, load<V>(dy.row(b) + n)); });
        const double product = total(c, pass, [=](V use, Index b, Index n) {
          return used(use, load<V>(dy.row(b) + n)) * load<V>(normalised.row(b) + n);
        });
        sum_[c] = Real(sum);
        product_[c] = Real(product);
        const V scale = splat<V>(weight_.weight[c] * inverse_[c]);
        const V mean = splat<V>(Real(sum / cells_)), pull = splat<V>(Real(product / cells_));
        each(c, pass, [=](V use, Index b, Index n) {
          const V slope = load<V>(dy.row(b) + n) - mean - load<V>(normalised.row(b) + n) * pull;
          store(dx.row(b) + n, used(use, scale * slope));
        });
      }
    });
    finish(weight_, product_, gradient_, pass, this->tally);
    finish(bias_, sum_, gradient_, pass, this->tally);
    return dx;
  }

 private:
  using V = Vector<Real>;

  static AXONE_INLINE V used(V use, V x) { return LanePresence<Real>::used(use, x); }

  /// Visit the vectors of a channel: which of its lanes are in use, its block and its place there.
  template <class Body>
  void each(Index channel, const Pass<Real>& pass, Body body) const {
    for (Index b = 0; b < blocks_of<Real>(pass.rows); ++b)
      for (Index p = 0; p < inner_; ++p)
        body(presence_.at(b, p), b, (channel * inner_ + p) * kLanes<Real>);
  }

  /// Σ over a channel, in Real over the positions of a block and in double over lanes and blocks.
  template <class Number>
  double total(Index channel, const Pass<Real>& pass, Number number) const {
    double total = 0;
    for (Index b = 0; b < blocks_of<Real>(pass.rows); ++b) {
      V sums[kSums] = {};
      const Index first = channel * inner_;
      Index p = 0;
      for (; p + kSums <= inner_; p += kSums)
        AXONE_UNROLL for (int s = 0; s < kSums; ++s)
          sums[s] += number(presence_.at(b, p + s), b, (first + p + s) * kLanes<Real>);
      for (; p < inner_; ++p) sums[0] += number(presence_.at(b, p), b, (first + p) * kLanes<Real>);
      for (int s = 0; s < kSums; ++s)
        for (int lane = 0; lane < kLanes<Real>; ++lane) total += sums[s][lane];
    }
    return total;
  }

  static constexpr int kSums = 4;  // side by side: one would wait for itself

  Index channels_, inner_;
  double momentum_, epsilon_;
  LaneMatrix<Real> y_, normalised_, dx_;
  LanePresence<Real> presence_;
  double cells_ = 1;  // of a channel that are there, at least 1
  Buffer<Real> inverse_, sum_, product_, gradient_;
  Store<Real> weight_, bias_, mean_, variance_;
};

/// One number a channel: the mean, or the largest, of all its positions.
template <class Real>
class GlobalPool : public Blockwise<Real> {
 public:
  GlobalPool(Index columns, Index channels, bool is_maximum, const Site& site)
      : Blockwise<Real>(columns, channels),
        inner_(divided(columns, channels, "channels", "columns of a pool")), is_maximum_(is_maximum),
        y_(site.rows, channels), dx_(site, columns), presence_(site.rows, inner_) {}

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<GlobalPool>(s.size("columns"), s.size("channels"), s.flag("is_maximum"), site);
  }

  Index positions_after(Index positions) const override {
    positions_of(positions, inner_);
    return 0;
  }

  Matrix<Real> begin_forward(Matrix<Real> x, Pass<Real>& pass) override {
    x_ = x;
    presence_.take(pass.mask, pass.rows);
    pass.mask = {};
    return y_.view();
  }

  void forward_block(Index block) override {
    Real* out = y_.view().row(block);
    for (Index c = 0; c < this->outputs; ++c) {
      const Real* numbers = x_.row(block) + c * inner_ * kLanes<Real>;
      store(out + c * kLanes<Real>, is_maximum_ ? largest(block, numbers) : mean(block, numbers));
    }
  }

  Matrix<Real> begin_backward(Matrix<Real>, Pass<Real>&, bool is_whole) override {
    if (!this->needs_input_gradient) return {};
    return dx_.hold(is_whole);
  }

  Matrix<Real> backward_block(Index block, Matrix<Real> dy, int member) override {
    if (!this->needs_input_gradient) return {};
    const auto y = y_.view(), dx = dx_.of(member);
    const V share_of_mean = 1 / there(block);
    for (Index c = 0; c < this->outputs; ++c) {
      const Real* numbers = x_.row(block) + c * inner_ * kLanes<Real>;
      Real* to_write = dx.row(block) + c * inner_ * kLanes<Real>;
      const V d = load<V>(dy.row(block) + c * kLanes<Real>);
      if (is_maximum_) {
        give_to_largest(block, numbers, load<V>(y.row(block) + c * kLanes<Real>), d, to_write);
      } else {
        for (Index p = 0; p < inner_; ++p)
          store(to_write + p * kLanes<Real>, presence_.at(block, p) * share_of_mean * d);
      }
    }
    return dx;
  }

 private:
  using V = Vector<Real>;

  /// How many positions of each lane are there, at least 1.
  V there(Index block) const {
    V count{};
    for (Index p = 0; p < inner_; ++p) count += presence_.at(block, p);
    return maximum(count, V{} + 1);
  }

  V mean(Index block, const Real* numbers) const {
    V sum{};
    for (Index p = 0; p < inner_; ++p)
      sum += LanePresence<Real>::used(presence_.at(block, p), load<V>(numbers + p * kLanes<Real>));
    return sum / there(block);
  }

  /// The largest number that is there, 0 where nothing is; what is no number stays, so that it is
  /// noticed.
  V largest(Index block, const Real* numbers) const {
    V best{}, found{};
    for (Index p = 0; p < inner_; ++p) {
      const V use = presence_.at(block, p), number = load<V>(numbers + p * kLanes<Real>);
      const auto stays = (use == V{}) | ((found != V{}) & ((number <= best) | (best != best)));
      best = stays ? best : number;
      found = maximum(found, use);
    }
    return best;
  }

  /// Give each lane's gradient to the first position that holds its largest number.
  void give_to_largest(Index block, const Real* numbers, V best, V gradient, Real* dx) const {
    for (Index p = 0; p < inner_; ++p) {
      const auto wins = (load<V>(numbers + p * kLanes<Real>) == best) & (presence_.at(block, p) != V{});
      store(dx + p * kLanes<Real>, wins ? gradient : V{});
      gradient = wins ? V{} : gradient;
    }
  }

  Index inner_;
  bool is_maximum_;
  LaneMatrix<Real> y_;
  GradientBlocks<Real> dx_;
  LanePresence<Real> presence_;
  Matrix<Real> x_;
};

/// Whole channels of an example dropped in training, the others over 1 − rate (Tompson et al. 2015).
template <class Real>
class ChannelDropout : public Blockwise<Real> {
 public:
  ChannelDropout(Index columns, Index channels, double rate, const Site& site)
      : Blockwise<Real>(columns, columns), channels_(channels),
        inner_(divided(columns, channels, "channels", "columns of a dropout")), rate_(rate),
        y_(site.rows, columns), factors_(site.rows, channels) {}

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<ChannelDropout>(s.size("columns"), s.size("channels"), s.share("rate"), site);
  }

  bool is_random() const override { return rate_ > 0; }
  bool overwrites() const override { return true; }
  Index positions_after(Index positions) const override { return positions_of(positions, inner_); }

  Matrix<Real> begin_forward(Matrix<Real> x, Pass<Real>& pass) override {
    active_ = pass.training && rate_ > 0;
    x_ = x;
    random_ = pass.random;
    examples_ = pass.rows;
    return active_ ? y_.view() : x;
  }

  void forward_block(Index block) override {
    if (!active_) return;
    const auto threshold = threshold_of(rate_);
    const Real kept = Real(1 / (1 - rate_));
    Real* factors = factors_.view().row(block);
    for (Index lane = 0; lane < lanes_in_use<Real>(block, examples_); ++lane)
      for (Index c = 0; c < channels_; ++c) {
        const auto n = static_cast<std::uint32_t>((block * kLanes<Real> + lane) * channels_ + c);
        factors[c * kLanes<Real> + lane] = random_.bits(n) >= threshold ? kept : Real(0);
      }
    multiply(block, x_.row(block), y_.view().row(block));
  }

  Matrix<Real> begin_backward(Matrix<Real> dy, Pass<Real>&, bool) override { return dy; }

  Matrix<Real> backward_block(Index block, Matrix<Real> dy, int) override {
    if (active_) multiply(block, dy.row(block), dy.row(block));
    return dy;
  }

 private:
  using V = Vector<Real>;

  void multiply(Index block, const Real* from, Real* to) const {
    for (Index c = 0; c < channels_; ++c) {
      const V factor = load<V>(factors_.view().row(block) + c * kLanes<Real>);
      for (Index n = c * inner_; n < (c + 1) * inner_; ++n)
        store(to + n * kLanes<Real>, factor * load<V>(from + n * kLanes<Real>));
    }
  }

  Index channels_, inner_;
  double rate_;
  LaneMatrix<Real> y_, factors_;
  // Of the pass under way.
  bool active_ = false;
  Matrix<Real> x_;
  RandomStream random_;
  Index examples_ = 0;
};

}  // namespace axone
