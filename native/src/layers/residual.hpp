// Layers within layers: the residual block (He et al. 2016).
#pragma once

#include "layer.hpp"

namespace axone {

/// Y = X + F(X).
template <class Real>
class Residual : public Layer<Real> {
 public:
  Residual(Layers<Real> layers, Index columns, const Site& site)
      : Layer<Real>(columns, columns), layers_(std::move(layers)), arrangement_(site.arrangement),
        y_(arrangement_, site.rows, columns), dy_(arrangement_, site.rows, columns) {
    if (layers_.front()->inputs != columns || layers_.back()->outputs != columns)
      throw std::invalid_argument("a residual block must be as wide at its end as at its start");
  }

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    // Within, a batch begins and ends as it lies outside: the two are added.
    return std::make_unique<Residual>(build_layers<Real>(s.list("layers"), site, site.arrangement),
                                      s.size("columns"), site);
  }

  void collect(std::vector<Store<Real>*>& stores) override {
    for (auto& layer : layers_) layer->collect(stores);
  }
  void collect_buffers(std::vector<Store<Real>*>& stores) override {
    for (auto& layer : layers_) layer->collect_buffers(stores);
  }

  Arrangement takes() const override { return arrangement_; }
  bool is_random() const override {
    return std::any_of(layers_.begin(), layers_.end(), [](auto& l) { return l->is_random(); });
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    const RandomStream random = pass.random;
    Matrix<Real> inner = x;
    for (std::size_t n = 0; n < layers_.size(); ++n) {
      pass.random = random.child(n);
      inner = layers_[n]->forward(inner, pass);
    }
    auto y = y_.view();
    for (Index r = 0; r < y_.rows_of(pass.rows); ++r)
      for (Index c = 0; c < y.columns; ++c) y.row(r)[c] = x.row(r)[c] + inner.row(r)[c];
    return y;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    auto own = dy_.view();
    const Index rows = dy_.rows_of(pass.rows);
    for (Index r = 0; r < rows; ++r) std::copy_n(dy.row(r), own.columns, own.row(r));
    this->tally = {};
    this->dead_share = 0;
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
      dy = (*layer)->backward(dy, pass);
      this->tally.add((*layer)->tally);
      this->dead_share = std::max(this->dead_share, (*layer)->dead_share);
    }
    for (Index r = 0; r < rows; ++r)
      for (Index c = 0; c < own.columns; ++c) own.row(r)[c] += dy.row(r)[c];
    return own;
  }

 private:
  Layers<Real> layers_;
  Arrangement arrangement_;
  BatchMatrix<Real> y_, dy_;
};

}  // namespace axone
