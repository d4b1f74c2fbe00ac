// A dense layer whose weights stay in the first-level cache, for batches of few rows: what a step takes
// there is calls, loops too short and vectors half empty, not multiply-adds.
#pragma once

#include "../dots.hpp"
#include "../gemm.hpp"
#include "slope.hpp"

namespace axone {

/// A = σ(X·Wᵀ + b), W kept in rows of whole vectors along its longer side, so that few outputs, or few
/// inputs, do not leave vectors half empty: either a row for each input, over the outputs, or a row for
/// each output, over the inputs. One of the products with W is then by rows of it and the other by dot
/// products with them, and neither needs the transposed.
template <class Real>
class NarrowDense : public Layer<Real> {
 public:
  NarrowDense(Index inputs, Index outputs, const Settings& s, const Site& site)
      : Layer<Real>(inputs, outputs), rows_by_output_(outputs < inputs && is_cheaper(inputs, outputs)),
        has_bias_(s.flag("has_bias")), activation_(activation_of<Real>(s)), slope_(s, site) {
    weight_.place(s.whole("weight"), product_of(inputs, outputs), site.parameters);
    if (has_bias_) bias_.place(s.whole("bias"), outputs, site.parameters);
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
    const Index width = round_up(outputs, kLanes<Real>);
    bias_.size = width;
    weight_gradient_ = Buffer<Real>(weight_.size);
    bias_gradient_ = Buffer<Real>(width);
    a_ = OwnMatrix<Real>(site.rows, width);
    if (activation_.needs_input()) z_ = OwnMatrix<Real>(site.rows, width);
    dx_ = OwnMatrix<Real>(site.rows, round_up(inputs, kLanes<Real>));
  }

  /// Whether a layer is as narrow, and its batches as short, as it takes for this way to be quicker.
  static bool suits(Index inputs, Index outputs, const Site& site) {
    constexpr Index kMostBytes = 16 * 1024, kMostRows = 64;
    return site.batch <= kMostRows &&
           round_up(inputs, kLanes<Real>) * outputs <= kMostBytes / Index(sizeof(Real));
  }

  void collect(std::vector<Store<Real>*>& stores) override {
    stores.push_back(&weight_);
    if (has_bias_) stores.push_back(&bias_);
    slope_.collect(stores);
  }

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    x_ = x;
    slope_.tell(activation_);
    auto a = a_.view();
    auto z = activation_.needs_input() ? z_.view() : a;
    const Real* start = has_bias_ ? bias_.weight.data() : nullptr;
    a.columns = z.columns = this->outputs;
    if (!rows_by_output_ && activation_.is_relu()) {
      by_rows(x, a, start, 0, pass.rows);
      return a;
    }
    rows_by_output_ ? by_dots(x, z, start, pass.rows) : by_rows(x, z, start, kLowest, pass.rows);
    activation_.forward(z, a, pass.rows);
    return a;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    auto a = a_.view();
    auto z = activation_.needs_input() ? z_.view() : a;
    a.columns = z.columns = dy.columns = this->outputs;
    if (pass.measure) this->dead_share = activation_.dead_share(a, pass.rows, pass.continues);
    slope_.differentiate(z, dy, pass.rows);
    Real* bias = pass.keep_gradient && has_bias_ ? bias_.gradient.data() : bias_gradient_.data();
    activation_.backward_and_sum(z, a, dy, pass.rows, bias);
    clear_padding(dy, pass.rows, bias);

    Matrix<Real> dx;
    if (this->needs_input_gradient) {
      dx = dx_.view();
      rows_by_output_ ? by_rows(dy, dx, nullptr, kLowest, pass.rows) : by_dots(dy, dx, nullptr, pass.rows);
      dx.columns = this->inputs;
    }
    Real* g = pass.keep_gradient ? weight_.gradient.data() : weight_gradient_.data();
    rows_by_output_ ? outer(dy, x_, g, pass.rows) : outer(x_, dy, g, pass.rows);
    this->tally = {};
    finish(weight_.stretch(0, weight_.size, g), pass, this->tally);
    if (has_bias_) finish(bias_.stretch(0, bias_.size, bias), pass, this->tally);
    slope_.finish(pass, this->tally);
    return dx;
  }

 private:
  static constexpr Real kLowest = -std::numeric_limits<Real>::infinity();

  /// Whether rows of W are better outputs than inputs: two products take vectors over a row, and the
  /// lanes of the third's sums must be added up.
  static bool is_cheaper(Index inputs, Index outputs) {
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

  /// g = Aᵀ·B, the shape of W.
  void outer(Matrix<Real> a, Matrix<Real> b, Real* g, Index rows) {
    NarrowMultiplier<Real, false>::run({{a.data, 1, a.stride}, b.data, b.stride, rows, nullptr, g,
                                        stride_},
                                       rows_, stride_, kLowest);
    // Nothing is learnt from what lies beyond the columns of B.
    if (stride_ != columns_)
      for (Index r = 0; r < rows_; ++r)
        std::fill(g + r * stride_ + columns_, g + (r + 1) * stride_, Real{0});
  }

  /// Nor from what lies beyond the columns of δ.
  void clear_padding(Matrix<Real> delta, Index rows, Real* bias) {
    if (rows_by_output_ || stride_ == columns_) return clear(bias, bias_.size);
    for (Index r = 0; r < rows; ++r) clear(delta.row(r), stride_);
    clear(bias, bias_.size);
  }
  void clear(Real* numbers, Index size) const {
    std::fill(numbers + this->outputs, numbers + size, Real{0});
  }

  bool rows_by_output_;  // of W
  bool has_bias_;
  Index rows_, columns_, stride_;  // of W as it lies here
  Store<Real> weight_, bias_;
  Activation<Real> activation_;
  LearnedSlope<Real> slope_;
  OwnMatrix<Real> a_, z_, dx_;
  Matrix<Real> x_;
  Buffer<Real> weight_gradient_, bias_gradient_;
};

}  // namespace axone
