// Pooling over windows of signals and images in lanes: the maximum, or the mean, of each channel. What
// lies in the padding does not count.
#pragma once

#include <limits>

#include "window.hpp"

namespace axone {

/// What the two have in common: the windows, and memory for what comes out of them.
template <class Real>
class Pool : public Layer<Real> {
 public:
  explicit Pool(const Settings& s, const Site& site)
      : Pool(Window(s, s.size("in_channels")), site) {}

  Arrangement takes() const override { return Arrangement::lanes; }
  Index positions_after(Index positions) const override { return window_.positions_after(positions); }

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

  /// Which lanes of the cell at a place of a block are there.
  template <bool Masked>
  AXONE_INLINE V use_of(Index block, Index place) const {
    if constexpr (Masked) return (*presence_).at(block, place / kLane % window_.in.width);
    return V{} + 1;
  }

  /// Call `body` for every block, told at compile time whether there is a mask.
  template <class Body>
  void each_block(const Pass<Real>& pass, const Body& body) const {
    share(pass.team, blocks_of<Real>(pass.rows), [&](Index from, Index to, int) {
      for (Index block = from; block < to; ++block)
        presence_.is_masked() ? body(block, std::true_type{}) : body(block, std::false_type{});
    });
  }

  Window window_;
  WindowPresence<Real> presence_;
  LaneMatrix<Real> y_, dx_;
  Matrix<Real> x_;

 private:
  Pool(Window window, const Site& site)
      : Layer<Real>(window.in.numbers(), window.out.numbers()),
        window_(window), presence_(window, site.rows), y_(site.rows, this->outputs),
        dx_(site.rows, this->inputs) {
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
    this->presence_.take(pass);
    const auto y = this->y_.view();
    this->each_block(pass, [=, this](Index block, auto masked) {
      const Real* numbers = x.row(block);
      Real* out = y.row(block);
      this->each_window([=, this](Index place, auto each, Index) __attribute__((always_inline)) {
        V largest = splat<V>(-std::numeric_limits<Real>::infinity()), found{};
        each([&](Index at) __attribute__((always_inline)) {
          const V number = load<V>(numbers + at);
          // What is no number stays, so that it is noticed.
          auto stays = (number <= largest) | (largest != largest);
          if constexpr (masked) {
            const V use = this->template use_of<true>(block, at);
            stays |= use == V{};
            found = maximum(found, use);
          }
          largest = stays ? largest : number;
        });
        if constexpr (masked) largest = LanePresence<Real>::used(found, largest);
        store(out + place, largest);
      });
    });
    return y;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    if (!this->needs_input_gradient) return {};
    const auto x = this->x_, y = this->y_.view(), dx = this->dx_.view();
    this->each_block(pass, [=, this](Index block, auto masked) {
      const Real *numbers = x.row(block), *out = y.row(block), *d = dy.row(block);
      Real* to_add = dx.row(block);
      std::fill_n(to_add, dx.columns, Real{0});
      this->each_window([=, this](Index place, auto each, Index) __attribute__((always_inline)) {
        const V largest = load<V>(out + place);
        V left = load<V>(d + place);  // of the gradient, until a cell has it
        each([&](Index at) __attribute__((always_inline)) {
          auto wins = load<V>(numbers + at) == largest;
          if constexpr (masked) wins &= this->template use_of<true>(block, at) != V{};
          store(to_add + at, load<V>(to_add + at) + (wins ? left : V{}));
          left = wins ? V{} : left;
        });
      });
    });
    return dx;
  }

 private:
  using V = Vector<Real>;
};

/// y[p] = the mean of the cells of window p.
template <class Real>
class AveragePool : public Pool<Real> {
 public:
  using Pool<Real>::Pool;

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<AveragePool>(s, site);
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    this->presence_.take(pass);
    const auto y = this->y_.view();
    this->each_block(pass, [=, this](Index block, auto masked) {
      const Real* numbers = x.row(block);
      Real* out = y.row(block);
      this->each_window([=, this](Index place, auto each, Index count) __attribute__((always_inline)) {
        V sum{};
        each([&](Index at) __attribute__((always_inline)) {
          const V number = load<V>(numbers + at);
          sum += masked ? LanePresence<Real>::used(this->template use_of<masked>(block, at), number) : number;
        });
        store(out + place, sum / this->template cells<masked>(block, each, count));
      });
    });
    return y;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    if (!this->needs_input_gradient) return {};
    const auto dx = this->dx_.view();
    this->each_block(pass, [=, this](Index block, auto masked) {
      const Real* d = dy.row(block);
      Real* to_add = dx.row(block);
      std::fill_n(to_add, dx.columns, Real{0});
      this->each_window([=, this](Index place, auto each, Index count) __attribute__((always_inline)) {
        const V part = load<V>(d + place) / this->template cells<masked>(block, each, count);
        each([&](Index at) __attribute__((always_inline)) {
          store(to_add + at, load<V>(to_add + at) + part * this->template use_of<masked>(block, at));
        });
      });
    });
    return dx;
  }

 private:
  using V = Vector<Real>;

  /// How many cells of a window are there, at least 1.
  template <bool Masked, class Each>
  AXONE_INLINE V cells(Index block, Each each, Index count) const {
    V there = splat<V>(Real(count));
    if constexpr (Masked) {
      there = V{};
      each([&](Index at) __attribute__((always_inline)) { there += this->template use_of<true>(block, at); });
    }
    return maximum(there, V{} + 1);
  }
};

}  // namespace axone
