// Pooling over windows of signals and images in lanes: the maximum, or the mean, of each channel. What
// lies in the padding does not count.
#pragma once

#include <limits>

#include "convolution.hpp"

namespace axone {

/// What the two have in common: the windows, and memory for what comes out of them.
template <class Real>
class Pool : public Layer<Real> {
 public:
  explicit Pool(const Settings& s, const Site& site)
      : Pool(Window<Real>(s, s.size("in_channels")), site) {}

  Arrangement takes() const override { return Arrangement::lanes; }

 protected:
  using V = Vector<Real>;
  static constexpr Index kLane = kLanes<Real>;

  /// Visit the windows of a block: `visit(where its number goes, each)`, `each(read)` hands the places of
  /// its cells to `read`, in their order.
  template <class Visit>
  void each_window(Visit visit) const {
    const auto& in = window_.in;
    Index place = 0;
    for (Index channel = 0; channel < in.channels; ++channel)
      for (const auto& down : rows_)
        for (const auto& across : columns_) {
          const Index corner = (channel * in.height + down.from) * in.width + across.from;
          visit(place, [=, this](auto read) __attribute__((always_inline)) {
            for (Index y = 0; y < down.count; ++y)
              for (Index x = 0; x < across.count; ++x)
                read((corner + y * down.advance * window_.in.width + x * across.advance) * kLane);
          }, down.count * across.count);
          place += kLane;
        }
  }

  Window<Real> window_;
  LaneMatrix<Real> y_, dx_;
  Matrix<Real> x_;

 private:
  Pool(Window<Real> window, const Site& site)
      : Layer<Real>(product_of(window.in.channels, window.in.size()), window.outputs()),
        window_(window), y_(site.rows, this->outputs), dx_(site.rows, this->inputs) {
    for (Index o = 0; o < window.out.height; ++o) rows_.push_back(taps_of_output(window.rows, o));
    for (Index o = 0; o < window.out.width; ++o) columns_.push_back(taps_of_output(window.columns, o));
  }

  std::vector<Taps> rows_, columns_;
};

/// y[p] = the largest number of window p; its first cell that holds it has the gradient.
template <class Real>
class MaxPool : public Pool<Real> {
 public:
  using Pool<Real>::Pool;

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<MaxPool>(s, site);
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    this->x_ = x;
    const auto y = this->y_.view();
    share(pass.team, blocks_of<Real>(pass.rows), [&](Index from, Index to, int) {
      for (Index block = from; block < to; ++block) {
        const Real* numbers = x.row(block);
        Real* out = y.row(block);
        this->each_window([=](Index place, auto each, Index) __attribute__((always_inline)) {
          V largest = splat<V>(-std::numeric_limits<Real>::infinity());
          each([&](Index at) __attribute__((always_inline)) {
            const V number = load<V>(numbers + at);
            // What is no number stays, so that it is noticed.
            largest = (number <= largest) | (largest != largest) ? largest : number;
          });
          store(out + place, largest);
        });
      }
    });
    return y;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    if (!this->needs_input_gradient) return {};
    const auto x = this->x_, y = this->y_.view(), dx = this->dx_.view();
    share(pass.team, blocks_of<Real>(pass.rows), [&](Index from, Index to, int) {
      for (Index block = from; block < to; ++block) {
        const Real *numbers = x.row(block), *out = y.row(block), *d = dy.row(block);
        Real* to_add = dx.row(block);
        std::fill_n(to_add, dx.columns, Real{0});
        this->each_window([=](Index place, auto each, Index) __attribute__((always_inline)) {
          const V largest = load<V>(out + place);
          V left = load<V>(d + place);  // of the gradient, until a cell has it
          each([&](Index at) __attribute__((always_inline)) {
            const auto is_largest = load<V>(numbers + at) == largest;
            store(to_add + at, load<V>(to_add + at) + (is_largest ? left : V{}));
            left = is_largest ? V{} : left;
          });
        });
      }
    });
    return dx;
  }

 private:
  using V = Vector<Real>;
};

/// y[p] = the mean of window p.
template <class Real>
class AveragePool : public Pool<Real> {
 public:
  using Pool<Real>::Pool;

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<AveragePool>(s, site);
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    const auto y = this->y_.view();
    share(pass.team, blocks_of<Real>(pass.rows), [&](Index from, Index to, int) {
      for (Index block = from; block < to; ++block) {
        const Real* numbers = x.row(block);
        Real* out = y.row(block);
        this->each_window([=](Index place, auto each, Index count) __attribute__((always_inline)) {
          V sum{};
          each([&](Index at) __attribute__((always_inline)) { sum += load<V>(numbers + at); });
          store(out + place, sum / splat<V>(Real(std::max<Index>(count, 1))));
        });
      }
    });
    return y;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    if (!this->needs_input_gradient) return {};
    const auto dx = this->dx_.view();
    share(pass.team, blocks_of<Real>(pass.rows), [&](Index from, Index to, int) {
      for (Index block = from; block < to; ++block) {
        const Real* d = dy.row(block);
        Real* to_add = dx.row(block);
        std::fill_n(to_add, dx.columns, Real{0});
        this->each_window([=](Index place, auto each, Index count) __attribute__((always_inline)) {
          const V part = load<V>(d + place) / splat<V>(Real(std::max<Index>(count, 1)));
          each([&](Index at) __attribute__((always_inline)) {
            store(to_add + at, load<V>(to_add + at) + part);
          });
        });
      }
    });
    return dx;
  }

 private:
  using V = Vector<Real>;
};

}  // namespace axone
