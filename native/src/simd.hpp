// Vectors by compiler extension: one source for AVX-512, AVX2, SSE2 and NEON. The width is what the
// translation unit is compiled for; narrower vectors serve narrow layers.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define AXONE_INLINE inline __attribute__((always_inline))
#define AXONE_UNROLL _Pragma("GCC unroll 16")

namespace axone {

using Index = std::ptrdiff_t;

#if defined(__AVX512F__)
inline constexpr int kVectorBytes = 64;
inline constexpr int kVectorRegisters = 32;
#elif defined(__AVX__)
inline constexpr int kVectorBytes = 32;
inline constexpr int kVectorRegisters = 16;
#else
inline constexpr int kVectorBytes = 16;
#if defined(__aarch64__)
inline constexpr int kVectorRegisters = 32;
#else
inline constexpr int kVectorRegisters = 16;
#endif
#endif

/// How many numbers the widest vector holds.
template <class Real>
inline constexpr int kLanes = kVectorBytes / static_cast<int>(sizeof(Real));

/// The narrowest vector that is worth using is one of 128 bits.
template <class Real>
inline constexpr int kFewestLanes = 16 / static_cast<int>(sizeof(Real));

template <class Real, int N>
struct VectorOf {
  typedef Real type __attribute__((vector_size(N * sizeof(Real))));
};

template <class Real, int N = kLanes<Real>>
using Vector = typename VectorOf<Real, N>::type;

template <class V, class Real>
AXONE_INLINE V load(const Real* from) {
  V v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

template <class V, class Real>
AXONE_INLINE void store(Real* to, V v) {
  std::memcpy(to, &v, sizeof v);
}

template <class V, class Real>
AXONE_INLINE V splat(Real x) {
  return x - V{};
}

/// The larger and the smaller of a and a bound; where a is no number it stays none.
template <class V>
AXONE_INLINE V maximum(V a, V bound) {
  return bound > a ? bound : a;
}

template <class V>
AXONE_INLINE V minimum(V a, V bound) {
  return bound < a ? bound : a;
}

// There is one instruction for each, which gives its second operand unless the first is beyond it;
// not every compiler sees that this is what is asked for.
#if defined(__AVX512F__)
AXONE_INLINE Vector<float> maximum(Vector<float> a, Vector<float> bound) { return _mm512_max_ps(bound, a); }
AXONE_INLINE Vector<float> minimum(Vector<float> a, Vector<float> bound) { return _mm512_min_ps(bound, a); }
AXONE_INLINE Vector<double> maximum(Vector<double> a, Vector<double> bound) { return _mm512_max_pd(bound, a); }
AXONE_INLINE Vector<double> minimum(Vector<double> a, Vector<double> bound) { return _mm512_min_pd(bound, a); }
#elif defined(__AVX__)
AXONE_INLINE Vector<float> maximum(Vector<float> a, Vector<float> bound) { return _mm256_max_ps(bound, a); }
AXONE_INLINE Vector<float> minimum(Vector<float> a, Vector<float> bound) { return _mm256_min_ps(bound, a); }
AXONE_INLINE Vector<double> maximum(Vector<double> a, Vector<double> bound) { return _mm256_max_pd(bound, a); }
AXONE_INLINE Vector<double> minimum(Vector<double> a, Vector<double> bound) { return _mm256_min_pd(bound, a); }
#elif defined(__x86_64__)
AXONE_INLINE Vector<float> maximum(Vector<float> a, Vector<float> bound) { return _mm_max_ps(bound, a); }
AXONE_INLINE Vector<float> minimum(Vector<float> a, Vector<float> bound) { return _mm_min_ps(bound, a); }
AXONE_INLINE Vector<double> maximum(Vector<double> a, Vector<double> bound) { return _mm_max_pd(bound, a); }
AXONE_INLINE Vector<double> minimum(Vector<double> a, Vector<double> bound) { return _mm_min_pd(bound, a); }
#endif

template <class V>
using LaneOf = std::remove_cvref_t<decltype(std::declval<V>()[0])>;

template <class V>
inline constexpr int kLanesOf = sizeof(V) / sizeof(std::declval<V>()[0]);

/// The lanes in float64.
template <class V>
AXONE_INLINE Vector<double, kLanesOf<V>> widened(V x) {
  return __builtin_convertvector(x, Vector<double, kLanesOf<V>>);
}
// One instruction again, where compilers make three of two halves.
#if defined(__AVX512F__)
AXONE_INLINE Vector<double, 8> widened(Vector<float, 8> x) { return _mm512_cvtps_pd(x); }
#elif defined(__AVX__)
AXONE_INLINE Vector<double, 4> widened(Vector<float, 4> x) { return _mm256_cvtps_pd(x); }
#endif

/// Square roots lane by lane; the compiler has one instruction for it.
template <class V>
AXONE_INLINE V square_root(V x) {
  V y;
  AXONE_UNROLL for (int i = 0; i < kLanesOf<V>; ++i) y[i] = std::sqrt(x[i]);
  return y;
}

/// A first guess of 1/x, from the processor's table.
#if defined(__AVX512F__)
AXONE_INLINE Vector<float, 16> guess_reciprocal(Vector<float, 16> x) { return _mm512_rcp14_ps(x); }
AXONE_INLINE Vector<float, 8> guess_reciprocal(Vector<float, 8> x) { return _mm256_rcp14_ps(x); }
#elif defined(__AVX__)
AXONE_INLINE Vector<float, 8> guess_reciprocal(Vector<float, 8> x) { return _mm256_rcp_ps(x); }
#elif defined(__x86_64__)
AXONE_INLINE Vector<float, 4> guess_reciprocal(Vector<float, 4> x) { return _mm_rcp_ps(x); }
#endif

/// a/(√x + ε) for x ≥ 0. In float32 the division is a guess and a step of Newton's, exact but for
/// the last bit or two: root and division would wait for the same unit of the processor. Newton's
/// step of an infinite divisor would be NaN instead of 0, hence the bound.
template <class V>
AXONE_INLINE V over_root(V a, V x, V epsilon) {
  const V divisor = square_root(x) + epsilon;
  if constexpr (requires { guess_reciprocal(divisor); }) {
    const V held = minimum(divisor, splat<V>(1e37f));
    const V guess = guess_reciprocal(held);
    return a * (guess * (2.0f - held * guess));
  } else {
    return a / divisor;
  }
}

template <int From, class V, int... I>
AXONE_INLINE auto half_of(V x, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(x, x, (I + From)...);
}

/// Lanes combined by halves until one number is left.
template <class V, class Combine>
AXONE_INLINE LaneOf<V> all_lanes(V x, Combine combine) {
  constexpr int half = kLanesOf<V> / 2;
  if constexpr (half == 1) {
    return combine(x[0], x[1]);
  } else {
    using Lanes = std::make_integer_sequence<int, half>;
    return all_lanes(combine(half_of<0>(x, Lanes{}), half_of<half>(x, Lanes{})), combine);
  }
}

template <class V>
AXONE_INLINE LaneOf<V> sum_of(V x) {
  return all_lanes(x, [](auto a, auto b) __attribute__((always_inline)) { return a + b; });
}

template <class V>
AXONE_INLINE LaneOf<V> smallest_of(V x) {
  return all_lanes(x, [](auto a, auto b) __attribute__((always_inline)) { return a < b ? a : b; });
}

template <class V>
AXONE_INLINE LaneOf<V> product_of_lanes(V x) {
  return all_lanes(x, [](auto a, auto b) __attribute__((always_inline)) { return a * b; });
}

AXONE_INLINE Index round_up(Index value, Index multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

}  // namespace axone
