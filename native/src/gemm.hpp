// The one kernel of all matrix products: a tile of C kept in registers while k runs innermost.
//
//   C[r][c] = start[c] + sum over k of A(r, k) * B[k][c]
//
// A's numbers are broadcast, B's rows are whole vectors. The three products of a dense layer differ
// only in what plays A: the inputs (forward), delta (backward) or the inputs' columns (gradient).
#pragma once

#include <algorithm>
#include <array>

#include "simd.hpp"

namespace axone {

/// Where the numbers of A lie: A(r, k) = data[r * row + k * depth].
template <class Real>
struct Broadcast {
  const Real* data;
  Index row, depth;
};

template <class Real>
struct Product {
  Broadcast<Real> a;
  const Real* b;
  Index b_stride;
  Index depth;
  const Real* start;  // one row, or null for zeros
  Real* c;
  Index c_stride;
  bool adds = false;  // to what is in C, instead of beginning with `start`
};

/// Where a tile begins in a product's matrices. A product is never copied on the way to its tiles: what
/// has just been written number by number cannot be read by vectors at once, as a copy would.
template <class Real>
struct Corner {
  const Real* a;
  const Real* b;
  const Real* start;
  Real* c;
};

/// A tile of `Rows` rows and `Vectors` vectors of `Lanes` numbers. With few accumulators two sums
/// run side by side, because one would wait for itself. A loop that is `Short` takes two steps at a time:
/// its end costs as much as some steps. `finish` makes of a sum what is stored.
template <class Real, int Lanes, int Vectors, int Rows, bool UnitDepth, bool Short, class Finish>
AXONE_INLINE void multiply_tile(const Product<Real>& p, Corner<Real> at, Finish finish) {
  using V = Vector<Real, Lanes>;
  const Index c_stride = p.c_stride, depth = p.depth, b_stride = p.b_stride;
  constexpr int kSums = Rows * Vectors < 8 ? 2 : 1;
  V sums[kSums][Rows][Vectors];
  AXONE_UNROLL for (int r = 0; r < Rows; ++r) {
    AXONE_UNROLL for (int v = 0; v < Vectors; ++v) {
      sums[0][r][v] = p.adds     ? load<V>(at.c + r * c_stride + v * Lanes)
                      : at.start ? load<V>(at.start + v * Lanes)
                                 : V{};
      if constexpr (kSums == 2) sums[1][r][v] = V{};
    }
  }
  const Real* b = at.b;
  const Index row = UnitDepth ? p.a.row : 1;
  const Index step = UnitDepth ? 1 : p.a.depth;
  // A pointer for three rows, which are one and two strides from it: of a pointer a row, some would
  // be kept in memory.
  constexpr int kPointers = (Rows + 2) / 3;
  const Real* a[kPointers];
  AXONE_UNROLL for (int n = 0; n < kPointers; ++n) a[n] = at.a + 3 * n * row;
  const auto accumulate = [&](int sum) __attribute__((always_inline)) {
    if constexpr (Vectors > 2 && Rows < Vectors) {
      // Whichever are fewer are held in registers while the others come one by one.
      V x[Rows];
      AXONE_UNROLL for (int r = 0; r < Rows; ++r) x[r] = splat<V>(a[r / 3][r % 3 * row]);
      AXONE_UNROLL for (int v = 0; v < Vectors; ++v) {
        const V w = load<V>(b + v * Lanes);
        AXONE_UNROLL for (int r = 0; r < Rows; ++r) sums[sum][r][v] += x[r] * w;
      }
    } else {
      V w[Vectors];
      AXONE_UNROLL for (int v = 0; v < Vectors; ++v) w[v] = load<V>(b + v * Lanes);
      AXONE_UNROLL for (int r = 0; r < Rows; ++r) {
        const V x = splat<V>(a[r / 3][r % 3 * row]);
        AXONE_UNROLL for (int v = 0; v < Vectors; ++v) sums[sum][r][v] += x * w[v];
      }
    }
    AXONE_UNROLL for (int n = 0; n < kPointers; ++n) a[n] += step;
    b += b_stride;
  };
  Index k = 0;
  if constexpr (Short || kSums == 2) {
    for (; k + 2 <= depth; k += 2) {
      accumulate(0);
      accumulate(kSums - 1);
    }
  }
  for (; k < depth; ++k) accumulate(0);
  AXONE_UNROLL for (int r = 0; r < Rows; ++r) {
    AXONE_UNROLL for (int v = 0; v < Vectors; ++v) {
      V total = sums[0][r][v];
      if constexpr (kSums == 2) total += sums[1][r][v];
      store(at.c + r * c_stride + v * Lanes, finish(total));
    }
  }
}

template <class Real, int Lanes, int Vectors, int Rows, bool UnitDepth>
void multiply_tile(const Product<Real>& p, const Real* a, Real* c) {
  multiply_tile<Real, Lanes, Vectors, Rows, UnitDepth, false>(p, {a, p.b, p.start, c},
                                                              [](auto total) { return total; });
}

/// The most rows whose accumulators, with the vectors of B and one broadcast, fit the registers.
template <int Vectors>
inline constexpr int kMostRows = [] {
  int rows = 1;
  while (rows < 12 && (rows + 1) * Vectors + std::min(rows + 1, Vectors) + (Vectors > 2 ? 1 : 2) <=
                          kVectorRegisters)
    ++rows;
  return rows;
}();

/// Cut rows into tiles of at most `most`: as high as can be while there are many, and halves at the end,
/// so that ten rows are twice five, not eight and two. Nothing is divided, which a short product would
/// notice.
template <class Visit>
AXONE_INLINE void each_tile(Index rows, Index most, Visit visit) {
  for (; rows > 2 * most; rows -= most) visit(most);
  if (rows > most) {
    visit((rows + 1) / 2);
    rows /= 2;
  }
  if (rows > 0) visit(rows);
}

/// The functions for tiles of every height up to the most: `Tiles::tile<height>`.
template <class Tiles>
inline constexpr auto kTilesByHeight = []<int... Heights>(std::integer_sequence<int, Heights...>) {
  return std::array{Tiles::template tile<Heights + 1>...};
}(std::make_integer_sequence<int, int(Tiles::kMost)>{});

/// Take `rows` rows of A and of C, so far apart, by tiles; `more` is handed on to each of them.
template <class Tiles, class Problem, class Real, class... More>
AXONE_INLINE void run_tiles(const Problem& p, Index rows, const Real* a, Index a_stride, Real* c,
                            Index c_stride, const More&... more) {
  each_tile(rows, Tiles::kMost, [&](Index height) {
    kTilesByHeight<Tiles>[height - 1](p, a, c, more...);
    a += height * a_stride;
    c += height * c_stride;
  });
}

template <class Real, int Lanes, int Vectors, bool UnitDepth>
class Multiplier {
 public:
  /// Multiply all rows. A long product is cut into pieces, so that the piece of B stays in the
  /// first-level cache while all rows pass by; the order of its sums stays the same, but for tiles
  /// of few sums, which add up their two halves once a piece.
  static void run(const Product<Real>& p, Index rows) {
    if (p.depth <= kPiece + kPiece / 2 || rows <= kMost) return run_piece(p, rows);
    Product<Real> piece = p;
    for (Index left = p.depth; left > 0; left -= piece.depth) {
      piece.depth = left <= kPiece + kPiece / 2 ? left : kPiece;
      run_piece(piece, rows);
      piece.a.data += piece.depth * (UnitDepth ? 1 : piece.a.depth);
      piece.b += piece.depth * piece.b_stride;
      piece.adds = true;
    }
  }

  static constexpr Index kMost = kMostRows<Vectors>;
  template <int Rows>
  static void tile(const Product<Real>& p, const Real* a, Real* c) {
    multiply_tile<Real, Lanes, Vectors, Rows, UnitDepth>(p, a, c);
  }

 private:
  static constexpr Index kPiece = 16 * 1024 / (Lanes * Vectors * static_cast<Index>(sizeof(Real)));

  static void run_piece(const Product<Real>& p, Index rows) {
    run_tiles<Multiplier>(p, rows, p.a.data, UnitDepth ? p.a.row : 1, p.c, p.c_stride);
  }
};

/// The same where B and C are no wider than a few tiles and stay in the first-level cache: all their
/// columns by one call for the rows of a tile, `width` of them, whole vectors. What is below `floor` is
/// lifted to it.
template <class Real, int Rows, bool UnitDepth>
void multiply_narrow_tile(const Product<Real>& p, const Real* a, Real* c, Index width, Real floor) {
  constexpr int kFull = kLanes<Real>;
  Corner<Real> at{a, p.b, p.start, c};
  const auto tile = [&]<int Lanes, int Vectors>() __attribute__((always_inline)) {
    multiply_tile<Real, Lanes, Vectors, Rows, UnitDepth, true>(
        p, at, [=](Vector<Real, Lanes> total) __attribute__((always_inline)) {
          return maximum(total, splat<Vector<Real, Lanes>>(floor));
        });
    at.b += Lanes * Vectors;
    at.c += Lanes * Vectors;
    if (at.start) at.start += Lanes * Vectors;
    width -= Lanes * Vectors;
  };
  while (width >= 2 * kFull) tile.template operator()<kFull, 2>();
  if (width >= kFull) tile.template operator()<kFull, 1>();
  if constexpr (kFull / 2 >= kFewestLanes<Real>)
    if (width >= kFull / 2) tile.template operator()<kFull / 2, 1>();
  if constexpr (kFull / 4 >= kFewestLanes<Real>)
    if (width >= kFull / 4) tile.template operator()<kFull / 4, 1>();
}

template <class Real, bool UnitDepth>
class NarrowMultiplier {
 public:
  static void run(const Product<Real>& p, Index rows, Index width, Real floor) {
    run_tiles<NarrowMultiplier>(p, rows, p.a.data, UnitDepth ? p.a.row : 1, p.c, p.c_stride, width,
                                floor);
  }

  static constexpr Index kMost = kMostRows<2>;
  template <int Rows>
  static void tile(const Product<Real>& p, const Real* a, Real* c, Index width, Real floor) {
    multiply_narrow_tile<Real, Rows, UnitDepth>(p, a, c, width, floor);
  }
};

/// Multiply `rows` rows into a panel of C that is `width` numbers wide, one of the panel widths.
template <bool UnitDepth, class Real>
void multiply(const Product<Real>& p, Index rows, Index width) {
  constexpr int kFull = kLanes<Real>;
  if (width == 2 * kFull) return Multiplier<Real, kFull, 2, UnitDepth>::run(p, rows);
  if (width == kFull) return Multiplier<Real, kFull, 1, UnitDepth>::run(p, rows);
  if constexpr (kFull / 2 >= kFewestLanes<Real>) {
    if (width == kFull / 2) return Multiplier<Real, kFull / 2, 1, UnitDepth>::run(p, rows);
  }
  if constexpr (kFull / 4 >= kFewestLanes<Real>) {
    if (width == kFull / 4) return Multiplier<Real, kFull / 4, 1, UnitDepth>::run(p, rows);
  }
}

/// The width of the panel that holds the first of `columns` remaining columns: two vectors, or the
/// narrowest single vector that suffices.
template <class Real>
Index panel_width(Index columns) {
  if (columns > kLanes<Real>) return 2 * kLanes<Real>;
  Index width = kLanes<Real>;
  while (width / 2 >= columns && width / 2 >= kFewestLanes<Real>) width /= 2;
  return width;
}

}  // namespace axone
