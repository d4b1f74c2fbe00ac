// Layers within layers: the residual block (He et al. 2016).
#pragma once

#include "blockwise.hpp"

namespace axone {

/// Y = S(X) + F(X): the layers of a branch, and those of the way round it, which may be none.
template <class Real>
class Residual : public Layer<Real> {
 public:
  Residual(Layers<Real> branch, Layers<Real> shortcut, Index columns, const Site& site)
      : Layer<Real>(columns, branch.back()->outputs), branch_(std::move(branch)),
        shortcut_(std::move(shortcut)), arrangement_(site.arrangement),
        y_(arrangement_, site.rows, this->outputs), dy_(arrangement_, site.rows, this->outputs),
        dx_(arrangement_, site.rows, columns) {
    const Index aside = shortcut_.empty() ? columns : shortcut_.back()->outputs;
    if (branch_.front()->inputs != columns || aside != this->outputs ||
        (!shortcut_.empty() && shortcut_.front()->inputs != columns))
      throw std::invalid_argument("the two ways of a residual block must begin and end alike");
    for (const auto* way : {&branch_, &shortcut_})
      if (!way->empty() && way->front()->vocabulary() > 0)
        throw std::invalid_argument("a residual block adds no tokens");
  }

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    // Within, a batch begins and ends as it lies outside: the two ways are added.
    const auto within = [&](const std::vector<Settings>& described) {
      return build_layers<Real>(described, site, site.arrangement);
    };
    const auto& shortcut = s.list("shortcut");
    return std::make_unique<Residual>(within(s.list("layers")),
                                      shortcut.empty() ? Layers<Real>{} : within(shortcut),
                                      s.size("columns"), site);
  }

  void collect(std::vector<Store<Real>*>& stores) override {
    for (auto* way : {&branch_, &shortcut_})
      for (auto& layer : *way) layer->collect(stores);
  }
  void collect_buffers(std::vector<Store<Real>*>& stores) override {
    for (auto* way : {&branch_, &shortcut_})
      for (auto& layer : *way) layer->collect_buffers(stores);
  }

  Index positions_after(Index positions) const override {
    const Index one = axone::positions_after(branch_, positions);
    const Index other = axone::positions_after(shortcut_, positions);
    if (one == 0 || other == 0) return 0;
    return positions_of(one, other);
  }
  Arrangement takes() const override { return arrangement_; }
  bool is_random() const override {
    const auto is_random = [](auto& layer) { return layer->is_random(); };
    return std::any_of(branch_.begin(), branch_.end(), is_random) ||
           std::any_of(shortcut_.begin(), shortcut_.end(), is_random);
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    const RandomStream random = pass.random;
    const Mask mask = pass.mask;
    const auto inner = through(branch_, x, random, pass);
    const Mask behind = std::exchange(pass.mask, mask);
    const auto aside = through(shortcut_, x, random.child(branch_.size()), pass);
    pass.mask = both(behind, pass.mask, pass.rows);
    const auto y = y_.view();
    share(pass.team, y_.rows_of(pass.rows), [&](Index from, Index to, int) {
      for (Index r = from; r < to; ++r)
        for (Index c = 0; c < y.columns; ++c) y.row(r)[c] = aside.row(r)[c] + inner.row(r)[c];
    });
    return y;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    // Layers may overwrite what they are given: each way has its own.
    const auto own = dy_.view();
    const Index rows = dy_.rows_of(pass.rows);
    share(pass.team, rows, [&](Index from, Index to, int) {
      for (Index r = from; r < to; ++r) std::copy_n(dy.row(r), own.columns, own.row(r));
    });
    this->tally = {};
    this->dead_share = 0;
    const auto of_branch = back(branch_, dy, pass);
    const auto of_shortcut = back(shortcut_, own, pass);
    const auto dx = dx_.view();
    share(pass.team, rows, [&](Index from, Index to, int) {
      for (Index r = from; r < to; ++r)
        for (Index c = 0; c < dx.columns; ++c)
          dx.row(r)[c] = of_shortcut.row(r)[c] + of_branch.row(r)[c];
    });
    return dx;
  }

 private:
  /// What is there is there on both ways.
  Mask both(const Mask& one, const Mask& other, Index rows) {
    if (!one || !other) return {};
    if (one.data == other.data) return one;
    const Index size = cells(rows, one.length);
    if (mask_.size() < size) mask_ = Buffer<std::uint8_t>(size);  // in the first pass under a mask
    for (Index n = 0; n < size; ++n) mask_[n] = one.data[n] & other.data[n];
    return {mask_.data(), one.length};
  }

  static Matrix<Real> through(Layers<Real>& layers, Matrix<Real> x, RandomStream random,
                              Pass<Real>& pass) {
    return forward_through(layers, 0, layers.size(), x, pass,
                           [&](std::size_t n) { pass.random = random.child(n); });
  }

  Matrix<Real> back(Layers<Real>& layers, Matrix<Real> d, Pass<Real>& pass) {
    return backward_through(layers, 0, layers.size(), d, pass, [&](std::size_t n) {
      this->tally.add(layers[n]->tally);
      this->dead_share = std::max(this->dead_share, layers[n]->dead_share);
    });
  }

  Layers<Real> branch_, shortcut_;
  Arrangement arrangement_;
  BatchMatrix<Real> y_, dy_, dx_;
  Buffer<std::uint8_t> mask_;
};

}  // namespace axone
