// A layer among others that have their batches lie differently: what comes is rearranged for it, and
// what it gives for those after it.
#pragma once

#include "blockwise.hpp"

namespace axone {

/// A layer between batches that lie `before` and `after` it as its neighbours have them.
template <class Real>
class Rearranged : public Blockwise<Real> {
 public:
  Rearranged(std::unique_ptr<Layer<Real>> layer, Arrangement before, Arrangement after, const Site& site)
      : Blockwise<Real>(layer->inputs, layer->outputs), layer_(std::move(layer)),
        input_(before, layer_->takes(), this->inputs, site),
        output_(layer_->gives(), after, this->outputs, site), before_(before), after_(after) {}

  void collect(std::vector<Store<Real>*>& stores) override { layer_->collect(stores); }
  void collect_buffers(std::vector<Store<Real>*>& stores) override { layer_->collect_buffers(stores); }
  bool is_random() const override { return layer_->is_random(); }
  Index positions_after(Index positions) const override { return layer_->positions_after(positions); }
  Index vocabulary() const override { return layer_->vocabulary(); }
  Arrangement takes() const override { return before_; }
  Arrangement gives() const override { return after_; }
  Blockwise<Real>* blockwise() override { return layer_->blockwise() ? this : nullptr; }
  bool overwrites() const override {
    return !input_.is_made() && !output_.is_made() && inner().overwrites();
  }
  void spare_input_gradient() override {
    this->needs_input_gradient = false;
    layer_->spare_input_gradient();
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    return output_.there(layer_->forward(input_.there(x, pass), pass), pass);
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    const auto dx = layer_->backward(output_.back(dy, pass), pass);
    take_findings();
    return this->needs_input_gradient ? input_.back(dx, pass) : Matrix<Real>{};
  }

  Matrix<Real> begin_forward(Matrix<Real> x, Pass<Real>& pass) override {
    return output_.begin_there(inner().begin_forward(input_.begin_there(x, pass), pass), pass);
  }
  void forward_block(Index block) override {
    input_.block_there(block);
    inner().forward_block(block);
    output_.block_there(block);
  }

  Matrix<Real> begin_backward(Matrix<Real> dy, Pass<Real>& pass, bool is_whole) override {
    const auto within = output_.begin_back(dy, is_whole && inner().overwrites());
    const auto dx = inner().begin_backward(within, pass, is_whole && !input_.is_made());
    return this->needs_input_gradient ? input_.begin_back(dx, is_whole) : Matrix<Real>{};
  }
  Matrix<Real> backward_block(Index block, Matrix<Real> dy, int member) override {
    const auto dx = inner().backward_block(block, output_.block_back(block, dy, member), member);
    return this->needs_input_gradient ? input_.block_back(block, dx, member) : Matrix<Real>{};
  }
  void end_backward(Pass<Real>& pass) override {
    inner().end_backward(pass);
    take_findings();
  }

 private:
  /// Memory for batches of one size that lie in one way on one side and in another on the other; none,
  /// where they lie alike.
  class Change {
   public:
    Change(Arrangement from, Arrangement to, Index numbers, const Site& site)
        : from_(from), to_(to), numbers_(numbers), most_rows_(site.rows), lane_gradients_(site, numbers) {
      if (!is_made()) return;
      changed_ = BatchMatrix<Real>(to, site.rows, numbers);
      nothing_ = Buffer<Real>(numbers);
    }

    bool is_made() const { return from_ != to_; }

    Matrix<Real> begin_there(Matrix<Real> x, const Pass<Real>& pass) {
      x_ = x;
      rows_in_use_ = pass.rows;
      return is_made() ? changed_.view() : x;
    }
    void block_there(Index block) {
      if (is_made()) change(block, x_, to_, changed_.view());
    }
    Matrix<Real> there(Matrix<Real> x, const Pass<Real>& pass) {
      const auto y = begin_there(x, pass);
      if (is_made())
        share_blocks<Real>(pass.team, pass.rows, [&](Index block, int) { block_there(block); });
      return y;
    }

    /// Rows are always kept whole.
    Matrix<Real> begin_back(Matrix<Real> d, bool is_whole) {
      if (!is_made()) return d;
      if (from_ == Arrangement::lanes) return lane_gradients_.hold(is_whole);
      if (!row_gradients_.view().data) row_gradients_ = OwnMatrix<Real>(most_rows_, numbers_);
      return row_gradients_.view();
    }
    Matrix<Real> block_back(Index block, Matrix<Real> d, int member) {
      if (!is_made()) return d;
      const auto back = from_ == Arrangement::lanes ? lane_gradients_.of(member) : row_gradients_.view();
      change(block, d, from_, back);
      return back;
    }
    Matrix<Real> back(Matrix<Real> d, const Pass<Real>& pass) {
      const auto back = begin_back(d, true);
      if (is_made())
        share_blocks<Real>(pass.team, pass.rows,
                           [&](Index block, int member) { block_back(block, d, member); });
      return back;
    }

   private:
    void change(Index block, Matrix<Real> from, Arrangement arrangement, Matrix<Real> to) const {
      if (arrangement == Arrangement::lanes) {
        into_lanes(from, numbers_, rows_in_use_, block, block + 1, nothing_.data(), to);
      } else {
        out_of_lanes(from, numbers_, rows_in_use_, block, block + 1, to);
      }
    }

    Arrangement from_, to_;
    Index numbers_, most_rows_, rows_in_use_ = 0;  // in use: in the pass under way
    BatchMatrix<Real> changed_;
    OwnMatrix<Real> row_gradients_;  // on the way back, where rows came; the others where lanes did
    GradientBlocks<Real> lane_gradients_;
    Buffer<Real> nothing_;
    Matrix<Real> x_;
  };

  Blockwise<Real>& inner() const { return *layer_->blockwise(); }
  void take_findings() {
    this->tally = layer_->tally;
    this->dead_share = layer_->dead_share;
  }

  std::unique_ptr<Layer<Real>> layer_;
  Change input_, output_;
  Arrangement before_, after_;
};

}  // namespace axone
