// Activations over whole rows: a = σ(z), and δ = da ⊙ σ′. One struct a function, as in the book.
#pragma once

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include "functions.hpp"
#include "memory.hpp"

namespace axone {

/// Each has value(z) and slope(z, a); `kFromOutput` says that the slope needs a alone.
struct Identity {
  static constexpr bool kFromOutput = true;
  template <class V>
  V value(V z) const { return z; }
  template <class V>
  V slope(V, V) const { return V{} + 1; }
};

struct Heaviside {
  static constexpr bool kFromOutput = true;
  template <class V>
  V value(V z) const { return z >= 0 ? V{} + 1 : V{}; }
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
  template <class V>
  static V tanh_part(V z) { return hyperbolic_tangent(kRoot * (z + kCubic * z * z * z)); }
  template <class V>
  V value(V z) const { return Real(0.5) * z * (1 + tanh_part(bounded(z))); }
  template <class V>
  V slope(V z, V) const {
    const V x = bounded(z), t = tanh_part(x);
    const V inner = kRoot * (1 + 3 * kCubic * x * x);
    return Real(0.5) * (1 + t) + Real(0.5) * x * (1 - t * t) * inner;
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

enum class Shape {
  identity, heaviside, sigmoid, tanh, relu, leaky_relu, elu, selu, gelu, gelu_tanh, swish, softplus,
  exponential, softmax
};

inline Shape shape_of(const std::string& name) {
  if (name == "prelu") return Shape::leaky_relu;
  constexpr const char* names[] = {"identity", "heaviside", "sigmoid", "tanh", "relu",
                                   "leaky_relu", "elu", "selu", "gelu", "gelu_tanh",
                                   "swish", "softplus", "exponential", "softmax"};
  for (int n = 0; n < 14; ++n)
    if (name == names[n]) return static_cast<Shape>(n);
  throw std::invalid_argument("unknown activation " + name);
}

/// An activation chosen when the program is built.
template <class Real>
class Activation {
 public:
  Activation() = default;
  Activation(const std::string& name, Real alpha) : alpha(alpha), shape_(shape_of(name)) {
    if (is_softmax()) return;
    choose([this](auto function) { from_output_ = decltype(function)::kFromOutput; });
  }

  Real alpha = 0;

  bool is_identity() const { return shape_ == Shape::identity; }
  bool is_softmax() const { return shape_ == Shape::softmax; }
  bool is_sigmoid() const { return shape_ == Shape::sigmoid; }
  bool is_exponential() const { return shape_ == Shape::exponential; }
  /// Whether z must be kept beside a for the backward pass.
  bool needs_input() const { return !from_output_; }

  /// The share of ReLU units that are 0 on every row.
  double dead_share(Matrix<Real> a, Index rows) const {
    if (shape_ != Shape::relu) return 0;
    Index dead = 0;
    for (Index c = 0; c < a.columns; ++c) {
      bool alive = false;
      for (Index r = 0; r < rows && !alive; ++r) alive = a.row(r)[c] > 0;
      dead += !alive;
    }
    return double(dead) / double(a.columns);
  }

  /// a = σ(z), in place if the two are the same matrix.
  void forward(Matrix<Real> z, Matrix<Real> a, Index rows) const {
    if (is_softmax()) return softmax(z, a, rows);
    if (is_identity() && z.data == a.data) return;
    choose([=](auto function) {
      each_vector(rows, z.columns, [=](Index r, Index c) {
        store(a.row(r) + c, function.value(load<Vector<Real>>(z.row(r) + c)));
      });
    });
  }

  /// δ = d ⊙ σ′, in place in d.
  void backward(Matrix<Real> z, Matrix<Real> a, Matrix<Real> d, Index rows) const {
    if (is_identity()) return;
    if (is_softmax()) return softmax_backward(a, d, rows);
    choose([=](auto function) {
      each_vector(rows, d.columns, [=](Index r, Index c) {
        using V = Vector<Real>;
        const V slope = function.slope(load<V>(z.row(r) + c), load<V>(a.row(r) + c));
        store(d.row(r) + c, load<V>(d.row(r) + c) * slope);
      });
    });
  }

 private:
  /// Rows are padded to whole vectors, so that the last one may run over the columns.
  template <class Body>
  static void each_vector(Index rows, Index columns, Body body) {
    for (Index r = 0; r < rows; ++r)
      for (Index c = 0; c < columns; c += kLanes<Real>) body(r, c);
  }

  static void softmax(Matrix<Real> z, Matrix<Real> a, Index rows) {
    for (Index r = 0; r < rows; ++r) {
      const Real* from = z.row(r);
      Real* to = a.row(r);
      const Real largest = *std::max_element(from, from + z.columns);
      Real total = 0;
      for (Index c = 0; c < z.columns; c += kLanes<Real>) {
        using V = Vector<Real>;
        V e = exponential(load<V>(from + c) - largest);
        const Index rest = z.columns - c;
        if (rest < kLanes<Real>)
          for (Index i = rest; i < kLanes<Real>; ++i) e[i] = 0;
        store(to + c, e);
        total += sum_of(e);
      }
      const Real share = 1 / total;
      for (Index c = 0; c < z.columns; ++c) to[c] *= share;
    }
  }

  static void softmax_backward(Matrix<Real> a, Matrix<Real> d, Index rows) {
    for (Index r = 0; r < rows; ++r) {
      Real mean = 0;
      for (Index c = 0; c < d.columns; ++c) mean += a.row(r)[c] * d.row(r)[c];
      for (Index c = 0; c < d.columns; ++c) d.row(r)[c] = a.row(r)[c] * (d.row(r)[c] - mean);
    }
  }

  template <class Body>
  void choose(Body body) const {
    switch (shape_) {
      case Shape::identity: return body(Identity{});
      case Shape::heaviside: return body(Heaviside{});
      case Shape::sigmoid: return body(Sigmoid{});
      case Shape::tanh: return body(Tanh{});
      case Shape::relu: return body(ReLU{});
      case Shape::leaky_relu: return body(LeakyReLU<Real>{alpha});
      case Shape::elu: return body(ELU<Real>{alpha});
      case Shape::selu: return body(SELU<Real>{});
      case Shape::gelu: return body(GELU<Real>{});
      case Shape::gelu_tanh: return body(GELUTanh<Real>{});
      case Shape::swish: return body(Swish{});
      case Shape::softplus: return body(Softplus{});
      case Shape::exponential: return body(Exponential{});
      case Shape::softmax: return;  // not cell by cell: it has functions of its own
    }
  }

  Shape shape_ = Shape::identity;
  bool from_output_ = true;
};

}  // namespace axone
