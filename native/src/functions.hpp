// Elementary functions on vectors: polynomials in float32, the C library lane by lane in float64,
// where correctness is wanted and speed is not.
#pragma once

#include <bit>
#include <cmath>
#include <type_traits>

#include "simd.hpp"

namespace axone {

template <class V, class Function>
AXONE_INLINE V lane_by_lane(V x, Function f) {
  V y;
  for (int i = 0; i < kLanesOf<V>; ++i) y[i] = f(x[i]);
  return y;
}

/// e^x, relative error about 1e-7 in float32: x = n ln 2 + r, a polynomial of r (Cephes, Moshier),
/// and n written into the exponent.
template <class V>
AXONE_INLINE V exponential(V x) {
  if constexpr (std::is_same_v<LaneOf<V>, double>) {
    return lane_by_lane(x, [](double v) { return std::exp(v); });
  } else {
    using Integers = typename VectorOf<std::int32_t, kLanesOf<V>>::type;
    x = minimum(maximum(x, splat<V>(-87.33f)), splat<V>(88.37f));
    const V magic = splat<V>(12582912.0f);  // 1.5·2²³: adding it rounds to a whole number
    V n = x * 1.44269504f + magic;
    // The whole number sits in the low bits of n; 127 is the exponent's bias.
    const Integers exponent = (std::bit_cast<Integers>(n) + (127 - 0x4B400000)) << 23;
    n -= magic;
    V r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    V p = splat<V>(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    return p * std::bit_cast<V>(exponent);
  }
}

template <class V>
AXONE_INLINE V sigmoid(V x) {
  return 1 / (1 + exponential(-x));
}

/// tanh x = 1 − 2/(e^2x + 1); near 0, where that cancels, an odd polynomial (Cephes).
template <class V>
AXONE_INLINE V hyperbolic_tangent(V x) {
  if constexpr (std::is_same_v<LaneOf<V>, double>) {
    return lane_by_lane(x, [](double v) { return std::tanh(v); });
  } else {
    const V far = 1.0f - 2.0f / (exponential(x + x) + 1.0f);
    const V s = x * x;
    V p = splat<V>(-5.70498872745e-3f);
    p = p * s + 2.06390887954e-2f;
    p = p * s - 5.37397155531e-2f;
    p = p * s + 1.33314422036e-1f;
    p = p * s - 3.33332819422e-1f;
    const V near = p * s * x + x;
    return (s < 0.390625f) ? near : far;
  }
}

/// e^x − 1 for x ≤ 0, without cancellation near 0.
template <class V>
AXONE_INLINE V exponential_minus_one(V x) {
  if constexpr (std::is_same_v<LaneOf<V>, double>) {
    return lane_by_lane(x, [](double v) { return std::expm1(v); });
  } else {
    // e^x − 1 = 2t/(1 − t), t = tanh(x/2), which is exact near 0.
    const V t = hyperbolic_tangent(x * 0.5f);
    const V near = (t + t) / (1.0f - t);
    return (x > -1.0f) ? near : exponential(x) - 1.0f;
  }
}

/// ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|).
template <class V>
AXONE_INLINE V softplus(V x) {
  using Real = LaneOf<V>;
  const V small = exponential(minimum(x, -x));
  return maximum(x, V{}) + lane_by_lane(small, [](Real v) { return std::log1p(v); });
}

/// The normal distribution function Φ. In float32 by Abramowitz & Stegun 7.1.26, error below 1e-7.
template <class V>
AXONE_INLINE V normal_distribution(V x) {
  if constexpr (std::is_same_v<LaneOf<V>, double>) {
    return lane_by_lane(x, [](double v) { return 0.5 * std::erfc(-v * 0.70710678118654752); });
  } else {
    const V size = maximum(x, -x) * 0.70710678118f;
    const V t = 1.0f / (1.0f + 0.3275911f * size);
    V p = splat<V>(1.061405429f);
    p = p * t - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    const V tail = 0.5f * p * t * exponential(-size * size);
    return (x > 0.0f) ? 1.0f - tail : tail;
  }
}

template <class V>
AXONE_INLINE V normal_density(V x) {
  using Real = LaneOf<V>;
  return exponential(x * x * Real(-0.5)) * Real(0.39894228040143267794);
}

}  // namespace axone
