// Recurrent layers: a cell run along the positions of a sequence, from the first to the last, perhaps
// another one from the last to the first, whose states are the output, or the last of them.
#pragma once

#include "../recurrence/way.hpp"

namespace axone {

template <class Real>
class Recurrent : public Layer<Real> {
 public:
  Recurrent(const Settings& s, const Site& site)
      : Layer<Real>(product_of(s.size("length"), s.size("features")), outputs_of(s)),
        length_(s.size("length")), ends_(s.flag("last")), y_(site.rows, this->outputs),
        dx_(site.rows, this->inputs) {
    const auto& described = s.list("ways");
    for (std::size_t n = 0; n < described.size(); ++n) {
      const auto& way = described[n];
      ways_.push_back(way_of(
          s.word("cell"),
          {length_, s.size("features"), s.size("units"), n > 0, ends_, s.whole("truncation"),
           way.whole("weight"), way.whole("recurrent_weight"), way.whole("bias"),
           way.whole("recurrent_bias"), Index(n) * s.size("units"),
           Index(described.size()) * s.size("units")},
          site));
      tasks_ += ways_.back()->tasks();
    }
    tallies_.resize(static_cast<std::size_t>(tasks_));
  }

  static std::unique_ptr<Layer<Real>> build(const Settings& s, const Site& site) {
    return std::make_unique<Recurrent>(s, site);
  }

  void collect(std::vector<Store<Real>*>& stores) override {
    for (auto& way : ways_) way->collect(stores);
  }

  Index positions_after(Index positions) const override {
    positions_of(positions, length_);
    return ends_ ? 0 : positions;
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    mask_ = pass.mask;
    if (ends_) pass.mask = {};
    const auto y = y_.view();
    each_block(pass, [&](Way<Real>& way, Index, Index from, Index rows) {
      way.forward(x, y, mask_, from, rows);
    });
    return y;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    const auto dx = this->needs_input_gradient ? dx_.view() : Matrix<Real>{};
    for (auto& way : ways_) way->turn(dx.data);
    // Each way adds to what those before it have given, so that all have the rows of a block in turn. What
    // the last blocks have left behind is still in the cache.
    const Index together = ways_.front()->rows_together();
    share(pass.team, blocks(pass.rows), [&](Index first, Index last, int) {
      for (Index block = last; block-- > first;)
        for (std::size_t n = 0; n < ways_.size(); ++n)
          ways_[n]->backward(dy, dx, n > 0, mask_, block * together,
                             std::min(together, pass.rows - block * together));
    });
    std::fill(tallies_.begin(), tallies_.end(), Tally{});
    share(pass.team, tasks_, [&](Index from, Index to, int member) {
      for (Index task = from; task < to; ++task) {
        Index own = task;
        auto way = ways_.begin();
        for (; own >= (*way)->tasks(); ++way) own -= (*way)->tasks();
        (*way)->gradient(own, pass.rows, pass, member, tallies_[static_cast<std::size_t>(task)]);
      }
    });
    this->tally = {};
    // In their order, whichever thread had them: sums must not depend on threads.
    for (const auto& tally : tallies_) this->tally.add(tally);
    return dx;
  }

 private:
  static Index outputs_of(const Settings& s) {
    const auto ways = static_cast<Index>(s.list("ways").size());
    if (ways < 1 || ways > 2) throw std::invalid_argument("a recurrent layer has one way or two");
    if (s.whole("truncation") < 0) throw std::invalid_argument("'truncation' must be at least 0");
    const Index columns = product_of(ways, s.size("units"));
    return s.flag("last") ? columns : product_of(s.size("length"), columns);
  }

  template <class Cell, int Lanes>
  static std::unique_ptr<Way<Real>> built(const WayPlan& plan, const Site& site) {
    return std::make_unique<CellWay<Real, Lanes, Cell>>(plan, site);
  }
  /// With vectors no longer than the units fill.
  template <template <class, int> class Cell>
  static std::unique_ptr<Way<Real>> of_cell(const WayPlan& plan, const Site& site) {
    constexpr int kFull = kLanes<Real>;
    if constexpr (kFull / 2 >= kFewestLanes<Real>)
      if (plan.units <= kFull / 2) return built<Cell<Real, kFull / 2>, kFull / 2>(plan, site);
    return built<Cell<Real, kFull>, kFull>(plan, site);
  }
  template <class R, int Lanes>
  using TanhStep = RNNStep<R, Lanes, false>;
  template <class R, int Lanes>
  using ReLUStep = RNNStep<R, Lanes, true>;

  static constexpr Named<std::unique_ptr<Way<Real>> (*)(const WayPlan&, const Site&)> kCells[] = {
      {"rnn_tanh", of_cell<TanhStep>},
      {"rnn_relu", of_cell<ReLUStep>},
      {"lstm", of_cell<LSTMStep>},
      {"gru", of_cell<GRUStep>},
  };
  static std::unique_ptr<Way<Real>> way_of(const std::string& cell, const WayPlan& plan, const Site& site) {
    return find(kCells, cell, "cell")(plan, site);
  }

  Index blocks(Index rows) const {
    const Index together = ways_.front()->rows_together();
    return (rows + together - 1) / together;
  }

  /// Let a team share out the blocks of rows of all ways.
  template <class Visit>
  void each_block(const Pass<Real>& pass, Visit visit) {
    const Index count = blocks(pass.rows), together = ways_.front()->rows_together();
    share(pass.team, count * Index(ways_.size()), [&](Index first, Index last, int) {
      for (Index n = first; n < last; ++n) {
        const Index from = n % count * together;
        visit(*ways_[static_cast<std::size_t>(n / count)], n / count, from,
              std::min(together, pass.rows - from));
      }
    });
  }

  Index length_;
  bool ends_;  // positions, and with them the mask
  OwnMatrix<Real> y_, dx_;
  std::vector<std::unique_ptr<Way<Real>>> ways_;
  Index tasks_ = 0;
  std::vector<Tally> tallies_;  // of each piece of the gradient
  Mask mask_;
};

}  // namespace axone
