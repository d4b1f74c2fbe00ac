// Multi-head self-attention (Vaswani et al. 2017): every position asks all others, and takes of each as
// much as it fits.
#pragma once

#include <cmath>
#include <limits>

#include "positionwise.hpp"

namespace axone {

/// C = A·B for B of whole rows, `width` numbers wide, a multiple of a vector's or one of the panel widths.
template <bool UnitDepth, class Real>
void multiply_rows_of(Broadcast<Real> a, const Real* b, Index width, Index depth, Real* c, Index rows) {
  for (Index first = 0; first < width;) {
    const Index panel = panel_width<Real>(width - first);
    multiply<UnitDepth>(Product<Real>{a, b + first, width, depth, nullptr, c + first, width}, rows, panel);
    first += panel;
  }
}

/// How wide rows of so many numbers must be for `multiply_rows_of`.
template <class Real>
Index padded_width(Index columns) {
  Index width = columns / (2 * kLanes<Real>) * (2 * kLanes<Real>);
  return columns > width ? width + panel_width<Real>(columns - width) : width;
}

/// Y = Z·W_Oᵀ + b_O, Z = softmax(Q·Kᵀ/√d)·V of each head; Q, K and V of X as Y is of Z.
template <class Real>
class Attention : public Layer<Real> {
 public:
  Attention(const Settings& s, const Site& site)
      : Layer<Real>(product_of(s.size("length"), s.size("features")),
                    product_of(s.size("length"), s.size("features"))),
        length_(s.size("length")), features_(s.size("features")), heads_(s.size("heads")),
        depth_(divided(features_, heads_, "heads", "features")), causal_(s.flag("causal")),
        scale_(Real(1 / std::sqrt(double(depth_)))), width_(padded_width<Real>(depth_)),
        span_(padded_width<Real>(length_)), x_(length_, features_, site), z_(length_, features_, site),
        dy_(length_, features_, site), y_(site.rows, this->outputs), dx_(site.rows, this->inputs),
        all_weights_(cells(cells(site.rows, heads_), cells(length_, span_))) {
    const auto& maps = s.list("maps");
    if (maps.size() != 4) throw std::invalid_argument("attention has maps of Q, K, V and the output");
    for (const auto& map : maps) maps_.push_back(Dense<Real>::build(map, over_positions(site, length_)));
    for (const auto& map : maps_)
      if (map->inputs != features_ || map->outputs != features_)
        throw std::invalid_argument("a map of attention is not as wide as its features");
    for (int n = 0; n < 3; ++n) d_maps_.emplace_back(length_, features_, site);
    for (int thread = 0; thread < site.threads; ++thread) scratch_.emplace_back(*this);
  }

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<Attention>(s, site);
  }

  void collect(std::vector<Store<Real>*>& stores) override {
    for (auto& map : maps_) map->collect(stores);
  }
  Index positions_after(Index positions) const override { return positions_of(positions, length_); }
  void spare_input_gradient() override {
    this->needs_input_gradient = false;
    for (int n = 0; n < 3; ++n) maps_[n]->spare_input_gradient();
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    auto inner = over_positions(pass, length_);
    mask_ = pass.mask;
    // Predictions, which no way back follows, need them of one head at a time.
    if (pass.training && weights_.size() == 0) weights_ = Buffer<Real>(all_weights_);
    const auto positions = x_.taken(x, pass);
    for (int n = 0; n < 3; ++n) mapped_[n] = maps_[n]->forward(positions, inner);
    each_head(pass, [&](Index r, Index head, Scratch& s) {
      gather(r, head, pass.training ? weights_of(r, head) : s.scores.data(), s);
    });
    give_positions(maps_[3]->forward(z_.view(), inner), length_, features_, y_.view(), false, pass);
    return y_.view();
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    auto inner = over_positions(pass, length_);
    const auto dz = maps_[3]->backward(dy_.taken(dy, pass), inner);
    this->tally = maps_[3]->tally;
    each_head(pass, [&](Index r, Index head, Scratch& s) { differentiate(r, head, dz, s); });
    for (int n = 0; n < 3; ++n) {
      const auto dx = maps_[n]->backward(d_maps_[n].view(), inner);
      this->tally.add(maps_[n]->tally);
      if (this->needs_input_gradient) give_positions(dx, length_, features_, dx_.view(), n > 0, pass);
    }
    return this->needs_input_gradient ? dx_.view() : Matrix<Real>{};
  }

 private:
  using V = Vector<Real>;
  static constexpr Real kLowest = -std::numeric_limits<Real>::infinity();

  /// What a thread needs for one head of one example: matrices of `length` rows, or the other way round.
  struct Scratch {
    explicit Scratch(const Attention& of)
        : q(of.length_ * of.width_), k(of.length_ * of.width_), v(of.length_ * of.width_),
          z(of.length_ * of.width_), turned(of.depth_ * of.span_), scores(of.length_ * of.span_),
          there(round_up(of.span_, kLanes<Real>)) {}
    Buffer<Real> q, k, v, z, turned, scores;
    Buffer<Real> there;  // 1 for positions that may be looked at
  };

  template <class Visit>
  void each_head(const Pass<Real>& pass, Visit visit) {
    share(pass.team, pass.rows * heads_, [&](Index from, Index to, int member) {
      for (Index n = from; n < to; ++n)
        visit(n / heads_, n % heads_, scratch_[static_cast<std::size_t>(member)]);
    });
  }

  Real* weights_of(Index r, Index head) {
    return weights_.data() + (r * heads_ + head) * length_ * span_;
  }

  /// A head's part of an example's positions, side by side; and back.
  void take(Matrix<Real> from, Index r, Index head, Buffer<Real>& to) const {
    for (Index p = 0; p < length_; ++p)
      copy_row(from.row(r * length_ + p) + head * depth_, to.data() + p * width_, depth_);
  }
  void give(const Buffer<Real>& from, Matrix<Real> to, Index r, Index head) const {
    for (Index p = 0; p < length_; ++p)
      copy_row(from.data() + p * width_, to.row(r * length_ + p) + head * depth_, depth_);
  }
  void turn(const Buffer<Real>& from, Buffer<Real>& to) const {
    transpose_exactly<Real>(from.data(), width_, length_, depth_, to.data(), span_);
  }

  /// A = softmax(Q·Kᵀ/√d) and Z = A·V.
  void gather(Index r, Index head, Real* weights, Scratch& s) {
    take(mapped_[0], r, head, s.q);
    take(mapped_[1], r, head, s.k);
    take(mapped_[2], r, head, s.v);
    turn(s.k, s.turned);
    multiply_rows_of<true>(Broadcast<Real>{s.q.data(), width_, 1}, s.turned.data(), span_, depth_, weights,
                           length_);
    for (Index p = 0; p < length_; ++p) s.there[p] = !causal_ && mask_.has(r, p) ? 1 : 0;
    for (Index q = 0; q < length_; ++q) {
      if (causal_) s.there[q] = mask_.has(r, q) ? 1 : 0;
      if (mask_.has(r, q)) {
        softmax(weights + q * span_, s.there.data());
      } else {
        std::fill_n(weights + q * span_, span_, Real{0});
      }
    }
    multiply_rows_of<true>(Broadcast<Real>{weights, span_, 1}, s.v.data(), width_, length_, s.z.data(),
                           length_);
    give(s.z, z_.view(), r, head);
  }

  /// Over the positions that are there, in place; 0 for the others.
  void softmax(Real* scores, const Real* there) const {
    Real largest = kLowest;
    for (Index k = 0; k < length_; ++k) {
      scores[k] *= scale_;
      if (there[k] != 0) largest = std::max(largest, scores[k]);
    }
    if (largest == kLowest) largest = 0;
    Real total = 0;
    for (Index k = 0; k < span_; k += kFewestLanes<Real>) {
      using Few = Vector<Real, kFewestLanes<Real>>;
      const Few powers = exponential(load<Few>(scores + k) - largest);
      const Few used = load<Few>(there + k) != 0 ? powers : Few{};
      store(scores + k, used);
      total += sum_of(used);
    }
    const Real share = total == 0 ? 0 : 1 / total;
    for (Index k = 0; k < span_; ++k) scores[k] *= share;
  }

  /// ∂L/∂V = Aᵀ·∂L/∂Z; ∂L/∂S = A ⊙ (∂L/∂A − Σ A ⊙ ∂L/∂A), ∂L/∂A = ∂L/∂Z·Vᵀ; ∂L/∂Q = ∂L/∂S·K/√d,
  /// ∂L/∂K = ∂L/∂Sᵀ·Q/√d.
  void differentiate(Index r, Index head, Matrix<Real> dz, Scratch& s) {
    const Real* weights = weights_of(r, head);
    take(dz, r, head, s.z);
    take(mapped_[2], r, head, s.v);
    turn(s.v, s.turned);
    multiply_rows_of<true>(Broadcast<Real>{s.z.data(), width_, 1}, s.turned.data(), span_, depth_,
                           s.scores.data(), length_);
    for (Index q = 0; q < length_; ++q) {
      const Real* a = weights + q * span_;
      Real* d = s.scores.data() + q * span_;
      Real mean = 0;
      for (Index k = 0; k < length_; ++k) mean += a[k] * d[k];
      for (Index k = 0; k < length_; ++k) d[k] = a[k] * (d[k] - mean) * scale_;
    }
    multiply_rows_of<false>(Broadcast<Real>{weights, 1, span_}, s.z.data(), width_, length_, s.v.data(),
                            length_);
    give(s.v, d_maps_[2].view(), r, head);
    take(mapped_[0], r, head, s.q);
    take(mapped_[1], r, head, s.k);
    multiply_rows_of<true>(Broadcast<Real>{s.scores.data(), span_, 1}, s.k.data(), width_, length_,
                           s.z.data(), length_);
    give(s.z, d_maps_[0].view(), r, head);
    multiply_rows_of<false>(Broadcast<Real>{s.scores.data(), 1, span_}, s.q.data(), width_, length_,
                            s.z.data(), length_);
    give(s.z, d_maps_[1].view(), r, head);
  }

  Index length_, features_, heads_, depth_;
  bool causal_;
  Real scale_;
  Index width_, span_;  // of a head's part of a position, and of all positions, padded
  PositionRows<Real> x_, z_, dy_;
  OwnMatrix<Real> y_, dx_;
  std::vector<std::unique_ptr<Layer<Real>>> maps_;  // of Q, K, V and the output
  std::vector<PositionRows<Real>> d_maps_;          // ∂L/∂ of Q, K and V
  Matrix<Real> mapped_[3];
  Index all_weights_;     // numbers of A of all examples and heads
  Buffer<Real> weights_;  // they, once there has been a step
  std::vector<Scratch> scratch_;
  Mask mask_;
};

}  // namespace axone
