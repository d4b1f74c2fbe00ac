// An activation as a layer of its own, between layers that have none.
#pragma once

#include "blockwise.hpp"
#include "slope.hpp"

namespace axone {

template <class Real>
class ActivationLayer : public Blockwise<Real> {
 public:
  ActivationLayer(Index columns, const Settings& s, const Site& site)
      : Blockwise<Real>(columns, columns), activation_(activation_of<Real>(s)), slopes_(s, site),
        arrangement_(activation_.takes_whole_rows() ? Arrangement::rows : site.arrangement),
        a_(arrangement_, site.rows, columns) {}

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<ActivationLayer>(s.size("columns"), s, site);
  }

  void collect(std::vector<Store<Real>*>& stores) override { slopes_.collect(stores); }
  Index positions_after(Index positions) const override { return positions; }
  Arrangement takes() const override { return arrangement_; }
  Blockwise<Real>* blockwise() override {
    return arrangement_ == Arrangement::lanes ? this : nullptr;
  }
  bool overwrites() const override { return true; }

  Matrix<Real> begin_forward(Matrix<Real> x, Pass<Real>& pass) override {
    slopes_.tell(activation_);
    x_ = x;
    rows_ = pass.rows;
    return activation_.is_identity() ? x : a_.view();
  }

  void forward_block(Index block) override {
    if (activation_.is_identity()) return;
    evaluate(block, 0, this->inputs);
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    const auto a = begin_forward(x, pass);
    if (activation_.is_identity()) return a;
    if (arrangement_ == Arrangement::rows) {
      activation_.forward(x, a, pass.rows);
    } else {
      share_parts(pass.team, a_.rows_of(pass.rows), this->inputs, [&](Index block, Index from, Index to, int) {
        evaluate(block, from, to);
      });
    }
    return a;
  }

  Matrix<Real> begin_backward(Matrix<Real> dy, Pass<Real>& pass, bool) override {
    if (pass.measure) this->dead_share = dead_share_of(pass);
    return dy;
  }

  Matrix<Real> backward_block(Index block, Matrix<Real> dy, int) override {
    slopes_.differentiate_block(activation_, block, x_, a_.view(), dy);
    differentiate(block, 0, this->inputs, dy);
    return dy;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    begin_backward(dy, pass, true);
    if (arrangement_ == Arrangement::rows) {
      slopes_.differentiate(activation_, x_, a_.view(), dy, pass.rows);
      activation_.backward(x_, a_.view(), dy, pass.rows);
    } else {
      const Index blocks = a_.rows_of(pass.rows);
      for (Index block = 0; block < blocks; ++block) slopes_.differentiate_block(activation_, block, x_, a_.view(), dy);
      share_parts(pass.team, blocks, this->inputs, [&](Index block, Index from, Index to, int) {
        differentiate(block, from, to, dy);
      });
    }
    end_backward(pass);
    return dy;
  }

  void end_backward(Pass<Real>& pass) override {
    this->tally = {};
    if (arrangement_ == Arrangement::lanes) slopes_.add_up(a_.rows_of(pass.rows));
    slopes_.finish(pass, this->tally);
  }

 private:
  /// Numbers `from` to `to` of a block's examples, as a matrix of one row.
  static Matrix<Real> part(Matrix<Real> m, Index block, Index from, Index to) {
    return {m.row(block) + from * kLanes<Real>, m.stride, (to - from) * kLanes<Real>};
  }

  void evaluate(Index block, Index from, Index to) {
    const auto a = part(a_.view(), block, from, to);
    activation_.forward(part(x_, block, from, to), a, 1);
    activation_.clear_absent(a, rows_ - block * kLanes<Real>);
  }

  void differentiate(Index block, Index from, Index to, Matrix<Real> dy) {
    activation_.backward(part(x_, block, from, to), part(a_.view(), block, from, to),
                         part(dy, block, from, to), 1);
  }

  double dead_share_of(const Pass<Real>& pass) {
    return arrangement_ == Arrangement::lanes
               ? activation_.dead_share_of_lanes(a_.view(), this->outputs, pass.rows, pass.continues)
               : activation_.dead_share(a_.view(), pass.rows, pass.continues);
  }

  Activation<Real> activation_;
  LearnedSlopes<Real> slopes_;
  Arrangement arrangement_;
  BatchMatrix<Real> a_;
  Matrix<Real> x_;
  Index rows_ = 0;  // of the pass under way
};

}  // namespace axone
