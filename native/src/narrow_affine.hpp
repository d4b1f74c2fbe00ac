// A matrix with its bias row, Z = X·Wᵀ + b, that is small or has few outputs: what it takes is calls,
// loops too short and vectors half empty rather than multiply-adds.
#pragma once

#include "dots.hpp"
#include "gemm.hpp"
#include "layers/layer.hpp"

namespace axone {

/// W lies in rows of whole vectors along its longer side, so that few outputs, or few inputs, do not
/// leave vectors half empty: either a row for each input, over the outputs, or a row for each output,
/// over the inputs. One of the products with W is then by rows of it and the other by dot products with
/// them, and neither needs the transposed.
template <class Real>
class NarrowAffine {
 public:
  /// `settings` tells the places of "weight" and, if it "has_bias", of "bias" in the flat vector.
  NarrowAffine(Index inputs, Index outputs, const Settings& settings, const Site& site)
      : inputs_(inputs), outputs_(outputs), has_bias_(settings.flag("has_bias")),
        rows_by_output_(outputs < inputs && is_cheaper_by_output(inputs, outputs)) {
    weight_.place(settings.whole("weight"), product_of(inputs, outputs), site.parameters);
    if (has_bias_) bias_.place(settings.whole("bias"), outputs, site.parameters);
    rows_ = rows_by_output_ ? outputs : inputs;
    columns_ = rows_by_output_ ? inputs : outputs;
    // Whole vectors, the last of which may be a narrower one.
    const Index whole = columns_ / kLanes<Real> * kLanes<Real>;
    stride_ = whole + (columns_ > whole ? panel_width<Real>(columns_ - whole) : 0);
    weight_.size = round_up(rows_, kInputsOfDots) * stride_;
    weight_.penalised = true;
    weight_.outputs = outputs;
    weight_.inputs = inputs;
    if (rows_by_output_) {
      weight_.stride = stride_;
    } else {
      weight_.panels.push_back({0, stride_, 0});
    }
    bias_.size = padded_outputs();
    weight_gradient_ = Buffer<Real>(weight_.size);
    bias_gradient_ = Buffer<Real>(bias_.size);
  }

  /// Whether this way is the quicker one, as measured: for a matrix that stays in the first-level cache
  /// and batches of few rows, or for outputs so few that they would fill no panel.
  static bool suits(Index inputs, Index outputs, const Site& site) {
    constexpr Index kMostRowsCached = 64, kCacheBytes = 16 * 1024, kMostBytes = 64 * 1024;
    // Sizes are whatever was asked for: their product may be too large to be told.
    if (std::max(inputs, outputs) > kMostBytes) return false;
    const Index bytes = round_up(inputs, kLanes<Real>) * outputs * Index(sizeof(Real));
    const bool has_few_outputs = outputs < 2 * kLanes<Real> && 4 * outputs <= inputs;
    return (site.batch <= kMostRowsCached && bytes <= kCacheBytes) ||
           (has_few_outputs && bytes <= kMostBytes);
  }

  /// How wide Z, δ and ∂L/∂X must be, if not more.
  Index padded_outputs() const { return round_up(outputs_, kLanes<Real>); }
  Index padded_inputs() const { return round_up(inputs_, kLanes<Real>); }

  void collect(std::vector<Store<Real>*>& stores) {
    stores.push_back(&weight_);
    if (has_bias_) stores.push_back(&bias_);
  }

  /// Z = X·Wᵀ + b for `rows` rows, and whether what lies below `floor` was lifted to it, which not
  /// every layout can do on the way.
  bool forward(Matrix<Real> x, Matrix<Real> z, Real floor, Index rows, Team* team) {
    const Real* start = has_bias_ ? bias_.weight.data() : nullptr;
    share_rows(team, rows, [&](Index from, Index count) {
      const auto x_here = from_row(x, from), z_here = from_row(z, from);
      rows_by_output_ ? by_dots(x_here, z_here, start, count)
                      : by_rows(x_here, z_here, start, floor, count);
    });
    return !rows_by_output_;
  }

  /// Where Σ δ, which is ∂L/∂b, goes before `backward`, all of its padded columns.
  Real* bias_gradient(const Pass<Real>& pass) {
    return pass.keep_gradient && has_bias_ ? bias_.gradient.data() : bias_gradient_.data();
  }

  /// From `rows` rows of X and of δ = ∂L/∂Z, whose sum was taken: ∂L/∂X into `dx`, unless it is empty,
  /// and the gradients of W and b, finished as the pass says.
  Tally backward(Matrix<Real> x, Matrix<Real> delta, Matrix<Real> dx, Index rows,
                 const Pass<Real>& pass) {
    Real* bias = bias_gradient(pass);
    std::fill(bias + outputs_, bias + bias_.size, Real{0});
    clear_padding(delta, rows);
    if (dx.data) input_gradient(delta, dx, rows, pass.team);
    Real* g = pass.keep_gradient ? weight_.gradient.data() : weight_gradient_.data();
    weight_gradient(x, delta, g, rows, pass.team);
    Tally tally;
    finish(weight_.stretch(0, weight_.size, g), pass, tally);
    if (has_bias_) finish(bias_.stretch(0, bias_.size, bias), pass, tally);
    return tally;
  }

  /// ∂L/∂X = δ·W.
  void input_gradient(Matrix<Real> delta, Matrix<Real> dx, Index rows, Team* team = nullptr) {
    share_rows(team, rows, [&](Index from, Index count) {
      const auto delta_here = from_row(delta, from), dx_here = from_row(dx, from);
      rows_by_output_ ? by_rows(delta_here, dx_here, nullptr, kLowest, count)
                      : by_dots(delta_here, dx_here, nullptr, count);
    });
  }

  /// ∂L/∂W = δᵀ·X into `g`.
  void weight_gradient(Matrix<Real> x, Matrix<Real> delta, Real* g, Index rows, Team* team) {
    constexpr Index kTile = 2 * kLanes<Real>;
    const Index tiles = (stride_ + kTile - 1) / kTile;
    share(rows >= kFewestRowsShared ? team : nullptr, tiles, [&](Index from, Index to, int) {
      const Index first = from * kTile, width = std::min(to * kTile, stride_) - first;
      rows_by_output_ ? outer(delta, x, g, rows, first, width) : outer(x, delta, g, rows, first, width);
    });
    // Nothing is learnt from what lies beyond the columns of W.
    if (stride_ != columns_)
      for (Index r = 0; r < rows_; ++r)
        std::fill(g + r * stride_ + columns_, g + (r + 1) * stride_, Real{0});
  }
  void weight_gradient(Matrix<Real> x, Matrix<Real> delta, Index rows) {
    weight_gradient(x, delta, weight_gradient_.data(), rows, nullptr);
  }

  /// Nothing is learnt from what lies beyond the columns of δ, where rows of W are over these.
  void clear_padding(Matrix<Real> delta, Index rows) {
    if (rows_by_output_ || stride_ == columns_) return;
    for (Index r = 0; r < rows; ++r)
      std::fill(delta.row(r) + outputs_, delta.row(r) + stride_, Real{0});
  }

 private:
  static constexpr Index kFewestRowsShared = 128;
  static constexpr Real kLowest = -std::numeric_limits<Real>::infinity();

  /// Two products take vectors over a row of W, and the lanes of the third's sums must be added up.
  static bool is_cheaper_by_output(Index inputs, Index outputs) {
    const auto cost = [](Index rows, Index columns) {
      const Index vectors = (columns + kLanes<Real> - 1) / kLanes<Real>;
      return rows * (6 * vectors + 5);
    };
    return cost(outputs, inputs) < cost(inputs, outputs);
  }

  /// out = start + A·W, for W by rows, where it is above `floor`.
  void by_rows(Matrix<Real> a, Matrix<Real> out, const Real* start, Real floor, Index rows) {
    NarrowMultiplier<Real, true>::run({{a.data, a.stride, 1}, weight_.weight.data(), stride_, rows_,
                                       start, out.data, out.stride},
                                      rows, stride_, floor);
  }

  /// out = start + A·Wᵀ.
  void by_dots(Matrix<Real> a, Matrix<Real> out, const Real* start, Index rows) {
    multiply_rows(RowDots<Real>{a.data, a.stride, weight_.weight.data(), stride_, rows_, start,
                                out.data, out.stride},
                  rows);
  }

  /// g = Aᵀ·B, the shape of W, for some of its columns.
  void outer(Matrix<Real> a, Matrix<Real> b, Real* g, Index rows, Index first, Index width) {
    NarrowMultiplier<Real, false>::run({{a.data, 1, a.stride}, b.data + first, b.stride, rows, nullptr,
                                        g + first, stride_},
                                       rows_, width, kLowest);
  }

  static Matrix<Real> from_row(Matrix<Real> m, Index row) { return {m.row(row), m.stride, m.columns}; }

  /// Let a team share the rows of a long batch out: job(first, count). They are cut between tiles, so
  /// that every tile is what it would be without a team, and every sum.
  template <class Job>
  static void share_rows(Team* team, Index rows, Job job) {
    if (!team || rows < kFewestRowsShared) return job(Index{0}, rows);
    constexpr Index kTile = kMostRows<2>;
    const Index tiles = (rows - 1) / kTile;
    share(team, tiles, [&](Index from, Index to, int) {
      const Index first = from * kTile;
      job(first, (to == tiles ? rows : to * kTile) - first);
    });
  }

  Index inputs_, outputs_;
  bool has_bias_;
  bool rows_by_output_;            // of W
  Index rows_, columns_, stride_;  // of W as it lies here
  Store<Real> weight_, bias_;
  Buffer<Real> weight_gradient_, bias_gradient_;
};

}  // namespace axone
