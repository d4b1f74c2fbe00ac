// Matrix products of many networks at once, a lane each: every number is a vector over networks, so
// that no layer is too narrow and nothing is transposed.
//
//   C[m][n] = start[n] + sum over k of A(m, k) · B(k, n)
//
// Strides count vectors. A tile of C stays in registers while k runs innermost.
#pragma once

#include <array>

#include "../simd.hpp"

namespace axone::population {

/// A matrix of vectors: `rows` lie `stride` vectors apart.
template <class V>
struct Matrix {
  LaneOf<V>* data = nullptr;
  Index stride = 0, columns = 0;

  LaneOf<V>* at(Index row, Index column) const {
    return data + (row * stride + column) * kLanesOf<V>;
  }
};

template <class V>
struct Product {
  using Real = LaneOf<V>;
  const Real* a;
  Index a_row, a_depth;
  const Real* b;
  Index b_depth, b_column;
  Index depth;
  const Real* start;  // a vector for each column, or null for zeros
  Real* c;
  Index c_row;  // columns of C lie side by side
};

/// So many rows and columns of vectors fit the registers, with a row of B and one number of A.
inline constexpr int kMostRows = kVectorRegisters == 32 ? 6 : 4;
inline constexpr int kMostColumns = kVectorRegisters == 32 ? 4 : 3;

/// Pointers to lines that lie a stride apart: of one a line, some would be kept in memory.
template <class V, int Lines>
class Lanewise {
 public:
  using Real = LaneOf<V>;
  AXONE_INLINE Lanewise(const Real* first, Index stride) : stride_(stride * kLanesOf<V>) {
    AXONE_UNROLL for (int n = 0; n < kPointers; ++n) lines_[n] = first + 3 * n * stride_;
  }
  AXONE_INLINE V operator[](int line) const {
    return load<V>(lines_[line / 3] + line % 3 * stride_);
  }
  AXONE_INLINE void advance(Index vectors) {
    AXONE_UNROLL for (int n = 0; n < kPointers; ++n) lines_[n] += vectors * kLanesOf<V>;
  }

 private:
  static constexpr int kPointers = (Lines + 2) / 3;
  Index stride_;
  const Real* lines_[kPointers];
};

template <class V, int Rows, int Columns>
void multiply_tile(const Product<V>& p) {
  constexpr int lanes = kLanesOf<V>;
  V sums[Rows][Columns];
  AXONE_UNROLL for (int m = 0; m < Rows; ++m)
    AXONE_UNROLL for (int n = 0; n < Columns; ++n)
      sums[m][n] = p.start ? load<V>(p.start + n * lanes) : V{};
  Lanewise<V, Rows> a(p.a, p.a_row);
  Lanewise<V, Columns> b(p.b, p.b_column);
  const Index a_depth = p.a_depth, b_depth = p.b_depth;
  for (Index k = 0; k < p.depth; ++k) {
    V y[Columns];
    AXONE_UNROLL for (int n = 0; n < Columns; ++n) y[n] = b[n];
    AXONE_UNROLL for (int m = 0; m < Rows; ++m) {
      const V x = a[m];
      AXONE_UNROLL for (int n = 0; n < Columns; ++n) sums[m][n] += x * y[n];
    }
    a.advance(a_depth);
    b.advance(b_depth);
  }
  AXONE_UNROLL for (int m = 0; m < Rows; ++m)
    AXONE_UNROLL for (int n = 0; n < Columns; ++n)
      store(p.c + (m * p.c_row + n) * lanes, sums[m][n]);
}

template <class V>
class Multiplier {
 public:
  /// Columns are the outer loop, so that a strip of B stays in the first-level cache while all rows
  /// pass by. Both are split evenly: ten rows are 4, 3 and 3.
  static void run(Product<V> p, Index rows, Index columns) {
    constexpr Index lanes = kLanesOf<V>;
    each_part(columns, kMostColumns, [&](Index column, Index width) {
      each_part(rows, kMostRows, [&](Index row, Index height) {
        Product<V> tile = p;
        tile.a += row * p.a_row * lanes;
        tile.b += column * p.b_column * lanes;
        tile.c += (row * p.c_row + column) * lanes;
        if (p.start) tile.start += column * lanes;
        kTiles[static_cast<std::size_t>((height - 1) * kMostColumns + width - 1)](tile);
      });
    });
  }

 private:
  template <class Visit>
  static AXONE_INLINE void each_part(Index count, Index most, Visit visit) {
    const Index parts = (count + most - 1) / most;
    Index from = 0;
    for (Index part = 0; part < parts; ++part) {
      const Index size = count / parts + (part < count % parts);
      visit(from, size);
      from += size;
    }
  }

  using Tile = void (*)(const Product<V>&);
  template <int... N>
  static constexpr auto tiles(std::integer_sequence<int, N...>) {
    return std::array<Tile, sizeof...(N)>{
        multiply_tile<V, N / kMostColumns + 1, N % kMostColumns + 1>...};
  }
  static constexpr auto kTiles = tiles(std::make_integer_sequence<int, kMostRows * kMostColumns>{});
};

}  // namespace axone::population
