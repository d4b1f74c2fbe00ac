// A matrix with its bias row, Z = X·Wᵀ + b: the one place where weights lie in panels, are
// transposed, multiplied three ways and moved by their gradient. A dense layer is one, applied to
// the rows of a batch.
#pragma once

#include <vector>

#include "dots.hpp"
#include "gemm.hpp"
#include "layers/layer.hpp"
#include "transpose.hpp"

namespace axone {

/// W lies in panels: for a block of outputs, the weights of input 0, of input 1, … so that the kernel
/// reads them in order, and so does the optimiser.
template <class Real>
class Affine {
 public:
  /// `settings` tells the places of "weight" and, if it "has_bias", of "bias" in the flat vector.
  Affine(Index inputs, Index outputs, const Settings& settings, const Site& site)
      : inputs_(inputs), outputs_(outputs), has_bias_(settings.flag("has_bias")) {
    weight_.place(settings.whole("weight"), product_of(inputs, outputs), site.parameters);
    if (has_bias_) bias_.place(settings.whole("bias"), outputs, site.parameters);
    Index offset = 0;
    // So many are read together; what lies behind the last is another block's, and another thread's.
    padded_inputs_ = round_up(inputs, std::max<Index>(kLanes<Real>, kInputsOfDots));
    for (Index first = 0; first < outputs;) {
      const Index width = panel_width<Real>(outputs - first);
      weight_.panels.push_back({first, width, offset});
      offset += padded_inputs_ * width;
      first += width;
    }
    padded_outputs_ = weight_.panels.back().first + weight_.panels.back().width;
    weight_.size = offset;
    is_large_ = bytes_of(offset) * (1 + site.slots) > 48 * 1024;
    weight_.penalised = true;
    weight_.outputs = outputs;
    weight_.inputs = inputs;
    bias_.size = padded_outputs_;
    // δ does not stay in the cache from one block of inputs to the next.
    group_ = site.rows > kCacheBytes / bytes_of(outputs) ? kBlocksOfGroup : 1;
    const Index copied = std::min(site.rows, kMostRowsCopied);
    const Index strips = weight_.panels.size() > 1 ? copied * kBlock * group_ : 0;
    for (int thread = 0; thread < site.threads; ++thread)
      scratch_.push_back({Buffer<Real>(padded_outputs_ * kBlock * group_),
                          Buffer<Real>(kBlock * 2 * kLanes<Real>),
                          Buffer<Real>(strips)});
    parts_ = std::clamp<Index>(kFewestTasks / groups(), 1, static_cast<Index>(weight_.panels.size()));
    tallies_.resize(static_cast<std::size_t>(groups() * parts_));
    if (is_read_often()) delta_by_panels_ = Buffer<Real>(cells(copied, padded_outputs_));
    bias_gradient_ = Buffer<Real>(padded_outputs_);
  }

  /// Outputs rounded up to whole panels: how wide Z and δ must be, if not more.
  Index padded_outputs() const { return padded_outputs_; }
  /// How wide ∂L/∂X must be.
  Index padded_inputs() const { return round_up(inputs_, kBlock); }

  void collect(std::vector<Store<Real>*>& stores) {
    stores.push_back(&weight_);
    if (has_bias_) stores.push_back(&bias_);
  }

  /// Z = X·Wᵀ + b for `rows` rows. `then(first, last)` is called for columns of Z as soon as they
  /// are there, by the thread that has them in its cache.
  template <class Then>
  void forward(Matrix<Real> x, Matrix<Real> z, Index rows, Team* team, Then then) {
    share(team, static_cast<Index>(weight_.panels.size()), [&](Index from, Index to, int) {
      // So many rows of X as stay in the second-level cache meet all panels, then the next.
      const Index together = rows_together(inputs_);
      for (Index row = 0; row < rows; row += together) {
        const Index count = std::min(together, rows - row);
        for (Index p = from; p < to; ++p) {
          const auto& panel = weight_.panels[p];
          const Real* start = has_bias_ ? bias_.weight.data() + panel.first : nullptr;
          multiply<true>(Product<Real>{{x.row(row), x.stride, 1},
                                       weight_.weight.data() + panel.offset, panel.width, inputs_,
                                       start, z.row(row) + panel.first, z.stride},
                         count, panel.width);
        }
      }
      const Index first = weight_.panels[from].first;
      const Index last = to < Index(weight_.panels.size()) ? weight_.panels[to].first : outputs_;
      then(first, last);
    });
  }

  /// Make rows `from` to `to` of the `rows` of δ ready for `backward`: what lies between its columns and
  /// the panels' width is cleared, because nothing is learnt from it, and where δ is read often, it is
  /// copied by panels.
  void prepare(Matrix<Real> delta, Index rows, Index from, Index to) {
    if (padded_outputs_ != outputs_)
      for (Index r = from; r < to; ++r)
        std::fill(delta.row(r) + outputs_, delta.row(r) + padded_outputs_, Real{0});
    const auto by_panels = divided(delta, rows);
    if (!by_panels.copy) return;
    for (const auto& panel : weight_.panels) {
      const auto copy = by_panels(panel);
      for (Index r = from; r < to; ++r)
        std::copy_n(delta.row(r) + panel.first, panel.width, copy.row(r));
    }
  }

  /// From `rows` rows of X and of δ = ∂L/∂Z, made ready: ∂L/∂X into `dx`, unless it is empty, and the
  /// gradients of W and b, finished as the pass says.
  Tally backward(Matrix<Real> x, Matrix<Real> delta, Matrix<Real> dx, Index rows,
                 const Pass<Real>& pass) {
    const auto by_panels = divided(delta, rows);
    const Index panels = static_cast<Index>(weight_.panels.size());
    // Few inputs are few groups: a team shares out the panels of each, where nothing else reads weights
    // that one of them has moved already, nor is added up over them.
    const Index parts = pass.team && !dx.data && !pass.measure ? parts_ : 1;
    const Index tasks = groups() * parts;
    std::fill(tallies_.begin(), tallies_.end(), Tally{});
    share(pass.team, tasks, [&](Index from, Index to, int member) {
      if (has_bias_) sum_delta(delta, rows, pass, panels * from / tasks, panels * to / tasks);
      for (Index task = from; task < to; ++task) {
        const Index group = task / parts, part = task % parts;
        if (dx.data) input_gradient(delta, dx, group, rows, scratch_[member]);
        weight_gradient(x, by_panels, group, panels * part / parts, panels * (part + 1) / parts,
                        rows, pass, scratch_[member], tallies_[task]);
      }
    });
    Tally total;
    // In the order of the groups, whichever thread had them: sums must not depend on threads.
    for (const auto& tally : tallies_) total.add(tally);
    if (has_bias_) finish(bias_.stretch(0, padded_outputs_, bias_gradient(pass)), pass, total);
    return total;
  }

  /// ∂L/∂X = δ·W alone.
  void input_gradient(Matrix<Real> delta, Matrix<Real> dx, Index rows) {
    for (Index group = 0; group < groups(); ++group)
      input_gradient(delta, dx, group, rows, scratch_[0]);
  }

  /// ∂L/∂W = δᵀ·X alone, into `Store::gradient`; its padding is left as it is.
  void weight_gradient(Matrix<Real> x, Matrix<Real> delta, Index rows) {
    prepare(delta, rows, 0, rows);
    const auto by_panels = divided(delta, rows);
    for (Index group = 0; group < groups(); ++group)
      each_gradient(x, by_panels, group, 0, static_cast<Index>(weight_.panels.size()), rows,
                    scratch_[0],
                    [&](Index offset, Index, auto compute) {
                      compute(weight_.gradient.data() + offset);
                    });
  }

 private:
  static constexpr Index kBlock = 2 * kLanes<Real>;  // inputs treated together
  static constexpr Index kFewestTasks = 8;           // that are worth sharing out
  static constexpr Index kBlocksOfGroup = 4;         // of those, where δ does not stay in the cache
  static constexpr Index kCacheBytes = 384 * 1024;   // of X or δ, in a second-level cache of 512 KB
  static constexpr Index kFewestRowsOfStrip = 24, kFewestRowsDivided = 64;  // worth a copy
  static constexpr Index kMostRowsCopied = 4096;     // more would cost more memory than they save time

  /// What one thread needs for a block of inputs.
  struct Scratch {
    Buffer<Real> transposed, gradient, strip;
    Real* transposed_block(Index n, Index outputs) {
      return transposed.data() + n * outputs * kBlock;
    }
  };

  static Index bytes_of(Index numbers) { return numbers * static_cast<Index>(sizeof(Real)); }
  static Index rows_together(Index columns) {
    return round_up(std::max<Index>(kCacheBytes / bytes_of(columns), 48), 12);
  }

  Index blocks() const { return (inputs_ + kBlock - 1) / kBlock; }
  Index groups() const { return (blocks() + group_ - 1) / group_; }
  Index width_of(Index block) const { return std::min(kBlock, inputs_ - block * kBlock); }

  /// δ by its panels: a view of the columns of each, or a copy in which they lie side by side.
  struct Divided {
    Matrix<Real> delta;
    Real* copy;
    Index rows;
    Matrix<Real> operator()(const Panel& panel) const {
      if (copy) return {copy + panel.first * rows, panel.width, panel.width};
      return {delta.data + panel.first, delta.stride, panel.width};
    }
  };

  /// Whether every panel of δ is read by several blocks of inputs.
  bool is_read_often() const { return weight_.panels.size() > 1 && blocks() > 3; }

  Divided divided(Matrix<Real> delta, Index rows) {
    const bool copied = is_read_often() && rows >= kFewestRowsDivided && rows <= kMostRowsCopied;
    return {delta, copied ? delta_by_panels_.data() : nullptr, rows};
  }

  /// Visit the blocks of a group: their number within it, first input and how many.
  template <class Visit>
  void each_block(Index group, Visit visit) const {
    const Index from = group * group_, to = std::min(from + group_, blocks());
    for (Index block = from; block < to; ++block)
      visit(block - from, block * kBlock, width_of(block));
  }

  /// ∂L/∂X = δ·W for a group of inputs, W transposed block by block while it is in the cache.
  void input_gradient(Matrix<Real> delta, Matrix<Real> dx, Index group, Index rows,
                      Scratch& scratch) {
    const bool by_dots = is_quicker_by_dots(rows);
    each_block(group, [&](Index n, Index first, Index count) {
      if (by_dots) return input_gradient_by_dots(delta, dx, first, count, rows);
      const Index width = panel_width<Real>(count);
      const Index height = std::min(round_up(count, kLanes<Real>), width);
      for (const auto& panel : weight_.panels)
        transpose(weight_.weight.data() + panel.offset + first * panel.width, panel.width, height,
                  panel.width, scratch.transposed_block(n, padded_outputs_) + panel.first * width,
                  width);
    });
    if (by_dots) return;
    const Index together = group_ > 1 ? rows_together(outputs_) : rows;
    for (Index row = 0; row < rows; row += together)
      each_block(group, [&](Index n, Index first, Index count) {
        const Index width = panel_width<Real>(count);
        multiply<true>(Product<Real>{{delta.row(row), delta.stride, 1},
                                     scratch.transposed_block(n, padded_outputs_), width, outputs_,
                                     nullptr, dx.row(row) + first, dx.stride},
                       std::min(together, rows - row), width);
      });
  }

  /// Measured: transposing costs as much as the product of some rows, adding up the lanes of a sum as
  /// much as some vectors of it.
  bool is_quicker_by_dots(Index rows) const {
    return rows <= 16 && outputs_ >= (rows <= 8 ? 2 : 4) * kLanes<Real>;
  }

  void input_gradient_by_dots(Matrix<Real> delta, Matrix<Real> dx, Index first, Index count,
                              Index rows) {
    const auto& panels = weight_.panels;
    const auto& last = panels.back();
    const bool has_tail = last.width < 2 * kLanes<Real>;
    for (Index i = first; i < first + count; i += kInputsOfDots) {
      const Dots<Real> dots{delta.data,
                            delta.stride,
                            weight_.weight.data() + i * 2 * kLanes<Real>,
                            Index(panels.size()) - has_tail,
                            padded_inputs_ * 2 * kLanes<Real>,
                            weight_.weight.data() + last.offset + i * last.width,
                            has_tail ? last.width : 0,
                            dx.data + i,
                            dx.stride};
      DotMultiplier<Real>::run(dots, rows);
    }
  }

  /// ∂L/∂W = δᵀ·X for a group of inputs in some panels, and the step, while each piece is in the
  /// cache.
  void weight_gradient(Matrix<Real> x, const Divided& by_panels, Index group, Index from, Index to,
                       Index rows, const Pass<Real>& pass, Scratch& scratch, Tally& tally) {
    const auto take = [&](Index offset, Index size, auto compute) {
      Real* g = pass.keep_gradient ? weight_.gradient.data() + offset : scratch.gradient.data();
      const auto stretch = weight_.stretch(offset, size, g);
      if (is_large_) prefetch(stretch);
      compute(g);
      // The optimiser works on whole vectors: what follows the last row is padding.
      std::fill(g + size, g + round_up(size, kLanes<Real>), Real{0});
      finish(stretch, pass, tally);
    };
    each_gradient(x, by_panels, group, from, to, rows, scratch, take);
  }

  /// Go through the pieces of a group's gradient in some panels, a block of inputs in each:
  /// `take(offset, size, compute)` is told where it belongs and asks for it, `compute(g)`.
  template <class Take>
  void each_gradient(Matrix<Real> x, const Divided& by_panels, Index group, Index from, Index to,
                     Index rows, Scratch& scratch, Take take) {
    Matrix<Real> strips[kBlocksOfGroup];
    each_block(group, [&](Index n, Index first, Index count) {
      strips[n] = strip_of(x, n, first, count, rows, scratch);
    });
    for (Index p = from; p < to; ++p) {
      const auto& panel = weight_.panels[p];
      const auto delta = by_panels(panel);
      each_block(group, [&](Index n, Index first, Index count) {
        take(panel.offset + first * panel.width, count * panel.width, [&](Real* g) {
          multiply<false>(Product<Real>{{strips[n].data, 1, strips[n].stride}, delta.data,
                                        delta.stride, rows, nullptr, g, panel.width},
                          count, panel.width);
        });
      });
    }
  }

  /// A block of the columns of X, side by side, for all panels: a batch of many rows is read by
  /// columns, a cache line and perhaps a page for every few numbers.
  static Matrix<Real> strip_of(Matrix<Real> x, Index n, Index first, Index count, Index rows,
                               Scratch& scratch) {
    const Matrix<Real> columns{x.data + first, x.stride, count};
    if (scratch.strip.size() == 0 || rows < kFewestRowsOfStrip || rows > kMostRowsCopied)
      return columns;
    const Matrix<Real> strip{scratch.strip.data() + n * rows * kBlock, kBlock, count};
    // Whole vectors: rows are padded to them.
    for (Index r = 0; r < rows; ++r)
      AXONE_UNROLL for (Index c = 0; c < kBlock; c += kLanes<Real>)
        store(strip.row(r) + c, load<Vector<Real>>(columns.row(r) + c));
    return strip;
  }

  /// ∂L/∂b = Σ δ, the product of a row of ones with δ, for some panels.
  void sum_delta(Matrix<Real> delta, Index rows, const Pass<Real>& pass, Index from, Index to) {
    static constexpr Real kOne = 1;
    for (Index p = from; p < to; ++p) {
      const auto& panel = weight_.panels[p];
      multiply<false>(Product<Real>{{&kOne, 0, 0}, delta.data + panel.first, delta.stride, rows,
                                    nullptr, bias_gradient(pass) + panel.first, panel.width},
                      1, panel.width);
    }
  }
  Real* bias_gradient(const Pass<Real>& pass) {
    return pass.keep_gradient ? bias_.gradient.data() : bias_gradient_.data();
  }

  Index inputs_, outputs_, padded_inputs_ = 0, padded_outputs_ = 0;
  bool has_bias_;
  Index group_ = 1;        // how many blocks of inputs are treated at a time
  Index parts_ = 1;        // of the panels, where groups are too few to be shared out
  bool is_large_ = false;  // weights and slots do not stay in the first-level cache
  Store<Real> weight_, bias_;
  std::vector<Scratch> scratch_;       // of each thread
  std::vector<Tally> tallies_;         // of the gradient of each group of blocks, or part of it
  Buffer<Real> bias_gradient_, delta_by_panels_;
};

}  // namespace axone
