// Masks for batches in lanes: which lanes hold a position that is there, and what becomes of a mask on
// its way through windows.
#pragma once

#include "lanes.hpp"
#include "mask.hpp"

namespace axone {

/// For every position of every block: 1 in the lanes where it is there, 0 where it is not or where the
/// lane is empty.
template <class Real>
class LanePresence {
 public:
  using V = Vector<Real>;

  LanePresence() = default;
  LanePresence(Index examples, Index positions) : use_(examples, positions), positions_(positions) {}

  /// Look at the mask of a batch; without one all positions of its examples are there.
  void take(const Mask& mask, Index examples) {
    count_ = mask ? mask.count(examples) : examples * positions_;
    for (Index block = 0; block < blocks_of<Real>(examples); ++block) {
      const V use = use_of_lanes<Real>(block, examples);
      for (Index p = 0; p < positions_; ++p) {
        V here = use;
        if (mask)
          for (Index lane = 0; lane < lanes_in_use<Real>(block, examples); ++lane)
            here[lane] = mask.has(block * kLanes<Real> + lane, p) ? 1 : 0;
        store(use_.view().row(block) + p * kLanes<Real>, here);
      }
    }
  }

  /// How many positions of all examples are there.
  Index count() const { return count_; }
  AXONE_INLINE V at(Index block, Index position) const {
    return load<V>(use_.view().row(block) + position * kLanes<Real>);
  }
  /// x where it is there, and zeros elsewhere, whatever lies there.
  static AXONE_INLINE V used(V use, V x) { return use != V{} ? x : V{}; }

  /// Write one block of signals with zeros for what is not there.
  void clear(Index block, const Real* from, Index numbers, Real* to) const {
    for (Index n = 0; n < numbers; n += positions_)
      for (Index p = 0; p < positions_; ++p) {
        const Index place = (n + p) * kLanes<Real>;
        store(to + place, used(at(block, p), load<V>(from + place)));
      }
  }

 private:
  LaneMatrix<Real> use_;
  Index positions_ = 0, count_ = 0;
};

/// Memory for the masks that a layer of windows leaves: an output is there if any position of its
/// window is.
class MaskBehindWindows {
 public:
  /// `reads(output, visit)` visits the positions that an output reads.
  template <class Reads>
  Mask of(const Mask& mask, Index examples, Index outputs, Reads reads) {
    if (!mask) return {};
    // In the first pass under a mask alone: later ones are no larger.
    if (there_.size() < cells(examples, outputs)) there_ = Buffer<std::uint8_t>(cells(examples, outputs));
    for (Index r = 0; r < examples; ++r)
      for (Index o = 0; o < outputs; ++o) {
        std::uint8_t any = 0;
        reads(o, [&](Index position) { any |= mask.row(r)[position]; });
        there_[r * outputs + o] = any;
      }
    return {there_.data(), outputs};
  }

 private:
  Buffer<std::uint8_t> there_;
};

}  // namespace axone
