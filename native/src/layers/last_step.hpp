// The end of a sequence: of every row the vector of its last position.
#pragma once

#include "layer.hpp"

namespace axone {

/// y = x[last], the last position that is there; of a row that has none, the last of all. Masks end here.
template <class Real>
class LastStep : public Layer<Real> {
 public:
  LastStep(Index length, Index features, const Site& site)
      : Layer<Real>(product_of(length, features), features), length_(length), y_(site.rows, features),
        dx_(site.rows, this->inputs), last_(static_cast<std::size_t>(site.rows)) {}

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<LastStep>(s.size("length"), s.size("features"), site);
  }

  Index positions_after(Index positions) const override {
    positions_of(positions, length_);
    return 0;
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    const auto y = y_.view();
    for (Index r = 0; r < pass.rows; ++r) {
      last_[r] = last_of(pass.mask, r);
      std::copy_n(x.row(r) + last_[r] * this->outputs, this->outputs, y.row(r));
    }
    pass.mask = {};
    return y;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    if (!this->needs_input_gradient) return {};
    const auto dx = dx_.view();
    for (Index r = 0; r < pass.rows; ++r) {
      std::fill_n(dx.row(r), this->inputs, Real{0});
      std::copy_n(dy.row(r), this->outputs, dx.row(r) + last_[r] * this->outputs);
    }
    return dx;
  }

 private:
  Index last_of(const Mask& mask, Index r) const {
    for (Index position = length_; position-- > 0;)
      if (mask.has(r, position)) return position;
    return length_ - 1;
  }

  Index length_;
  OwnMatrix<Real> y_, dx_;
  std::vector<Index> last_;  // position of each row
};

}  // namespace axone
