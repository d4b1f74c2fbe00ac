// A recurrent cell on its way along the positions of sequences, in one direction, and back through time
// (Werbos 1990). Rows of a batch know nothing of one another until the gradients of the weights, so that
// groups of them go all the way alone, by whichever thread; the gradients of all steps are one product.
#pragma once

#include <memory>
#include <span>

#include "agenda.hpp"
#include "gates.hpp"

namespace axone {

/// What a way is built for.
struct WayPlan {
  Index length, features, units;
  bool is_backward;    // from the last position to the first
  bool last;           // the output is the state at the end alone
  Index truncation;    // no gradient passes to before each so many-th position; 0: all pass
  Index weight, recurrent_weight, bias, recurrent_bias;  // places; the last where there is one
  Index column;        // where in a position of y its states are
  Index columns;       // of a position of y
};

/// One direction of a recurrent layer: what its cell is, only the class behind this knows.
template <class Real>
class Way {
 public:
  virtual ~Way() = default;
  virtual void collect(std::vector<Store<Real>*>& stores) = 0;
  /// Take up a pass of so many rows. They go along in groups, which are what threads share out.
  virtual void take_up(const Mask& mask, Index rows) = 0;
  virtual Index groups() const = 0;
  /// Run the cell along the rows of a group, and write their y.
  virtual void forward(Matrix<Real> x, Matrix<Real> y, Index group) = 0;
  /// Make ready for `backward`; `has_dx` says whether somebody asks for ∂L/∂x.
  virtual void turn(bool has_dx) = 0;
  /// The way back of a group, as far as δ and, if asked for, ∂L/∂x; it is added to what is in `dx`, if
  /// another way has put its own there.
  virtual void backward(Matrix<Real> dy, Matrix<Real> dx, bool adds, Index group) = 0;
  /// The gradients come in so many pieces.
  virtual Index tasks() const = 0;
  virtual void gradient(Index task, const Pass<Real>& pass, int member, Tally& tally) = 0;
};

template <class Real, int Lanes, class Cell>
class CellWay : public Way<Real> {
 public:
  using Sizes = CellSizes<Real, Lanes, Cell>;
  static constexpr CellLayout kCell = Cell::kLayout;

  CellWay(const WayPlan& plan, const Site& site)
      : plan_(plan), sizes_{plan.units}, steps_(cells(site.rows, plan.length)),
        weight_(plan.features, sizes_, kCell.input_order, kCell.input, plan.weight, site),
        recurrent_weight_(plan.units, sizes_, kCell.state_order, kCell.state, plan.recurrent_weight,
                          site),
        agenda_(plan.length, site.rows, rows_together(recurrent_weight_.store().size)) {
    bias_.place(plan.bias, product_of(kCell.gates, plan.units), site.parameters);
    for (Index block = 0; block < sizes_.blocks(); ++block)
      for (int gate = 0; gate < kCell.gates; ++gate)
        bias_.panels.push_back({kCell.input_order[gate] * plan.units + block * Lanes, Lanes,
                                block * Sizes::kSlots + (kCell.input + gate) * Lanes, Sizes::kSlots,
                                std::min<Index>(Lanes, plan.units - block * Lanes)});
    bias_.outputs = bias_.count;
    bias_.inputs = 1;
    bias_.size = sizes_.blocks() * Sizes::kSlots;
    if (kHasRecurrentBias) {
      recurrent_bias_.place(plan.recurrent_bias, plan.units, site.parameters);
      recurrent_bias_.size = sizes_.padded();
    }
    const Index padded = sizes_.padded();
    x_stride_ = round_up(plan.features, kFewestLanes<Real>);
    dx_stride_ = weight_.padded_inputs();
    state_ = std::max(padded, recurrent_weight_.padded_inputs());
    x_ = Buffer<Real>(cells(steps_, x_stride_));
    slots_ = Buffer<Real>(cells(steps_, sizes_.blocks() * Sizes::kSlots));
    before_ = Buffer<Real>(cells(steps_, state_));
    memory_ = Buffer<Real>(cells(steps_, kCell.memories * padded));
    kept_ = Buffer<Real>(cells(steps_, kCell.kept * padded));
    for (auto* end : {&end_, &d_state_}) *end = Buffer<Real>(cells(site.rows, state_));
    for (auto* end : {&memory_end_, &d_memory_})
      *end = Buffer<Real>(cells(site.rows, kCell.memories * padded));
    left_.resize(static_cast<std::size_t>(site.rows));
    for (auto* gradient : {&bias_gradient_, &recurrent_bias_gradient_})
      *gradient = Buffer<Real>(bias_.size);
    for (int thread = 0; thread < site.threads; ++thread)
      scratch_.emplace_back(weight_.scratch());
  }

  void collect(std::vector<Store<Real>*>& stores) override {
    for (auto* store : {&weight_.store(), &recurrent_weight_.store(), &bias_}) stores.push_back(store);
    if (kHasRecurrentBias) stores.push_back(&recurrent_bias_);
  }

  void take_up(const Mask& mask, Index rows) override {
    mask_ = mask;
    agenda_.take(mask, rows, plan_.is_backward);
  }
  Index groups() const override { return agenda_.groups(); }

  void forward(Matrix<Real> x, Matrix<Real> y, Index group) override {
    take(x, group);
    // What the input gives at all positions.
    const Index first = agenda_.start(group, 0), steps = steps_of(group);
    for (Index block = 0; block < sizes_.blocks(); ++block) {
      Real* slots = slots_of(block, first);
      if (kHasRecurrentBias) {
        const auto bias = load<V>(recurrent_bias_.weight.data() + block * Lanes);
        for (Index n = 0; n < steps; ++n) store(slots + n * Sizes::kSlots, bias);
      }
      weight_.forward(block, x_.data() + first * x_stride_, x_stride_,
                      bias_.weight.data() + block * Sizes::kSlots + kCell.input * Lanes, slots, steps);
    }
    for (Index t = 0; t < plan_.length && agenda_.count(group, t) > 0; ++t) step(t, group);
    give(y, group);
  }

  void turn(bool has_dx) override {
    if (has_dx) {
      if (dx_.size() == 0) dx_ = Buffer<Real>(cells(steps_, dx_stride_));
      weight_.turn();
    }
    recurrent_weight_.turn();
  }

  void backward(Matrix<Real> dy, Matrix<Real> dx, bool adds, Index group) override {
    const Index first = agenda_.first(group), last = first + agenda_.count(group);
    std::fill(d_state_.data() + first * state_, d_state_.data() + last * state_, Real{0});
    std::fill(d_memory_.data() + first * memories(), d_memory_.data() + last * memories(), Real{0});
    if (plan_.last)
      for (Index n = first; n < last; ++n) add(dy.row(agenda_.row(n)) + plan_.column, n);
    if (plan_.truncation > 0) count_positions(first, last);
    for (Index t = plan_.length; t-- > 0;) {
      // Behind the end of a row its state stays what it was, and what y has of it adds up.
      if (!plan_.last)
        for (Index n = first; n < last; ++n)
          add(dy.row(agenda_.row(n)) + position(t) * plan_.columns + plan_.column, n);
      step_back(t, group);
    }
    if (dx.data) give_back(dx, adds, group);
  }

  Index tasks() const override { return sizes_.blocks() * pieces(); }

  void gradient(Index task, const Pass<Real>& pass, int member, Tally& tally) override {
    auto& scratch = scratch_[static_cast<std::size_t>(member)];
    const Index steps = agenda_.steps(), block = task / pieces();
    const Real* delta = slots_of(block, 0);
    Index piece = task % pieces();
    if (piece < weight_.pieces())
      return weight_.gradient(block, piece, x_.data(), x_stride_, delta, steps, pass, scratch, tally);
    piece -= weight_.pieces();
    if (piece < recurrent_weight_.pieces())
      return recurrent_weight_.gradient(block, piece, before_.data(), state_, delta, steps, pass, scratch,
                                        tally);
    bias_gradient(block, steps, pass, tally);
  }

 private:
  using V = Vector<Real, Lanes>;
  static constexpr bool kHasRecurrentBias = kCell.input != kCell.state;
  static constexpr Index kFirstCacheBytes = 32 * 1024;
  /// Rows that go along together: so many that a step fills the processor and its numbers stay in the
  /// first-level cache with U; where U does not stay there, more, which share each piece of it.
  static Index rows_together(Index weights) {
    return weights * static_cast<Index>(sizeof(Real)) <= kFirstCacheBytes ? 16 : 64;
  }

  /// Of a block of units: of W, of U, and the biases. Blocks come one after another, so that threads
  /// which share them out have much of the same.
  Index pieces() const { return weight_.pieces() + recurrent_weight_.pieces() + 1; }

  Index memories() const { return kCell.memories * sizes_.padded(); }
  Index block_stride() const { return steps_ * Sizes::kSlots; }
  Real* slots_of(Index block, Index step) {
    return slots_.data() + block * block_stride() + step * Sizes::kSlots;
  }
  /// The position that step t of the way is at.
  Index position(Index t) const { return plan_.is_backward ? plan_.length - 1 - t : t; }
  Index steps_of(Index group) const {
    return agenda_.start(group, plan_.length) - agenda_.start(group, 0);
  }
  /// Where the state of the n-th row goes after step t, and c: before the next one, or to the end.
  Real* after(Index t, Index group, Index n) {
    const Index r = n - agenda_.first(group);
    if (r >= agenda_.count(group, t + 1)) return end_.data() + n * state_;
    return before_.data() + (agenda_.start(group, t + 1) + r) * state_;
  }
  Real* memory_after(Index t, Index group, Index n) {
    const Index r = n - agenda_.first(group);
    if (r >= agenda_.count(group, t + 1)) return memory_end_.data() + n * memories();
    return memory_.data() + (agenda_.start(group, t + 1) + r) * memories();
  }
  /// Whether the n-th row has the position that step t is at; there may be gaps before its end.
  bool has(Index n, Index t) const { return mask_.has(agenda_.row(n), position(t)); }

  /// Lay x out step by step; what is not there is 0, so that it is 0 to the gradient.
  void take(Matrix<Real> x, Index group) {
    const Index first = agenda_.first(group), start = agenda_.start(group, 0);
    Real* to = x_.data() + start * x_stride_;
    for (Index t = 0; t < plan_.length; ++t)
      for (Index n = first; n < first + agenda_.count(group, t); ++n, to += x_stride_) {
        if (has(n, t)) {
          copy_row(x.row(agenda_.row(n)) + position(t) * plan_.features, to, plan_.features);
        } else {
          std::fill_n(to, plan_.features, Real{0});
        }
      }
    const Index going = agenda_.count(group, 0), resting = agenda_.count(group) - going;
    std::fill_n(before_.data() + start * state_, going * state_, Real{0});
    std::fill_n(memory_.data() + start * memories(), going * memories(), Real{0});
    std::fill_n(end_.data() + (first + going) * state_, resting * state_, Real{0});
  }

  void step(Index t, Index group) {
    const Index here = agenda_.start(group, t), rows = agenda_.count(group, t);
    const Index first = agenda_.first(group), padded = sizes_.padded();
    const Real* before = before_.data() + here * state_;
    const Real* memory_before = memory_.data() + here * memories();
    Real* kept = kept_.data() + here * kCell.kept * padded;
    for (Index block = 0; block < sizes_.blocks(); ++block) {
      Real* slots = slots_of(block, here);
      if (t > 0) recurrent_weight_.forward(block, before, state_, nullptr, slots, rows);
      const Index unit = block * Lanes;
      const auto row = [=, this](Index r) -> CellStep<Real> {
        return {slots + r * Sizes::kSlots,
                before + r * state_ + unit,
                after(t, group, first + r) + unit,
                memory_before + r * memories() + unit,
                memory_after(t, group, first + r) + unit,
                kept + r * kCell.kept * padded + unit};
      };
      for (Index r = 0; r < rows; ++r) Cell::forward(row(r));
      for (Index r = 0; r < rows; ++r) Cell::complete(row(r));
    }
    if (!mask_) return;
    for (Index r = 0; r < rows; ++r) {
      if (has(first + r, t)) continue;
      std::copy_n(before + r * state_, padded, after(t, group, first + r));
      std::copy_n(memory_before + r * memories(), memories(), memory_after(t, group, first + r));
    }
  }

  void give(Matrix<Real> y, Index group) {
    const Index first = agenda_.first(group);
    for (Index n = first; n < first + agenda_.count(group); ++n) {
      const Real* end = end_.data() + n * state_;
      Real* to = y.row(agenda_.row(n)) + plan_.column;
      if (plan_.last) {
        copy_row(end, to, plan_.units);
      } else {
        for (Index t = 0; t < plan_.length; ++t)
          copy_row<Real>(t < agenda_.extent(n) ? after(t, group, n) : end,
                         to + position(t) * plan_.columns, plan_.units);
      }
    }
  }

  /// To ∂L/∂h of the n-th row, what y has of it.
  void add(const Real* dy, Index n) {
    Real* d = d_state_.data() + n * state_;
    for (Index u = 0; u < plan_.units; ++u) d[u] += dy[u];
  }

  void count_positions(Index first, Index last) {
    for (Index n = first; n < last; ++n) {
      left_[n] = 0;
      for (Index t = 0; t < plan_.length; ++t) left_[n] += has(n, t);
    }
  }

  void step_back(Index t, Index group) {
    const Index here = agenda_.start(group, t), rows = agenda_.count(group, t);
    const Index first = agenda_.first(group), padded = sizes_.padded();
    Real* d_state = d_state_.data() + first * state_;
    Real* d_memory = d_memory_.data() + first * memories();
    for (Index r = 0; r < rows; ++r) {
      const bool is_there = has(first + r, t);
      for (Index block = 0; block < sizes_.blocks(); ++block) {
        Real* slots = slots_of(block, here + r);
        const Index unit = block * Lanes;
        if (is_there) {
          Cell::backward({slots, before_.data() + (here + r) * state_ + unit,
                          memory_.data() + (here + r) * memories() + unit,
                          kept_.data() + (here + r) * kCell.kept * padded + unit,
                          d_state + r * state_ + unit, d_memory + r * memories() + unit});
        } else {
          std::fill_n(slots, Sizes::kSlots, Real{0});
        }
      }
    }
    // Before the first position nobody asks for it.
    if (t == 0 || rows == 0) return;
    recurrent_weight_.input_gradient(slots_of(0, here), block_stride(), d_state, state_, true, rows);
    if (plan_.truncation == 0) return;
    for (Index r = 0; r < rows; ++r) {
      if (!has(first + r, t) || --left_[first + r] % plan_.truncation != 0) continue;
      std::fill_n(d_state + r * state_, state_, Real{0});
      std::fill_n(d_memory + r * memories(), memories(), Real{0});
    }
  }

  void give_back(Matrix<Real> dx, bool adds, Index group) {
    const Index first = agenda_.first(group), start = agenda_.start(group, 0);
    Real* own = dx_.data() + start * dx_stride_;
    weight_.input_gradient(slots_of(0, start), block_stride(), own, dx_stride_, false, steps_of(group));
    if (!adds)
      for (Index n = first; n < first + agenda_.count(group); ++n)
        std::fill_n(dx.row(agenda_.row(n)), plan_.length * plan_.features, Real{0});
    for (Index t = 0; t < plan_.length; ++t)
      for (Index n = first; n < first + agenda_.count(group, t); ++n, own += dx_stride_) {
        Real* to = dx.row(agenda_.row(n)) + position(t) * plan_.features;
        for (Index f = 0; f < plan_.features; ++f) to[f] += own[f];
      }
  }

  /// ∂L/∂b = Σ δ, of a block of units.
  void bias_gradient(Index block, Index steps, const Pass<Real>& pass, Tally& tally) {
    V sums[kCell.slots] = {};
    const Real* slots = slots_of(block, 0);
    for (Index n = 0; n < steps; ++n, slots += Sizes::kSlots)
      AXONE_UNROLL for (int v = 0; v < kCell.slots; ++v) sums[v] += load<V>(slots + v * Lanes);
    if (kHasRecurrentBias) {
      finish_bias(recurrent_bias_, recurrent_bias_gradient_, block * Lanes, {sums, 1}, pass, tally);
      sums[0] = V{};
    }
    finish_bias(bias_, bias_gradient_, block * Sizes::kSlots, sums, pass, tally);
  }

  void finish_bias(Store<Real>& bias, Buffer<Real>& scratch, Index offset, std::span<const V> sums,
                   const Pass<Real>& pass, Tally& tally) {
    Real* g = (pass.keep_gradient ? bias.gradient.data() : scratch.data()) + offset;
    for (std::size_t v = 0; v < sums.size(); ++v) store(g + v * Lanes, sums[v]);
    finish(bias.stretch(offset, static_cast<Index>(sums.size()) * Lanes, g), pass, tally);
  }

  const WayPlan plan_;
  const Sizes sizes_;
  const Index steps_;  // at most: rows·length
  GateMatrix<Real, Lanes, Cell> weight_, recurrent_weight_;
  Agenda agenda_;
  Mask mask_;
  Store<Real> bias_, recurrent_bias_;
  Index x_stride_ = 0, dx_stride_ = 0, state_ = 0;  // from a step to the next
  // Of every step: x, ∂L/∂x, the slots of every block, and h and c before it, and what is kept.
  Buffer<Real> x_, dx_, slots_, before_, memory_, kept_;
  // Of every row: h and c at the end, ∂L/∂h and ∂L/∂c on the way back.
  Buffer<Real> end_, memory_end_, d_state_, d_memory_;
  std::vector<Index> left_;  // positions of every row that are still to come on the way back
  Buffer<Real> bias_gradient_, recurrent_bias_gradient_;
  std::vector<Buffer<Real>> scratch_;  // of each thread
};

}  // namespace axone
