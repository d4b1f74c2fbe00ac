// Two axes of an example swapped: between signals (channels, length) and sequences (length, features).
#pragma once

#include "layer.hpp"

namespace axone {

/// y[j][i] = x[i][j].
template <class Real>
class Transpose : public Layer<Real> {
 public:
  Transpose(Index first, Index second, const Site& site)
      : Layer<Real>(product_of(first, second), product_of(first, second)), first_(first),
        second_(second), arrangement_(site.arrangement), y_(arrangement_, site.rows, this->outputs),
        dx_(arrangement_, site.rows, this->inputs) {}

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<Transpose>(s.size("first"), s.size("second"), site);
  }

  Arrangement takes() const override { return arrangement_; }
  Index positions_after(Index positions) const override {
    if (positions != first_) positions_of(positions, second_);
    return positions;
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    return swapped(x, first_, second_, y_, pass);
  }
  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    return swapped(dy, second_, first_, dx_, pass);
  }

 private:
  Matrix<Real> swapped(Matrix<Real> x, Index rows, Index columns, BatchMatrix<Real>& memory,
                       const Pass<Real>& pass) const {
    const auto y = memory.view();
    const Index together = arrangement_ == Arrangement::lanes ? kLanes<Real> : 1;
    share(pass.team, memory.rows_of(pass.rows), [&](Index from, Index to, int) {
      for (Index r = from; r < to; ++r) {
        if (together == 1) {
          transpose_exactly<Real>(x.row(r), columns, rows, columns, y.row(r), rows);
          continue;
        }
        for (Index i = 0; i < rows; ++i)
          for (Index j = 0; j < columns; ++j)
            store(y.row(r) + (j * rows + i) * together,
                  load<Vector<Real>>(x.row(r) + (i * columns + j) * together));
      }
    });
    return y;
  }

  Index first_, second_;
  Arrangement arrangement_;
  BatchMatrix<Real> y_, dx_;
};

}  // namespace axone
