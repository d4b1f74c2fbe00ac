// What an activation learns, a number a layer each: the slope of a parametric ReLU (He et al. 2015), the
// constants of a formula.
#pragma once

#include "../activations.hpp"
#include "layer.hpp"

namespace axone {

template <class Real>
Activation<Real> activation_of(const Settings& s) {
  const auto& name = s.word("activation");
  std::optional<Formula<Real>> formula;
  if (name == "formula") formula.emplace(s.part("formula"));
  return {name, Real(s.number("alpha")), std::move(formula)};
}

/// Nothing, where the settings name nothing that is learned.
template <class Real>
class LearnedSlopes {
 public:
  LearnedSlopes(const Settings& s, const Site& site) {
    const auto& places = s.list_or_none("learned");
    if (places.empty()) return;
    const auto& name = s.word("activation");
    const Index wanted = name == "prelu" ? 1 : name == "formula" ? s.part("formula").whole("learned") : 0;
    count_ = static_cast<Index>(places.size());
    if (count_ != wanted)
      throw std::invalid_argument("the activation '" + name + "' learns " + std::to_string(wanted) +
                                  " numbers, not " + std::to_string(count_));
    numbers_.resize(places.size());
    for (std::size_t n = 0; n < places.size(); ++n) {
      numbers_[n].place(places[n].whole("place"), 1, site.parameters);
      numbers_[n].size = 1;
    }
    totals_ = Buffer<Real>(count_);
    shares_ = Buffer<Real>(cells(blocks_of<Real>(site.rows), count_));
  }

  void collect(std::vector<Store<Real>*>& stores) {
    for (auto& number : numbers_) stores.push_back(&number);
  }

  void tell(Activation<Real>& activation) {
    for (Index n = 0; n < count_; ++n) activation.set_learned(n, numbers_[n].weight[0]);
  }

  /// ∂L/∂p = Σ ∂L/∂a · ∂a/∂p, from ∂L/∂a as it is before it becomes ∂L/∂z.
  void differentiate(const Activation<Real>& activation, Matrix<Real> z, Matrix<Real> a, Matrix<Real> da,
                     Index rows) {
    if (count_ > 0) activation.sum_slopes(z, a, da, 0, rows, totals_.data());
  }

  /// The same of one block of lanes, which is a row: threads have blocks of their own.
  void differentiate_block(const Activation<Real>& activation, Index block, Matrix<Real> z, Matrix<Real> a,
                           Matrix<Real> da) {
    if (count_ > 0) activation.sum_slopes(z, a, da, block, block + 1, shares_.data() + block * count_);
  }
  /// And of all of them, in their order, whoever had them.
  void add_up(Index blocks) {
    for (Index n = 0; n < count_; ++n) {
      totals_[n] = 0;
      for (Index block = 0; block < blocks; ++block) totals_[n] += shares_[block * count_ + n];
    }
  }

  /// Apart from `differentiate`, because what is learned must not move before it was used backward.
  void finish(const Pass<Real>& pass, Tally& tally) {
    for (Index n = 0; n < count_; ++n) {
      auto& number = numbers_[n];
      Real* g = pass.keep_gradient ? number.gradient.data() : totals_.data() + n;
      g[0] = totals_[n];
      axone::finish(number.stretch(0, 1, g), pass, tally);
    }
  }

 private:
  Index count_ = 0;
  std::vector<Store<Real>> numbers_;
  Buffer<Real> totals_, shares_;  // shares: of each block
};

}  // namespace axone
