// The dense layer where its matrix is narrow: its activation is taken where the sums are made, if it can
// be, and its slope where those of δ are.
#pragma once

#include "../narrow_affine.hpp"
#include "slope.hpp"

namespace axone {

/// A = σ(X·Wᵀ + b).
template <class Real>
class NarrowDense : public Layer<Real> {
 public:
  NarrowDense(Index inputs, Index outputs, const Settings& s, const Site& site)
      : Layer<Real>(inputs, outputs), affine_(inputs, outputs, s, site),
        activation_(activation_of<Real>(s)), slopes_(s, site) {
    a_ = OwnMatrix<Real>(site.rows, affine_.padded_outputs());
    if (activation_.needs_input()) z_ = OwnMatrix<Real>(site.rows, affine_.padded_outputs());
    dx_ = OwnMatrix<Real>(site.rows, affine_.padded_inputs());
  }

  void collect(std::vector<Store<Real>*>& stores) override {
    affine_.collect(stores);
    slopes_.collect(stores);
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    x_ = x;
    slopes_.tell(activation_);
    const auto [z, a] = here();
    const bool is_relu = activation_.is_relu();
    const Real floor = is_relu ? 0 : -std::numeric_limits<Real>::infinity();
    const bool lifted = affine_.forward(x, z, floor, pass.rows, pass.team);
    if (!is_relu || !lifted) activation_.forward(z, a, pass.rows);
    return a;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    const auto [z, a] = here();
    dy.columns = a.columns;
    if (pass.measure) this->dead_share = activation_.dead_share(a, pass.rows, pass.continues);
    slopes_.differentiate(activation_, z, a, dy, pass.rows);
    activation_.backward_and_sum(z, a, dy, pass.rows, affine_.bias_gradient(pass));
    auto dx = this->needs_input_gradient ? dx_.view() : Matrix<Real>{};
    this->tally = affine_.backward(x_, dy, dx, pass.rows, pass);
    slopes_.finish(pass, this->tally);
    if (this->needs_input_gradient) dx.columns = static_cast<std::int32_t>(this->inputs);
    return dx;
  }

 private:
  /// Z and A, one matrix where the slope needs A alone.
  std::pair<Matrix<Real>, Matrix<Real>> here() const {
    auto a = a_.view();
    auto z = activation_.needs_input() ? z_.view() : a;
    a.columns = z.columns = static_cast<std::int32_t>(this->outputs);
    return {z, a};
  }

  NarrowAffine<Real> affine_;
  Activation<Real> activation_;
  LearnedSlopes<Real> slopes_;
  OwnMatrix<Real> a_, z_, dx_;
  Matrix<Real> x_;
};

}  // namespace axone
