// Layers that are random in training and nothing at prediction: dropout and noise.
#pragma once

#include "layer.hpp"

namespace axone {

/// Visit all numbers of a batch, which are numbered example by example: `visit(number, matrix row, place)`.
template <class Real, class Visit>
void each_number(Arrangement arrangement, Index examples, Index numbers, Visit visit) {
  if (arrangement == Arrangement::rows) {
    for (Index r = 0; r < examples; ++r)
      for (Index c = 0; c < numbers; ++c) visit(static_cast<std::uint32_t>(r * numbers + c), r, c);
    return;
  }
  for (Index block = 0; block < blocks_of<Real>(examples); ++block)
    for (Index c = 0; c < numbers; ++c)
      for (Index lane = 0; lane < lanes_in_use<Real>(block, examples); ++lane)
        visit(static_cast<std::uint32_t>((block * kLanes<Real> + lane) * numbers + c), block,
              c * kLanes<Real> + lane);
}

/// Y = X ⊙ mask/(1 − rate) in training.
template <class Real>
class Dropout : public Layer<Real> {
 public:
  Dropout(Index columns, double rate, const Site& site)
      : Layer<Real>(columns, columns), rate_(rate), arrangement_(site.arrangement),
        y_(arrangement_, site.rows, columns), mask_(arrangement_, site.rows, columns) {}

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<Dropout>(s.size("columns"), s.share("rate"), site);
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    active_ = pass.training && rate_ > 0;
    if (!active_) return x;
    const auto threshold = threshold_of(rate_);
    const Real kept = Real(1 / (1 - rate_));
    auto y = y_.view(), mask = mask_.view();
    each_number<Real>(arrangement_, pass.rows, this->inputs, [&](std::uint32_t n, Index r, Index c) {
      mask.row(r)[c] = pass.random.bits(n) >= threshold ? kept : Real(0);
      y.row(r)[c] = x.row(r)[c] * mask.row(r)[c];
    });
    if (arrangement_ == Arrangement::lanes) clear_empty_lanes(y, this->inputs, pass.rows);
    return y;
  }

  Arrangement takes() const override { return arrangement_; }
  bool is_random() const override { return rate_ > 0; }
  Index positions_after(Index positions) const override { return positions; }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    if (active_)
      for (Index r = 0; r < mask_.rows_of(pass.rows); ++r)
        for (Index c = 0; c < dy.columns; ++c) dy.row(r)[c] *= mask_.view().row(r)[c];
    return dy;
  }

 private:
  double rate_;
  Arrangement arrangement_;
  BatchMatrix<Real> y_, mask_;
  bool active_ = false;
};

/// Y = X + N(0, σ²) in training.
template <class Real>
class GaussianNoise : public Layer<Real> {
 public:
  GaussianNoise(Index columns, double deviation, Index rows)
      : Layer<Real>(columns, columns), deviation_(deviation), y_(rows, columns) {}

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<GaussianNoise>(s.size("columns"), s.number("deviation"), site.rows);
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    if (!pass.training) return x;
    auto y = y_.view();
    const auto count = static_cast<std::uint32_t>(pass.rows * x.columns);
    for (Index r = 0; r < pass.rows; ++r)
      for (Index c = 0; c < x.columns; c += kLanesOf<Doubles>) {
        const auto n = static_cast<std::uint32_t>(r * x.columns + c);
        const Doubles noise = deviation_ * pass.random.normal(n, count);
        for (Index i = 0; i < std::min<Index>(kLanesOf<Doubles>, x.columns - c); ++i)
          y.row(r)[c + i] = x.row(r)[c + i] + Real(noise[i]);
      }
    return y;
  }

  bool is_random() const override { return true; }
  Index positions_after(Index positions) const override { return positions; }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>&) override { return dy; }

 private:
  double deviation_;
  OwnMatrix<Real> y_;
};

}  // namespace axone
