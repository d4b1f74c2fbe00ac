// The embedding: every token has a vector of its own, a row of a table (Bengio et al. 2003).
#pragma once

#include "layer.hpp"

namespace axone {

/// y[p] = weight[x[p]]. Rows are token numbers, which a Real holds exactly up to 2²⁴ at least.
template <class Real>
class Embedding : public Layer<Real> {
 public:
  Embedding(Index length, const Settings& s, const Site& site)
      : Layer<Real>(length, product_of(length, s.size("dimension"))), length_(length),
        dimension_(s.size("dimension")), tokens_(s.size("vocabulary")), y_(site.rows, this->outputs) {
    const Index size = product_of(tokens_, dimension_);
    weight_.place(s.whole("weight"), size, site.parameters);
    weight_.size = size;
    weight_.penalised = true;
    gradient_ = Buffer<Real>(size);
    tallies_.resize(static_cast<std::size_t>((tokens_ + kTogether - 1) / kTogether));
  }

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<Embedding>(s.size("columns"), s, site);
  }

  void collect(std::vector<Store<Real>*>& stores) override { stores.push_back(&weight_); }
  Index positions_after(Index positions) const override { return positions_of(positions, length_); }
  Index vocabulary() const override { return tokens_; }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    x_ = x;
    const auto y = y_.view();
    share(pass.team, pass.rows, [&](Index from, Index to, int) {
      for (Index r = from; r < to; ++r)
        for (Index p = 0; p < length_; ++p)
          copy_row(weight_.weight.data() + token(r, p) * dimension_, y.row(r) + p * dimension_,
                   dimension_);
    });
    return y;
  }

  /// ∂L/∂weight[t] = Σ ∂L/∂y[p] over all positions p that hold t. Tokens themselves have no derivative.
  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    Real* g = pass.keep_gradient ? weight_.gradient.data() : gradient_.data();
    std::fill(tallies_.begin(), tallies_.end(), Tally{});
    // Of every token one thread adds up all vectors, in their order: sums must not depend on threads.
    share(pass.team, static_cast<Index>(tallies_.size()), [&](Index from, Index to, int) {
      const Index first = from * kTogether, last = std::min(to * kTogether, tokens_);
      std::fill(g + first * dimension_, g + last * dimension_, Real{0});
      for (Index r = 0; r < pass.rows; ++r)
        for (Index p = 0; p < length_; ++p) {
          const Index t = token(r, p);
          if (t < first || t >= last) continue;
          const Real* d = dy.row(r) + p * dimension_;
          for (Index n = 0; n < dimension_; ++n) g[t * dimension_ + n] += d[n];
        }
      for (Index part = from; part < to; ++part) {
        const Index start = part * kTogether, end = std::min(start + kTogether, tokens_);
        finish(weight_.stretch(start * dimension_, (end - start) * dimension_, g + start * dimension_),
               pass, tallies_[static_cast<std::size_t>(part)]);
      }
    });
    this->tally = {};
    for (const auto& tally : tallies_) this->tally.add(tally);
    return {};
  }

 private:
  static constexpr Index kTogether = 256;  // tokens; a multiple of all lanes, where vectors begin

  /// What is no token, which whoever gives rows has to see to, is 0 here and no place in memory.
  Index token(Index r, Index p) const {
    const Real number = x_.row(r)[p];
    return number >= 0 && number < Real(tokens_) ? static_cast<Index>(number) : 0;
  }

  Index length_, dimension_, tokens_;
  OwnMatrix<Real> y_;
  Store<Real> weight_;
  Buffer<Real> gradient_;
  std::vector<Tally> tallies_;  // of so many tokens each
  Matrix<Real> x_;
};

}  // namespace axone
