// The dense layer: an affine map and its activation.
#pragma once

#include "../affine.hpp"
#include "narrow_dense.hpp"

namespace axone {

/// A = σ(X·Wᵀ + b).
template <class Real>
class Dense : public Layer<Real> {
 public:
  Dense(Index inputs, Index outputs, const Settings& s, const Site& site)
      : Layer<Real>(inputs, outputs), affine_(inputs, outputs, s, site),
        activation_(activation_of<Real>(s)), slopes_(s, site) {
    a_ = OwnMatrix<Real>(site.rows, affine_.padded_outputs());
    if (activation_.needs_input()) z_ = OwnMatrix<Real>(site.rows, affine_.padded_outputs());
    dx_ = OwnMatrix<Real>(site.rows, affine_.padded_inputs());
  }

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    const Index inputs = s.size("columns"), outputs = s.size("outputs");
    if (NarrowAffine<Real>::suits(inputs, outputs, site))
      return std::make_unique<NarrowDense<Real>>(inputs, outputs, s, site);
    return std::make_unique<Dense>(inputs, outputs, s, site);
  }

  void collect(std::vector<Store<Real>*>& stores) override {
    affine_.collect(stores);
    slopes_.collect(stores);
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    x_ = x;
    slopes_.tell(activation_);
    auto a = a_.view();
    auto z = activation_.needs_input() ? z_.view() : a;
    affine_.forward(x, z, pass.rows, pass.team, [&](Index first, Index last) {
      if (activation_.takes_whole_rows()) return;
      activation_.forward({z.data + first, z.stride, last - first},
                          {a.data + first, a.stride, last - first}, pass.rows);
    });
    a.columns = z.columns = this->outputs;
    if (activation_.takes_whole_rows()) activation_.forward(z, a, pass.rows);
    activation_.clear_padding(a, pass.rows, affine_.padded_outputs());
    return a;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    auto a = a_.view();
    auto z = activation_.needs_input() ? z_.view() : a;
    a.columns = z.columns = this->outputs;
    if (pass.measure) this->dead_share = activation_.dead_share(a, pass.rows, pass.continues);
    slopes_.differentiate(activation_, z, a, dy, pass.rows);
    share(pass.team, pass.rows, [&](Index from, Index to, int) {
      activation_.backward(part(z, from), part(a, from), part(dy, from), to - from);
      affine_.prepare(dy, pass.rows, from, to);
    });
    auto dx = this->needs_input_gradient ? dx_.view() : Matrix<Real>{};
    this->tally = affine_.backward(x_, dy, dx, pass.rows, pass);
    slopes_.finish(pass, this->tally);
    if (this->needs_input_gradient) dx.columns = this->inputs;
    return dx;
  }

 private:
  static Matrix<Real> part(Matrix<Real> m, Index from) {
    return {m.row(from), m.stride, m.columns};
  }

  Affine<Real> affine_;
  Activation<Real> activation_;
  LearnedSlopes<Real> slopes_;
  OwnMatrix<Real> a_, z_, dx_;
  Matrix<Real> x_;
};

}  // namespace axone
