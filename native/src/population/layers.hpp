// Layers of many networks at once, a lane each: the same equations as of the layers alone, on
// matrices whose numbers are vectors over networks.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "../layers/table.hpp"
#include "product.hpp"

namespace axone::population {

/// What a pass must know beside its rows; `last` says that some lane is at the last step of an epoch,
/// which is measured.
template <class V>
struct Pass {
  Index rows = 0;                       // at most, of all lanes
  const LaneOf<V>* is_there = nullptr;  // 1 for each row of each lane, 0 where its batch is shorter
  const RandomStream* random = nullptr; // of each lane's step
  Rule rule = Rule::sgd;
  StepNumbers<V> numbers;
  bool adds_l2 = false, completes = false;  // whether in any lane there is a penalty, or a bound
  bool decays = false;
  bool keep_gradient = false;  // for a bound of its norm
  bool measure = false;
};

template <int Lanes>
using PerLane = std::array<double, static_cast<std::size_t>(Lanes)>;

/// A stride for rows of vectors: never even, or many rows would fall into the same few sets of a cache.
inline Index odd(Index columns) { return columns | 1; }

/// Where an array of parameters lies in the arena: rows of `columns` vectors, `stride` apart.
struct Place {
  Index flat;   // its first number in Python's flat vector
  Index first;  // its first vector in the arena
  Index rows, columns, stride;
};

/// The numbers of all lanes to learn, the optimiser's and perhaps the gradients, in the order of
/// Python's flat vectors; what lies between the rows is zero and stays so.
template <class V>
struct Arena {
  using Real = LaneOf<V>;
  std::vector<Place> places;
  Index vectors = 0;
  Buffer<Real> weight, slot[2], gradient;

  /// Take room for an array; memory follows when all are known.
  Place take(Index flat, Index rows, Index columns) {
    places.push_back({flat, vectors, rows, columns, rows > 1 ? odd(columns) : columns});
    vectors += cells(rows, places.back().stride);
    return places.back();
  }
  void allocate(int slots) {
    const Index numbers = product_of(vectors, kLanesOf<V>);
    weight = Buffer<Real>(numbers);
    for (int s = 0; s < slots; ++s) slot[s] = Buffer<Real>(numbers);
  }
  /// `size` vectors from one on.
  Stretch<Real> stretch(Index from, Index size, Real* g, bool penalised) {
    constexpr Index lanes = kLanesOf<V>;
    Stretch<Real> s{weight.data() + from * lanes, {nullptr, nullptr}, g, size * lanes, penalised};
    for (int n = 0; n < 2; ++n)
      if (slot[n].size()) s.slot[n] = slot[n].data() + from * lanes;
    return s;
  }
  /// Visit every number: its place in the flat vector, and its vector's first number here.
  template <class Visit>
  void each(Visit visit) const {
    for (const auto& place : places)
      for (Index row = 0; row < place.rows; ++row)
        for (Index c = 0; c < place.columns; ++c)
          visit(place.flat + row * place.columns + c,
                (place.first + row * place.stride + c) * kLanesOf<V>);
  }
};

/// Σ x² of each lane, in float64 and in several sums at once: one would wait for itself.
template <class V>
Vector<double, kLanesOf<V>> squares_of(const LaneOf<V>* numbers, Index size) {
  using Wide = Vector<double, kLanesOf<V>>;
  constexpr int lanes = kLanesOf<V>, kSums = 4;
  Wide sums[kSums] = {};
  const auto square = [&](Index n) __attribute__((always_inline)) {
    const Wide x = __builtin_convertvector(load<V>(numbers + n), Wide);
    return x * x;
  };
  Index n = 0;
  for (; n + kSums * lanes <= size; n += kSums * lanes)
    AXONE_UNROLL for (int s = 0; s < kSums; ++s) sums[s] += square(n + s * lanes);
  for (; n < size; n += lanes) sums[0] += square(n);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

template <class V>
class Layer {
 public:
  using Real = LaneOf<V>;
  static constexpr int kLanes = kLanesOf<V>;
  using Wide = Vector<double, kLanes>;

  Layer(Index inputs, Index outputs) : inputs(inputs), outputs(outputs) {}
  virtual ~Layer() = default;
  virtual Matrix<V> forward(Matrix<V> x, const Pass<V>& pass) = 0;
  /// Take ∂L/∂y (which may be overwritten) and give ∂L/∂x; the matrix is empty if not needed.
  virtual Matrix<V> backward(Matrix<V> dy, const Pass<V>& pass) = 0;
  virtual bool is_random() const { return false; }
  virtual bool learns() const { return false; }
  /// Make the step by gradients that were kept.
  virtual void move(const Pass<V>&) {}
  /// Where in the arena the numbers lie that penalties apply to.
  virtual Place penalised() const { return {}; }

  const Index inputs, outputs;
  bool needs_input_gradient = true;
  Wide squared_norm{};               // of the gradient in the pass made last, if it was measured
  PerLane<kLanes> dead_shares{};     // the same of its ReLU units
  V doubt{};  // NaN in the lanes whose gradient was not finite before it was cut
};

template <class V>
using Layers = std::vector<std::unique_ptr<Layer<V>>>;

/// Rows of vectors, with memory of their own.
template <class V>
class OwnMatrix {
 public:
  OwnMatrix() = default;
  OwnMatrix(Index rows, Index columns)
      : view_{nullptr, odd(columns), columns},
        buffer_(product_of(cells(rows, view_.stride), kLanesOf<V>)) {
    view_.data = buffer_.data();
  }
  Matrix<V> view() const { return view_; }

 private:
  Matrix<V> view_;
  Buffer<LaneOf<V>> buffer_;
};

/// The same numbers as rows of what a network alone has, for functions that take each by itself.
template <class V>
axone::Matrix<LaneOf<V>> flat(Matrix<V> m) {
  return {m.data, m.stride * kLanesOf<V>, m.columns * kLanesOf<V>};
}

/// The share of ReLU units that are 0 on every row of a lane.
template <class V>
PerLane<kLanesOf<V>> dead_shares(const Activation<LaneOf<V>>& activation, Matrix<V> a,
                                 const Pass<V>& pass) {
  PerLane<kLanesOf<V>> shares{};
  if (!activation.is_relu()) return shares;
  V dead{};
  for (Index c = 0; c < a.columns; ++c) {
    V largest{};
    for (Index r = 0; r < pass.rows; ++r)
      largest = maximum(largest, load<V>(a.at(r, c)) * load<V>(pass.is_there + r * kLanesOf<V>));
    dead += largest > 0 ? V{} : V{} + 1;
  }
  for (int lane = 0; lane < kLanesOf<V>; ++lane)
    shares[static_cast<std::size_t>(lane)] = double(dead[lane]) / double(a.columns);
  return shares;
}

/// A = σ(X·Wᵀ + b).
template <class V>
class Dense : public Layer<V> {
  using typename Layer<V>::Real;
  using typename Layer<V>::Wide;
  static constexpr Index kLanes = kLanesOf<V>;

 public:
  Dense(Index inputs, const Settings& s, Index rows, Arena<V>& arena)
      : Layer<V>(inputs, s.size("outputs")), arena_(arena), has_bias_(s.flag("has_bias")),
        weight_(arena.take(s.whole("weight"), this->outputs, inputs)),
        activation_(activation_of<Real>(s)), a_(rows, this->outputs), dx_(rows, inputs),
        weight_gradient_(product_of(cells(kMostRows, weight_.stride), kLanes)),
        bias_gradient_(product_of(this->outputs, kLanes)) {
    if (has_bias_) bias_ = arena.take(s.whole("bias"), 1, this->outputs);
    if (activation_.needs_input()) z_ = OwnMatrix<V>(rows, this->outputs);
  }

  bool learns() const override { return true; }
  Place penalised() const override { return weight_; }

  Matrix<V> forward(Matrix<V> x, const Pass<V>& pass) override {
    x_ = x;
    const auto a = a_.view(), z = activation_.needs_input() ? z_.view() : a;
    Multiplier<V>::run({x.data, x.stride, 1, at(weight_), 1, weight_.stride, this->inputs,
                        has_bias_ ? at(bias_) : nullptr, z.data, z.stride},
                       pass.rows, this->outputs,
                       activation_.is_relu() ? 0 : -std::numeric_limits<Real>::infinity());
    if (!activation_.is_relu()) activation_.forward(flat(z), flat(a), pass.rows);
    return a;
  }

  Matrix<V> backward(Matrix<V> dy, const Pass<V>& pass) override {
    const auto a = a_.view(), z = activation_.needs_input() ? z_.view() : a;
    if (pass.measure) this->dead_shares = dead_shares(activation_, a, pass);
    // ∂L/∂b = Σ δ, of every lane.
    Real* bias = has_bias_ ? gradient_at(bias_.first, bias_gradient_, pass) : bias_gradient_.data();
    activation_.backward_and_sum(flat(z), flat(a), flat(dy), pass.rows, bias);
    Matrix<V> dx;
    if (this->needs_input_gradient) {
      dx = dx_.view();
      Multiplier<V>::run({dy.data, dy.stride, 1, at(weight_), weight_.stride, 1, this->outputs,
                          nullptr, dx.data, dx.stride},
                         pass.rows, this->inputs);
    }
    this->squared_norm = Wide{};
    // ∂L/∂W = δᵀ·X, a tile's height of outputs at a time, and the step while it is in the cache.
    for (Index from = 0; from < this->outputs; from += kMostRows) {
      const Index count = std::min<Index>(kMostRows, this->outputs - from);
      const Index first = weight_.first + from * weight_.stride;
      Real* g = gradient_at(first, weight_gradient_, pass);
      Multiplier<V>::run({dy.at(0, from), 1, dy.stride, x_.data, x_.stride, 1, pass.rows, nullptr, g,
                          weight_.stride},
                         count, this->inputs);
      finish(arena_.stretch(first, count * weight_.stride, g, true), pass);
    }
    if (has_bias_) finish(arena_.stretch(bias_.first, this->outputs, bias, false), pass);
    return dx;
  }

  void move(const Pass<V>& pass) override {
    const auto move_all = [&](const Place& place, bool penalised) {
      Real* g = arena_.gradient.data() + place.first * kLanes;
      move(arena_.stretch(place.first, place.rows * place.stride, g, penalised), pass, false);
    };
    move_all(weight_, true);
    if (has_bias_) move_all(bias_, false);
  }

 private:
  Real* at(const Place& place) { return arena_.weight.data() + place.first * kLanes; }
  /// Where a piece of gradient goes: into the whole, if that is kept.
  Real* gradient_at(Index first, Buffer<Real>& scratch, const Pass<V>& pass) {
    return pass.keep_gradient ? arena_.gradient.data() + first * kLanes : scratch.data();
  }

  /// Penalise, cut and measure a piece of gradient, as far as the pass asks for it, and make the step.
  void finish(const Stretch<Real>& s, const Pass<V>& pass) {
    Real* g = s.gradient;
    const bool completes = pass.completes || ((pass.measure || pass.keep_gradient) && pass.adds_l2);
    if (completes) {
      StepNumbers<V> numbers = pass.numbers;
      if (!s.penalised) numbers.l1 = numbers.l2 = V{};
      for (Index n = 0; n < s.size; n += kLanes)
        store(g + n, complete_gradient(load<V>(g + n), load<V>(s.weight + n), numbers,
                                       [&](V whole) __attribute__((always_inline)) {
                                         this->doubt += whole * Real(0);
                                       }));
    }
    if (pass.measure || pass.keep_gradient) this->squared_norm += squares_of<V>(g, s.size);
    if (!pass.keep_gradient) move(s, pass, pass.adds_l2 && !completes);
  }

  static void move(const Stretch<Real>& stretch, const Pass<V>& pass, bool adds_l2) {
    update<V>(stretch, pass.rule, pass.decays, adds_l2, pass.numbers);
  }

  Arena<V>& arena_;
  bool has_bias_;
  Place weight_, bias_{};
  Activation<Real> activation_;
  OwnMatrix<V> a_, z_, dx_;
  Matrix<V> x_;
  Buffer<Real> weight_gradient_, bias_gradient_;
};

/// An activation as a layer of its own.
template <class V>
class ActivationLayer : public Layer<V> {
 public:
  ActivationLayer(Index columns, const Settings& s, Index rows)
      : Layer<V>(columns, columns), activation_(activation_of<LaneOf<V>>(s)), a_(rows, columns) {}

  Matrix<V> forward(Matrix<V> x, const Pass<V>& pass) override {
    if (activation_.is_identity()) return x;
    x_ = x;
    activation_.forward(flat(x), flat(a_.view()), pass.rows);
    return a_.view();
  }

  Matrix<V> backward(Matrix<V> dy, const Pass<V>& pass) override {
    if (activation_.is_identity()) return dy;
    if (pass.measure) this->dead_shares = dead_shares(activation_, a_.view(), pass);
    activation_.backward(flat(x_), flat(a_.view()), flat(dy), pass.rows);
    return dy;
  }

 private:
  Activation<LaneOf<V>> activation_;
  OwnMatrix<V> a_;
  Matrix<V> x_;
};

/// Y = X ⊙ mask/(1 − p), each lane with masks from its own stream.
template <class V>
class Dropout : public Layer<V> {
  using Real = LaneOf<V>;
  static constexpr int kLanes = kLanesOf<V>;
  using Bits = typename VectorOf<std::uint32_t, kLanes>::type;

 public:
  Dropout(Index columns, std::size_t number, const Settings& s, Index rows)
      : Layer<V>(columns, columns), number_(number), rate_(s.number("rate")), y_(rows, columns),
        mask_(rows, columns) {}

  bool is_random() const override { return rate_ > 0; }

  Matrix<V> forward(Matrix<V> x, const Pass<V>& pass) override {
    if (!is_random()) return x;
    Bits low, high;
    for (int lane = 0; lane < kLanes; ++lane) {
      const auto key = pass.random[lane].child(number_).key;
      low[lane] = static_cast<std::uint32_t>(key);
      high[lane] = static_cast<std::uint32_t>(key >> 32);
    }
    const auto threshold = threshold_of(rate_);
    const Real kept = Real(1 / (1 - rate_));
    const auto y = y_.view(), mask = mask_.view();
    for (Index r = 0; r < pass.rows; ++r) {
      for (Index c = 0; c < x.columns; ++c) {
        const auto n = static_cast<std::uint32_t>(r * x.columns + c);
        const Bits bits = bits_of(n, low, high);
        V keep;
        for (int lane = 0; lane < kLanes; ++lane) keep[lane] = bits[lane] >= threshold ? kept : Real(0);
        store(mask.at(r, c), keep);
        store(y.at(r, c), load<V>(x.at(r, c)) * keep);
      }
    }
    return y;
  }

  Matrix<V> backward(Matrix<V> dy, const Pass<V>& pass) override {
    if (!is_random()) return dy;
    for (Index r = 0; r < pass.rows; ++r)
      for (Index c = 0; c < dy.columns; ++c)
        store(dy.at(r, c), load<V>(dy.at(r, c)) * load<V>(mask_.view().at(r, c)));
    return dy;
  }

 private:
  std::size_t number_;  // its place among the layers, which its stream is named by
  double rate_;
  OwnMatrix<V> y_, mask_;
};

/// Build a layer, or say by an empty pointer that this kind runs in no lanes.
template <class V>
std::unique_ptr<Layer<V>> build_layer(const Settings& s, std::size_t number, Index rows,
                                      Arena<V>& arena) {
  const auto& kind = s.word("kind");
  const Index columns = s.size("columns");
  if (kind == "dropout") return std::make_unique<Dropout<V>>(columns, number, s, rows);
  if (kind != "dense" && kind != "activation") return nullptr;
  // What a formula gives of a row that a lane's shorter batch has not may be infinite.
  for (const char* alone : {"softmax", "formula"})
    if (s.word("activation") == alone) return nullptr;
  if (!s.list_or_none("learned").empty()) return nullptr;
  if (kind == "dense") return std::make_unique<Dense<V>>(columns, s, rows, arena);
  return std::make_unique<ActivationLayer<V>>(columns, s, rows);
}

}  // namespace axone::population
