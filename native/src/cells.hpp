// Losses that take each output by itself: the loss of a cell and its derivative, of one number or of
// a vector of them.
#pragma once

#include "functions.hpp"
#include "tables.hpp"

namespace axone {

enum class LossKind { mse, mae, huber, quantile, poisson, binary, categorical };

inline constexpr Named<LossKind> kLosses[] = {
    {"mse", LossKind::mse},
    {"mae", LossKind::mae},
    {"huber", LossKind::huber},
    {"quantile", LossKind::quantile},
    {"poisson", LossKind::poisson},
    {"binary_cross_entropy", LossKind::binary},
    {"categorical_cross_entropy", LossKind::categorical},
};

/// Probabilities and rates are held above this, so that no logarithm is infinite.
template <class Real>
inline constexpr Real kTiny = Real(1e-12);

/// What a number or the numbers of a vector are.
template <class V>
struct RealOfCell {
  using type = LaneOf<V>;
};
template <>
struct RealOfCell<float> {
  using type = float;
};
template <>
struct RealOfCell<double> {
  using type = double;
};

template <class V>
AXONE_INLINE V logarithm(V x) {
  if constexpr (std::is_floating_point_v<V>) {
    return std::log(x);
  } else {
    return lane_by_lane(x, [](auto v) { return std::log(v); });
  }
}

/// ln(1 + e^x) for x ≤ 0.
template <class V>
AXONE_INLINE V small_softplus(V x) {
  if constexpr (std::is_floating_point_v<V>) {
    return std::log1p(std::exp(x));
  } else {
    return lane_by_lane(exponential(x), [](auto v) { return std::log1p(v); });
  }
}

/// Loss and slope of a cell. `pair` says that the output activation is the one that belongs to the
/// loss, so that ∂L/∂z is the difference of prediction and target.
template <class V>
struct Cells {
  using Real = typename RealOfCell<V>::type;
  LossKind loss;
  Real setting;  // Huber's bend, or the level of a quantile
  bool pair;

  /// Of the output p = σ(z) for the target y.
  AXONE_INLINE V value(V z, V p, V y) const {
    const V zero{}, error = p - y, size = maximum(error, -error);
    switch (loss) {
      case LossKind::mse: return error * error;
      case LossKind::mae: return size;
      case LossKind::huber: {
        const V inside = minimum(size, zero + setting);
        return Real(0.5) * inside * inside + setting * (size - inside);
      }
      case LossKind::quantile: return maximum(-setting * error, (1 - setting) * error);
      case LossKind::poisson: {
        const V log_p = pair ? z : logarithm(maximum(p, zero + kTiny<Real>));
        return p - y * log_p + (y > 0 ? y * logarithm(y) - y : zero);
      }
      default: break;
    }
    if (pair) return maximum(z, zero) - y * z + small_softplus(minimum(z, -z));
    return -y * logarithm(maximum(p, zero + kTiny<Real>)) -
           (1 - y) * logarithm(maximum(1 - p, zero + kTiny<Real>));
  }

  /// ∂/∂z of a pair, ∂/∂p otherwise.
  AXONE_INLINE V slope(V p, V y) const {
    const V zero{}, error = p - y, tiny = zero + kTiny<Real>;
    switch (loss) {
      case LossKind::mse: return 2 * error;
      case LossKind::mae: return (error > 0 ? zero + 1 : zero) - (error < 0 ? zero + 1 : zero);
      case LossKind::huber: return minimum(maximum(error, zero - setting), zero + setting);
      case LossKind::quantile:
        return error > 0 ? zero + (1 - setting) : error < 0 ? zero - setting : zero;
      case LossKind::poisson: return pair ? error : 1 - y / maximum(p, tiny);
      default: return pair ? error : error / maximum(p * (1 - p), tiny);
    }
  }
};

}  // namespace axone
