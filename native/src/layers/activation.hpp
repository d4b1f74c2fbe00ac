// An activation as a layer of its own, between layers that have none.
#pragma once

#include "slope.hpp"

namespace axone {

template <class Real>
class ActivationLayer : public Layer<Real> {
 public:
  ActivationLayer(Index columns, const Settings& s, const Site& site)
      : Layer<Real>(columns, columns), activation_(activation_of<Real>(s)), slope_(s, site),
        a_(site.rows, columns) {}

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<ActivationLayer>(s.size("columns"), s, site);
  }

  void collect(std::vector<Store<Real>*>& stores) override { slope_.collect(stores); }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    if (activation_.is_identity()) return x;
    slope_.tell(activation_);
    x_ = x;
    activation_.forward(x, a_.view(), pass.rows);
    return a_.view();
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    this->tally = {};
    if (pass.measure) this->dead_share = activation_.dead_share(a_.view(), pass.rows, pass.continues);
    slope_.differentiate(x_, dy, pass.rows);
    activation_.backward(x_, a_.view(), dy, pass.rows);
    slope_.finish(pass, this->tally);
    return dy;
  }

 private:
  Activation<Real> activation_;
  LearnedSlope<Real> slope_;
  OwnMatrix<Real> a_;
  Matrix<Real> x_;
};

}  // namespace axone
