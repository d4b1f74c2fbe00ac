// Pooling over windows of signals and images in lanes: the maximum, or the mean, of each channel. What
// lies in the padding does not count.
#pragma once

#include <limits>

#include "blockwise.hpp"
#include "window.hpp"

namespace axone {

/// What the two have in common: the windows, and memory for what comes out of them.
template <class Real>
class Pool : public Blockwise<Real> {
 public:
  explicit Pool(const Settings& s, const Site& site)
      : Pool(Window(s, s.size("in_channels")), site) {}

  Index positions_after(Index positions) const override { return window_.positions_after(positions); }

  Matrix<Real> begin_forward(Matrix<Real> x, Pass<Real>& pass) override {
    x_ = x;
    presence_.take(pass);
    return y_.view();
  }

  Matrix<Real> begin_backward(Matrix<Real>, Pass<Real>&, bool is_whole) override {
    if (!this->needs_input_gradient) return {};
    return dx_.hold(is_whole);
  }

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

  /// Call `body`, told at compile time whether there is a mask.
  template <class Body>
  void told_of_mask(const Body& body) const {
    presence_.is_masked() ? body(std::true_type{}) : body(std::false_type{});
  }

  /// ∂L/∂x of a block for this member of the team: zeros, but where windows write all of it anyway.
  Real* begin_gradient(Index block, int member) const {
    const auto dx = dx_.of(member);
    if (!windows_write_all_) std::fill_n(dx.row(block), dx.columns, Real{0});
    return dx.row(block);
  }
  /// Put what a window gives a cell into ∂L/∂x. Windows that share none with others need not add.
  AXONE_INLINE void give(Real* cell, V gradient) const {
    store(cell, windows_share_cells_ ? load<V>(cell) + gradient : gradient);
  }

  Window window_;
  WindowPresence<Real> presence_;
  LaneMatrix<Real> y_;
  GradientBlocks<Real> dx_;
  Matrix<Real> x_;

 private:
  Pool(Window window, const Site& site)
      : Blockwise<Real>(window.in.numbers(), window.out.numbers()),
        window_(window), presence_(window, site.rows), y_(site.rows, this->outputs),
        dx_(site, this->inputs), windows_share_cells_(overlap(window.rows) || overlap(window.columns)),
        windows_write_all_(!windows_share_cells_ && is_covered(window.rows) && is_covered(window.columns)) {
    for (Index o = 0; o < window.out.height; ++o) rows_.push_back(taps_of_output(window.rows, o));
    for (Index o = 0; o < window.out.width; ++o) columns_.push_back(taps_of_output(window.columns, o));
  }

  static bool overlap(const Axis& axis) { return axis.reach() > axis.stride; }
  /// Whether windows that do not overlap read every input.
  static bool is_covered(const Axis& axis) {
    return axis.kernel == axis.stride && axis.outputs * axis.stride - axis.padding >= axis.inputs;
  }

  bool windows_share_cells_, windows_write_all_;
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

  void forward_block(Index block) override {
    this->told_of_mask([=, this](auto masked) {
      const Real* numbers = this->x_.row(block);
      Real* out = this->y_.view().row(block);
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
  }

  Matrix<Real> backward_block(Index block, Matrix<Real> dy, int member) override {
    if (!this->needs_input_gradient) return {};
    this->told_of_mask([=, this](auto masked) {
      const Real *numbers = this->x_.row(block), *out = this->y_.view().row(block), *d = dy.row(block);
      Real* gradient = this->begin_gradient(block, member);
      this->each_window([=, this](Index place, auto each, Index) __attribute__((always_inline)) {
        const V largest = load<V>(out + place);
        V left = load<V>(d + place);  // of the gradient, until a cell has it
        each([&](Index at) __attribute__((always_inline)) {
          auto wins = load<V>(numbers + at) == largest;
          if constexpr (masked) wins &= this->template use_of<true>(block, at) != V{};
          this->give(gradient + at, wins ? left : V{});
          left = wins ? V{} : left;
        });
      });
    });
    return this->dx_.of(member);
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

  void forward_block(Index block) override {
    this->told_of_mask([=, this](auto masked) {
      const Real* numbers = this->x_.row(block);
      Real* out = this->y_.view().row(block);
      this->each_window([=, this](Index place, auto each, Index count) __attribute__((always_inline)) {
        V sum{};
        each([&](Index at) __attribute__((always_inline)) {
          const V number = load<V>(numbers + at);
          sum += masked ? LanePresence<Real>::used(this->template use_of<masked>(block, at), number) : number;
        });
        store(out + place, sum / this->template cells<masked>(block, each, count));
      });
    });
  }

  Matrix<Real> backward_block(Index block, Matrix<Real> dy, int member) override {
    if (!this->needs_input_gradient) return {};
    this->told_of_mask([=, this](auto masked) {
      const Real* d = dy.row(block);
      Real* gradient = this->begin_gradient(block, member);
      this->each_window([=, this](Index place, auto each, Index count) __attribute__((always_inline)) {
        const V part = load<V>(d + place) / this->template cells<masked>(block, each, count);
        each([&](Index at) __attribute__((always_inline)) {
          this->give(gradient + at, part * this->template use_of<masked>(block, at));
        });
      });
    });
    return this->dx_.of(member);
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
