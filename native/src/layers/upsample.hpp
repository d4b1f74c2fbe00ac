// Positions of signals and images repeated, so that there are more of them.
#pragma once

#include "../presence.hpp"
#include "layer.hpp"

namespace axone {

/// y[p] = x[⌊p·n/N⌋] along each axis; of a signal the height is 1.
template <class Real>
class Upsample : public Layer<Real> {
 public:
  Upsample(const Settings& s, const Site& site)
      : Upsample(s.size("channels"), s.size("in_height"), s.size("in_width"), s.size("out_height"),
                 s.size("out_width"), site) {
    if (this->inputs != s.size("columns"))
      throw std::invalid_argument("the planes of a layer do not hold the numbers that it is given");
  }

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<Upsample>(s, site);
  }

  Arrangement takes() const override { return arrangement_; }
  Index positions_after(Index positions) const override {
    if (rows_.size() != 1) throw std::invalid_argument("a mask meets an image");
    positions_of(positions, in_width_);
    return static_cast<Index>(columns_.size());
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    take_mask(pass);
    const auto y = y_.view();
    share(pass.team, y_.rows_of(pass.rows), [&](Index from, Index to, int) {
      for (Index r = from; r < to; ++r)
        each_number([&, r](Index in, Index out) {
          std::copy_n(x.row(r) + in, together_, y.row(r) + out);
        });
    });
    return y;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    if (!this->needs_input_gradient) return {};
    const auto dx = dx_.view();
    share(pass.team, dx_.rows_of(pass.rows), [&](Index from, Index to, int) {
      for (Index r = from; r < to; ++r) {
        std::fill_n(dx.row(r), dx.columns, Real{0});
        each_number([&, r](Index in, Index out) {
          for (Index lane = 0; lane < together_; ++lane)
            dx.row(r)[in + lane] += dy.row(r)[out + lane];
        });
      }
    });
    return dx;
  }

 private:
  Upsample(Index channels, Index in_height, Index in_width, Index out_height, Index out_width,
           const Site& site)
      : Layer<Real>(product_of(channels, product_of(in_height, in_width)),
                    product_of(channels, product_of(out_height, out_width))),
        channels_(channels), in_height_(in_height), in_width_(in_width),
        arrangement_(site.arrangement),
        together_(arrangement_ == Arrangement::lanes ? kLanes<Real> : 1),
        rows_(sources(in_height, out_height)), columns_(sources(in_width, out_width)),
        y_(arrangement_, site.rows, this->outputs),
        dx_(arrangement_, site.rows, this->inputs) {}

  static std::vector<Index> sources(Index length, Index longer) {
    if (longer < length) throw std::invalid_argument("upsampling makes more positions, not fewer");
    std::vector<Index> found;
    for (Index p = 0; p < longer; ++p) found.push_back(p * length / longer);
    return found;
  }

  /// Visit the numbers of y in their order: where each comes from, and where it goes.
  template <class Visit>
  void each_number(Visit visit) const {
    Index out = 0;
    for (Index channel = 0; channel < channels_; ++channel)
      for (const Index row : rows_)
        for (const Index column : columns_) {
          visit(((channel * in_height_ + row) * in_width_ + column) * together_, out);
          out += together_;
        }
  }

  /// What is there is there wherever it was written to.
  void take_mask(Pass<Real>& pass) {
    const auto length = static_cast<Index>(columns_.size());
    pass.mask = masks_.of(pass.mask, pass.rows, length, [&](Index p, auto visit) {
      visit(columns_[static_cast<std::size_t>(p)]);
    });
  }

  Index channels_, in_height_, in_width_;
  Arrangement arrangement_;
  Index together_;  // numbers of a cell: of all lanes
  std::vector<Index> rows_, columns_;
  BatchMatrix<Real> y_, dx_;
  MaskBehindWindows masks_;
};

}  // namespace axone
