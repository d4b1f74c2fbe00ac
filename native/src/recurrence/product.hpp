// δ·W where the columns of δ lie in pieces: the gates of one vector of units after those of another.
#pragma once

#include "../gemm.hpp"

namespace axone {

/// C = Σ over pieces of A·B, the pieces of A far apart and those of B one behind the other.
template <class Real>
struct PieceProduct {
  const Real* a;
  Index a_row, a_piece;  // from a row to the next, from a piece to the next
  Index pieces, depth;   // of each piece
  const Real* b;
  Real* c;
  Index c_stride;
  bool adds;  // to what is in C
};

template <class Real, int Lanes, int Vectors, int Rows>
void multiply_pieces_tile(const PieceProduct<Real>& p, const Real* a_first, Real* c) {
  using V = Vector<Real, Lanes>;
  const Index a_row = p.a_row, depth = p.depth, c_stride = p.c_stride;
  V sums[Rows][Vectors];
  AXONE_UNROLL for (int r = 0; r < Rows; ++r)
    AXONE_UNROLL for (int v = 0; v < Vectors; ++v)
      sums[r][v] = p.adds ? load<V>(c + r * c_stride + v * Lanes) : V{};
  const Real* b = p.b;
  constexpr int kPointers = (Rows + 2) / 3;
  for (Index piece = 0; piece < p.pieces; ++piece, a_first += p.a_piece) {
    const Real* a[kPointers];
    AXONE_UNROLL for (int n = 0; n < kPointers; ++n) a[n] = a_first + 3 * n * a_row;
    for (Index k = 0; k < depth; ++k) {
      V w[Vectors];
      AXONE_UNROLL for (int v = 0; v < Vectors; ++v) w[v] = load<V>(b + v * Lanes);
      AXONE_UNROLL for (int r = 0; r < Rows; ++r) {
        const V x = splat<V>(a[r / 3][r % 3 * a_row]);
        AXONE_UNROLL for (int v = 0; v < Vectors; ++v) sums[r][v] += x * w[v];
      }
      AXONE_UNROLL for (int n = 0; n < kPointers; ++n) ++a[n];
      b += Lanes * Vectors;
    }
  }
  AXONE_UNROLL for (int r = 0; r < Rows; ++r)
    AXONE_UNROLL for (int v = 0; v < Vectors; ++v) store(c + r * c_stride + v * Lanes, sums[r][v]);
}

template <class Real, int Lanes, int Vectors>
class PieceMultiplier {
 public:
  static void run(const PieceProduct<Real>& p, Index rows) {
    run_tiles<PieceMultiplier>(p, rows, p.a, p.a_row, p.c, p.c_stride);
  }

  static constexpr Index kMost = kMostRows<Vectors>;
  template <int Rows>
  static void tile(const PieceProduct<Real>& p, const Real* a, Real* c) {
    multiply_pieces_tile<Real, Lanes, Vectors, Rows>(p, a, c);
  }
};

/// Multiply `rows` rows into a panel of C that is `width` numbers wide, one of the panel widths.
template <class Real>
void multiply_pieces(const PieceProduct<Real>& p, Index rows, Index width) {
  constexpr int kFull = kLanes<Real>;
  if (width == 2 * kFull) return PieceMultiplier<Real, kFull, 2>::run(p, rows);
  if (width == kFull) return PieceMultiplier<Real, kFull, 1>::run(p, rows);
  if constexpr (kFull / 2 >= kFewestLanes<Real>) {
    if (width == kFull / 2) return PieceMultiplier<Real, kFull / 2, 1>::run(p, rows);
  }
  if constexpr (kFull / 4 >= kFewestLanes<Real>) {
    if (width == kFull / 4) return PieceMultiplier<Real, kFull / 4, 1>::run(p, rows);
  }
}

}  // namespace axone
