// A plan: a network described with its loss and optimiser, checked once and never changed, which any
// number of threads may make workspaces from.
#pragma once

#include "augmentation.hpp"
#include "layers/table.hpp"
#include "losses.hpp"

namespace axone {

inline OptimizerSettings optimizer_of(const Settings& s) {
  OptimizerSettings o;
  o.rule = find(kOptimizers, s.word("rule"), "optimizer");
  o.beta = s.number("beta");
  o.share = s.number("share");
  o.heavy_ball = s.flag("heavy_ball");
  o.beta_1 = s.number("beta_1");
  o.beta_2 = s.number("beta_2");
  o.epsilon = s.number("epsilon");
  o.uncorrected = s.flag("uncorrected");
  o.rho = s.number("rho");
  o.decay = s.number("decay");
  o.l1 = s.number("l1");
  o.l2 = s.number("l2");
  o.clip_value = s.number("clip_value");
  o.clip_norm = s.number("clip_norm");
  return o;
}

template <class Real>
class Plan {
 public:
  /// std::invalid_argument where something is missing, unknown, or does not fit the rest.
  Plan(Settings settings, std::uint64_t seed)
      : columns(settings.size("columns")), outputs(settings.size("outputs")),
        parameters(settings.whole("parameters")), buffers(settings.whole("buffers")),
        frozen(settings.whole("frozen")), seed(seed),
        optimizer(optimizer_of(settings.part("optimizer"))), settings_(std::move(settings)) {
    if (parameters < 0 || buffers < 0)
      throw std::invalid_argument("the flat vectors cannot have negative lengths");
    // What can be built for one row can be built for many.
    const auto layers = this->layers(1, 1, 1);
    if (layers.front()->inputs != columns || layers.back()->outputs != outputs)
      throw std::invalid_argument("the layers are not as wide as the network at its ends");
    vocabulary = layers.front()->vocabulary();
    const auto augmenter = this->augmenter(1);
    if (augmenter && augmenter.numbers() != columns)
      throw std::invalid_argument("the augmentation changes examples of another width");
    const auto head = this->head(1);
    hit_counts = head.hit_counts();
    takes_labels = head.takes_labels();
    depth = static_cast<Index>(layers.size());
    if (frozen < 0 || frozen >= depth)
      throw std::invalid_argument("at least the last layer must learn");
  }

  /// For passes of up to `rows` rows and steps of `batch`.
  Layers<Real> layers(Index rows, Index batch, int threads) const {
    const Site site{rows, batch, optimizer.slots(), threads, parameters, buffers};
    return build_layers<Real>(described(), site, Arrangement::rows);
  }

  /// Whether rows may come with a mask of so many positions: all layers take it that meet it, and one
  /// of them ends it.
  bool takes_mask(Index positions) const {
    try {
      return positions > 0 && positions_after(layers(1, 1, 1), positions) == 0;
    } catch (const std::invalid_argument&) {
      return false;
    }
  }

  /// What changes the training rows, where anything does.
  Augmenter<Real> augmenter(int threads) const {
    const auto& changes = settings_.list_or_none("augmentation");
    if (changes.empty()) return {};
    return {changes, ExampleAxes::of(settings_.part("axes")), threads};
  }

  Head<Real> head(Index rows) const {
    const auto& s = described_head();
    return {find(kLosses, s.word("loss"), "loss"), s.number("scale"), s.list_or_none("settings"),
            activation_of<Real>(s), outputs, rows};
  }

  /// The layers, and the head, as they were described.
  const std::vector<Settings>& described() const { return settings_.list("layers"); }
  const Settings& described_head() const { return settings_.part("head"); }

  const Index columns, outputs;     // numbers of a row, and of its prediction
  const Index parameters, buffers;  // numbers of the flat vectors
  const Index frozen;               // so many layers, the first ones, run as at prediction
  const std::uint64_t seed;
  const OptimizerSettings optimizer;
  Index hit_counts = 0;  // numbers that a batch's right answers are told in
  bool takes_labels = false;  // class numbers instead of numbers to predict
  Index depth = 0;       // layers
  Index vocabulary = 0;  // how many tokens there are, where rows are token numbers

 private:
  Settings settings_;
};

}  // namespace axone
