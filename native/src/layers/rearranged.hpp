// A layer among others that have their batches lie differently: what comes is rearranged for it, and
// what it gives for those after it.
#pragma once

#include "layer.hpp"

namespace axone {

/// A layer between batches that lie `before` and `after` it as its neighbours have them.
template <class Real>
class Rearranged : public Layer<Real> {
 public:
  Rearranged(std::unique_ptr<Layer<Real>> layer, Arrangement before, Arrangement after, Index rows)
      : Layer<Real>(layer->inputs, layer->outputs), layer_(std::move(layer)),
        input_(before, layer_->takes(), this->inputs, rows),
        output_(layer_->gives(), after, this->outputs, rows), before_(before), after_(after) {}

  void collect(std::vector<Store<Real>*>& stores) override { layer_->collect(stores); }
  void collect_buffers(std::vector<Store<Real>*>& stores) override { layer_->collect_buffers(stores); }
  bool is_random() const override { return layer_->is_random(); }
  Index positions_after(Index positions) const override { return layer_->positions_after(positions); }
  Index vocabulary() const override { return layer_->vocabulary(); }
  Arrangement takes() const override { return before_; }
  Arrangement gives() const override { return after_; }
  void spare_input_gradient() override {
    this->needs_input_gradient = false;
    layer_->spare_input_gradient();
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    return output_.there(layer_->forward(input_.there(x, pass), pass), pass);
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    const auto dx = layer_->backward(output_.back(dy, pass), pass);
    this->tally = layer_->tally;
    this->dead_share = layer_->dead_share;
    return this->needs_input_gradient ? input_.back(dx, pass) : Matrix<Real>{};
  }

 private:
  /// Memory for batches of one size that lie in one way on one side and in another on the other; none,
  /// where they lie alike.
  class Change {
   public:
    Change(Arrangement from, Arrangement to, Index numbers, Index rows) : to_(to), numbers_(numbers) {
      if (from == to) return;
      rows_ = OwnMatrix<Real>(rows, numbers);
      lanes_ = LaneMatrix<Real>(rows, numbers);
      nothing_ = Buffer<Real>(numbers);
    }
    Matrix<Real> there(Matrix<Real> x, const Pass<Real>& pass) { return changed(x, to_, pass); }
    Matrix<Real> back(Matrix<Real> d, const Pass<Real>& pass) {
      return changed(d, to_ == Arrangement::lanes ? Arrangement::rows : Arrangement::lanes, pass);
    }

   private:
    Matrix<Real> changed(Matrix<Real> x, Arrangement to, const Pass<Real>& pass) {
      if (!lanes_.view().data) return x;
      const auto lanes = lanes_.view(), rows = rows_.view();
      share(pass.team, blocks_of<Real>(pass.rows), [&](Index first, Index last, int) {
        if (to == Arrangement::lanes) {
          into_lanes(x, numbers_, pass.rows, first, last, nothing_.data(), lanes);
        } else {
          out_of_lanes(x, numbers_, pass.rows, first, last, rows);
        }
      });
      return to == Arrangement::lanes ? lanes : rows;
    }

    Arrangement to_;
    Index numbers_;
    OwnMatrix<Real> rows_;
    LaneMatrix<Real> lanes_;
    Buffer<Real> nothing_;
  };

  std::unique_ptr<Layer<Real>> layer_;
  Change input_, output_;
  Arrangement before_, after_;
};

}  // namespace axone
