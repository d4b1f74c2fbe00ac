// Activations over whole rows: a = σ(z), and δ = da ⊙ σ′. One struct a function, as in the book.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "formula.hpp"
#include "functions.hpp"
#include "memory.hpp"
#include "tables.hpp"
#include "transpose.hpp"

namespace axone {

/// Each has value(z) and slope(z, a); `kFromOutput` says that the slope needs a alone.
struct Identity {
  static constexpr bool kFromOutput = true;
  template <class V>
  V value(V z) const { return z; }
  template <class V>
  V slope(V, V) const { return V{} + 1; }
};

/// 1 above 0, 0 below, and at 0 what it was told.
template <class Real>
struct Heaviside {
  static constexpr bool kFromOutput = true;
  Real at_zero;
  template <class V>
  V value(V z) const { return z > 0 ? V{} + 1 : (z == 0 ? V{} + at_zero : V{}); }
  template <class V>
  V slope(V, V) const { return V{}; }
};

struct Sigmoid {
  static constexpr bool kFromOutput = true;
  template <class V>
  V value(V z) const { return sigmoid(z); }
  template <class V>
  V slope(V, V a) const { return a * (1 - a); }
};

struct Tanh {
  static constexpr bool kFromOutput = true;
  template <class V>
  V value(V z) const { return hyperbolic_tangent(z); }
  template <class V>
  V slope(V, V a) const { return 1 - a * a; }
};

struct ReLU {
  static constexpr bool kFromOutput = true;
  template <class V>
  V value(V z) const { return maximum(z, V{}); }
  template <class V>
  V slope(V, V a) const { return a > 0 ? V{} + 1 : V{}; }
};

/// Leaky and parametric ReLU: α may be negative, so that only z tells the side.
template <class Real>
struct LeakyReLU {
  static constexpr bool kFromOutput = false;
  Real alpha;
  template <class V>
  V value(V z) const { return z > 0 ? z : alpha * z; }
  template <class V>
  V slope(V z, V) const { return z > 0 ? V{} + 1 : V{} + alpha; }
};

template <class Real>
struct ELU {
  static constexpr bool kFromOutput = false;
  Real alpha;
  template <class V>
  V value(V z) const { return z > 0 ? z : alpha * exponential_minus_one(minimum(z, V{})); }
  template <class V>
  V slope(V z, V a) const { return z > 0 ? V{} + 1 : a + alpha; }
};

template <class Real>
struct SELU {
  static constexpr bool kFromOutput = true;
  static constexpr Real kScale = Real(1.0507009873554805), kAlpha = Real(1.6732632423543772);
  template <class V>
  V value(V z) const {
    return kScale * (z > 0 ? z : kAlpha * exponential_minus_one(minimum(z, V{})));
  }
  template <class V>
  V slope(V, V a) const { return a > 0 ? V{} + kScale : a + kScale * kAlpha; }
};

template <class Real>
struct GELU {
  static constexpr bool kFromOutput = false;
  template <class V>
  V value(V z) const { return z * normal_distribution(z); }
  template <class V>
  V slope(V z, V) const { return normal_distribution(z) + z * normal_density(z); }
};

template <class Real>
struct GELUTanh {
  static constexpr bool kFromOutput = false;
  static constexpr Real kRoot = Real(0.79788456080286535588), kCubic = Real(0.044715);
  template <class V>
  static V bounded(V z) { return minimum(maximum(z, V{} - 20), V{} + 20); }
  /// (1 + tanh u)/2 as the sigmoid of 2u: far below zero 1 + tanh u would be nothing but rounding.
  template <class V>
  static V gate(V z) { return sigmoid(2 * kRoot * (z + kCubic * z * z * z)); }
  template <class V>
  V value(V z) const { return z * gate(bounded(z)); }
  template <class V>
  V slope(V z, V) const {
    const V x = bounded(z), s = gate(x);
    return s + x * s * (1 - s) * (2 * kRoot * (1 + 3 * kCubic * x * x));
  }
};

struct Swish {
  static constexpr bool kFromOutput = false;
  template <class V>
  V value(V z) const { return z * sigmoid(z); }
  template <class V>
  V slope(V z, V a) const {
    const V gate = sigmoid(z);
    return gate + a * (1 - gate);
  }
};

struct Softplus {
  static constexpr bool kFromOutput = false;
  template <class V>
  V value(V z) const { return softplus(z); }
  template <class V>
  V slope(V z, V) const { return sigmoid(z); }
};

struct Exponential {
  static constexpr bool kFromOutput = true;
  template <class V>
  V value(V z) const {
    constexpr bool wide = std::is_same_v<LaneOf<V>, double>;
    return exponential(minimum(z, V{} + (wide ? 709 : 88)));
  }
  template <class V>
  V slope(V, V a) const { return a; }
};

/// What an activation does to the rows of a matrix, α given where it has one.
template <class Real>
struct RowFunctions {
  bool from_output;  // the slope needs a alone
  void (*forward)(Matrix<Real> z, Matrix<Real> a, Index rows, Real alpha);
  void (*backward)(Matrix<Real> z, Matrix<Real> a, Matrix<Real> d, Index rows, Real alpha);
  /// The same, and the sum of the rows of what d becomes.
  void (*backward_and_sum)(Matrix<Real> z, Matrix<Real> a, Matrix<Real> d, Index rows, Real alpha,
                           Real* sums);
};

/// Σ over rows, column by column, for whole vectors of them.
template <class Real>
void sum_rows(Matrix<Real> d, Index rows, Real* sums) {
  using V = Vector<Real>;
  for (Index c = 0; c < d.columns; c += kLanes<Real>) {
    V sum{};
    for (Index r = 0; r < rows; ++r) sum += load<V>(d.row(r) + c);
    store(sums + c, sum);
  }
}

/// Rows are padded to whole vectors, so that the last one may run over the columns.
template <class Real, class Body>
AXONE_INLINE void each_vector(Index rows, Index columns, Body body) {
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < columns; c += kLanes<Real>) body(r, c);
}

/// An activation that treats each cell by itself.
template <class Real, class Function>
struct CellByCell {
  static Function with(Real alpha) {
    if constexpr (requires { Function{alpha}; }) {
      return Function{alpha};
    } else {
      return Function{};
    }
  }
  static void forward(Matrix<Real> z, Matrix<Real> a, Index rows, Real alpha) {
    const auto function = with(alpha);
    each_vector<Real>(rows, z.columns, [=](Index r, Index c) __attribute__((always_inline)) {
      store(a.row(r) + c, function.value(load<Vector<Real>>(z.row(r) + c)));
    });
  }
  static void backward(Matrix<Real> z, Matrix<Real> a, Matrix<Real> d, Index rows, Real alpha) {
    const auto function = with(alpha);
    each_vector<Real>(rows, d.columns, [=](Index r, Index c) __attribute__((always_inline)) {
      using V = Vector<Real>;
      const V slope = function.slope(load<V>(z.row(r) + c), load<V>(a.row(r) + c));
      store(d.row(r) + c, load<V>(d.row(r) + c) * slope);
    });
  }
  static void backward_and_sum(Matrix<Real> z, Matrix<Real> a, Matrix<Real> d, Index rows,
                               Real alpha, Real* sums) {
    using V = Vector<Real>;
    const auto function = with(alpha);
    for (Index c = 0; c < d.columns; c += kLanes<Real>) {
      V sum{};
      for (Index r = 0; r < rows; ++r) {
        const V slope = function.slope(load<V>(z.row(r) + c), load<V>(a.row(r) + c));
        const V here = load<V>(d.row(r) + c) * slope;
        store(d.row(r) + c, here);
        sum += here;
      }
      store(sums + c, sum);
    }
  }
  static constexpr RowFunctions<Real> kFunctions{Function::kFromOutput, forward, backward,
                                                 backward_and_sum};
};

/// softmax(z) = eᶻ/Σ eᶻ, over a whole row.
template <class Real>
struct Softmax {
  static void forward(Matrix<Real> z, Matrix<Real> a, Index rows, Real) {
    if (z.columns > kFew) return row_by_row(z, a, rows);
    // Rows are padded to whole vectors, so that the last ones may run over.
    for (Index r = 0; r < rows; r += kLanes<Real>) rows_in_lanes(z.row(r), z, a.row(r), a);
  }
  static void backward(Matrix<Real>, Matrix<Real> a, Matrix<Real> d, Index rows, Real) {
    for (Index r = 0; r < rows; ++r) {
      Real mean = 0;
      for (Index c = 0; c < d.columns; ++c) mean += a.row(r)[c] * d.row(r)[c];
      for (Index c = 0; c < d.columns; ++c) d.row(r)[c] = a.row(r)[c] * (d.row(r)[c] - mean);
    }
  }
  static void backward_and_sum(Matrix<Real> z, Matrix<Real> a, Matrix<Real> d, Index rows,
                               Real alpha, Real* sums) {
    backward(z, a, d, rows, alpha);
    sum_rows(d, rows, sums);
  }
  static constexpr RowFunctions<Real> kFunctions{true, forward, backward, backward_and_sum};

 private:
  using V = Vector<Real>;
  static constexpr Index kLanesHere = kLanes<Real>;
  static constexpr Index kFew = 64;  // columns: as many vectors stay in the first-level cache

  /// As many rows as a vector has lanes, each in a lane of its own, so that few columns fill vectors.
  static void rows_in_lanes(const Real* from, Matrix<Real> z, Real* to, Matrix<Real> a) {
    alignas(kVectorBytes) Real columns[kFew * kLanesHere];
    const Index width = round_up(z.columns, kFewestLanes<Real>);
    const auto column = [&](Index c) { return columns + c * kLanesHere; };
    transpose(from, z.stride, kLanesHere, width, columns, kLanesHere);
    V largest = load<V>(column(0)), total{};
    for (Index c = 1; c < z.columns; ++c) largest = maximum(largest, load<V>(column(c)));
    for (Index c = 0; c < z.columns; ++c) {
      const V e = exponential(load<V>(column(c)) - largest);
      total += e;
      store(column(c), e);
    }
    const V share = 1 / total;
    for (Index c = 0; c < z.columns; ++c) store(column(c), load<V>(column(c)) * share);
    for (Index c = z.columns; c < width; ++c) store(column(c), V{});
    transpose(columns, kLanesHere, width, kLanesHere, to, a.stride);
  }

  static void row_by_row(Matrix<Real> z, Matrix<Real> a, Index rows) {
    for (Index r = 0; r < rows; ++r) {
      const Real* from = z.row(r);
      Real* to = a.row(r);
      const Real largest = *std::max_element(from, from + z.columns);
      Real total = 0;
      for (Index c = 0; c < z.columns; c += kLanesHere) {
        V e = exponential(load<V>(from + c) - largest);
        const Index rest = z.columns - c;
        if (rest < kLanesHere)
          for (Index i = rest; i < kLanesHere; ++i) e[i] = 0;
        store(to + c, e);
        total += sum_of(e);
      }
      const Real share = 1 / total;
      for (Index c = 0; c < z.columns; ++c) to[c] *= share;
    }
  }
};

/// The table of activations: a new one is a struct like those above and a line here.
template <class Real>
inline constexpr Named<RowFunctions<Real>> kActivations[] = {
    {"identity", CellByCell<Real, Identity>::kFunctions},
    {"heaviside", CellByCell<Real, Heaviside<Real>>::kFunctions},
    {"sigmoid", CellByCell<Real, Sigmoid>::kFunctions},
    {"tanh", CellByCell<Real, Tanh>::kFunctions},
    {"relu", CellByCell<Real, ReLU>::kFunctions},
    {"leaky_relu", CellByCell<Real, LeakyReLU<Real>>::kFunctions},
    {"prelu", CellByCell<Real, LeakyReLU<Real>>::kFunctions},
    {"elu", CellByCell<Real, ELU<Real>>::kFunctions},
    {"selu", CellByCell<Real, SELU<Real>>::kFunctions},
    {"gelu", CellByCell<Real, GELU<Real>>::kFunctions},
    {"gelu_tanh", CellByCell<Real, GELUTanh<Real>>::kFunctions},
    {"swish", CellByCell<Real, Swish>::kFunctions},
    {"softplus", CellByCell<Real, Softplus>::kFunctions},
    {"exponential", CellByCell<Real, Exponential>::kFunctions},
    {"softmax", Softmax<Real>::kFunctions},
    {"formula", {}},  // whose programs are described beside its name
};

/// An activation chosen when a workspace is built.
template <class Real>
class Activation {
 public:
  Activation() : Activation("identity", 0, {}) {}
  Activation(const std::string& name, Real alpha, std::optional<Formula<Real>> formula)
      : alpha(alpha), functions_(find(kActivations<Real>, name, "activation")),
        formula_(std::move(formula)),
        is_identity_(name == "identity"), is_softmax_(name == "softmax"),
        is_sigmoid_(name == "sigmoid"), is_exponential_(name == "exponential"),
        is_relu_(name == "relu") {
    if (!functions_.forward && !formula_)
      throw std::invalid_argument("the activation 'formula' must be described");
  }

  Real alpha = 0;

  bool is_identity() const { return is_identity_; }
  bool is_softmax() const { return is_softmax_; }
  bool is_sigmoid() const { return is_sigmoid_; }
  bool is_exponential() const { return is_exponential_; }
  bool is_relu() const { return is_relu_; }
  /// Whether a row's cells depend on one another, so that no part of them can be done alone.
  bool takes_whole_rows() const { return is_softmax_; }
  /// Whether z must be kept beside a for the backward pass.
  bool needs_input() const { return formula_ ? formula_->needs_input() : !functions_.from_output; }

  /// Set what is learned: a constant of a formula, or the slope of a parametric ReLU.
  void set_learned(Index n, Real value) {
    if (formula_) {
      formula_->set_constant(n, value);
    } else {
      alpha = value;
    }
  }
  /// ∂L/∂p of each learned p, from ∂L/∂a before it becomes ∂L/∂z, summed over some rows.
  void sum_slopes(Matrix<Real> z, Matrix<Real> a, Matrix<Real> da, Index from, Index to, Real* sums) const {
    if (formula_) return formula_->sum_slopes(z, a, da, from, to, sums);
    // ∂L/∂α = Σ ∂L/∂a · min(z, 0).
    sums[0] = 0;
    for (Index r = from; r < to; ++r)
      for (Index c = 0; c < z.columns; ++c)
        if (!(z.row(r)[c] >= 0)) sums[0] += da.row(r)[c] * z.row(r)[c];
  }

  /// The share of ReLU units that are 0 on every row; where `continues`, on those before, too. Units are
  /// looked at side by side: of one after another, the processor cannot guess which row is the first to
  /// wake it, and each wrong guess costs more than the looking. Rows end with a whole vector.
  double dead_share(Matrix<Real> a, Index rows, bool continues) {
    using V = Vector<Real>;
    constexpr Index lanes = kLanes<Real>, at_once = 16;
    if (!is_relu_) return 0;
    const Index units = a.columns;
    if (!continues) largest_.assign(static_cast<std::size_t>(round_up(units, lanes)), Real{0});
    for (Index c = 0; c < units; c += lanes) {
      V largest = load<V>(largest_.data() + c);
      for (Index from = 0; from < rows; from += at_once) {
        const Index to = std::min(rows, from + at_once);
        for (Index r = from; r < to; ++r) largest = maximum(largest, load<V>(a.row(r) + c));
        if (to < rows && smallest_of(largest) > 0) break;
      }
      store(largest_.data() + c, largest);
    }
    return double(count_dead(units)) / double(units);
  }

  /// The same of a batch in lanes, of units that have as many numbers each: all of them must be 0.
  double dead_share_of_lanes(Matrix<Real> a, Index units, Index examples, bool continues) {
    if (!is_relu_) return 0;
    const Index each = a.columns / units;
    if (!continues) largest_.assign(static_cast<std::size_t>(units), Real{0});
    for (Index u = 0; u < units; ++u) {
      Real largest = largest_[static_cast<std::size_t>(u)];
      for (Index n = 0; n < examples && !(largest > 0); ++n) {
        const Real* lane = a.row(n / kLanes<Real>) + u * each + n % kLanes<Real>;
        for (Index place = 0; place < each && !(largest > 0); place += kLanes<Real>) largest = lane[place];
      }
      largest_[static_cast<std::size_t>(u)] = largest;
    }
    return double(count_dead(units)) / double(units);
  }

  /// a = σ(z), in place if the two are the same matrix.
  void forward(Matrix<Real> z, Matrix<Real> a, Index rows) const {
    if (is_identity_ && z.data == a.data) return;
    if (formula_) return formula_->forward(z, a, rows);
    functions_.forward(z, a, rows, alpha);
  }

  /// Where padding was taken for columns, up to `end`, it is made harmless again, if it may not be.
  void clear_padding(Matrix<Real> a, Index rows, Index end) const {
    if (formula_) formula_->clear(a, rows, end);
  }
  /// The same of the lanes of a block, or of some numbers of it, of which the first `present` are there.
  void clear_absent(Matrix<Real> block, Index present) const {
    if (formula_ && present < kLanes<Real>) formula_->clear_absent(block, present);
  }

  /// δ = d ⊙ σ′, in place in d; of softmax by its Jacobian.
  void backward(Matrix<Real> z, Matrix<Real> a, Matrix<Real> d, Index rows) const {
    if (is_identity_) return;
    if (formula_) return formula_->backward(z, a, d, rows);
    functions_.backward(z, a, d, rows, alpha);
  }
  /// The same, and Σ over rows of δ, for whole vectors of columns.
  void backward_and_sum(Matrix<Real> z, Matrix<Real> a, Matrix<Real> d, Index rows,
                        Real* sums) const {
    if (is_identity_ || formula_) {
      backward(z, a, d, rows);
      return sum_rows(d, rows, sums);
    }
    functions_.backward_and_sum(z, a, d, rows, alpha, sums);
  }

 private:
  Index count_dead(Index units) const {
    Index awake = 0;
    for (Index u = 0; u < units; ++u) awake += largest_[static_cast<std::size_t>(u)] > 0;
    return units - awake;
  }

  RowFunctions<Real> functions_;
  std::optional<Formula<Real>> formula_;
  bool is_identity_, is_softmax_, is_sigmoid_, is_exponential_, is_relu_;
  std::vector<Real> largest_;  // of each unit, as far as `dead_share` has seen
};

}  // namespace axone
