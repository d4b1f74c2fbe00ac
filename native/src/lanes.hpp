// Batches whose examples lie in the lanes of vectors. Signals and images are worked on that way: for a
// block of as many examples as a vector has lanes, number j of all of them is one vector, so that every
// loop over channels and positions is a loop over whole vectors, whatever their counts.
#pragma once

#include <vector>

#include "memory.hpp"
#include "transpose.hpp"

namespace axone {

/// How a batch lies in a `Matrix`: an example a row; or a block of examples a row, in lanes.
enum class Arrangement { rows, lanes };

/// How many blocks hold so many examples; the lanes of the last that are left over are empty.
template <class Real>
constexpr Index blocks_of(Index examples) {
  return (examples + kLanes<Real> - 1) / kLanes<Real>;
}

/// How many lanes of a block hold one of so many examples.
template <class Real>
constexpr Index lanes_in_use(Index block, Index examples) {
  return std::min<Index>(kLanes<Real>, examples - block * kLanes<Real>);
}

/// Memory for a batch in lanes: a row a block, `numbers` vectors in each.
template <class Real>
class LaneMatrix {
 public:
  LaneMatrix() = default;
  LaneMatrix(Index examples, Index numbers)
      : view_{nullptr, stride_for(numbers), cells(numbers, kLanes<Real>)},
        buffer_(cells(blocks_of<Real>(examples), view_.stride)) {
    view_.data = buffer_.data();
  }

  Matrix<Real> view() const { return view_; }

 private:
  static Index stride_for(Index numbers) {
    const Index columns = cells(numbers, kLanes<Real>);
    if (columns > kMostColumns) throw std::bad_array_new_length();
    // Blocks a multiple of 4 KiB apart would meet in the same sets of the first-level cache.
    return columns * static_cast<Index>(sizeof(Real)) % 4096 ? columns : columns + kLanes<Real>;
  }

  Matrix<Real> view_;
  Buffer<Real> buffer_;
};

/// Memory for a batch that lies in either way, for layers that treat every number alike.
template <class Real>
class BatchMatrix {
 public:
  BatchMatrix() = default;
  BatchMatrix(Arrangement arrangement, Index examples, Index numbers) {
    if (arrangement == Arrangement::lanes) {
      lanes_ = LaneMatrix<Real>(examples, numbers);
    } else {
      rows_ = OwnMatrix<Real>(examples, numbers);
    }
  }

  Matrix<Real> view() const { return lanes_.view().data ? lanes_.view() : rows_.view(); }
  /// How many rows of the matrix hold so many examples.
  Index rows_of(Index examples) const {
    return lanes_.view().data ? blocks_of<Real>(examples) : examples;
  }

 private:
  OwnMatrix<Real> rows_;
  LaneMatrix<Real> lanes_;
};

/// 1 in the lanes of a block that are in use, 0 in the others.
template <class Real>
Vector<Real> use_of_lanes(Index block, Index examples) {
  Vector<Real> use{};
  for (Index lane = 0; lane < lanes_in_use<Real>(block, examples); ++lane) use[lane] = 1;
  return use;
}

/// Zeros in the lanes of the last block that are empty, where a layer writes only into those in use: what an
/// earlier batch left there may be no number, which a gradient of 0 does not make harmless.
template <class Real>
void clear_empty_lanes(Matrix<Real> lanes, Index numbers, Index examples) {
  const Index last = blocks_of<Real>(examples) - 1;
  const auto use = use_of_lanes<Real>(last, examples);
  for (Real* at = lanes.row(last); numbers-- > 0; at += kLanes<Real>) {
    const auto here = load<Vector<Real>>(at);
    store(at, use != Vector<Real>{} ? here : Vector<Real>{});
  }
}

/// Put blocks `from` to `to` of a batch of `examples`, of `numbers` each, into lanes; empty lanes become
/// zero. `nothing` is as many zeros as an example has numbers.
template <class Real>
void into_lanes(Matrix<Real> rows, Index numbers, Index examples, Index from, Index to,
                const Real* nothing, Matrix<Real> lanes) {
  const Real* lane_rows[kLanes<Real>];
  for (Index block = from; block < to; ++block) {
    const Index used = lanes_in_use<Real>(block, examples);
    for (Index lane = 0; lane < kLanes<Real>; ++lane)
      lane_rows[lane] = lane < used ? rows.row(block * kLanes<Real> + lane) : nothing;
    transpose_into_lanes<Real>(lane_rows, numbers, lanes.row(block));
  }
}

/// The way back, for the lanes that are in use.
template <class Real>
void out_of_lanes(Matrix<Real> lanes, Index numbers, Index examples, Index from, Index to,
                  Matrix<Real> rows) {
  for (Index block = from; block < to; ++block)
    transpose_exactly<Real>(lanes.row(block), kLanes<Real>, numbers,
                            lanes_in_use<Real>(block, examples),
                            rows.row(block * kLanes<Real>), rows.stride);
}

}  // namespace axone
