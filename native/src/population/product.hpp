// Matrix products of many networks at once, a lane each: every number is a vector over networks, so
// that no layer is too narrow and nothing is transposed.
//
//   C[m][n] = start[n] + sum over k of A(m, k) · B(k, n)
//
// Strides count vectors. A tile of C stays in registers while k runs innermost.
#pragma once

#include <array>
#include <limits>

#include "../gemm.hpp"

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

/// Where a tile begins in a product's matrices. A product is never copied on the way to its tiles: what
/// has just been written number by number cannot be read by vectors at once, as a copy would.
template <class V>
struct Corner {
  const LaneOf<V>* a;
  const LaneOf<V>* b;
  const LaneOf<V>* start;
  LaneOf<V>* c;
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

/// What is below `floor` is lifted to it.
template <class V, int Rows, int Columns>
void multiply_tile(const Product<V>& p, const Corner<V>& at, LaneOf<V> floor) {
  constexpr int lanes = kLanesOf<V>;
  V sums[Rows][Columns];
  AXONE_UNROLL for (int m = 0; m < Rows; ++m)
    AXONE_UNROLL for (int n = 0; n < Columns; ++n)
      sums[m][n] = at.start ? load<V>(at.start + n * lanes) : V{};
  Lanewise<V, Rows> a(at.a, p.a_row);
  Lanewise<V, Columns> b(at.b, p.b_column);
  const Index a_depth = p.a_depth, b_depth = p.b_depth, depth = p.depth, c_row = p.c_row;
  LaneOf<V>* const c = at.c;
  for (Index k = 0; k < depth; ++k) {
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
      store(c + (m * c_row + n) * lanes, maximum(sums[m][n], splat<V>(floor)));
}

template <class V>
class Multiplier {
  using Real = LaneOf<V>;

 public:
  /// Columns are the outer loop, so that a strip of B stays in the first-level cache while all rows
  /// pass by.
  static void run(const Product<V>& p, Index rows, Index columns,
                  Real floor = -std::numeric_limits<Real>::infinity()) {
    constexpr Index lanes = kLanesOf<V>;
    each_part(columns, kMostColumns, [&](Index column, Index width) {
      each_part(rows, kMostRows, [&](Index row, Index height) {
        const Corner<V> at{p.a + row * p.a_row * lanes, p.b + column * p.b_column * lanes,
                           p.start ? p.start + column * lanes : nullptr,
                           p.c + (row * p.c_row + column) * lanes};
        kTiles[static_cast<std::size_t>((height - 1) * kMostColumns + width - 1)](p, at, floor);
      });
    });
  }

 private:
  template <class Visit>
  static AXONE_INLINE void each_part(Index count, Index most, Visit visit) {
    Index from = 0;
    each_tile(count, most, [&](Index size) {
      visit(from, size);
      from += size;
    });
  }

  using Tile = void (*)(const Product<V>&, const Corner<V>&, Real);
  template <int... N>
  static constexpr auto tiles(std::integer_sequence<int, N...>) {
    return std::array<Tile, sizeof...(N)>{
        multiply_tile<V, N / kMostColumns + 1, N % kMostColumns + 1>...};
  }
  static constexpr auto kTiles = tiles(std::make_integer_sequence<int, kMostRows * kMostColumns>{});
};

}  // namespace axone::population
