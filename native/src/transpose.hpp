// Transposition of blocks in registers, by interleaving halves log2(N) times.
#pragma once

#include "simd.hpp"

namespace axone {

template <bool High, class V, int... I>
AXONE_INLINE V interleave(V a, V b, std::integer_sequence<int, I...>) {
  constexpr int n = kLanesOf<V>;
  return __builtin_shufflevector(a, b, ((High ? n / 2 : 0) + I / 2 + (I % 2) * n)...);
}

/// out[j][i] = row(i)[j] for an N × N block.
template <class Real, int N, class Row>
AXONE_INLINE void transpose_block(Row row, Real* out, Index out_stride) {
  using V = Vector<Real, N>;
  using Lanes = std::make_integer_sequence<int, N>;
  V rows[N];
  AXONE_UNROLL for (int i = 0; i < N; ++i) rows[i] = load<V>(row(i));
  AXONE_UNROLL for (int stage = 1; stage < N; stage *= 2) {
    V next[N];
    AXONE_UNROLL for (int i = 0; i < N / 2; ++i) {
      next[2 * i] = interleave<false>(rows[i], rows[i + N / 2], Lanes{});
      next[2 * i + 1] = interleave<true>(rows[i], rows[i + N / 2], Lanes{});
    }
    AXONE_UNROLL for (int i = 0; i < N; ++i) rows[i] = next[i];
  }
  AXONE_UNROLL for (int i = 0; i < N; ++i) store(out + i * out_stride, rows[i]);
}

/// out[j][i] = in[i][j] for `rows` × `columns` numbers, both multiples of some vector's lanes.
template <class Real>
void transpose(const Real* in, Index in_stride, Index rows, Index columns, Real* out,
               Index out_stride) {
  constexpr int kFull = kLanes<Real>;
  constexpr int kFew = kFewestLanes<Real>;
  const bool full = rows % kFull == 0 && columns % kFull == 0;
  const Index size = full ? kFull : kFew;
  for (Index i = 0; i < rows; i += size) {
    for (Index j = 0; j < columns; j += size) {
      const auto row = [=](int n) __attribute__((always_inline)) {
        return in + (i + n) * in_stride + j;
      };
      Real* to = out + j * out_stride + i;
      if (full) {
        transpose_block<Real, kFull>(row, to, out_stride);
      } else {
        transpose_block<Real, kFew>(row, to, out_stride);
      }
    }
  }
}

/// out[j][lane] = rows[lane][j]: as many rows as a vector has lanes, wherever they lie. The last block
/// overlaps the one before: nothing beyond a row is read.
template <class Real>
AXONE_INLINE void transpose_into_lanes(const Real* const* rows, Index columns, Real* out) {
  constexpr int lanes = kLanes<Real>, few = kFewestLanes<Real>;
  const auto each_block = [=](Index size, auto block) __attribute__((always_inline)) {
    for (Index c = 0; c < columns - size; c += size) block(c);
    block(columns - size);
  };
  if (columns >= lanes) {
    each_block(lanes, [=](Index c) __attribute__((always_inline)) {
      transpose_block<Real, lanes>(
          [=](int n) __attribute__((always_inline)) { return rows[n] + c; }, out + c * lanes, lanes);
    });
  } else if (columns >= few) {
    each_block(few, [=](Index c) __attribute__((always_inline)) {
      AXONE_UNROLL for (int from = 0; from < lanes; from += few)
        transpose_block<Real, few>(
            [=](int n) __attribute__((always_inline)) { return rows[from + n] + c; },
            out + c * lanes + from, lanes);
    });
  } else {
    for (Index c = 0; c < columns; ++c)
      for (int lane = 0; lane < lanes; ++lane) out[c * lanes + lane] = rows[lane][c];
  }
}

}  // namespace axone
