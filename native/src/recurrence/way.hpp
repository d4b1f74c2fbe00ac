// A recurrent cell on its way along the positions of sequences, in one direction, and back through time
// (Werbos 1990). Rows of a batch know nothing of one another until the gradients of the weights, so that
// blocks of them go all the way alone, by whichever thread; the gradients of all steps are one product.
#pragma once

#include <memory>

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
  /// Rows that go along together; blocks of them are what threads share out.
  virtual Index rows_together() const = 0;
  /// Run the cell along rows `from` to `from + rows` of the batch, and write y.
  virtual void forward(Matrix<Real> x, Matrix<Real> y, const Mask& mask, Index from, Index rows) = 0;
  /// Make ready for `backward`; `has_dx` says whether somebody asks for ∂L/∂x.
  virtual void turn(bool has_dx) = 0;
  /// The way back of the same rows, as far as δ and, if asked for, ∂L/∂x, which is added to what is in
  /// `dx` unless this is the first way.
  virtual void backward(Matrix<Real> dy, Matrix<Real> dx, bool adds, const Mask& mask, Index from,
                        Index rows) = 0;
  /// The gradients come in so many pieces.
  virtual Index tasks() const = 0;
  virtual void gradient(Index task, Index rows, const Pass<Real>& pass, int member, Tally& tally) = 0;
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
                          site) {
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
    sums_ = Buffer<Real>(bias_.size);
    for (auto* gradient : {&bias_gradient_, &recurrent_bias_gradient_})
      *gradient = Buffer<Real>(bias_.size);
    for (int thread = 0; thread < site.threads; ++thread)
      scratch_.emplace_back(weight_.scratch());
    const Index bytes = recurrent_weight_.store().size * static_cast<Index>(sizeof(Real));
    together_ = bytes <= kFirstCacheBytes ? kFewRows : kManyRows;
  }

  void collect(std::vector<Store<Real>*>& stores) override {
    for (auto* store : {&weight_.store(), &recurrent_weight_.store(), &bias_}) stores.push_back(store);
    if (kHasRecurrentBias) stores.push_back(&recurrent_bias_);
  }

  Index rows_together() const override { return together_; }

  void forward(Matrix<Real> x, Matrix<Real> y, const Mask& mask, Index from, Index rows) override {
    take(x, mask, from, rows);
    const Index first = from * plan_.length;
    // What the input gives at all positions.
    for (Index block = 0; block < sizes_.blocks(); ++block) {
      Real* slots = slots_of(block, first);
      if (kHasRecurrentBias) {
        const auto bias = load<V>(recurrent_bias_.weight.data() + block * Lanes);
        for (Index n = 0; n < rows * plan_.length; ++n) store(slots + n * Sizes::kSlots, bias);
      }
      weight_.forward(block, x_.data() + first * x_stride_, x_stride_,
                      bias_.weight.data() + block * Sizes::kSlots + kCell.input * Lanes, slots,
                      rows * plan_.length);
    }
    for (Index t = 0; t < plan_.length; ++t) step(t, mask, from, rows);
    give(y, from, rows);
  }

  void turn(bool has_dx) override {
    if (has_dx) {
      if (dx_.size() == 0) dx_ = Buffer<Real>(cells(steps_, dx_stride_));
      weight_.turn();
    }
    recurrent_weight_.turn();
  }

  void backward(Matrix<Real> dy, Matrix<Real> dx, bool adds, const Mask& mask, Index from,
                Index rows) override {
    std::fill_n(d_state_.data() + from * state_, rows * state_, Real{0});
    std::fill_n(d_memory_.data() + from * memories(), rows * memories(), Real{0});
    if (plan_.last)
      for (Index r = from; r < from + rows; ++r) add(dy.row(r) + plan_.column, r);
    if (plan_.truncation > 0) count_positions(mask, from, rows);
    for (Index t = plan_.length; t-- > 0;) {
      if (!plan_.last)
        for (Index r = from; r < from + rows; ++r)
          add(dy.row(r) + position(t) * plan_.columns + plan_.column, r);
      step_back(t, mask, from, rows);
    }
    if (dx.data) give_back(dx, adds, from, rows);
  }

  Index tasks() const override { return weight_.tasks() + recurrent_weight_.tasks() + 1; }

  void gradient(Index task, Index rows, const Pass<Real>& pass, int member, Tally& tally) override {
    auto& scratch = scratch_[static_cast<std::size_t>(member)];
    const Index steps = rows * plan_.length;
    if (task < weight_.tasks())
      return weight_.gradient(task, x_.data(), x_stride_, slots_.data(), block_stride(), steps, pass,
                              scratch, tally);
    task -= weight_.tasks();
    if (task < recurrent_weight_.tasks())
      return recurrent_weight_.gradient(task, before_.data(), state_, slots_.data(), block_stride(),
                                        steps, pass, scratch, tally);
    bias_gradient(steps, pass, tally);
  }

 private:
  using V = Vector<Real, Lanes>;
  static constexpr bool kHasRecurrentBias = kCell.input != kCell.state;
  static constexpr Index kFirstCacheBytes = 32 * 1024;
  /// Rows that go along together: so many that a step fills the processor and its numbers stay in the
  /// first-level cache with U; where U does not stay there, more, which share each piece of it.
  static constexpr Index kFewRows = 16, kManyRows = 64;

  Index memories() const { return kCell.memories * sizes_.padded(); }
  Index block_stride() const { return steps_ * Sizes::kSlots; }
  Real* slots_of(Index block, Index step) {
    return slots_.data() + block * block_stride() + step * Sizes::kSlots;
  }
  /// The position that step t of the way is at.
  Index position(Index t) const { return plan_.is_backward ? plan_.length - 1 - t : t; }
  /// Where the rows of a block have their numbers of step t. They lie position by position, the rows of
  /// the block side by side.
  Index step_of(Index t, Index from, Index rows) const {
    return from * plan_.length + position(t) * rows;
  }
  /// Where the state goes after step t: before the next one, or to the end.
  Real* after(Index t, Index from, Index rows) {
    if (t + 1 == plan_.length) return end_.data() + from * state_;
    return before_.data() + step_of(t + 1, from, rows) * state_;
  }
  Real* memory_after(Index t, Index from, Index rows) {
    if (t + 1 == plan_.length) return memory_end_.data() + from * memories();
    return memory_.data() + step_of(t + 1, from, rows) * memories();
  }

  /// Lay x out position by position; what is not there is 0, so that it is 0 to the gradient.
  void take(Matrix<Real> x, const Mask& mask, Index from, Index rows) {
    Real* to = x_.data() + from * plan_.length * x_stride_;
    for (Index p = 0; p < plan_.length; ++p)
      for (Index r = from; r < from + rows; ++r, to += x_stride_) {
        if (mask.has(r, p)) {
          copy_row(x.row(r) + p * plan_.features, to, plan_.features);
        } else {
          std::fill_n(to, plan_.features, Real{0});
        }
      }
    const Index start = step_of(0, from, rows);
    std::fill_n(before_.data() + start * state_, rows * state_, Real{0});
    std::fill_n(memory_.data() + start * memories(), rows * memories(), Real{0});
  }

  void step(Index t, const Mask& mask, Index from, Index rows) {
    const Index here = step_of(t, from, rows), padded = sizes_.padded();
    const Real* before = before_.data() + here * state_;
    const Real* memory_before = memory_.data() + here * memories();
    Real *next = after(t, from, rows), *memory = memory_after(t, from, rows);
    Real* kept = kept_.data() + here * kCell.kept * padded;
    for (Index block = 0; block < sizes_.blocks(); ++block) {
      Real* slots = slots_of(block, here);
      if (t > 0) recurrent_weight_.forward(block, before, state_, nullptr, slots, rows);
      const Index first = block * Lanes;
      const auto row = [=, this](Index r) -> CellStep<Real> {
        return {slots + r * Sizes::kSlots,           before + r * state_ + first,
                next + r * state_ + first,           memory_before + r * memories() + first,
                memory + r * memories() + first,     kept + r * kCell.kept * padded + first};
      };
      for (Index r = 0; r < rows; ++r) Cell::forward(row(r));
      for (Index r = 0; r < rows; ++r) Cell::complete(row(r));
    }
    if (!mask) return;
    for (Index r = 0; r < rows; ++r) {
      if (mask.has(from + r, position(t))) continue;
      std::copy_n(before + r * state_, padded, next + r * state_);
      std::copy_n(memory_before + r * memories(), memories(), memory + r * memories());
    }
  }

  void give(Matrix<Real> y, Index from, Index rows) {
    for (Index r = 0; r < rows; ++r) {
      Real* to = y.row(from + r) + plan_.column;
      if (plan_.last) {
        copy_row(end_.data() + (from + r) * state_, to, plan_.units);
      } else {
        for (Index t = 0; t < plan_.length; ++t)
          copy_row(after(t, from, rows) + r * state_, to + position(t) * plan_.columns, plan_.units);
      }
    }
  }

  /// ∂L/∂h of a row, and what y has of it.
  void add(const Real* dy, Index row) {
    Real* d = d_state_.data() + row * state_;
    for (Index u = 0; u < plan_.units; ++u) d[u] += dy[u];
  }

  void count_positions(const Mask& mask, Index from, Index rows) {
    for (Index r = from; r < from + rows; ++r) {
      left_[r] = 0;
      for (Index p = 0; p < plan_.length; ++p) left_[r] += mask.has(r, p);
    }
  }

  void step_back(Index t, const Mask& mask, Index from, Index rows) {
    const Index here = step_of(t, from, rows), padded = sizes_.padded();
    Real* d_state = d_state_.data() + from * state_;
    Real* d_memory = d_memory_.data() + from * memories();
    for (Index r = 0; r < rows; ++r) {
      const bool is_there = mask.has(from + r, position(t));
      for (Index block = 0; block < sizes_.blocks(); ++block) {
        Real* slots = slots_of(block, here + r);
        const Index first = block * Lanes;
        if (is_there) {
          Cell::backward({slots, before_.data() + (here + r) * state_ + first,
                          memory_.data() + (here + r) * memories() + first,
                          kept_.data() + (here + r) * kCell.kept * padded + first,
                          d_state + r * state_ + first, d_memory + r * memories() + first});
        } else {
          std::fill_n(slots, Sizes::kSlots, Real{0});
        }
      }
    }
    // Before the first position nobody asks for it.
    if (t == 0) return;
    recurrent_weight_.input_gradient(slots_of(0, here), block_stride(), d_state, state_, true, rows);
    if (plan_.truncation == 0) return;
    for (Index r = 0; r < rows; ++r) {
      if (!mask.has(from + r, position(t)) || --left_[from + r] % plan_.truncation != 0) continue;
      std::fill_n(d_state + r * state_, state_, Real{0});
      std::fill_n(d_memory + r * memories(), memories(), Real{0});
    }
  }

  void give_back(Matrix<Real> dx, bool adds, Index from, Index rows) {
    const Index first = from * plan_.length;
    Real* own = dx_.data() + first * dx_stride_;
    weight_.input_gradient(slots_of(0, first), block_stride(), own, dx_stride_, false,
                           rows * plan_.length);
    for (Index p = 0; p < plan_.length; ++p)
      for (Index r = from; r < from + rows; ++r, own += dx_stride_) {
        Real* to = dx.row(r) + p * plan_.features;
        if (adds) {
          for (Index f = 0; f < plan_.features; ++f) to[f] += own[f];
        } else {
          copy_row(own, to, plan_.features);
        }
      }
  }

  /// ∂L/∂b = Σ δ.
  void bias_gradient(Index steps, const Pass<Real>& pass, Tally& tally) {
    for (Index block = 0; block < sizes_.blocks(); ++block) {
      V sums[kCell.slots] = {};
      const Real* slots = slots_of(block, 0);
      for (Index n = 0; n < steps; ++n, slots += Sizes::kSlots)
        AXONE_UNROLL for (int v = 0; v < kCell.slots; ++v) sums[v] += load<V>(slots + v * Lanes);
      for (int v = 0; v < kCell.slots; ++v)
        store(sums_.data() + block * Sizes::kSlots + v * Lanes, sums[v]);
    }
    if (kHasRecurrentBias) {
      Real* g = pass.keep_gradient ? recurrent_bias_.gradient.data() : recurrent_bias_gradient_.data();
      for (Index block = 0; block < sizes_.blocks(); ++block) {
        Real* own = sums_.data() + block * Sizes::kSlots;
        store(g + block * Lanes, load<V>(own));
        store(own, V{});
      }
      finish(recurrent_bias_.stretch(0, recurrent_bias_.size, g), pass, tally);
    }
    Real* g = pass.keep_gradient ? bias_.gradient.data() : bias_gradient_.data();
    std::copy_n(sums_.data(), bias_.size, g);
    finish(bias_.stretch(0, bias_.size, g), pass, tally);
  }

  const WayPlan plan_;
  const Sizes sizes_;
  const Index steps_;  // at most: rows·length
  GateMatrix<Real, Lanes, Cell> weight_, recurrent_weight_;
  Store<Real> bias_, recurrent_bias_;
  Index together_;
  Index x_stride_ = 0, dx_stride_ = 0, state_ = 0;  // from a step to the next
  // Of every step: x, ∂L/∂x, the slots of every block, and h and c before it, and what is kept.
  Buffer<Real> x_, dx_, slots_, before_, memory_, kept_;
  // Of every row: h and c at the end, ∂L/∂h and ∂L/∂c on the way back.
  Buffer<Real> end_, memory_end_, d_state_, d_memory_;
  std::vector<Index> left_;  // positions of every row that are still to come on the way back
  Buffer<Real> sums_, bias_gradient_, recurrent_bias_gradient_;
  std::vector<Buffer<Real>> scratch_;  // of each thread
};

}  // namespace axone
