// Elementary functions on vectors, within an ulp or two: polynomials where they are called at every
// step; the rest in float64 by the C library, lane by lane.
#pragma once

#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

#include "simd.hpp"

namespace axone {

template <class V, class Function>
AXONE_INLINE V lane_by_lane(V x, Function f) {
  V y;
  for (int i = 0; i < kLanesOf<V>; ++i) y[i] = f(x[i]);
  return y;
}

/// x = n ln 2 + r with n whole and |r| ≤ ½ ln 2, so that e^x = 2ⁿ·eʳ.
template <class V>
struct Reduced {
  V r, power;  // power = 2ⁿ
};

/// Split x, which must lie where e^x is a normal number. Adding 1.5·2²³ (2⁵² in float64) rounds to a
/// whole number, which then sits in the low bits; ln 2 is taken off in two pieces (Cody & Waite).
template <class V>
AXONE_INLINE Reduced<V> reduce(V x) {
  if constexpr (std::is_same_v<LaneOf<V>, double>) {
    using Integers = typename VectorOf<std::int64_t, kLanesOf<V>>::type;
    const V magic = splat<V>(6755399441055744.0);
    V n = x * 1.4426950408889634 + magic;
    const Integers power = (std::bit_cast<Integers>(n) + (1023 - 0x4338000000000000)) << 52;
    n -= magic;
    const V r = x - n * 0.693147180369123816490;
    return {r - n * 1.90821492927058770002e-10, std::bit_cast<V>(power)};
  } else {
    using Integers = typename VectorOf<std::int32_t, kLanesOf<V>>::type;
    const V magic = splat<V>(12582912.0f);
    V n = x * 1.44269504f + magic;
    const Integers power = (std::bit_cast<Integers>(n) + (127 - 0x4B400000)) << 23;
    n -= magic;
    const V r = x - n * 0.693359375f;
    return {r + n * 2.12194440e-4f, std::bit_cast<V>(power)};
  }
}

/// eʳ − 1 for |r| ≤ ½ ln 2: in float32 a polynomial of Cephes (Moshier), relative error about 1e-7,
/// in float64 Taylor's, whose next term is below 1e-17.
template <class V>
AXONE_INLINE V reduced_minus_one(V r) {
  if constexpr (std::is_same_v<LaneOf<V>, double>) {
    constexpr double inverse_factorials[] = {
        1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880,
        1.0 / 40320,      1.0 / 5040,      1.0 / 720,      1.0 / 120,     1.0 / 24,
        1.0 / 6,          1.0 / 2};
    V p = splat<V>(inverse_factorials[0]);
    AXONE_UNROLL for (int n = 1; n < 12; ++n) p = p * r + inverse_factorials[n];
    return p * (r * r) + r;
  } else {
    V p = splat<V>(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    return p * r * r + r;
  }
}

/// e^x, held within the normal numbers; of what is no number, no number.
template <class V>
AXONE_INLINE V exponential(V x) {
  constexpr bool wide = std::is_same_v<LaneOf<V>, double>;
  using Real = LaneOf<V>;
  const V held = minimum(maximum(x, splat<V>(Real(wide ? -708.39 : -87.33))),
                         splat<V>(Real(wide ? 709.43 : 88.37)));
  const auto [r, power] = reduce(held);
  return (reduced_minus_one(r) + 1) * power;
}

template <class V>
AXONE_INLINE V sigmoid(V x) {
  return 1 / (1 + exponential(-x));
}

/// e^x − 1 where e^x is a number, without cancellation near 0: 2ⁿ(eʳ − 1) + (2ⁿ − 1).
template <class V>
AXONE_INLINE V exponential_minus_one(V x) {
  constexpr bool wide = std::is_same_v<LaneOf<V>, double>;
  using Real = LaneOf<V>;
  const auto [r, power] = reduce(maximum(x, splat<V>(Real(wide ? -708.39 : -87.33))));
  return reduced_minus_one(r) * power + (power - 1);
}

/// x with the sign of another, which is a bit: no comparison is needed for it.
template <class V>
AXONE_INLINE V with_sign_of(V sign, V x) {
  using Integers = typename VectorOf<
      std::conditional_t<std::is_same_v<LaneOf<V>, double>, std::int64_t, std::int32_t>, kLanesOf<V>>::type;
  const Integers bit = std::bit_cast<Integers>(-V{});
  return std::bit_cast<V>((std::bit_cast<Integers>(x) & ~bit) | (std::bit_cast<Integers>(sign) & bit));
}

/// tanh x = −e/(e + 2) with e = e^−2|x| − 1, exact near 0; with the sign of x.
template <class V>
AXONE_INLINE V hyperbolic_tangent(V x) {
  const V e = exponential_minus_one(with_sign_of(V{}, x) * -2);
  return with_sign_of(x, e / (e + 2));
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

/// ln x of normal numbers x > 0, in float64. With x = 2ᵏ(1 + f), f between √½ − 1 and √2 − 1, and
/// s = f/(2 + f): ln(1 + f) = 2 artanh s, by the polynomial of FDLIBM (Sun Microsystems 1993).
template <class V>
AXONE_INLINE V natural_logarithm(V x) {
  using Integers = typename VectorOf<std::int64_t, kLanesOf<V>>::type;
  constexpr std::int64_t one = 0x3FF0000000000000, root_of_half = 0x3FE6A09E00000000;
  const Integers bits = std::bit_cast<Integers>(x) + (one - root_of_half);
  // A whole number in the low bits of 1.5·2⁵², which is then taken off: see `reduce`.
  const Integers power = (bits >> 52) - 1023;
  const V k = std::bit_cast<V>(power + 0x4338000000000000) - 6755399441055744.0;
  const V f = std::bit_cast<V>((bits & 0x000FFFFFFFFFFFFF) + root_of_half) - 1.0;
  const V half_square = 0.5 * f * f, s = f / (2.0 + f);
  const V z = s * s, w = z * z;
  const V even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const V odd = z * (6.666666666666735130e-1 +
                     w * (2.857142874366239149e-1 +
                          w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const V low = k * 1.90821492927058770002e-10 + s * (half_square + (even + odd));
  return k * 6.93147180369123816490e-1 - ((half_square - low) - f);
}

/// ln x of any x, in both precisions; in float32 by a polynomial of Cephes (Moshier).
template <class V>
AXONE_INLINE V logarithm_of(V x) {
  using Real = LaneOf<V>;
  constexpr bool wide = std::is_same_v<Real, double>;
  constexpr Real infinite = std::numeric_limits<Real>::infinity();
  constexpr Real smallest = std::numeric_limits<Real>::min();
  const V one = V{} + 1;
  const V held = x > 0 ? (x < infinite ? x : one) : one;
  // Numbers too small to be normal are made so, by a power of two that is taken off again.
  const V lift = held < smallest ? splat<V>(Real(wide ? 0x1p54 : 0x1p25)) : one;
  const V lifted_by = held < smallest ? splat<V>(Real(wide ? 37.429947750237048 : 17.328679513998633)) : V{};
  V found;
  if constexpr (wide) {
    found = natural_logarithm(held * lift);
  } else {
    using Integers = typename VectorOf<std::int32_t, kLanesOf<V>>::type;
    constexpr std::int32_t bits_of_one = 0x3F800000, root_of_half = 0x3F3504F3;
    const Integers bits = std::bit_cast<Integers>(held * lift) + (bits_of_one - root_of_half);
    const V k = __builtin_convertvector((bits >> 23) - 127, V);
    const V f = std::bit_cast<V>((bits & 0x007FFFFF) + root_of_half) - 1.0f;
    V p = splat<V>(7.0376836292e-2f);
    p = p * f - 1.1514610310e-1f;
    p = p * f + 1.1676998740e-1f;
    p = p * f - 1.2420140846e-1f;
    p = p * f + 1.4249322787e-1f;
    p = p * f - 1.6668057665e-1f;
    p = p * f + 2.0000714765e-1f;
    p = p * f - 2.4999993993e-1f;
    p = p * f + 3.3333331174e-1f;
    const V square = f * f;
    found = f + (f * square * p - k * 2.12194440e-4f - 0.5f * square) + k * 0.693359375f;
  }
  const V below = x == 0 ? splat<V>(-infinite) : splat<V>(std::numeric_limits<Real>::quiet_NaN());
  return x > 0 ? (x < infinite ? found - lifted_by : x) : below;
}

/// ln(1 + x), exact near 0: what 1 + x was rounded by is made good (Goldberg 1991, theorem 4).
template <class V>
AXONE_INLINE V logarithm_of_one_plus(V x) {
  const V sum = 1 + x, found = logarithm_of(sum);
  const V made_good = found * (x / (sum - 1));
  return sum == 1 ? x : (sum == x ? found : made_good);
}

/// ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|).
template <class V>
AXONE_INLINE V softplus(V x) {
  return maximum(x, V{}) + logarithm_of_one_plus(exponential(minimum(x, -x)));
}

/// e^x that stops growing just before it would be infinite, as `axone.formula.evaluation` has it.
template <class V>
AXONE_INLINE V bounded_exponential(V x) {
  constexpr bool wide = std::is_same_v<LaneOf<V>, double>;
  return exponential(minimum(x, V{} + (wide ? 709 : 88)));
}
template <class V>
AXONE_INLINE V bounded_exponential_minus_one(V x) {
  constexpr bool wide = std::is_same_v<LaneOf<V>, double>;
  return exponential_minus_one(minimum(x, V{} + (wide ? 709 : 88)));
}

/// erf x. In float32 its series near 0, else Abramowitz & Stegun 7.1.26, errors below 2e-7.
template <class V>
AXONE_INLINE V error_function(V x) {
  if constexpr (std::is_same_v<LaneOf<V>, double>) {
    return lane_by_lane(x, [](double v) { return std::erf(v); });
  } else {
    const V square = x * x, size = with_sign_of(V{}, x);
    V near = splat<V>(-8.548327e-4f);
    near = near * square + 5.2239776e-3f;
    near = near * square - 2.6866171e-2f;
    near = near * square + 1.1283792e-1f;
    near = near * square - 3.7612639e-1f;
    near = near * square + 1.1283792f;
    const V t = 1.0f / (1.0f + 0.3275911f * size);
    V p = splat<V>(1.061405429f);
    p = p * t - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    const V far = 1.0f - p * t * exponential(-square);
    return size < 0.5f ? near * x : with_sign_of(x, far);
  }
}

/// x^y by the C library, lane by lane.
template <class V>
AXONE_INLINE V power(V x, V y) {
  V found;
  for (int i = 0; i < kLanesOf<V>; ++i) found[i] = std::pow(x[i], y[i]);
  return found;
}

template <class V>
struct SineAndCosine {
  V sine, cosine;
};

/// Of |x| ≤ π/4 in float64, by the polynomials of FDLIBM (Sun Microsystems 1993), within an ulp or so.
template <class V>
AXONE_INLINE SineAndCosine<V> sine_and_cosine(V x) {
  const V z = x * x;
  V sine = splat<V>(1.58969099521155010221e-10);
  sine = sine * z - 2.50507602534068634195e-8;
  sine = sine * z + 2.75573137070700676789e-6;
  sine = sine * z - 1.98412698298579493134e-4;
  sine = sine * z + 8.33333333332248946124e-3;
  sine = sine * z - 1.66666666666666324348e-1;
  sine = x + x * z * sine;
  V cosine = splat<V>(-1.13596475577881948265e-11);
  cosine = cosine * z + 2.08757232129817482790e-9;
  cosine = cosine * z - 2.75573143513906633035e-7;
  cosine = cosine * z + 2.48015872894767294178e-5;
  cosine = cosine * z - 1.38888888888741095749e-3;
  cosine = cosine * z + 4.16666666666666019037e-2;
  return {sine, 1.0 - (0.5 * z - z * z * cosine)};
}

/// cos(2π·w/2³²) in float64: what is left over of the nearest quarter of a turn is exact.
template <class Words>
AXONE_INLINE auto cosine_of_turn(Words w) {
  constexpr int lanes = kLanesOf<Words>;
  using V = typename VectorOf<double, lanes>::type;
  using Signed = typename VectorOf<std::int32_t, lanes>::type;
  using Integers = typename VectorOf<std::int64_t, lanes>::type;
  const Words quarter = (w + 0x20000000u) >> 30;
  const Signed rest = std::bit_cast<Signed>(w - (quarter << 30));
  const V x = __builtin_convertvector(rest, V) * 1.4629180792671596e-9;  // 2π/2³²
  const auto [sine, cosine] = sine_and_cosine(x);
  const Integers quarters = __builtin_convertvector(quarter, Integers);
  const V value = (quarters & 1) != 0 ? sine : cosine;
  return ((quarters + 1) & 2) != 0 ? -value : value;
}

/// sin(x + quarters·π/2), computed in float64: π/2 is taken off in two pieces (Cody & Waite). By the C
/// library, lane by lane, where a vector holds numbers so large that two pieces are not enough.
template <class V>
AXONE_INLINE V sine_ahead(V x, std::int64_t quarters) {
  using Real = LaneOf<V>;
  using Wide = typename VectorOf<double, kLanesOf<V>>::type;
  using Integers = typename VectorOf<std::int64_t, kLanesOf<V>>::type;
  if (!(all_lanes(with_sign_of(V{}, x), [](auto a, auto b) { return a > b ? a : b; }) < Real(1e5)))
    return lane_by_lane(x, [quarters](Real v) { return quarters ? std::cos(v) : std::sin(v); });
  const Wide w = __builtin_convertvector(x, Wide);
  // A whole number in the low bits of 1.5·2⁵², which is then taken off: see `reduce`.
  const Wide sum = w * 6.36619772367581382433e-1 + 6755399441055744.0;
  const Wide n = sum - 6755399441055744.0;
  const Wide rest = (w - n * 1.57079632673412561417) - n * 6.07710050650619224932e-11;
  const auto [sine, cosine] = sine_and_cosine(rest);
  const Integers turned = (std::bit_cast<Integers>(sum) & 3) + quarters;
  const Wide value = (turned & 1) != 0 ? cosine : sine;
  return __builtin_convertvector((turned & 2) != 0 ? -value : value, V);
}
template <class V>
AXONE_INLINE V sine(V x) {
  return sine_ahead(x, 0);
}
template <class V>
AXONE_INLINE V cosine(V x) {
  return sine_ahead(x, 1);
}

template <class V>
AXONE_INLINE V normal_density(V x) {
  using Real = LaneOf<V>;
  return exponential(x * x * Real(-0.5)) * Real(0.39894228040143267794);
}

}  // namespace axone
