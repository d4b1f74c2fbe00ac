// Layers within layers to which every position of a sequence is a row of its own.
#pragma once

#include "dense.hpp"

namespace axone {

/// Changes between rows of examples and rows of positions, which lie one behind the other in both.
template <class Real>
class PositionRows {
 public:
  PositionRows(Index length, Index columns, const Site& site)
      : length_(length), columns_(columns), rows_(product_of(site.rows, length), columns) {}

  /// The positions of the examples of a pass, in memory of its own.
  Matrix<Real> taken(Matrix<Real> examples, const Pass<Real>& pass) const {
    const auto positions = rows_.view();
    share(pass.team, pass.rows, [&](Index from, Index to, int) {
      for (Index r = from; r < to; ++r)
        for (Index p = 0; p < length_; ++p)
          copy_row(examples.row(r) + p * columns_, positions.row(r * length_ + p), columns_);
    });
    return positions;
  }

  /// Memory for positions that somebody else fills.
  Matrix<Real> view() const { return rows_.view(); }

 private:
  Index length_, columns_;
  OwnMatrix<Real> rows_;
};

/// Put positions back into the rows of their examples; or add them to what is there.
template <class Real>
void give_positions(Matrix<Real> positions, Index length, Index columns, Matrix<Real> examples, bool adds,
                    const Pass<Real>& pass) {
  share(pass.team, pass.rows, [&](Index from, Index to, int) {
    for (Index r = from; r < to; ++r)
      for (Index p = 0; p < length; ++p) {
        const Real* own = positions.row(r * length + p);
        Real* to_row = examples.row(r) + p * columns;
        if (adds) {
          for (Index c = 0; c < columns; ++c) to_row[c] += own[c];
        } else {
          copy_row(own, to_row, columns);
        }
      }
  });
}

/// The site, and the pass, of a layer within one of so many positions.
inline Site over_positions(Site site, Index length) {
  site.rows = product_of(site.rows, length);
  site.batch = product_of(site.batch, length);
  return site;
}
template <class Real>
Pass<Real> over_positions(Pass<Real> pass, Index length) {
  pass.rows *= length;
  pass.positions *= length;
  return pass;
}

/// A dense layer with the same weights for all positions.
template <class Real>
class PositionwiseDense : public Layer<Real> {
 public:
  PositionwiseDense(Index length, std::unique_ptr<Layer<Real>> dense, const Site& site)
      : Layer<Real>(product_of(length, dense->inputs), product_of(length, dense->outputs)),
        length_(length), dense_(std::move(dense)), x_(length, dense_->inputs, site),
        dy_(length, dense_->outputs, site), y_(site.rows, this->outputs), dx_(site.rows, this->inputs) {}

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    const Index length = s.size("length");
    Layer<Real>::checked(product_of(length, s.part("dense").size("columns")));
    auto dense = Dense<Real>::build(s.part("dense"), over_positions(site, length));
    return std::make_unique<PositionwiseDense>(length, std::move(dense), site);
  }

  void collect(std::vector<Store<Real>*>& stores) override { dense_->collect(stores); }
  Index positions_after(Index positions) const override { return positions_of(positions, length_); }
  void spare_input_gradient() override {
    this->needs_input_gradient = false;
    dense_->spare_input_gradient();
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    auto inner = over_positions(pass, length_);
    const auto positions = dense_->forward(x_.taken(x, pass), inner);
    give_positions(positions, length_, dense_->outputs, y_.view(), false, pass);
    return y_.view();
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    auto inner = over_positions(pass, length_);
    const auto positions = dense_->backward(dy_.taken(dy, pass), inner);
    this->tally = dense_->tally;
    this->dead_share = dense_->dead_share;
    if (!this->needs_input_gradient) return {};
    give_positions(positions, length_, dense_->inputs, dx_.view(), false, pass);
    return dx_.view();
  }

 private:
  Index length_;
  std::unique_ptr<Layer<Real>> dense_;
  PositionRows<Real> x_, dy_;
  OwnMatrix<Real> y_, dx_;
};

}  // namespace axone
