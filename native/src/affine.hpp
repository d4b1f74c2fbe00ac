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
    padded_inputs_ = round_up(inputs, kLanes<Real>);
    for (Index first = 0; first < outputs;) {
      const Index width = panel_width<Real>(outputs - first);
      weight_.panels.push_back({first, width, offset});
      offset += padded_inputs_ * width;
      first += width;
    }
    padded_outputs_ = weight_.panels.back().first + weight_.panels.back().width;
    weight_.allocate(offset, site.slots);
    is_large_ = offset * static_cast<Index>(sizeof(Real)) * (1 + site.slots) > 48 * 1024;
    weight_.penalised = true;
    weight_.outputs = outputs;
    weight_.inputs = inputs;
    bias_.allocate(padded_outputs_, site.slots);
    for (int thread = 0; thread < site.threads; ++thread)
      scratch_.push_back({Buffer<Real>(padded_outputs_ * kBlock),
                          Buffer<Real>(kBlock * 2 * kLanes<Real>),
                          Buffer<Real>(weight_.panels.size() > 1 ? site.rows * kBlock : 0)});
    tallies_.resize(blocks());
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
      for (Index p = from; p < to; ++p) {
        const auto& panel = weight_.panels[p];
        const Real* start = has_bias_ ? bias_.weight.data() + panel.first : nullptr;
        multiply<true>(Product<Real>{{x.data, x.stride, 1}, weight_.weight.data() + panel.offset,
                                     panel.width, inputs_, start, z.data + panel.first, z.stride},
                       rows, panel.width);
      }
      const Index first = weight_.panels[from].first;
      const Index last = to < Index(weight_.panels.size()) ? weight_.panels[to].first : outputs_;
      then(first, last);
    });
  }

  /// Clear what lies between the columns of δ and the panels' width: nothing is learnt from it.
  void clear_padding(Matrix<Real> delta, Index rows) const {
    if (padded_outputs_ == outputs_) return;
    for (Index r = 0; r < rows; ++r)
      std::fill(delta.row(r) + outputs_, delta.row(r) + padded_outputs_, Real{0});
  }

  /// From `rows` rows of X and of δ = ∂L/∂Z, its padding cleared: ∂L/∂X into `dx`, unless it is
  /// empty, and the gradients of W and b, finished as the pass says.
  Tally backward(Matrix<Real> x, Matrix<Real> delta, Matrix<Real> dx, Index rows, const Pass& pass) {
    share(pass.team, blocks(), [&](Index from, Index to, int member) {
      for (Index block = from; block < to; ++block) {
        const Index first = block * kBlock, count = width_of(block);
        if (dx.data) input_gradient(delta, dx, first, count, rows, scratch_[member]);
        tallies_[block] = {};
        weight_gradient(x, delta, first, count, rows, pass, scratch_[member], tallies_[block]);
      }
    });
    Tally total;
    // In the order of the blocks, whichever thread had them: sums must not depend on threads.
    for (const auto& tally : tallies_) total.add(tally);
    if (has_bias_) bias_gradient(delta, rows, pass, total);
    return total;
  }

  /// ∂L/∂X = δ·W alone.
  void input_gradient(Matrix<Real> delta, Matrix<Real> dx, Index rows) {
    for (Index block = 0; block < blocks(); ++block)
      input_gradient(delta, dx, block * kBlock, width_of(block), rows, scratch_[0]);
  }

  /// ∂L/∂W = δᵀ·X alone, into `Store::gradient`; its padding is left as it is.
  void weight_gradient(Matrix<Real> x, Matrix<Real> delta, Index rows) {
    for (Index block = 0; block < blocks(); ++block) {
      const auto strip = strip_of(x, block * kBlock, width_of(block), rows, scratch_[0]);
      for (const auto& panel : weight_.panels)
        gradient_of_panel(strip, delta, width_of(block), rows, panel,
                          weight_.gradient.data() + panel.offset + block * kBlock * panel.width);
    }
  }

 private:
  static constexpr Index kBlock = 2 * kLanes<Real>;  // inputs treated together
  static constexpr Index kFewestRowsOfStrip = 24;    // what is copied is read often enough

  /// What one thread needs for a block of inputs.
  struct Scratch {
    Buffer<Real> transposed, gradient, strip;
  };

  Index blocks() const { return (inputs_ + kBlock - 1) / kBlock; }
  Index width_of(Index block) const { return std::min(kBlock, inputs_ - block * kBlock); }

  /// ∂L/∂X = δ·W for a block of inputs, W transposed block by block while it is in the cache.
  void input_gradient(Matrix<Real> delta, Matrix<Real> dx, Index first, Index count, Index rows,
                      Scratch& scratch) {
    if (is_quicker_by_dots(rows)) return input_gradient_by_dots(delta, dx, first, count, rows);
    const Index width = panel_width<Real>(count);
    const Index height = std::min(round_up(count, kLanes<Real>), width);
    for (const auto& panel : weight_.panels)
      transpose(weight_.weight.data() + panel.offset + first * panel.width, panel.width, height,
                panel.width, scratch.transposed.data() + panel.first * width, width);
    multiply<true>(Product<Real>{{delta.data, delta.stride, 1}, scratch.transposed.data(), width,
                                 outputs_, nullptr, dx.data + first, dx.stride},
                   rows, width);
  }

  /// Measured: transposing costs as much as the product of some eight rows, adding up the lanes of a
  /// sum as much as some vectors of it.
  bool is_quicker_by_dots(Index rows) const {
    const bool is_cheap_to_add_up = rows <= 8 || kVectorBytes < 64;
    return rows <= 16 && outputs_ >= (is_cheap_to_add_up ? 4 : 8) * kLanes<Real>;
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

  /// ∂L/∂W = δᵀ·X for a block of inputs, and the step, while the block is in the cache.
  void weight_gradient(Matrix<Real> x, Matrix<Real> delta, Index first, Index count, Index rows,
                       const Pass& pass, Scratch& scratch, Tally& tally) {
    const auto strip = strip_of(x, first, count, rows, scratch);
    for (const auto& panel : weight_.panels) {
      const Index offset = panel.offset + first * panel.width;
      Real* g = pass.keep_gradient ? weight_.gradient.data() + offset : scratch.gradient.data();
      const Index size = count * panel.width;
      const auto stretch = weight_.stretch(offset, size, g);
      if (is_large_) prefetch(stretch);
      gradient_of_panel(strip, delta, count, rows, panel, g);
      // The optimiser works on whole vectors: what follows the last row is padding.
      std::fill(g + size, g + round_up(size, kLanes<Real>), Real{0});
      finish(stretch, pass, tally);
    }
  }

  /// A block of the columns of X, side by side, for all panels: a batch of many rows is read by
  /// columns, a cache line and perhaps a page for every few numbers.
  static Matrix<Real> strip_of(Matrix<Real> x, Index first, Index count, Index rows,
                               Scratch& scratch) {
    const Matrix<Real> columns{x.data + first, x.stride, count};
    if (scratch.strip.size() == 0 || rows < kFewestRowsOfStrip) return columns;
    const Matrix<Real> strip{scratch.strip.data(), kBlock, count};
    // Whole vectors: rows are padded to them.
    for (Index r = 0; r < rows; ++r)
      AXONE_UNROLL for (Index c = 0; c < kBlock; c += kLanes<Real>)
        store(strip.row(r) + c, load<Vector<Real>>(columns.row(r) + c));
    return strip;
  }

  static void gradient_of_panel(Matrix<Real> strip, Matrix<Real> delta, Index count, Index rows,
                                const Panel& panel, Real* g) {
    multiply<false>(Product<Real>{{strip.data, 1, strip.stride}, delta.data + panel.first,
                                  delta.stride, rows, nullptr, g, panel.width},
                    count, panel.width);
  }

  /// ∂L/∂b = Σ δ, the product of a row of ones with δ.
  void bias_gradient(Matrix<Real> delta, Index rows, const Pass& pass, Tally& tally) {
    Real* g = pass.keep_gradient ? bias_.gradient.data() : bias_gradient_.data();
    static constexpr Real kOne = 1;
    for (const auto& panel : weight_.panels)
      multiply<false>(Product<Real>{{&kOne, 0, 0}, delta.data + panel.first, delta.stride, rows,
                                    nullptr, g + panel.first, panel.width},
                      1, panel.width);
    finish(bias_.stretch(0, padded_outputs_, g), pass, tally);
  }

  Index inputs_, outputs_, padded_inputs_ = 0, padded_outputs_ = 0;
  bool has_bias_;
  bool is_large_ = false;  // weights and slots do not stay in the first-level cache
  Store<Real> weight_, bias_;
  std::vector<Scratch> scratch_;       // of each thread
  std::vector<Tally> tallies_;         // of the gradient of each block
  Buffer<Real> bias_gradient_;
};

}  // namespace axone
