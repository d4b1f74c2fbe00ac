// δ·W by dot products of rows of δ with rows of W as they lie in the panels: a batch of few rows
// needs no transposed weights, which would cost more than the product itself.
#pragma once

#include "gemm.hpp"
#include "transpose.hpp"

namespace axone {

/// What a row of W is multiplied with: panels of two vectors of outputs each, then perhaps one that is
/// narrower.
template <class Real>
struct Dots {
  const Real* delta;
  Index delta_stride;
  const Real* weight;        // of the first input, in the first panel of two vectors
  Index panels, panel_size;  // how many of them, and how far apart
  const Real* tail_weight;   // the same of the narrower panel
  Index tail_width;          // 0 without one
  Real* out;
  Index out_stride;
};

constexpr int kInputsOfDots = 4;

/// A vector, then as many zeros.
template <class Half, int... I>
AXONE_INLINE auto with_zeros(Half half, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(half, Half{}, I...);
}

/// The first `N` numbers from there, then zeros. Doubled step by step, for which there are
/// instructions; at one go, it would pass through memory.
template <class V, int N>
AXONE_INLINE V load_part(const LaneOf<V>* from) {
  constexpr int lanes = kLanesOf<V>;
  if constexpr (lanes == N) {
    return load<V>(from);
  } else {
    const auto half = load_part<Vector<LaneOf<V>, lanes / 2>, N>(from);
    return with_zeros(half, std::make_integer_sequence<int, lanes>{});
  }
}

/// Loads the first `N` numbers of a vector, then zeros.
template <class V, int N>
inline constexpr auto part = [](const LaneOf<V>* from) __attribute__((always_inline)) {
  return load_part<V, N>(from);
};

template <class V, int... I>
AXONE_INLINE auto fold(V x, std::integer_sequence<int, I...>) {
  constexpr int half = sizeof...(I);
  return __builtin_shufflevector(x, x, I...) + __builtin_shufflevector(x, x, (I + half)...);
}

/// The lower or the upper halves of x and y, number by number by turns, within each 128 bits, which
/// takes one cheap instruction.
template <bool High, class V, int... I>
AXONE_INLINE V zip_within(V x, V y, std::integer_sequence<int, I...>) {
  constexpr int n = kLanesOf<V>, few = kFewestLanes<LaneOf<V>>;
  return __builtin_shufflevector(
      x, y, (I / few * few + I % few / 2 + (High ? few / 2 : 0) + I % 2 * n)...);
}

/// The same of pairs of numbers.
template <bool High, class V, int... I>
AXONE_INLINE V zip_pairs_within(V x, V y, std::integer_sequence<int, I...>) {
  constexpr int n = kLanesOf<V>, group = 4;
  return __builtin_shufflevector(
      x, y, (I / group * group + I % 2 + (High ? 2 : 0) + I % group / 2 * n)...);
}

/// Halves added until four lanes are left.
template <class V>
AXONE_INLINE auto folded(V x) {
  if constexpr (kLanesOf<V> == 4) {
    return x;
  } else {
    return folded(fold(x, std::make_integer_sequence<int, kLanesOf<V> / 2>{}));
  }
}

/// Write the sums of the lanes of four vectors.
template <class V>
AXONE_INLINE void store_sums(LaneOf<V>* out, const V (&sums)[kInputsOfDots]) {
  constexpr int lanes = kLanesOf<V>;
  if constexpr (lanes < kInputsOfDots) {
    AXONE_UNROLL for (int i = 0; i < kInputsOfDots; ++i) out[i] = sum_of(sums[i]);
  } else {
    const auto halves = [](V x, V y) __attribute__((always_inline)) {
      using Lanes = std::make_integer_sequence<int, lanes>;
      return zip_within<false>(x, y, Lanes{}) + zip_within<true>(x, y, Lanes{});
    };
    const auto pairs = [](auto x, auto y) __attribute__((always_inline)) {
      using Lanes = std::make_integer_sequence<int, kLanesOf<decltype(x)>>;
      return zip_pairs_within<false>(x, y, Lanes{}) + zip_pairs_within<true>(x, y, Lanes{});
    };
    const V first = halves(sums[0], sums[1]), second = halves(sums[2], sums[3]);
    if constexpr (kFewestLanes<LaneOf<V>> == 4) {
      store(out, folded(pairs(first, second)));
    } else {
      // Two numbers in 128 bits: pairs lie side by side in 256.
      store(out, pairs(folded(first), folded(second)));
    }
  }
}

/// ∂L/∂x of `Rows` rows and four inputs.
template <class Real, int Rows>
void dot_tile(const Dots<Real>& p, const Real* delta, Real* out) {
  using V = Vector<Real>;
  constexpr int L = kLanes<Real>;
  V sums[Rows][kInputsOfDots] = {};
  const Real* weight = p.weight;
  const Index delta_stride = p.delta_stride, out_stride = p.out_stride;
  const auto add = [&](Index width, auto take) __attribute__((always_inline)) {
    V w[kInputsOfDots];
    AXONE_UNROLL for (int i = 0; i < kInputsOfDots; ++i) w[i] = take(weight + i * width);
    AXONE_UNROLL for (int r = 0; r < Rows; ++r) {
      const V x = take(delta + r * delta_stride);
      AXONE_UNROLL for (int i = 0; i < kInputsOfDots; ++i) sums[r][i] += x * w[i];
    }
  };
  for (Index panel = 0; panel < p.panels; ++panel) {
    AXONE_UNROLL for (int half = 0; half < 2; ++half) {
      add(2 * L, part<V, L>);
      weight += L;
      delta += L;
    }
    weight += p.panel_size - 2 * L;
  }
  weight = p.tail_weight;
  if (p.tail_width == L) add(L, part<V, L>);
  if constexpr (L / 2 >= kFewestLanes<Real>)
    if (p.tail_width == L / 2) add(L / 2, part<V, L / 2>);
  if constexpr (L / 4 >= kFewestLanes<Real>)
    if (p.tail_width == L / 4) add(L / 4, part<V, L / 4>);
  AXONE_UNROLL for (int r = 0; r < Rows; ++r) store_sums<V>(out + r * out_stride, sums[r]);
}

/// Four sums a row, with four vectors of W and one of the row, fit the registers.
inline constexpr Index kMostRowsOfDots = (kVectorRegisters - kInputsOfDots) / kInputsOfDots;

template <class Real>
class DotMultiplier {
 public:
  static void run(const Dots<Real>& p, Index rows) {
    run_tiles<DotMultiplier>(p, rows, p.delta, p.delta_stride, p.out, p.out_stride);
  }

  static constexpr Index kMost = kMostRowsOfDots;
  template <int Rows>
  static void tile(const Dots<Real>& p, const Real* delta, Real* out) {
    dot_tile<Real, Rows>(p, delta, out);
  }
};

/// Dot products of rows of A with rows of W that lie one after another, each of whole vectors:
/// out[r][j] = start[j] + Σ over k of A(r, k)·W(j, k), for j below `count`, rounded up to four.
template <class Real>
struct RowDots {
  const Real* a;
  Index a_stride;
  const Real* weight;
  Index width;        // of a row of W, with its padding
  Index count;
  const Real* start;  // or null for zeros
  Real* out;
  Index out_stride;
};

/// `Tail`: how many numbers of a row of W are left over of its whole vectors, themselves a vector.
template <class Real, int Tail, int Rows>
void row_dot_tile(const RowDots<Real>& p, const Real* a, Real* out) {
  using V = Vector<Real>;
  constexpr int L = kLanes<Real>;
  const Index count = p.count, width = p.width, a_stride = p.a_stride, out_stride = p.out_stride;
  const Real* weight = p.weight;
  const Real* start = p.start;
  const Index whole = width - Tail;
  for (Index j = 0; j < count; j += kInputsOfDots, weight += kInputsOfDots * width) {
    V sums[Rows][kInputsOfDots] = {};
    if (start)
      AXONE_UNROLL for (int i = 0; i < kInputsOfDots; ++i) {
        const V alone{start[j + i]};
        AXONE_UNROLL for (int r = 0; r < Rows; ++r) sums[r][i] = alone;
      }
    const auto add = [&](Index k, auto take) __attribute__((always_inline)) {
      V w[kInputsOfDots];
      AXONE_UNROLL for (int i = 0; i < kInputsOfDots; ++i) w[i] = take(weight + i * width + k);
      AXONE_UNROLL for (int r = 0; r < Rows; ++r) {
        const V x = take(a + r * a_stride + k);
        AXONE_UNROLL for (int i = 0; i < kInputsOfDots; ++i) sums[r][i] += x * w[i];
      }
    };
    for (Index k = 0; k < whole; k += L) add(k, part<V, L>);
    if constexpr (Tail > 0) add(whole, part<V, Tail>);
    AXONE_UNROLL for (int r = 0; r < Rows; ++r)
      store_sums<V>(out + r * out_stride + j, sums[r]);
  }
}

/// The same where W has one row: its vectors meet rows of A instead of rows of their own.
template <class Real, int Tail, int Rows>
void single_row_dot_tile(const RowDots<Real>& p, const Real* a, Real* out) {
  using V = Vector<Real>;
  constexpr int L = kLanes<Real>, kGroups = (Rows + kInputsOfDots - 1) / kInputsOfDots;
  const Index a_stride = p.a_stride, out_stride = p.out_stride, whole = p.width - Tail;
  const Real* weight = p.weight;
  V sums[kGroups][kInputsOfDots] = {};
  const auto add = [&](Index k, auto take) __attribute__((always_inline)) {
    const V w = take(weight + k);
    AXONE_UNROLL for (int r = 0; r < Rows; ++r)
      sums[r / kInputsOfDots][r % kInputsOfDots] += take(a + r * a_stride + k) * w;
  };
  for (Index k = 0; k < whole; k += L) add(k, part<V, L>);
  if constexpr (Tail > 0) add(whole, part<V, Tail>);
  const Real start = p.start ? *p.start : 0;
  Real totals[kGroups * kInputsOfDots];
  AXONE_UNROLL for (int g = 0; g < kGroups; ++g)
    store_sums<V>(totals + g * kInputsOfDots, sums[g]);
  AXONE_UNROLL for (int r = 0; r < Rows; ++r) out[r * out_stride] = start + totals[r];
}

template <class Real, int Tail>
class SingleRowDotMultiplier {
 public:
  static void run(const RowDots<Real>& p, Index rows) {
    run_tiles<SingleRowDotMultiplier>(p, rows, p.a, p.a_stride, p.out, p.out_stride);
  }

  static constexpr Index kMost = 8;
  template <int Rows>
  static void tile(const RowDots<Real>& p, const Real* a, Real* out) {
    single_row_dot_tile<Real, Tail, Rows>(p, a, out);
  }
};

template <class Real, int Tail>
class RowDotMultiplier {
 public:
  static void run(const RowDots<Real>& p, Index rows) {
    run_tiles<RowDotMultiplier>(p, rows, p.a, p.a_stride, p.out, p.out_stride);
  }

  static constexpr Index kMost = kMostRowsOfDots;
  template <int Rows>
  static void tile(const RowDots<Real>& p, const Real* a, Real* out) {
    row_dot_tile<Real, Tail, Rows>(p, a, out);
  }
};

template <class Real, int Tail>
void multiply_rows_with_tail(const RowDots<Real>& p, Index rows) {
  p.count == 1 ? SingleRowDotMultiplier<Real, Tail>::run(p, rows)
               : RowDotMultiplier<Real, Tail>::run(p, rows);
}

/// `rows` rows of dot products. A row of W is whole vectors, then perhaps a narrower one.
template <class Real>
void multiply_rows(const RowDots<Real>& p, Index rows) {
  constexpr int kFull = kLanes<Real>;
  const Index tail = p.width % kFull;
  if (tail == 0) return multiply_rows_with_tail<Real, 0>(p, rows);
  if constexpr (kFull / 2 >= kFewestLanes<Real>)
    if (tail == kFull / 2) return multiply_rows_with_tail<Real, kFull / 2>(p, rows);
  if constexpr (kFull / 4 >= kFewestLanes<Real>)
    return multiply_rows_with_tail<Real, kFull / 4>(p, rows);
}

}  // namespace axone
