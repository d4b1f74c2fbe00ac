// An activation as a layer of its own, between layers that have none.
#pragma once

#include "slope.hpp"

namespace axone {

template <class Real>
class ActivationLayer : public Layer<Real> {
 public:
  ActivationLayer(Index columns, const Settings& s, const Site& site)
      : Layer<Real>(columns, columns), activation_(activation_of<Real>(s)), slope_(s, site),
        arrangement_(activation_.takes_whole_rows() ? Arrangement::rows : site.arrangement),
        a_(arrangement_, site.rows, columns) {}

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<ActivationLayer>(s.size("columns"), s, site);
  }

  void collect(std::vector<Store<Real>*>& stores) override { slope_.collect(stores); }
  Index positions_after(Index positions) const override { return positions; }
  Arrangement takes() const override { return arrangement_; }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    if (activation_.is_identity()) return x;
    slope_.tell(activation_);
    x_ = x;
    activation_.forward(x, a_.view(), a_.rows_of(pass.rows));
    return a_.view();
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    this->tally = {};
    const Index rows = a_.rows_of(pass.rows);
    if (pass.measure) this->dead_share = dead_share_of(pass);
    slope_.differentiate(x_, dy, rows);
    activation_.backward(x_, a_.view(), dy, rows);
    slope_.finish(pass, this->tally);
    return dy;
  }

 private:
  double dead_share_of(const Pass<Real>& pass) {
    return arrangement_ == Arrangement::lanes
               ? activation_.dead_share_of_lanes(a_.view(), this->outputs, pass.rows, pass.continues)
               : activation_.dead_share(a_.view(), pass.rows, pass.continues);
  }

  Activation<Real> activation_;
  LearnedSlope<Real> slope_;
  Arrangement arrangement_;
  BatchMatrix<Real> a_;
  Matrix<Real> x_;
};

}  // namespace axone
