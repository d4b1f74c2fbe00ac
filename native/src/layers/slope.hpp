// The slope of a parametric ReLU (He et al. 2015), which is learned: one number a layer.
#pragma once

#include <numeric>

#include "../activations.hpp"
#include "layer.hpp"

namespace axone {

template <class Real>
Activation<Real> activation_of(const Settings& s) {
  return {s.word("activation"), Real(s.number("alpha"))};
}

/// Nothing, where the settings do not say that it is learned.
template <class Real>
class LearnedSlope {
 public:
  LearnedSlope(const Settings& s, const Site& site) : is_learned_(s.flag("learns_alpha")) {
    if (!is_learned_) return;
    shares_ = Buffer<Real>(blocks_of<Real>(site.rows));
    alpha_.place(s.whole("alpha_offset"), 1, site.parameters);
    alpha_.size = 1;
  }

  void collect(std::vector<Store<Real>*>& stores) {
    if (is_learned_) stores.push_back(&alpha_);
  }

  void tell(Activation<Real>& activation) {
    if (is_learned_) activation.alpha = alpha_.weight[0];
  }

  /// ∂L/∂α = Σ ∂L/∂a · min(z, 0), from ∂L/∂a as it is before it becomes ∂L/∂z.
  void differentiate(Matrix<Real> z, Matrix<Real> da, Index rows) {
    if (is_learned_) total_ = sum(z, da, 0, rows);
  }

  /// The same of one block of lanes, which is a row: threads have blocks of their own.
  void differentiate_block(Index block, Matrix<Real> z, Matrix<Real> da) {
    if (is_learned_) shares_[block] = sum(z, da, block, block + 1);
  }
  /// And of all of them, in their order, whoever had them.
  void add_up(Index blocks) {
    if (is_learned_) total_ = std::accumulate(shares_.data(), shares_.data() + blocks, Real{0});
  }

  /// Apart from `differentiate`, because the slope must not move before it was used backward.
  void finish(const Pass<Real>& pass, Tally& tally) {
    if (!is_learned_) return;
    Real* g = pass.keep_gradient ? alpha_.gradient.data() : gradient_.data();
    g[0] = total_;
    axone::finish(alpha_.stretch(0, 1, g), pass, tally);
  }

 private:
  static Real sum(Matrix<Real> z, Matrix<Real> da, Index from, Index to) {
    Real total = 0;
    for (Index r = from; r < to; ++r)
      for (Index c = 0; c < z.columns; ++c)
        if (!(z.row(r)[c] >= 0)) total += da.row(r)[c] * z.row(r)[c];
    return total;
  }

  bool is_learned_;
  Real total_ = 0;
  Store<Real> alpha_;
  Buffer<Real> gradient_{1}, shares_;  // shares: of each block
};

}  // namespace axone
