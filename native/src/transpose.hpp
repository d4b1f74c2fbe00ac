// Transposition of blocks in registers, by interleaving halves log2(N) times.
#pragma once

#include "simd.hpp"

namespace axone {

template <bool High, class V, int... I>
AXONE_INLINE V interleave(V a, V b, std::integer_sequence<int, I...>) {
  constexpr int n = kLanesOf<V>;
  return __builtin_shufflevector(a, b, ((High ? n / 2 : 0) + I / 2 + (I % 2) * n)...);
}

/// out[j][i] = in[i][j] for an N × N block.
template <class Real, int N>
AXONE_INLINE void transpose_block(const Real* in, Index in_stride, Real* out, Index out_stride) {
  using V = Vector<Real, N>;
  using Lanes = std::make_integer_sequence<int, N>;
  V rows[N];
  AXONE_UNROLL for (int i = 0; i < N; ++i) rows[i] = load<V>(in + i * in_stride);
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
      const Real* from = in + i * in_stride + j;
      Real* to = out + j * out_stride + i;
      if (full) {
        transpose_block<Real, kFull>(from, in_stride, to, out_stride);
      } else {
        transpose_block<Real, kFew>(from, in_stride, to, out_stride);
      }
    }
  }
}

/// out[j][i] = in[i][j] for any number of rows and columns, and nothing read or written beyond them:
/// blocks of N, and what is left of both sides by smaller ones.
template <class Real, int N = kLanes<Real>>
void transpose_exactly(const Real* in, Index in_stride, Index rows, Index columns, Real* out,
                       Index out_stride) {
  if constexpr (N < kFewestLanes<Real>) {
    for (Index i = 0; i < rows; ++i)
      for (Index j = 0; j < columns; ++j) out[j * out_stride + i] = in[i * in_stride + j];
  } else {
    const Index whole_rows = rows / N * N, whole_columns = columns / N * N;
    for (Index i = 0; i < whole_rows; i += N)
      for (Index j = 0; j < whole_columns; j += N)
        transpose_block<Real, N>(in + i * in_stride + j, in_stride, out + j * out_stride + i,
                                 out_stride);
    transpose_exactly<Real, N / 2>(in + whole_columns, in_stride, rows, columns - whole_columns,
                                   out + whole_columns * out_stride, out_stride);
    transpose_exactly<Real, N / 2>(in + whole_rows * in_stride, in_stride, rows - whole_rows,
                                   whole_columns, out + whole_rows, out_stride);
  }
}

}  // namespace axone
