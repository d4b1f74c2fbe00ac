// Positional encoding: sinusoids tell positions apart (Vaswani et al. 2017, section 3.5).
#pragma once

#include <cmath>

#include "layer.hpp"

namespace axone {

/// y[p] = x[p] + PE[p]; PE[p, 2i] = sin(p/10000^(2i/features)), PE[p, 2i + 1] = cos of the same.
template <class Real>
class PositionalEncoding : public Layer<Real> {
 public:
  PositionalEncoding(Index length, Index features, const Site& site)
      : Layer<Real>(product_of(length, features), product_of(length, features)), length_(length),
        waves_(this->outputs), y_(site.rows, this->outputs) {
    for (Index p = 0; p < length; ++p)
      for (Index f = 0; f < features; ++f) {
        const double angle = double(p) / std::pow(10000.0, double(f / 2 * 2) / double(features));
        waves_[p * features + f] = Real(f % 2 == 0 ? std::sin(angle) : std::cos(angle));
      }
  }

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<PositionalEncoding>(s.size("length"), s.size("features"), site);
  }

  Index positions_after(Index positions) const override { return positions_of(positions, length_); }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    const auto y = y_.view();
    each_vector<Real>(pass.rows, y.columns, [&](Index r, Index c) {
      using V = Vector<Real>;
      store(y.row(r) + c, load<V>(x.row(r) + c) + load<V>(waves_.data() + c));
    });
    return y;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>&) override { return dy; }

 private:
  Index length_;
  Buffer<Real> waves_;
  OwnMatrix<Real> y_;
};

}  // namespace axone
